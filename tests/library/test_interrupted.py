"""Builds that are stopped, killed or run out of space go on, and end with the files of one that was not."""

import errno
import multiprocessing
import os
import random
import signal
import time

import pytest
from tests.conftest import made_smiles

from km3aid.engine import Engine
from km3aid.errors import LibraryError
from km3aid.library import BuildOptions, Library, is_complete, table

LINES = [
    (s, f"m{n}")
    for n, s in enumerate(
        ["CCO", "CCC", "OCC", "c1ccccc1", "bad", "CCN", "C(C)C", "O", "CC(C)O", "CCCC", "CCF", "N", "CCBr", "CC=O"]
    )
]
GOOD = ["CCO", "CCC", "c1ccccc1", "CCN", "CC(C)O", "CCCC", "CCF", "CCBr", "CC=O"]  # canonical, each once
SMALL = BuildOptions(shard_records=4)
MANY = [(s, f"m{n}") for n, s in enumerate([*made_smiles(), "bad", "O", *made_smiles()[:30], "N", *["no"] * 5])]


@pytest.fixture(scope="module")
def engine(untrained_weights):
    return Engine.load(untrained_weights, "cpu")


@pytest.fixture
def by_fives(monkeypatch):
    """Chunks of five records, so that few records make many checkpoints."""
    monkeypatch.setattr("km3aid.encoding.chunks.CHUNK", 5)
    return BuildOptions(shard_records=43, checkpoint_records=10)


def contents(path):
    return {f.name: f.read_bytes() for f in sorted(path.iterdir()) if f.name != ".lock"}


def molecules(path):
    library = Library.open(path, strict=True)
    return [library.smiles(i) for i in range(len(library))]


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


@pytest.mark.parametrize("seed", range(3))
def test_checkpoints_leave_no_trace_in_the_library(engine, tmp_path, by_fives, seed):
    whole = engine.build_library(MANY, tmp_path / "whole", options=by_fives)
    rng = random.Random(seed)
    for after in sorted(rng.randrange(len(MANY)) for _ in range(4)):
        with pytest.raises(_Stop):
            engine.build_library(_interrupted(MANY, after), tmp_path / "parts", options=by_fives)
    assert engine.build_library(MANY, tmp_path / "parts", options=by_fives).rejected == whole.rejected
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")


def test_no_more_than_a_checkpoint_is_lost(engine, tmp_path, by_fives):
    for after in (0, 9, 10, 24, 42, 43, 64, 90):
        path = tmp_path / f"after-{after}"
        with pytest.raises(_Stop):
            engine.build_library(_interrupted(MANY, after), path, options=by_fives)
        saved = [int(f.stem.split("-")[1]) for f in path.glob("checkpoint-*")]
        assert all(after // 43 * 43 <= begin < after for begin in saved)  # those of finished shards are gone
        steps = []
        engine.build_library(MANY, path, options=by_fives, progress=steps.append)
        told = steps[0] if after >= 10 else 0
        assert after - 15 < told <= after  # a chunk in hand, and up to a checkpoint
        assert sum(steps) == len(MANY)


def _killed_at(engine, path, options, number, renamed):
    """Build in a process that dies at its n-th renaming of a file, before or after it."""
    rename, count = os.replace, iter(range(number + 1))

    def replace(*names):
        last = next(count) == number
        if last and not renamed:
            os._exit(9)
        rename(*names)
        if last:
            os._exit(9)

    os.replace = replace
    engine.build_library(MANY, path, options=options)
    os._exit(0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_build_killed_at_any_point_goes_on(engine, tmp_path, by_fives):
    engine.build_library(MANY, tmp_path / "whole", options=by_fives)
    expected, number, codes = contents(tmp_path / "whole"), 0, {9}
    while 9 in codes:
        codes = set()
        for renamed in (False, True):
            path = tmp_path / f"{number}-{renamed}"
            child = multiprocessing.get_context("fork").Process(
                target=_killed_at, args=(engine, path, by_fives, number, renamed)
            )
            child.start()
            child.join()
            codes.add(child.exitcode)
            if child.exitcode == 9 and not is_complete(path, engine.model_sha256, "a list"):
                engine.build_library(MANY, path, options=by_fives)
            assert contents(path) == expected
        number += 1
    assert number > 20  # checkpoints, shards and manifests


def test_a_damaged_checkpoint_costs_no_more_than_itself(engine, tmp_path, by_fives):
    engine.build_library(MANY, tmp_path / "whole", options=by_fives)
    with pytest.raises(_Stop):
        engine.build_library(_interrupted(MANY, 76), tmp_path / "parts", options=by_fives)
    *_, last = sorted((tmp_path / "parts").glob("checkpoint-*"))
    last.write_bytes(last.read_bytes()[:200])
    engine.build_library(MANY, tmp_path / "parts", options=by_fives)
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")


def test_a_build_without_checkpoints_as_older_versions_left_it_goes_on(engine, tmp_path, by_fives):
    engine.build_library(MANY, tmp_path / "whole", options=by_fives)
    with pytest.raises(_Stop):
        engine.build_library(_interrupted(MANY, 76), tmp_path / "parts", options=by_fives)
    for file in (tmp_path / "parts").glob("checkpoint-*"):
        file.unlink()
    (tmp_path / "parts" / ".shard-00001.arrow.part").write_bytes(b"half")
    engine.build_library(MANY, tmp_path / "parts", options=by_fives)
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")


def test_an_addition_that_is_interrupted_goes_on(engine, tmp_path, by_fives):
    add = BuildOptions(add=True, checkpoint_records=10)
    for name in ("whole", "parts"):
        engine.build_library(MANY[:60], tmp_path / name, label="a", options=by_fives)
    before = Library.open(tmp_path / "parts")
    with pytest.raises(_Stop):
        engine.build_library(_interrupted(MANY, 30), tmp_path / "parts", label="b", options=add)
    assert len(Library.open(tmp_path / "parts")) == len(before)  # readers see the library as it was
    with pytest.raises(LibraryError, match="from b has not ended"):
        engine.build_library(MANY, tmp_path / "parts", label="c", options=add)
    for name in ("whole", "parts"):
        engine.build_library(MANY, tmp_path / name, label="b", options=add)
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")


def test_a_library_whose_build_has_not_ended_shows_whole_shards_only(engine, tmp_path, by_fives):
    with pytest.raises(_Stop):
        engine.build_library(_interrupted(MANY, 30), tmp_path / "lib", options=by_fives)
    assert len(Library.open(tmp_path / "lib")) == 0
    assert not Library.open(tmp_path / "lib").info()["complete"]


def test_an_error_of_the_source_is_not_taken_for_one_of_the_library(engine, tmp_path):
    def lines():
        yield from LINES
        raise FileNotFoundError(2, "No such file or directory", "molecules.smi")

    with pytest.raises(FileNotFoundError):
        engine.build_library(lines(), tmp_path / "lib")


def test_overwriting_forgets_an_interrupted_build(engine, tmp_path, by_fives):
    with pytest.raises(_Stop):
        engine.build_library(_interrupted(MANY, 76), tmp_path / "lib", label="a", options=by_fives)
    engine.build_library(LINES[:3], tmp_path / "lib", label="b", options=BuildOptions(overwrite=True))
    assert molecules(tmp_path / "lib") == GOOD[:2]
    assert sorted(contents(tmp_path / "lib")) == ["library.json", "shard-00000.arrow"]


def test_several_processes_go_on_with_what_they_began(engine, tmp_path):
    options = BuildOptions(shard_records=600, checkpoint_records=256)
    lines = (MANY * 8)[:700]

    def broken():
        yield from lines[:599]
        raise RuntimeError

    engine.build_library(lines, tmp_path / "whole", options=options, workers=2)
    with pytest.raises(RuntimeError):
        engine.build_library(broken(), tmp_path / "parts", options=options, workers=2)
    assert len(list((tmp_path / "parts").glob("checkpoint-*"))) == 2
    engine.build_library(lines, tmp_path / "parts", options=options, workers=2)
    assert contents(tmp_path / "parts") == contents(tmp_path / "whole")


def _build_slowly(weights, path):
    def lines():
        for line in LINES:
            time.sleep(0.05)
            yield line

    Engine.load(weights, "cpu").build_library(lines(), path, options=SMALL)


@pytest.mark.posix
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


def test_another_input_does_not_go_on_with_a_build(engine, tmp_path):
    with pytest.raises(_Stop):
        engine.build_library(_interrupted(LINES, 6), tmp_path / "lib", label="a.smi", options=SMALL)
    with pytest.raises(LibraryError, match=r"from a\.smi has not ended"):
        engine.build_library(LINES, tmp_path / "lib", label="b.smi", options=SMALL)


def test_a_full_disk_is_an_error_and_the_shards_stay(engine, tmp_path, monkeypatch):
    real = table.fingerprint

    def full(path):
        if "00002" in path.name:
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path)

    monkeypatch.setattr(table, "fingerprint", full)
    with pytest.raises(LibraryError, match=r"No space left.*intact"):
        engine.build_library(LINES, tmp_path / "lib", options=SMALL)
    assert [f.name for f in sorted((tmp_path / "lib").glob("*shard*"))] == ["shard-00000.arrow", "shard-00001.arrow"]
    assert not list((tmp_path / "lib").glob("*.part"))
    monkeypatch.undo()
    engine.build_library(LINES, tmp_path / "lib", options=SMALL)
    assert molecules(tmp_path / "lib") == GOOD
