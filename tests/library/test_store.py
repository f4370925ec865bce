import json

import numpy as np
import pytest

from km3aid.engine import Engine
from km3aid.errors import LibraryError, LibraryMismatchError
from km3aid.library import Library

LINES = [("CCO", "ethanol"), ("c1ccccc1", None), ("nothing", "x"), ("CC(C)O", "2-propanol"), ("O", "water")]


@pytest.fixture(scope="module")
def built(untrained_weights, tmp_path_factory):
    path = tmp_path_factory.mktemp("store") / "lib"
    report = Engine.load(untrained_weights, "cpu").build_library(LINES, path)
    return path, report


def test_what_goes_in_comes_out(built):
    path, report = built
    library = Library.open(path)
    assert len(library) == report.molecules == 3
    assert [(library.smiles(i), library.name(i)) for i in range(3)] == [LINES[0], LINES[1], LINES[3]]
    assert [number for number, _ in report.skipped] == [3, 5]
    assert np.diff(library.classes.offset).tolist() == [2, 1, 2]
    assert library.classes.size.tolist() == [1, 1, 6, 2, 1]
    assert library.info()["bytes"] > 0


def test_several_processes_build_the_same(built, untrained_weights, tmp_path):
    report = Engine.load(untrained_weights, "cpu").build_library(LINES, tmp_path / "lib", workers=2)
    assert report == built[1]
    alone, spread = Library.open(built[0]), Library.open(tmp_path / "lib")
    np.testing.assert_allclose(spread.embedding, alone.embedding, atol=1e-3)
    np.testing.assert_allclose(spread.classes.shift_ppm, alone.classes.shift_ppm, atol=1e-3)


def test_filters(built):
    library = Library.open(built[0])
    assert library.filter("C2H6O").tolist() == [0]
    assert library.filter(mass_da=60.0575, mass_tolerance_da=0.001).tolist() == [2]
    assert library.filter().tolist() == [0, 1, 2]


def test_no_library_and_no_molecule_are_errors(tmp_path, untrained_weights):
    with pytest.raises(LibraryError, match="no library here"):
        Library.open(tmp_path)
    with pytest.raises(LibraryError, match="line 1"):
        Engine.load(untrained_weights, "cpu").build_library([("zzz", None)], tmp_path / "empty")


def test_another_model_is_an_error(built):
    with pytest.raises(LibraryMismatchError, match="built by model"):
        Library.open(built[0], "0" * 64)


@pytest.mark.parametrize("damage", ["missing", "cut", "meta", "version", "short"])
def test_damage_is_an_error(built, tmp_path, damage):
    folder = tmp_path / "lib"
    folder.mkdir()
    for file in built[0].iterdir():
        (folder / file.name).write_bytes(file.read_bytes())
    if damage == "missing":
        (folder / "embedding.npy").unlink()
    elif damage == "cut":
        (folder / "embedding.npy").write_bytes((folder / "embedding.npy").read_bytes()[:70])
    elif damage == "meta":
        (folder / "library.json").write_text("{")
    elif damage == "version":
        meta = json.loads((folder / "library.json").read_text())
        (folder / "library.json").write_text(json.dumps({**meta, "format_version": 99}))
    else:
        np.save(folder / "mass_da.npy", np.zeros(1))
    with pytest.raises(LibraryError, match="build"):
        Library.open(folder)
