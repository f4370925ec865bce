import csv

import pytest

from km3aid.engine import Engine
from km3aid.errors import LibraryError, LibraryMismatchError
from km3aid.library import BuildOptions, Library, merge_libraries, open_builder

SMALL = BuildOptions(shard_records=4)
LINES = [
    (s, f"m{n}")
    for n, s in enumerate(
        ["CCO", "CCC", "OCC", "c1ccccc1", "bad", "CCN", "C(C)C", "O", "CC(C)O", "CCCC", "CCF", "N", "CCBr", "CC=O"]
    )
]
GOOD = ["CCO", "CCC", "c1ccccc1", "CCN", "CC(C)O", "CCCC", "CCF", "CCBr", "CC=O"]  # canonical, each once


@pytest.fixture(scope="module")
def engine(untrained_weights):
    return Engine.load(untrained_weights, "cpu")


def molecules(path):
    library = Library.open(path, strict=True)
    return [library.smiles(i) for i in range(len(library))]


def test_shards_hold_each_molecule_once_in_the_order_of_the_input(engine, tmp_path):
    report = engine.build_library(LINES, tmp_path / "lib", options=SMALL)
    assert molecules(tmp_path / "lib") == GOOD
    assert (report.molecules, report.added, report.duplicates) == (9, 9, 2)
    assert [number for number, _, _ in report.rejected] == [5, 8, 12]
    with open(tmp_path / "lib" / "rejected.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(r["record"], r["structure"]) for r in rows] == [("5", "bad"), ("8", "O"), ("12", "N")]
    info = Library.open(tmp_path / "lib").info()
    assert (info["rejected"], info["duplicates"], info["shards"], info["complete"]) == (3, 2, 4, True)


@pytest.mark.parametrize(("key", "count"), [("smiles", 4), ("inchikey", 3), ("connectivity", 2), ("none", 5)])
def test_what_makes_molecules_equal(engine, tmp_path, key, count):
    # two enantiomers, one of them twice, and two tautomers of which InChI makes one
    lines = [
        (s, None) for s in ("C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "C[C@@H](N)C(=O)O", "Cc1nc[nH]c1", "Cc1cnc[nH]1")
    ]
    engine.build_library(lines, tmp_path / key, options=BuildOptions(deduplicate=key))
    assert len(Library.open(tmp_path / key)) == count


def test_a_second_build_is_refused(engine, tmp_path):
    with (
        open_builder(tmp_path / "lib", engine.model_sha256, "x", SMALL),
        pytest.raises(LibraryError, match="another process"),
    ):
        engine.build_library(LINES, tmp_path / "lib", label="x", options=SMALL)


def test_a_complete_library_is_not_touched_unless_told(engine, tmp_path):
    engine.build_library(LINES, tmp_path / "lib")
    with pytest.raises(LibraryError, match="complete library of 9"):
        engine.build_library(LINES, tmp_path / "lib")
    engine.build_library([("CCO", None)], tmp_path / "lib", options=BuildOptions(overwrite=True))
    assert molecules(tmp_path / "lib") == ["CCO"]
    assert not (tmp_path / "lib" / "rejected.csv").exists()


def test_add_and_readers_meanwhile(engine, tmp_path):
    engine.build_library(LINES[:4], tmp_path / "lib", options=SMALL)
    before = Library.open(tmp_path / "lib")
    report = engine.build_library(LINES, tmp_path / "lib", options=BuildOptions(add=True))
    assert (report.added, report.molecules) == (6, 9)
    assert [before.smiles(i) for i in range(len(before))] == GOOD[:3]
    assert sorted(molecules(tmp_path / "lib")) == sorted(GOOD)
    with pytest.raises(LibraryError, match="no library here to add to"):
        engine.build_library(LINES, tmp_path / "none", options=BuildOptions(add=True))


def test_another_model_does_not_add(engine, tmp_path):
    engine.build_library(LINES, tmp_path / "lib")
    with pytest.raises(LibraryMismatchError, match="--overwrite"):
        Engine.load(device="cpu").build_library(LINES, tmp_path / "lib", options=BuildOptions(add=True))


def test_merge(engine, tmp_path):
    engine.build_library(LINES[:6], tmp_path / "a", options=SMALL)
    engine.build_library(LINES[3:], tmp_path / "b", options=SMALL)
    assert merge_libraries([tmp_path / "a", tmp_path / "b"], tmp_path / "c") == 9
    assert sorted(molecules(tmp_path / "c")) == sorted(GOOD)
    engine.build_library(LINES, tmp_path / "d", options=BuildOptions("none"))
    with pytest.raises(LibraryError, match="duplicates by none"):
        merge_libraries([tmp_path / "a", tmp_path / "d"], tmp_path / "e")
