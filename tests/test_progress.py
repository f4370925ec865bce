"""Progress in Python programs: a function of the caller's, a bar, or nothing."""

import sys
from types import SimpleNamespace

import pytest

from km3aid.progress import in_notebook, watched


def test_a_function_is_told():
    told = []
    with watched(told.append, "Encoding") as progress:
        progress(3)
    assert told == [3]


@pytest.mark.parametrize("given", [None, False])
def test_nothing_is_shown_unless_it_is_asked_for(given):
    with watched(given, "Encoding") as progress:
        assert progress is None


@pytest.mark.parametrize("bar", ["tqdm", "rich"])
def test_a_bar_is_shown(bar, monkeypatch, capsys):
    if bar == "rich":
        monkeypatch.setitem(sys.modules, "tqdm.auto", None)
    else:
        pytest.importorskip("tqdm", reason="needs tqdm: pip install 'km3aid[notebook]'")
    with watched(True, "Encoding", 4) as progress:
        progress(4)
    shown = capsys.readouterr()
    assert "Encoding" in shown.out + shown.err


def test_a_notebook_is_known(monkeypatch):
    monkeypatch.delitem(sys.modules, "IPython", raising=False)
    assert not in_notebook()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not in_notebook()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=object))
    assert in_notebook()
