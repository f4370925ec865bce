"""A command whose package is not installed says in one line which extra brings it."""

import sys

import pytest
from tests.cli.runner import answer, km3aid, refused


class _Hidden:
    """A finder that makes modules look as if they were not installed."""

    def __init__(self, names):
        self.names = names

    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in self.names:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


@pytest.fixture
def hide(monkeypatch):
    """Hides packages, and what has been imported with their help."""

    def hidden(*names):
        ours = ("km3aid.web", "km3aid.training", "km3aid.reproduction", "km3aid.search.on_ray")
        for module in list(sys.modules):
            if module.partition(".")[0] in names or module.startswith(ours):
                monkeypatch.delitem(sys.modules, module)
        monkeypatch.setattr(sys, "meta_path", [_Hidden(names), *sys.meta_path])

    return hidden


@pytest.mark.parametrize(
    ("package", "extra", "command"),
    [
        ("lightning", "train", ["train", "--data", "d", "--paper-ids", "i", "-o", "o"]),
        ("fastapi", "web", ["serve", "--port", "0"]),
        ("uvicorn", "web", ["serve", "--port", "0"]),
        ("ray", "cluster", ["search", "--library", "l", "--peaks", "20", "--cluster", "auto"]),
        ("ray", "cluster", ["library", "build", "in.smi", "lib", "--cluster", "auto"]),
    ],
)
def test_the_extra_to_install_is_named(hide, package, extra, command, tmp_path):
    (tmp_path / "in.smi").write_text("CCO\n")
    hide(package)
    said = refused(*command, cwd=tmp_path)
    assert f"pip install 'km3aid[{extra}]'" in said
    assert package in said.lower()


def test_what_no_extra_brings_is_needed_by_no_command(hide, tmp_path):
    import pyarrow as pa

    with pa.CompressedOutputStream(str(tmp_path / "in.smi.zst"), "zstd") as file:
        file.write(b"CCO ethanol\n")
    hide("zstandard", "ray", "lightning", "fastapi")
    assert km3aid("library", "build", tmp_path / "in.smi.zst", tmp_path / "lib").returncode == 0
    assert answer("search", "--library", tmp_path / "lib", "--peaks", "58 18")["hits"][0]["name"] == "ethanol"


def test_a_fault_in_an_installation_is_not_hidden(monkeypatch):
    def broken():
        raise ModuleNotFoundError("No module named 'rdkit'", name="rdkit")

    monkeypatch.setattr("km3aid.cli.app", broken)
    with pytest.raises(ModuleNotFoundError, match="rdkit"):
        km3aid("predict", "CCO")
