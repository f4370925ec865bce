"""The notebooks run from top to bottom; `make notebooks` runs them in a kernel as well."""

import json
from pathlib import Path

import pytest

NOTEBOOKS = sorted((Path(__file__).parents[1] / "docs" / "notebooks").glob("*.ipynb"))


@pytest.fixture(scope="module")
def cache(tmp_path_factory):
    """One starter library for all of them."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_every_cell_runs(path, cache, monkeypatch):
    pytest.importorskip("pandas", reason="needs pandas: pip install 'km3aid[notebook]'")
    monkeypatch.setenv("KM3AID_CACHE", str(cache))
    names = {"__name__": "__main__"}
    for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
        if cell["cell_type"] == "code":
            assert cell["outputs"] == [], "commit notebooks without outputs"
            exec("".join(cell["source"]), names)


def test_there_are_three():
    assert [path.stem for path in NOTEBOOKS] == [
        "is-this-my-product",
        "what-is-this-natural-product",
        "which-isomer",
    ]
