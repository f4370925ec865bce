"""Batches from the flat arrays, without Python work per molecule, and spectra as people record them.

The fields are arrays of NumPy; `on_device` of `km3aid.models.tensors` makes tensors of them for torch.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.molecules.configuration import NOTHING
from km3aid.molecules.features import ATOM_COLUMNS, BOND_COLUMNS, MolGraph

Array = Any  # of NumPy, or a tensor of torch
UNKNOWN = 4  # code of an unknown multiplicity
MAX_COUNT = 7
_BOND_BASE = np.cumprod([1, *list(BOND_COLUMNS.values())[:-1]])
BOND_KINDS = int(np.prod(list(BOND_COLUMNS.values())))
_COLUMN = {name: i for i, name in enumerate(ATOM_COLUMNS)}


class GraphBatch(NamedTuple):
    """B molecules as one disconnected graph."""

    atoms: Array  # (A, 10) int64 codes of `ATOM_COLUMNS`
    atom_molecule: Array  # (A,) int64, ascending
    edge_source: Array  # (2E,) int64, every bond in both directions
    edge_target: Array  # (2E,) int64
    edge_kind: Array  # (2E,) int64 in [0, BOND_KINDS)
    relation_source: Array  # (2R,) int64, every relation in both directions
    relation_target: Array  # (2R,) int64
    relation_kind: Array  # (2R,) int64 form·PLACES + place
    turn_target: Array  # (T,) int64, the atom that is told
    turn_atoms: Array  # (T, 6) int64, three neighbours of each of two centres; A stands for none
    turn_kind: Array  # (T,) int64 in [0, TURN_KINDS)
    turn_sign: Array  # (T,) float32, 1 or −1
    molecules: int  # B, or B + 1 in a batch that is filled up


class PeakBatch(NamedTuple):
    """B spectra, padded to the longest."""

    shift_ppm: Array  # (B, P) float32, 0 where padded
    multiplicity: Array  # (B, P) int64 attached H, 4 unknown
    carbons: Array  # (B, P) int64 carbons under the peak, 0 unknown
    mask: Array  # (B, P) bool, true where there is a peak


class CarbonBatch(NamedTuple):
    """The C carbons with a shift in a batch, in the order of their molecules."""

    atom: Array  # (C,) int64 row of `GraphBatch.atoms`
    molecule: Array  # (C,) int64
    shift_ppm: Array  # (C,) float32
    multiplicity: Array  # (C,) int64 attached H as recorded, 4 unknown
    carbon_class: Array  # (C,) int64 row of the first atom of its class
    noise_ppm: Array  # (C,) float32, 0 where the shift was measured


class Batch(NamedTuple):
    """Molecules, their spectra and the carbons that join them."""

    graph: GraphBatch
    peaks: PeakBatch
    carbons: CarbonBatch

    @property
    def filled(self) -> bool:
        """Whether a last molecule, which has no spectrum, fills the batch up to fixed sizes with atoms and carbons."""
        return bool(self.graph.molecules > len(self.peaks.shift_ppm))

    @property
    def real(self) -> Array:
        """Which of the carbons (C,) are some molecule's, and do not only fill up."""
        return self.carbons.molecule < len(self.peaks.shift_ppm)

    def without_multiplicity(self) -> Batch:
        """The same (of arrays), but for the carbons' multiplicities, none of which is known."""
        unknown = np.full_like(self.carbons.multiplicity, UNKNOWN)
        return self._replace(carbons=self.carbons._replace(multiplicity=unknown))


@dataclass(frozen=True, slots=True)
class Augmentation:
    """How training spectra are varied; all numbers but `jitter_ppm` are probabilities."""

    mirror: float = 0.5  # the molecule becomes its mirror image, which has the same spectrum
    fold_equivalent: float = 0.5  # equal shifts become one peak
    hide_multiplicity: float = 0.4
    show_count: float = 0.3  # of folded spectra: each peak tells how many carbons it stands for
    lose_peaks: float = 0.1  # a spectrum loses 8 % of its peaks
    jitter_ppm: float = 0.1


AS_RECORDED = Augmentation(0, 0, 0, 0, 0, 0)


def collate(graphs: list[MolGraph]) -> GraphBatch:
    """Join featurised molecules into one batch."""
    flat = MolGraph._make(map(np.concatenate, zip(*graphs, strict=True)))
    return _graph_batch(flat, *(np.array([len(g[field]) for g in graphs]) for field in (0, 1, 3, 4)))


def pad_peaks(
    molecule: NDArray[np.int64],
    shift_ppm: NDArray[np.float32],
    multiplicity: NDArray[np.int64],
    count: NDArray[np.int64],
    molecules: int,
) -> PeakBatch:
    """Pad flat peaks, sorted by `molecule`, to a rectangle (molecules, most peaks)."""
    lengths = np.bincount(molecule, minlength=molecules)
    starts = np.cumsum(lengths) - lengths
    column = np.arange(len(molecule)) - starts[molecule]
    shape = (molecules, int(lengths.max(initial=1)))
    padded = PeakBatch(
        np.zeros(shape, np.float32), np.full(shape, UNKNOWN), np.zeros(shape, np.int64), np.zeros(shape, bool)
    )
    index = (molecule, column)
    padded.shift_ppm[index] = shift_ppm
    padded.multiplicity[index] = multiplicity
    padded.carbons[index] = np.minimum(count, MAX_COUNT)
    padded.mask[index] = True
    return padded


def cut_batch(
    data: Dataset,
    rows: NDArray[np.int64],
    spectra: NDArray[np.int64],
    augmentation: Augmentation,
    rng: np.random.Generator,
) -> Batch:
    """The molecules `rows` (B,), each with the one of its spectra in `spectra` (B,), an index into `value_offset`."""
    sizes = data.atom_offset[rows + 1] - data.atom_offset[rows]
    molecule = np.repeat(np.arange(len(rows)), sizes)
    atom_rows = _ranges(data.atom_offset[rows], sizes)
    atoms = data.atoms[atom_rows]
    if augmentation.mirror:
        flip = (rng.random(len(rows)) < augmentation.mirror)[molecule]
        atoms = _mirrored(atoms, flip)
    offsets = (data.bond_offset, data.relation_offset, data.turn_offset)
    counts = [offset[rows + 1] - offset[rows] for offset in offsets]
    bond, relation, turn = (_ranges(offset[rows], n) for offset, n in zip(offsets, counts, strict=True))
    flat = MolGraph(atoms, data.bonds[bond], data.bond_codes[bond], data.relations[relation], data.turns[turn])
    graph = _graph_batch(flat, sizes, *counts)

    values = _ranges(data.value_offset[spectra], sizes)
    shift = data.shift_ppm[values]
    carbon = np.flatnonzero(~np.isnan(shift))
    multiplicity = np.minimum(data.multiplicity[values][carbon], UNKNOWN).astype(np.int64)
    owner, shift = molecule[carbon], shift[carbon]
    carbon_class = (np.cumsum(sizes) - sizes)[owner] + data.symmetry[atom_rows[carbon]]
    carbons = CarbonBatch(carbon, owner, shift, multiplicity, carbon_class, data.noise_ppm[values][carbon])
    return Batch(graph, _seen(owner, shift, multiplicity, len(rows), augmentation, rng), carbons)


def cut_peaks(data: Dataset, rows: NDArray[np.int64], spectra: NDArray[np.int64]) -> PeakBatch:
    """The peaks, one per carbon, of `spectra` (B,), each of which belongs to the molecule in `rows` (B,)."""
    sizes = data.atom_offset[rows + 1] - data.atom_offset[rows]
    values = _ranges(data.value_offset[spectra], sizes)
    shift, owner = data.shift_ppm[values], np.repeat(np.arange(len(rows)), sizes)
    seen = np.flatnonzero(~np.isnan(shift))
    multiplicity = np.minimum(data.multiplicity[values][seen], UNKNOWN).astype(np.int64)
    return pad_peaks(owner[seen], shift[seen], multiplicity, np.ones(len(seen), np.int64), len(rows))


def _seen(
    owner: NDArray[np.int64],
    shift: NDArray[np.float32],
    multiplicity: NDArray[np.int64],
    molecules: int,
    augmentation: Augmentation,
    rng: np.random.Generator,
) -> PeakBatch:
    """The peaks of each spectrum as a person might have recorded them."""
    folded = rng.random(molecules) < augmentation.fold_equivalent
    key = owner * 1_000_000 + np.round((shift + 100) * 1000).astype(np.int64)
    _, first, inverse, repeats = np.unique(key, return_index=True, return_inverse=True, return_counts=True)
    keep = ~folded[owner]
    keep[first] = True
    lossy = (rng.random(molecules) < augmentation.lose_peaks)[owner]
    lost = lossy & (rng.random(len(owner)) < 0.08)
    keep &= ~lost | (np.bincount(owner, keep & ~lost, molecules)[owner] == 0)
    shown = folded & (rng.random(molecules) < augmentation.show_count)
    count = np.where(folded[owner], np.where(shown[owner], repeats[inverse], 0), 1)
    hidden = (rng.random(molecules) < augmentation.hide_multiplicity)[owner]
    multiplicity = np.where(hidden, UNKNOWN, multiplicity)
    noisy = shift + augmentation.jitter_ppm * rng.standard_normal(len(shift)).astype(np.float32)
    return pad_peaks(owner[keep], noisy[keep], multiplicity[keep], count[keep], molecules)


def _mirrored(atoms: NDArray[np.uint8], flip: NDArray[np.bool_]) -> NDArray[np.uint8]:
    atoms = atoms.copy()
    for name in ("chiral_tag", "cip"):
        column = atoms[:, _COLUMN[name]]
        swap = flip & ((column == 1) | (column == 2))
        atoms[swap, _COLUMN[name]] = 3 - column[swap]
    return atoms


def _graph_batch(
    flat: MolGraph,
    sizes: NDArray[np.int64],
    bond_counts: NDArray[np.int64],
    relation_counts: NDArray[np.int64],
    turn_counts: NDArray[np.int64],
) -> GraphBatch:
    """The batch of the molecules that `flat` holds one after the other, with the numbers of what each one has."""
    start = np.cumsum(sizes) - sizes
    begin, end = (flat.bonds + np.repeat(start, bond_counts)[:, None]).T
    kind = flat.bond_codes @ _BOND_BASE
    one, other = (flat.relations[:, :2] + np.repeat(start, relation_counts)[:, None]).T
    relation_kind = flat.relations[:, 2]
    turned = flat.turns[:, :7] + np.repeat(start, turn_counts)[:, None]
    turned[flat.turns[:, :7] == NOTHING] = len(flat.atoms)
    return GraphBatch(
        flat.atoms.astype(np.int64),
        np.repeat(np.arange(len(sizes)), sizes),
        _indices(begin, end),
        _indices(end, begin),
        _indices(kind, kind),
        _indices(one, other),
        _indices(other, one),
        _indices(relation_kind, relation_kind),
        _indices(turned[:, 0]),
        _indices(turned[:, 1:]),
        _indices(flat.turns[:, 7] // 2),
        1 - 2 * (flat.turns[:, 7] % 2).astype(np.float32),
        len(sizes),
    )


def _indices(*parts: NDArray[np.integer]) -> NDArray[np.int64]:
    return np.concatenate(parts).astype(np.int64)


def _ranges(starts: NDArray[np.int64], lengths: NDArray[np.int64]) -> NDArray[np.int64]:
    """`start, start + 1, …` of the given lengths, joined."""
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(lengths.sum())
