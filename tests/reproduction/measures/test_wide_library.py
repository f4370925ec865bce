"""A library's molecules, encoded by another model than its own, rank as in a library that this model built."""

from functools import partial

import numpy as np
import pytest
import torch
from tests.conftest import made_smiles

from km3aid.engine import Engine
from km3aid.errors import CheckpointError
from km3aid.library import BuildOptions, Library
from km3aid.models.build import build_model
from km3aid.models.checkpoint import write_model
from km3aid.models.config import KM3AIDConfig
from km3aid.models.k_m3aid.vectors import graph_vectors
from km3aid.reproduction.measures import wide_library
from km3aid.reproduction.measures.nested_library import Reference
from km3aid.reproduction.measures.wide_library import Encoded, GraphStore, encode_places
from km3aid.spectra import parse_peaks


@pytest.fixture(scope="module")
def paper(tmp_path_factory):
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("paper") / "paper.safetensors"
    write_model(path, build_model(KM3AIDConfig(layers=2, width=16, projection=32)), {})
    return path


def test_places_are_encoded_as_in_a_library_of_the_model(tmp_path, paper, untrained_weights, monkeypatch):
    monkeypatch.setattr(wide_library, "_PART", 32)
    monkeypatch.setattr(wide_library, "_BATCH", 7)
    structures = [(s, None) for s in made_smiles()[:80]]
    other, own = Engine.load(untrained_weights, "cpu"), Engine.load(paper, "cpu")
    for engine, name in ((other, "other"), (own, "own")):
        engine.build_library(iter(structures), tmp_path / name, options=BuildOptions("none"))
    library = Library.open(tmp_path / "other")
    store = GraphStore(library, tmp_path / "graphs", 70)
    store.write(lambda line: None)
    encode_places(store, partial(graph_vectors, paper), tmp_path / "vectors.npy", lambda line: None)
    encoded = Encoded(library, np.load(tmp_path / "vectors.npy", mmap_mode="r"))
    question = own.query(parse_peaks("58.3 18.4"))
    expected = Reference(Library.open(tmp_path / "own"))
    np.testing.assert_array_equal(encoded.row, expected.row)
    ours, theirs = encoded.similarities([question])[0], expected.similarities([question])[0][:70]
    np.testing.assert_allclose(ours, theirs, atol=0.02 * np.abs(theirs).max())  # theirs in eight bits
    assert (len(encoded), encoded.smiles(3)) == (70, expected.smiles(3))


def test_an_interrupted_store_goes_on(tmp_path, untrained_weights, monkeypatch):
    monkeypatch.setattr(wide_library, "_PART", 16)
    engine = Engine.load(untrained_weights, "cpu")
    engine.build_library(iter([(s, None) for s in made_smiles()[:40]]), tmp_path / "lib", options=BuildOptions("none"))
    store = GraphStore(Library.open(tmp_path / "lib"), tmp_path / "graphs", 1000)
    store.write(lambda line: None)
    second = tmp_path / "graphs" / "graphs-00000016.npz"
    second.unlink()
    lines: list[str] = []
    store.write(lines.append)
    assert len(lines) == 1
    assert sum(batch.molecules for batch in store.batches()) == 40


def test_other_models_are_refused(untrained_weights):
    with pytest.raises(CheckpointError, match="preset paper"):
        next(graph_vectors(untrained_weights, iter(())))
