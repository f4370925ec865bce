import csv
import errno
import multiprocessing
import os
import random
import signal
import time

import pytest

from km3aid.encoding.encode import encode_entries
from km3aid.engine import Engine
from km3aid.errors import LibraryError, LibraryMismatchError
from km3aid.library import BuildOptions, Library, build, merge_libraries, open_builder
from km3aid.library import shard as shard_file

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


def contents(path):
    return {f.name: f.read_bytes() for f in sorted(path.iterdir()) if f.name != ".lock"}


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


class _Stop(BaseException):
    pass


def _interrupted(lines, after):
    yield from lines[:after]
    raise _Stop


@pytest.mark.parametrize("seed", range(8))
def test_an_interrupted_build_ends_with_the_same_files(engine, tmp_path, seed):
    engine.build_library(LINES, tmp_path / "whole", options=SMALL)
    rng = random.Random(seed)
    for after in sorted(rng.randrange(len(LINES)) for _ in range(3)):
        with pytest.raises(_Stop):
            engine.build_library(_interrupted(LINES, after), tmp_path / "parts", options=SMALL)
    report = engine.build_library(LINES, tmp_path / "parts", options=SMALL)
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")
    assert [number for number, _, _ in report.rejected] == [5, 8, 12]


MANY = BuildOptions(shard_records=12)  # three checkpoints of four records
CHUNKS = 2  # records that come in at once


def _append(engine, path, upto=None):
    """Build from `LINES`, chunk by chunk, as far as `upto` records."""
    with open_builder(path, engine.model_sha256, "x", MANY) as builder:
        rest = LINES[builder.done : upto]
        for entries in encode_entries(engine.model, rest, engine.device, first=builder.done + 1, chunk=CHUNKS):
            builder.append(entries)
        return builder.finish() if upto is None else builder.done


@pytest.mark.parametrize("seed", range(8))
def test_checkpoints_keep_what_a_killed_build_has_and_leave_no_trace(engine, tmp_path, monkeypatch, seed):
    _append(engine, tmp_path / "whole")
    monkeypatch.setattr(build, "CHECKPOINT_RECORDS", 4)
    for after in sorted(random.Random(seed).randrange(0, len(LINES), CHUNKS) for _ in range(4)):
        kept = _append(engine, tmp_path / "parts", max(after, 1))
        assert kept >= after - after % 4
    (tmp_path / "parts" / "checkpoint-0000000099.arrow").write_bytes(b"of a kill before its manifest")
    report = _append(engine, tmp_path / "parts")
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")
    assert (report.molecules, [number for number, _, _ in report.rejected]) == (9, [5, 8, 12])


def test_a_library_whose_build_has_not_ended_shows_whole_shards_only(engine, tmp_path, monkeypatch):
    monkeypatch.setattr(build, "CHECKPOINT_RECORDS", 4)
    _append(engine, tmp_path / "lib", 10)
    assert len(Library.open(tmp_path / "lib")) == 0
    assert len(list((tmp_path / "lib").glob("checkpoint-*.arrow"))) == 2


def _build_slowly(weights, path):
    def lines():
        for line in LINES:
            time.sleep(0.05)
            yield line

    Engine.load(weights, "cpu").build_library(lines(), path, options=SMALL)


def test_a_killed_build_goes_on(engine, untrained_weights, tmp_path):
    engine.build_library(LINES, tmp_path / "whole", options=SMALL)
    child = multiprocessing.get_context("spawn").Process(
        target=_build_slowly, args=(untrained_weights, tmp_path / "lib")
    )
    child.start()
    deadline = time.monotonic() + 60
    while not (tmp_path / "lib" / "shard-00000.arrow").exists() and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(child.pid, signal.SIGKILL)
    child.join()
    engine.build_library(LINES, tmp_path / "lib", options=SMALL)
    assert contents(tmp_path / "lib") == contents(tmp_path / "whole")


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


def test_another_input_does_not_go_on_with_a_build(engine, tmp_path):
    with pytest.raises(_Stop):
        engine.build_library(_interrupted(LINES, 6), tmp_path / "lib", label="a.smi", options=SMALL)
    with pytest.raises(LibraryError, match=r"from a\.smi has not ended"):
        engine.build_library(LINES, tmp_path / "lib", label="b.smi", options=SMALL)


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


def test_a_full_disk_is_an_error_and_the_shards_stay(engine, tmp_path, monkeypatch):
    real = shard_file.fingerprint

    def full(path):
        if "00002" in path.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path)

    monkeypatch.setattr(shard_file, "fingerprint", full)
    with pytest.raises(LibraryError, match=r"No space left.*intact"):
        engine.build_library(LINES, tmp_path / "lib", options=SMALL)
    assert [f.name for f in sorted((tmp_path / "lib").glob("shard*"))] == ["shard-00000.arrow", "shard-00001.arrow"]
    assert not list((tmp_path / "lib").glob(".*.part"))
    monkeypatch.undo()
    engine.build_library(LINES, tmp_path / "lib", options=SMALL)
    assert molecules(tmp_path / "lib") == GOOD
