"""Readers and exporters of other packages, with a package that is installed beside this one."""

import os
import subprocess
import sys
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from km3aid import plugins

PACKAGE = Path(__file__).parent / "plugin"


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """The environment of a process that has the example package."""
    folder = tmp_path_factory.mktemp("site")
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--no-build-isolation", "--target"]
    done = subprocess.run([*pip, folder, PACKAGE], capture_output=True, text=True, check=False)
    if done.returncode and "hatchling" in done.stderr:
        pytest.skip("needs hatchling, which `pip install 'km3aid[dev]'` brings")
    assert done.returncode == 0, done.stderr
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, (str(folder), os.environ.get("PYTHONPATH"))))}


def km3aid(environment, *arguments, given=""):
    return subprocess.run(
        [sys.executable, "-m", "km3aid", *arguments],
        env=environment, input=given, capture_output=True, text=True, check=False,
    )  # fmt: skip


def test_a_reader_is_asked_before_our_own(installed):
    done = km3aid(installed, "read", "-", "--format", "csv", given="<< 58.3 | 18.4 >>\n")
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 3
    bad = km3aid(installed, "read", "-", given="<< 58.3 | none >>\n")
    assert (bad.returncode, "expected << 58.3 | 18.4 >>" in bad.stderr) == (2, True)


def test_an_exporter_writes_what_it_can(installed, tmp_path):
    out = tmp_path / "ethanol.shifts"
    assert km3aid(installed, "predict", "CCO", "--out", str(out)).returncode == 0
    assert len(out.read_text().split()) == 2
    refused = km3aid(installed, "assign", "CCO", "--peaks", "58 18", "--format", "shifts")
    assert "shifts: is for predictions, not for assignments" in refused.stderr


@pytest.mark.parametrize(
    ("value", "said"),
    [("no_such_module:FORMAT", "cannot be loaded"), ("os:sep", "is str, expected builtins.dict")],
)
def test_a_package_that_is_at_fault_is_left_out_and_named(monkeypatch, value, said):
    monkeypatch.setattr(plugins, "entry_points", lambda group: [EntryPoint("bad", value, group)])
    with pytest.warns(UserWarning, match=said):
        assert plugins.plugged("km3aid.readers", dict) == {}
