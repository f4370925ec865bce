import numpy as np

from km3aid.data.batches import AS_RECORDED, cut_batch
from km3aid.engine import Engine
from km3aid.evaluation.graph_level import GraphMatches, match_in_batches


def test_whole_batches_and_the_last_one():
    right = np.array([True, False, True, True, True])
    matches = GraphMatches(np.arange(5), right, ~right, 2)
    assert matches.summary() == {
        "batch_size": 2,
        "spectrum_to_molecule": 0.75,
        "molecule_to_spectrum": 0.25,
        "spectrum_to_molecule_with_last": 0.8,
        "molecule_to_spectrum_with_last": 0.2,
    }
    assert GraphMatches(np.arange(5), right, ~right, 8).summary()["spectrum_to_molecule"] is None


def test_molecules_are_compared_within_their_batch(small_data, untrained_weights):
    engine = Engine.load(untrained_weights, "cpu")
    rows = np.arange(10, 40)
    alone = match_in_batches(engine, small_data, rows, batch_size=1)
    assert alone.spectrum_to_molecule.all()
    assert sorted(alone.rows) == rows.tolist()
    together = match_in_batches(engine, small_data, rows, batch_size=30)
    assert together.spectrum_to_molecule.mean() < 0.5  # untrained
    order = np.random.default_rng(0).permutation(rows)
    assert together.rows.tolist() == order.tolist()
    batch = cut_batch(small_data, order, small_data.spectrum_offset[order], AS_RECORDED, np.random.default_rng(0))
    cosine = engine.network.encode_spectra(batch.peaks) @ engine.network.encode(batch.graph).graph.T
    assert (cosine.argmax(1) == np.arange(30)).tolist() == together.spectrum_to_molecule.tolist()
    assert (cosine.argmax(0) == np.arange(30)).tolist() == together.molecule_to_spectrum.tolist()
