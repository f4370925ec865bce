"""All molecules of a data set on one device, and batches of fixed shape for many models cut from them at once."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from km3aid.data.batches import BOND_KINDS, UNKNOWN
from km3aid.data.dataset import Dataset
from km3aid.models.k_m3aid.gin import NODE_COLUMNS, kind_vectors
from km3aid.molecules.features import ATOM_COLUMNS, BOND_COLUMNS

_ROUND = 32
_DEVIATIONS = 4.5  # how far above the mean the size of a random batch may lie


class Tables(NamedTuple):
    """M molecules, each with its fullest spectrum; molecule M is empty, atom A is none, carbon N is none."""

    atom_offset: Tensor  # (M + 2,)
    atom_kind: Tensor  # (A + 1,) row of `kinds`
    kinds: Tensor  # (K + 1, V) codes of the atom, one-hot, and how often each type and direction of bond is around it
    edge_offset: Tensor  # (A + 2,)
    neighbour: Tensor  # (E,) of each atom itself and its neighbours, within the molecule
    carbon_offset: Tensor  # (M + 2,)
    carbon_atom: Tensor  # (N + 1,) within the molecule
    carbon_ppm: Tensor  # (N + 1,)
    carbon_kind: Tensor  # (N + 1,) attached hydrogens as recorded, 4 unknown

    @property
    def empty(self) -> int:
        """The molecule without atoms."""
        return len(self.atom_offset) - 2


class Sizes(NamedTuple):
    """The fixed shape of a batch."""

    molecules: int
    atoms: int
    edges: int
    carbons: int


class Batches(NamedTuple):
    """S batches for each of M models; what is padded belongs to molecule B and to the last atom, which is padding."""

    rows: Tensor  # (S, M, B)
    atom_kind: Tensor  # (S, M, A)
    atom_molecule: Tensor  # (S, M, A)
    neighbour: Tensor  # (S, M, E) atoms of the batch
    edge_start: Tensor  # (S, M, A) where the neighbours of each atom begin
    carbon_atom: Tensor  # (S, M, C)
    carbon_molecule: Tensor  # (S, M, C)
    carbon_ppm: Tensor  # (S, M, C)
    carbon_kind: Tensor  # (S, M, C)


def make_tables(data: Dataset, device: torch.device, dtype: torch.dtype = torch.float32) -> Tables:
    """Copy the data to the device."""
    sizes = np.diff(data.atom_offset)
    owner = np.repeat(np.arange(len(data)), sizes)
    bond_owner = np.repeat(np.arange(len(data)), np.diff(data.bond_offset))
    ends = data.bonds.astype(np.int64) + data.atom_offset[bond_owner][:, None]
    atoms = np.arange(len(owner))
    source = np.concatenate([atoms, ends[:, 0], ends[:, 1]])
    target = np.concatenate([atoms, ends[:, 1], ends[:, 0]])
    order = np.argsort(target, kind="stable")
    neighbour = (source - data.atom_offset[owner[target]])[order]
    kind, kinds = _kinds(data, ends)
    first = data.value_offset[data.spectrum_offset[:-1]]
    values = np.repeat(first - data.atom_offset[:-1], sizes) + atoms
    carbon = np.flatnonzero(~np.isnan(data.shift_ppm[values]))
    arrays = (
        np.append(data.atom_offset, len(atoms)),
        np.append(kind, len(kinds)),
        np.concatenate([kinds, np.zeros_like(kinds[:1])]),
        np.append(_offsets(np.bincount(target, minlength=len(atoms))), len(target)),
        neighbour,
        np.append(_offsets(np.bincount(owner[carbon], minlength=len(data))), len(carbon)),
        np.append(carbon - data.atom_offset[owner[carbon]], 0),
        np.append(data.shift_ppm[values][carbon], np.float32(0)),
        np.append(np.minimum(data.multiplicity[values][carbon], UNKNOWN).astype(np.int64), UNKNOWN),
    )
    tables = Tables._make(torch.from_numpy(np.ascontiguousarray(a)).to(device) for a in arrays)
    return tables._replace(kinds=tables.kinds.to(dtype), carbon_ppm=tables.carbon_ppm.to(dtype))


def sizes_for(tables: Tables, rows: NDArray[np.int64], batch: int, whole: bool = False) -> Sizes:
    """The shape in which random batches of `rows` fit, or `whole`: those of the rows in their order."""
    counts = [
        (tables.atom_offset[rows + 1] - tables.atom_offset[rows]).cpu().numpy(),
        (tables.edge_offset[tables.atom_offset[rows + 1]] - tables.edge_offset[tables.atom_offset[rows]]).cpu().numpy(),
        (tables.carbon_offset[rows + 1] - tables.carbon_offset[rows]).cpu().numpy(),
    ]
    most = []
    for count in counts:
        if whole:
            largest = max(int(count[n : n + batch].sum()) for n in range(0, len(rows), batch))
        else:
            largest = int(np.ceil(batch * count.mean() + _DEVIATIONS * np.sqrt(batch) * count.std()))
        most.append(-(-(largest + 1) // _ROUND) * _ROUND)
    return Sizes(batch, *most)


def fits(tables: Tables, rows: Tensor, sizes: Sizes) -> bool:
    """Whether the batches `rows` (…, B) fit."""
    begin, end = tables.atom_offset[rows], tables.atom_offset[rows + 1]
    atoms = (end - begin).sum(-1).max()
    edges = (tables.edge_offset[end] - tables.edge_offset[begin]).sum(-1).max()
    carbons = (tables.carbon_offset[rows + 1] - tables.carbon_offset[rows]).sum(-1).max()
    room = torch.tensor([sizes.atoms - 1, sizes.edges, sizes.carbons], device=rows.device)
    return bool((torch.stack([atoms, edges, carbons]) <= room).all())


def cut_batches(tables: Tables, rows: Tensor, sizes: Sizes) -> Batches:
    """The batches of the molecules `rows` (S, M, B)."""
    shape, flat = rows.shape[:2], rows.reshape(-1)
    groups = len(flat) // sizes.molecules
    count = tables.atom_offset[flat + 1] - tables.atom_offset[flat]
    start = _starts(count.view(groups, -1)).view(-1)  # of each molecule within its batch
    owner, within = _spread(count)
    source, place = tables.atom_offset[flat][owner] + within, (owner // sizes.molecules) * sizes.atoms
    place = place + start[owner] + within
    degree = tables.edge_offset[source + 1] - tables.edge_offset[source]
    degrees = _filled(groups * sizes.atoms, 0, place, degree)
    edge_start = _starts(degrees.view(groups, -1)).view(-1)
    atom, edge = _spread(degree)
    neighbour = tables.neighbour[tables.edge_offset[source][atom] + edge] + start[owner][atom]
    edge_place = (owner[atom] // sizes.molecules) * sizes.edges + edge_start[place][atom] + edge

    carbons = tables.carbon_offset[flat + 1] - tables.carbon_offset[flat]
    begin = _starts(carbons.view(groups, -1)).view(-1)
    holder, nth = _spread(carbons)
    carbon = tables.carbon_offset[flat][holder] + nth
    carbon_place = (holder // sizes.molecules) * sizes.carbons + begin[holder] + nth
    none = len(tables.carbon_atom) - 1
    carbons_of = _filled(groups * sizes.carbons, none, carbon_place, carbon)
    carbon_atom = tables.carbon_atom[carbon] + start[holder]
    values = (
        _filled(groups * sizes.atoms, len(tables.kinds) - 1, place, tables.atom_kind[source]),
        _filled(groups * sizes.atoms, sizes.molecules, place, owner % sizes.molecules),
        _filled(groups * sizes.edges, sizes.atoms - 1, edge_place, neighbour),
        edge_start,
        _filled(groups * sizes.carbons, sizes.atoms - 1, carbon_place, carbon_atom),
        _filled(groups * sizes.carbons, sizes.molecules, carbon_place, holder % sizes.molecules),
        tables.carbon_ppm[carbons_of],
        tables.carbon_kind[carbons_of],
    )
    return Batches(rows, *(value.view(*shape, -1) for value in values))


def _kinds(data: Dataset, ends: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """The kind of every atom (A,), and what each kind is (K, V)."""
    radix = list(BOND_COLUMNS.values())
    code = data.bond_codes.astype(np.int64) @ np.cumprod([1, *radix[:-1]])
    around = np.zeros((len(data.atoms), BOND_KINDS), np.uint8)
    for end in (0, 1):
        np.add.at(around, (ends[:, end], code), 1)
    vectors = kind_vectors()
    loop = np.zeros(vectors.shape[1], np.float32)
    loop[[BOND_COLUMNS["type"], BOND_COLUMNS["type"] + 1]] = 1  # its own type and no direction
    bonds = around.astype(np.float32) @ vectors + loop
    columns = [list(ATOM_COLUMNS).index(name) for name in NODE_COLUMNS]
    codes = data.atoms[:, columns].astype(np.int64)
    distinct, kind = np.unique(np.concatenate([codes, bonds.astype(np.int64)], 1), axis=0, return_inverse=True)
    parts = [np.eye(ATOM_COLUMNS[name], dtype=np.float32)[distinct[:, n]] for n, name in enumerate(NODE_COLUMNS)]
    return kind.ravel(), np.concatenate([*parts, distinct[:, len(columns) :].astype(np.float32)], 1)


def _offsets(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    return np.concatenate([[0], np.cumsum(counts)])


def _starts(counts: Tensor) -> Tensor:
    return counts.cumsum(1) - counts


def _spread(counts: Tensor) -> tuple[Tensor, Tensor]:
    """For all members of groups with so many of them: the group of each, and its place there."""
    owner = torch.repeat_interleave(counts)
    return owner, torch.arange(len(owner), device=counts.device) - (counts.cumsum(0) - counts)[owner]


def _filled(size: int, rest: int, place: Tensor, values: Tensor) -> Tensor:
    out = values.new_full((size,), rest)
    out[place] = values
    return out
