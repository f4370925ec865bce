"""Batches of fixed sizes: what a batch lacks is filled up, so that all may go through one captured CUDA graph.

The atoms that fill up are those of one more molecule, which has no spectrum; what joins atoms (bonds, relations, turns)
and the carbons that fill up are spread over them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.batches import UNKNOWN, Array, Batch, CarbonBatch, GraphBatch, PeakBatch
from km3aid.data.dataset import Dataset
from km3aid.molecules.features import ATOM_COLUMNS

_CARBON = 6
_USUAL = 0.998  # of the molecules; the largest others would make every batch large
_DEVIATIONS = 4.0  # by which a batch may be larger than the mean one


@dataclass(frozen=True, slots=True)
class FixedSizes:
    """How much a filled batch holds."""

    molecules: int
    group: int  # molecules whose carbons stand together
    atoms: int
    edges: int
    relations: int
    turns: int
    carbons: int  # of each group
    peaks: int  # of each spectrum
    largest: tuple[int, ...]  # of `molecule_counts`: what a usual molecule has at most

    @property
    def groups(self) -> int:
        """The groups of a batch, the last of which may hold fewer molecules."""
        return -(-self.molecules // self.group)


class Field(NamedTuple):
    """An array of a filled batch."""

    shape: tuple[int, ...]
    kind: str = "int"  # or float, bool


def molecule_counts(data: Dataset) -> NDArray[np.int64]:
    """Atoms, directed bonds, directed relations, turns and carbons of every molecule (M, 5)."""
    atoms, bonds, relations, turns = (
        np.diff(offset) for offset in (data.atom_offset, data.bond_offset, data.relation_offset, data.turn_offset)
    )
    carbons = np.bincount(np.repeat(np.arange(len(data)), atoms), data.atoms[:, 0] == _CARBON, len(data))
    return np.stack([atoms, 2 * bonds, 2 * relations, turns, carbons.astype(np.int64)], 1)


def fixed_sizes(kinds: Sequence[NDArray[np.int64]], molecules: int, group: int) -> FixedSizes:
    """Sizes that nearly every batch of usual molecules keeps within, whatever it holds of each of the `kinds`.

    Each of these holds `molecule_counts` (N, 5) of molecules of one origin; at least one of them must have some.
    """
    every = np.concatenate(kinds)
    largest = np.quantile(every, _USUAL, axis=0, method="higher").astype(np.int64)
    usual = [counts[(counts <= largest).all(1)] for counts in kinds]
    of_batch, of_group = (
        np.max([_most(counts, number) for counts in usual if len(counts)], axis=0) for number in (molecules, group)
    )
    atoms, edges, relations, turns, _ = (int(n) for n in np.minimum(of_batch, molecules * largest))
    carbons = int(min(of_group[4], group * largest[4]))
    peaks = int(largest[4])
    return FixedSizes(molecules, group, atoms + 1, edges, relations, turns, carbons, peaks, tuple(largest.tolist()))


def fill(batch: Batch, sizes: FixedSizes) -> Batch | None:
    """The batch with what it lacks of the sizes, or None where it is too large for them."""
    graph, peaks, carbons = batch
    atoms, group = len(graph.atoms), carbons.molecule // sizes.group
    edges, relations, turns = len(graph.edge_kind), len(graph.relation_kind), len(graph.turn_kind)
    in_group = np.bincount(group, minlength=sizes.groups)
    has = (atoms + 1, edges, relations, turns, in_group.max(), peaks.mask.shape[1])
    most = (sizes.atoms, sizes.edges, sizes.relations, sizes.turns, sizes.carbons, sizes.peaks)
    if any(n > limit for n, limit in zip(has, most, strict=True)):
        return None
    spare = _Spare(atoms, sizes.atoms)
    edge, relation, turn = spare(sizes.edges - edges), spare(sizes.relations - relations), spare(sizes.turns - turns)
    none = np.where(graph.turn_atoms == atoms, sizes.atoms, graph.turn_atoms)
    filled = GraphBatch(
        atoms=_longer(graph.atoms, sizes.atoms, 0),
        atom_molecule=_longer(graph.atom_molecule, sizes.atoms, sizes.molecules),
        edge_source=_longer(graph.edge_source, sizes.edges, edge),
        edge_target=_longer(graph.edge_target, sizes.edges, edge),
        edge_kind=_longer(graph.edge_kind, sizes.edges, 0),
        relation_source=_longer(graph.relation_source, sizes.relations, relation),
        relation_target=_longer(graph.relation_target, sizes.relations, relation),
        relation_kind=_longer(graph.relation_kind, sizes.relations, 0),
        turn_target=_longer(graph.turn_target, sizes.turns, turn),
        turn_atoms=_longer(none, sizes.turns, sizes.atoms),
        turn_kind=_longer(graph.turn_kind, sizes.turns, 0),
        turn_sign=_longer(graph.turn_sign, sizes.turns, 1),
        molecules=sizes.molecules + 1,
    )
    place = group * sizes.carbons + np.arange(len(group)) - (np.cumsum(in_group) - in_group)[group]
    stand_in = spare(sizes.groups * sizes.carbons)
    placed = zip(carbons, (stand_in, sizes.molecules, 0, UNKNOWN, stand_in, 0), strict=True)
    wide = (_wider(x, sizes.peaks, value) for x, value in zip(peaks, (0, UNKNOWN, 0, False), strict=True))
    return Batch(filled, PeakBatch(*wide), CarbonBatch(*(_placed(x, place, v, len(stand_in)) for x, v in placed)))


def fields(sizes: FixedSizes) -> Batch:
    """The shape and kind of every array of a filled batch, in its place."""
    atoms, edges, relations, turns = sizes.atoms, sizes.edges, sizes.relations, sizes.turns
    edge, relation, turn = Field((edges,)), Field((relations,)), Field((turns,))
    graph = (edge, edge, edge, relation, relation, relation, turn, Field((turns, 6)), turn, Field((turns,), "float"))
    spectrum, carbon = (sizes.molecules, sizes.peaks), (sizes.groups * sizes.carbons,)
    whole, real = Field(carbon), Field(carbon, "float")
    return Batch(
        GraphBatch(Field((atoms, len(ATOM_COLUMNS))), Field((atoms,)), *graph, sizes.molecules + 1),
        PeakBatch(Field(spectrum, "float"), Field(spectrum), Field(spectrum), Field(spectrum, "bool")),
        CarbonBatch(whole, whole, real, whole, whole, real),
    )


def pack(batch: Batch) -> NDArray[np.int32]:
    """All arrays of a batch one after the other, floating-point numbers by their bits: one copy to a device."""
    every = (*batch.graph[:-1], *batch.peaks, *batch.carbons)
    return np.concatenate([_bits(x) for x in every])


class _Spare:
    """The atoms that fill up, in turn: sums over them collide seldom."""

    def __init__(self, first: int, end: int) -> None:
        self.first, self.number = first, end - first

    def __call__(self, n: int) -> NDArray[np.int64]:
        return self.first + np.arange(n) % self.number


def _most(counts: NDArray[np.int64], number: int) -> NDArray[np.float64]:
    """What `number` molecules drawn from those with `counts` have together, nearly always, at most (5,)."""
    most = number * counts.mean(0) + _DEVIATIONS * np.sqrt(number) * counts.std(0)
    return np.asarray(np.ceil(most), np.float64)


def _longer(x: Array, length: int, value: Array) -> Array:
    out = np.empty((length, *x.shape[1:]), x.dtype)
    out[: len(x)], out[len(x) :] = x, value
    return out


def _wider(x: Array, width: int, value: float) -> Array:
    out = np.full((len(x), width), value, x.dtype)
    out[:, : x.shape[1]] = x
    return out


def _placed(x: Array, place: NDArray[np.int64], value: Array, length: int) -> Array:
    out = np.empty(length, x.dtype)
    out[:] = value
    out[place] = x
    return out


def _bits(x: Array) -> NDArray[np.int32]:
    kept: NDArray[np.int32] = x.ravel().view(np.int32) if x.dtype == np.float32 else x.ravel().astype(np.int32)
    return kept
