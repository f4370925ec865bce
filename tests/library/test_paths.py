"""Libraries that lie elsewhere than in a local folder."""

import json

import fsspec
import pytest

from km3aid.engine import Engine
from km3aid.errors import LibraryError
from km3aid.library import BuildOptions, Library, export_library, verify_library
from km3aid.spectra import parse_peaks

LINES = [("CCO", "ethanol"), ("c1ccccc1", None), ("CC(C)O", "2-propanol")]


@pytest.fixture(scope="module")
def engine(untrained_weights):
    return Engine.load(untrained_weights, "cpu")


@pytest.fixture(scope="module")
def built(engine, tmp_path_factory):
    path = tmp_path_factory.mktemp("place") / "a library"
    engine.build_library(LINES, path, options=BuildOptions(shard_records=2))
    return path


@pytest.fixture
def remote(built):
    """The same library in fsspec's memory."""
    memory = fsspec.filesystem("memory")
    memory.put(str(built), "/lib", recursive=True)
    yield "memory://lib"
    memory.rm("/lib", recursive=True)


def test_a_library_elsewhere_answers_as_a_local_one(built, remote, engine, tmp_path):
    spectrum = parse_peaks("58.3 18.4")
    here, there = Library.open(built), Library.open(remote)
    assert engine.search(spectrum, there).hits == engine.search(spectrum, here).hits
    ours, theirs = there.info(), here.info()
    assert ours.pop("path") == remote
    theirs.pop("path")
    assert ours == theirs
    assert verify_library(remote) == []
    assert export_library(remote, tmp_path / "out.smi") == 3


def test_damage_elsewhere_is_found(remote):
    memory = fsspec.filesystem("memory")
    memory.pipe("/lib/shard-00000.arrow", b"x")
    assert "shard-00000.arrow" in Library.open(remote).warnings[0]
    assert [f.file for f in verify_library(remote)] == ["shard-00000.arrow"]
    memory.rm("/lib/shard-00000.arrow")
    assert [f.problem for f in verify_library(remote)] == ["missing"]
    memory.pipe("/lib/library.json", json.dumps({"schema_version": 99}).encode())
    with pytest.raises(LibraryError, match="schema version 99"):
        Library.open(remote)


def test_a_file_uri_is_a_local_path(built):
    assert Library.open(built.as_uri()).path == built


def test_no_library_and_no_file_system_are_errors():
    with pytest.raises(LibraryError, match="no library here"):
        Library.open("memory://nothing")
    with pytest.raises(LibraryError, match="no file system for 'nosuch'"):
        Library.open("nosuch://bucket/lib")


def test_a_library_is_built_locally(engine, tmp_path):
    with pytest.raises(LibraryError, match="written to a local folder"):
        engine.build_library(LINES, "memory://lib")
    engine.build_library(LINES, (tmp_path / "lib").as_uri())
    assert len(Library.open(tmp_path / "lib")) == 3
