import numpy as np
import pytest

from km3aid.data.batches import AS_RECORDED, UNKNOWN, cut_batch
from km3aid.data.dataset import in_memory
from km3aid.data.filled import FixedSizes, fill, fixed_sizes, molecule_counts, pack

GROUP = 4


def cut(data, rows):
    return cut_batch(data, rows, data.spectrum_offset[rows], AS_RECORDED, np.random.default_rng(0))


def test_what_molecules_hold(small_data):
    data = in_memory(small_data)
    row = next(n for n, smiles in enumerate(data.smiles) if smiles == b"CCC(=O)O")
    assert molecule_counts(data)[row].tolist() == [5, 8, 0, 0, 3]


def test_nearly_every_batch_of_usual_molecules_fits(small_data):
    data, rng = in_memory(small_data), np.random.default_rng(0)
    counts = molecule_counts(data)
    small = np.flatnonzero(counts[:, 0] < np.median(counts[:, 0]))
    sizes = fixed_sizes([counts[small], counts, counts[:0]], 16, GROUP)
    usual = np.flatnonzero((counts <= sizes.largest).all(1))
    assert all(fill(cut(data, rng.permutation(usual)[:16]), sizes) for _ in range(50))
    assert sizes.atoms < 16 * counts[:, 0].max()
    for_small = fixed_sizes([counts[small]], 16, GROUP)
    assert for_small.atoms < sizes.atoms
    large = np.argsort(counts[:, 0])[-16:]
    assert fill(cut(data, large), for_small) is None


def test_the_largest_molecules_do_not_make_every_batch_large():
    counts = np.tile([10, 20, 4, 2, 8], (2000, 1))
    counts[[5, 7]] *= 20
    sizes = fixed_sizes([counts], 64, 32)
    assert sizes.largest == (10, 20, 4, 2, 8)
    assert (sizes.atoms, sizes.edges, sizes.carbons, sizes.peaks) == (641, 1280, 256, 8)


def test_what_fills_up_belongs_to_a_molecule_without_a_spectrum(small_data):
    rows = np.arange(10)
    batch = cut(small_data, rows)
    sizes = FixedSizes(10, GROUP, 120, 200, 80, 5, 30, 20, (99,) * 5)
    filled = fill(batch, sizes)
    assert filled.filled
    assert not batch.filled
    atoms = len(batch.graph.atoms)
    assert (filled.graph.atom_molecule[:atoms] == batch.graph.atom_molecule).all()
    assert (filled.graph.atom_molecule[atoms:] == 10).all()
    for name in ("edge_source", "edge_target", "relation_source", "relation_target", "turn_target"):
        before, after = getattr(batch.graph, name), getattr(filled.graph, name)
        assert (after[: len(before)] == before).all()
        assert (after[len(before) :] >= atoms).all()
        assert np.bincount(after[len(before) :]).max() <= 1 + len(after) // (120 - atoms)
    assert filled.real.sum() == len(batch.carbons.atom)
    assert batch.real.all()
    for name in batch.carbons._fields:
        assert (getattr(filled.carbons, name)[filled.real] == getattr(batch.carbons, name)).all()
    groups = filled.carbons.molecule.reshape(3, 30)
    for group, molecules in enumerate(groups):
        assert set(molecules[molecules < 10] // GROUP) == {group}
    assert (filled.carbons.carbon_class[~filled.real] >= atoms).all()
    assert (filled.carbons.multiplicity[~filled.real] == UNKNOWN).all()
    assert filled.peaks.mask.sum() == batch.peaks.mask.sum()
    assert filled.peaks.mask.shape == (10, 20)


@pytest.mark.parametrize("short", ["atoms", "edges", "relations", "carbons", "peaks"])
def test_a_batch_that_is_too_large_is_not_filled(small_data, short):
    batch = cut(small_data, np.arange(10))
    in_group = int(np.bincount(batch.carbons.molecule // GROUP).max())
    need = {
        "atoms": len(batch.graph.atoms) + 1,
        "edges": len(batch.graph.edge_kind),
        "relations": len(batch.graph.relation_kind),
        "turns": 0,
        "carbons": in_group,
        "peaks": batch.peaks.mask.shape[1],
    }
    assert fill(batch, FixedSizes(10, GROUP, **need, largest=(99,) * 5)) is not None
    assert fill(batch, FixedSizes(10, GROUP, **{**need, short: need[short] - 1}, largest=(99,) * 5)) is None


def test_packing_keeps_every_bit(small_data):
    batch = cut(small_data, np.arange(10))
    packed = pack(batch)
    atoms = batch.graph.atoms
    assert packed.dtype == np.int32
    assert (packed[: atoms.size].reshape(atoms.shape) == atoms).all()
    assert (packed[-len(batch.carbons.atom) :].view(np.float32) == batch.carbons.noise_ppm).all()
