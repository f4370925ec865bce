import numpy as np

from km3aid.data.dataset import in_memory
from km3aid.training.order import epoch_order, molecule_sizes

ROWS = np.arange(100, 203)
SIZE = (ROWS * 7919) % 50


def test_every_row_comes_once():
    for alike in (0.0, 0.5, 1.0):
        order = epoch_order(ROWS, SIZE, 10, alike, np.random.default_rng(0))
        assert sorted(order) == sorted(ROWS)


def test_a_share_of_the_batches_holds_molecules_of_like_size():
    def spread(alike):
        order = epoch_order(ROWS, SIZE, 10, alike, np.random.default_rng(0))[:100] - 100
        return np.sort(np.ptp(SIZE[order].reshape(10, 10), axis=1))

    assert (spread(0.0) > 20).all()
    assert (spread(0.5)[:5] <= 20).all()
    assert (spread(0.5)[5:] > 20).all()
    assert (spread(1.0) <= 20).all()


def test_isomers_have_the_same_size(small_data):
    data = in_memory(small_data)
    sizes = dict(zip((s.decode() for s in data.smiles), molecule_sizes(data), strict=True))
    assert sizes["CCC(=O)O"] == sizes["CC(=O)CO"]
    assert sizes["CCC(=O)O"] != sizes["CCCC(=O)O"]
