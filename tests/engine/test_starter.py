"""The starter library: built once for each model, kept where that is possible, and told."""

import gzip
import os
import zipfile
from contextlib import contextmanager

import pytest

from km3aid import Engine, Spectrum
from km3aid.engine import starter
from km3aid.engine.starter import COMPOUNDS, starter_folder, starter_library
from km3aid.errors import LibraryError
from km3aid.molecules import parse_smiles

ETHANOL = Spectrum.from_shifts([58.3, 18.4])
CAMPHOR = Spectrum.from_shifts([219.7, 57.7, 46.8, 43.3, 43.1, 29.9, 27.1, 19.8, 19.2, 9.3])


def test_the_list_holds_what_it_says():
    lines = gzip.decompress(starter._compounds()).decode().splitlines()
    assert len(lines) == len({line.split()[0] for line in lines}) == COMPOUNDS
    names = {line.partition(" ")[2] for line in lines}
    assert {"aspirin", "caffeine", "quinine", "acetone", "ethyl acetate", "cholesterol"} <= names
    for line in lines[::97]:
        assert parse_smiles(line.split()[0]).smiles == line.split()[0]


def test_the_package_holds_the_library_of_the_bundled_model():
    """Other weights or another list need: make starter-library"""
    with zipfile.ZipFile(starter._PACKED) as archive:
        assert archive.comment.decode() == starter._name_of(Engine.load(), starter._compounds())
    assert starter._PACKED.stat().st_size < 8e6


def test_the_bundled_model_unpacks_it_and_builds_nothing(monkeypatch, tmp_path):
    monkeypatch.setenv("KM3AID_CACHE", str(tmp_path))
    monkeypatch.setattr(starter, "_build", None)
    hits = Engine.load().search(CAMPHOR)
    assert "camphor" in hits.hits[0].name.lower()
    assert "20,000 common compounds" in " ".join(hits.warnings)


def test_the_same_model_packs_the_same_file(engine, few_compounds, tmp_path, monkeypatch):
    made = [tmp_path / "a.zip", tmp_path / "b.zip"]
    for path in made:
        starter.pack(engine, path, workers=1)
    assert made[0].read_bytes() == made[1].read_bytes()
    monkeypatch.setattr(starter, "_PACKED", made[0])
    monkeypatch.setattr(starter, "_build", None)
    assert len(starter_library(engine)) == 3


@pytest.mark.parametrize("cut", [0, 40, 2000])
def test_a_damaged_package_has_its_library_built(engine, few_compounds, tmp_path, monkeypatch, cut):
    packed = tmp_path / "packed.zip"
    starter.pack(engine, packed, workers=1)
    content = bytearray(packed.read_bytes())
    content[cut or slice(0, None)] = b"" if not cut else content[cut] ^ 1
    packed.write_bytes(content)
    monkeypatch.setattr(starter, "_PACKED", packed)
    assert len(starter_library(engine)) == 3


def test_a_search_without_a_library_says_what_it_searched(engine, few_compounds):
    hits = engine.search(ETHANOL)
    assert hits.hits[0].name == "ethanol"
    assert any("searched the starter library, 3 common" in warning for warning in hits.warnings)


def test_it_is_built_once(engine, few_compounds):
    built = []

    @contextmanager
    def building(total):
        built.append(total)
        yield None

    first = starter_folder(engine, building)
    assert starter_folder(engine, building) == first
    assert built == [COMPOUNDS]
    assert [path.name for path in few_compounds.iterdir()] == [first.name]


def test_a_damaged_one_is_built_again(engine, few_compounds):
    folder = starter_folder(engine)
    (folder / "shard-00000.arrow").write_bytes(b"damaged")
    assert starter_folder(engine) == folder
    assert len(starter_library(engine)) == 3


def test_another_process_that_was_quicker_wins(engine, few_compounds, monkeypatch):
    build = starter._build

    def slow(engine, content, folder, building, workers):
        build(engine, content, folder, building, workers)
        build(engine, content, few_compounds / "other" / folder.name, building, workers)
        os.replace(few_compounds / "other" / folder.name, few_compounds / folder.name)

    (few_compounds / "other").mkdir(parents=True)
    monkeypatch.setattr(starter, "_build", slow)
    assert len(starter_library(engine)) == 3


def test_without_a_place_to_keep_it_a_temporary_folder_does(engine, few_compounds):
    few_compounds.write_text("a file where the folder should be")
    hits = engine.search(ETHANOL)
    assert hits.hits[0].name == "ethanol"
    assert "cannot be written, so it is not kept; set KM3AID_CACHE" in " ".join(hits.warnings)


def test_no_place_at_all_is_one_clear_error(engine, few_compounds, monkeypatch):
    few_compounds.write_text("")

    def full(prefix, dir=None):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("tempfile.mkdtemp", full)
    with pytest.raises(LibraryError, match="set KM3AID_CACHE"):
        starter_library(engine)
