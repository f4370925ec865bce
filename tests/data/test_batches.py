"""Batches hold what the arrays hold, and spectra vary as they are told to."""

import numpy as np
import pytest

from km3aid.data.batches import AS_RECORDED, BOND_KINDS, UNKNOWN, Augmentation, collate, cut_batch, cut_peaks, pad_peaks
from km3aid.molecules import featurise, parse_smiles
from km3aid.molecules.features import ATOM_COLUMNS


def cut(data, rows, seed=0, **augmentation):
    varied = Augmentation(**{**NONE_VALUES, **augmentation})
    rows = np.asarray(rows)
    return cut_batch(data, rows, data.spectrum_offset[rows], varied, np.random.default_rng(seed))


NONE_VALUES = dict.fromkeys(Augmentation.__dataclass_fields__, 0.0)


def shifts_of(batch, molecule):
    return batch.peaks.shift_ppm[molecule][batch.peaks.mask[molecule]].tolist()


def test_a_batch_is_the_graph_of_its_molecules(small_data):
    rows = [5, 3]
    graph = cut(small_data, rows).graph
    alone = collate([featurise(parse_smiles(small_data.smiles[row].decode()).mol) for row in rows])
    assert graph.molecules == alone.molecules == 2
    assert np.array_equal(graph.atom_molecule, alone.atom_molecule)
    assert len(graph.edge_kind) == len(alone.edge_kind)
    assert int(graph.edge_kind.max()) < BOND_KINDS
    same_molecule = graph.atom_molecule[graph.edge_source] == graph.atom_molecule[graph.edge_target]
    assert same_molecule.all()
    half = len(graph.edge_source) // 2
    assert np.array_equal(graph.edge_source[:half], graph.edge_target[half:])  # both directions


def test_as_recorded_every_carbon_has_its_peak(small_data):
    rows = np.array([2, 9, 4])
    batch = cut(small_data, rows)
    for molecule, row in enumerate(rows):
        start = int(small_data.value_offset[small_data.spectrum_offset[row]])
        size = int(small_data.atom_offset[row + 1] - small_data.atom_offset[row])
        recorded = small_data.shift_ppm[start : start + size]
        carbons = batch.carbons.molecule == molecule
        np.testing.assert_array_equal(batch.carbons.shift_ppm[carbons], recorded[~np.isnan(recorded)])
        assert shifts_of(batch, molecule) == recorded[~np.isnan(recorded)].tolist()
    assert (batch.peaks.carbons[batch.peaks.mask] == 1).all()
    assert (batch.graph.atoms[batch.carbons.atom, 0] == 6).all()
    again = cut_peaks(small_data, rows, small_data.spectrum_offset[rows])
    for ours, theirs in zip(again, batch.peaks, strict=True):
        assert np.array_equal(ours, theirs)


def test_equal_shifts_are_folded_and_counted(small_data):
    rows = np.arange(len(small_data))
    folded = cut(small_data, rows, fold_equivalent=1.0, show_count=1.0)
    recorded = cut(small_data, rows)
    for molecule in rows:
        shifts, counts = np.unique(shifts_of(recorded, molecule), return_counts=True)
        order = np.argsort(shifts_of(folded, molecule))
        assert np.sort(shifts_of(folded, molecule)).tolist() == shifts.tolist()
        said = folded.peaks.carbons[molecule][folded.peaks.mask[molecule]][order]
        np.testing.assert_array_equal(said, counts)
    assert not cut(small_data, rows, fold_equivalent=1.0).peaks.carbons.any()  # folded, but not told


def test_multiplicities_are_hidden_from_the_spectrum_alone(small_data):
    batch = cut(small_data, range(8), hide_multiplicity=1.0)
    assert (batch.peaks.multiplicity == UNKNOWN).all()
    assert (batch.carbons.multiplicity < UNKNOWN).all()


def test_lost_peaks_leave_at_least_one(small_data):
    rows = np.arange(len(small_data))
    recorded = cut(small_data, rows)
    lossy = [cut(small_data, rows, seed, lose_peaks=1.0) for seed in range(20)]
    left = np.stack([batch.peaks.mask.sum(1) for batch in lossy]).astype(float)
    assert float(left.mean() / recorded.peaks.mask.sum(1).mean()) == pytest.approx(0.92, abs=0.02)
    assert left.min() >= 1
    assert np.array_equal(lossy[0].carbons.shift_ppm, recorded.carbons.shift_ppm)


def test_jitter_moves_the_peaks_and_not_the_carbons(small_data):
    jittered, recorded = cut(small_data, range(40), jitter_ppm=0.1), cut(small_data, range(40))
    moved = (jittered.peaks.shift_ppm - recorded.peaks.shift_ppm)[recorded.peaks.mask]
    assert float(moved.std()) == pytest.approx(0.1, rel=0.3)
    assert np.array_equal(jittered.carbons.shift_ppm, recorded.carbons.shift_ppm)


def test_a_mirror_image_swaps_handedness(small_data):
    data = small_data
    atoms = np.array(data.atoms)
    columns = [list(ATOM_COLUMNS).index(name) for name in ("chiral_tag", "cip")]
    atoms[: data.atom_offset[1], columns] = [1, 2]
    data = type(data)(**{**{n: getattr(data, n) for n in data.__dataclass_fields__}, "atoms": atoms})
    assert np.unique(cut(data, [0], mirror=1.0).graph.atoms[:, columns], axis=0).tolist() == [[2, 1]]
    assert np.unique(cut(data, [0]).graph.atoms[:, columns], axis=0).tolist() == [[1, 2]]
    assert cut(data, [1], mirror=1.0).graph.atoms[:, columns].sum() == 0


def test_padding_keeps_every_spectrum_apart():
    padded = pad_peaks(
        np.array([0, 2, 2]), np.array([5.0, 6.0, 7.0], np.float32), np.array([1, 2, 3]), np.array([1, 9, 0]), 3
    )
    assert padded.mask.tolist() == [[True, False], [False, False], [True, True]]
    assert padded.shift_ppm.tolist() == [[5, 0], [0, 0], [6, 7]]
    assert padded.multiplicity.tolist() == [[1, UNKNOWN], [UNKNOWN, UNKNOWN], [2, 3]]
    assert padded.carbons.tolist() == [[1, 0], [0, 0], [7, 0]]  # counts beyond 7 are 7


def test_nothing_is_varied_as_recorded():
    assert Augmentation(**NONE_VALUES) == AS_RECORDED
