import numpy as np
import pytest

from km3aid.elucidate.composition import Compositions, hetero
from km3aid.elucidate.environments import NOTHING_PPM, Environments
from km3aid.elucidate.index import Index, build_index, open_index
from km3aid.library import Library
from km3aid.molecules.graphs import flat_mol, sketch_of_mol, stacked


def keys(*rows):
    return np.array(rows, np.uint64)


def test_the_widest_surroundings_that_were_seen_decide():
    table = Environments.of_atoms(
        keys((1, 10, 100), (1, 10, 101), (1, 11, 102)), np.array([20.0, 30.0, 70.0], np.float32), 1
    )
    told = table.estimate(keys((1, 10, 100), (1, 10, 999), (1, 99, 999), (9, 99, 999)))
    assert told.known.tolist() == [3, 2, 1, 0]
    assert told.shift_ppm[:3].tolist() == [20.0, 25.0, 40.0]
    assert np.isnan(told.shift_ppm[3])
    assert told.scale_ppm[3] == NOTHING_PPM
    assert (np.diff(told.scale_ppm) > 0).all()
    assert told.log_count.tolist() == pytest.approx([np.log(2), np.log(2), 0, 0])


def test_what_was_seen_often_is_known_better():
    few = Environments.of_atoms(keys(*[(1, 1, 1)] * 2), np.array([20.0, 20.2], np.float32), 1)
    many = Environments.of_atoms(keys(*[(1, 1, 1)] * 200), np.tile([20.0, 20.2], 100).astype(np.float32), 1)
    assert many.levels[0].scale_ppm[0] < few.levels[0].scale_ppm[0]


def test_usual_compositions_cost_less():
    held = hetero(stacked([sketch_of_mol(flat_mol(s)) for s in ("CCO", "CCCO", "CO", "CCN")]))
    table = Compositions.of(held)
    asked = stacked([sketch_of_mol(flat_mol(s)) for s in ("CCCCO", "CCCCN", "CCS")])
    cost = table.nats(asked)
    assert cost[0] < cost[1] < cost[2]


@pytest.fixture(scope="module")
def library(engine, tmp_path_factory):
    path = tmp_path_factory.mktemp("index") / "library"
    smiles = ["CCO", "CCCO", "CCCCO", "c1ccccc1O", "Cc1ccccc1O", "CCOC(C)=O", "CC(=O)OCCC", "CC(C)O"]
    engine.build_library(((text, None) for text in smiles), path)
    return Library.open(path)


def test_the_index_is_kept_beside_the_library(engine, library, monkeypatch):
    made = open_index(engine.network, library)
    assert [p.suffix for p in library.path.glob("elucidate-*")] == [".npz"]
    monkeypatch.setattr("km3aid.elucidate.index.build_index", None)
    again = open_index(engine.network, library)
    for one, other in zip(made.environments.levels, again.environments.levels, strict=True):
        assert all((a == b).all() or np.isnan(a).any() for a, b in zip(one, other, strict=True))
    assert (made.frequency == again.frequency).all()
    assert (made.groups.order == again.groups.order).all()


def test_a_damaged_index_is_made_again(engine, library):
    open_index(engine.network, library)
    (file,) = library.path.glob("elucidate-*")
    file.write_bytes(b"nothing")
    assert Index.read(file) is None
    open_index(engine.network, library)
    assert Index.read(file) is not None


def test_groups_are_counted(engine, library):
    index = build_index(engine.network, library)
    one = index.groups.one(0)
    assert (one.element.tolist(), one.hydrogens.tolist()) == ([6], [3])  # methyl, the most frequent
    assert index.frequency[0] >= 9
    assert (np.diff(index.frequency) <= 0).all()
    told = []
    build_index(engine.network, library, sample=3, progress=told.append)
    assert sum(told) == 3
