"""HOSE codes (Bremser, Anal. Chim. Acta 103 (1978) 355): shifts looked up by the surroundings of a carbon.

The surroundings are spheres of growing radius, kept as a hash of the atoms and bonds within that many bonds instead of
the published text; the deepest sphere that is known decides, by the median of its shifts.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.molecules.features import ATOM_COLUMNS, BOND_COLUMNS

RADIUS = 5
_ATOM_SEEN = ("atomic_number", "degree", "hydrogens", "charge", "aromatic", "ring_size")
_BOND_SEEN = ("type",)
_ATOM_AT = [list(ATOM_COLUMNS).index(name) for name in _ATOM_SEEN]
_BOND_AT = [list(BOND_COLUMNS).index(name) for name in _BOND_SEEN]
_ODD = np.uint64(0x9E3779B97F4A7C15)


class Table(NamedTuple):
    """Shifts of the training carbons: for every radius, the codes, ascending, with the median of their shifts."""

    codes: tuple[NDArray[np.uint64], ...]
    median_ppm: tuple[NDArray[np.float32], ...]


def hose_codes(
    atoms: NDArray[np.uint8], bonds: NDArray[np.int64], bond_codes: NDArray[np.uint8], radius: int = RADIUS
) -> NDArray[np.uint64]:
    """Codes (radius + 1, A) of the spheres around A atoms; `bonds` (E, 2) count the atoms of all molecules."""
    code = _mixed(np.zeros(len(atoms), np.uint64), atoms[:, _ATOM_AT])
    ends, others = np.concatenate([bonds[:, 0], bonds[:, 1]]), np.concatenate([bonds[:, 1], bonds[:, 0]])
    kinds = np.concatenate([bond_codes, bond_codes])[:, _BOND_AT]
    layers = [code]
    for _ in range(radius):
        arrived = _mixed(layers[-1][others], kinds)
        total = np.zeros(len(atoms), np.uint64)
        np.add.at(total, ends, arrived)  # a sum: the order of the neighbours does not matter
        layers.append(_scrambled(_scrambled(layers[-1]) * np.uint64(3) + total))
    return np.stack(layers)


def build_table(codes: NDArray[np.uint64], shift_ppm: NDArray[np.float32]) -> Table:
    """The table of carbons with `codes` (R, C) and `shift_ppm` (C,)."""
    kept, medians = [], []
    for layer in codes:
        order = np.lexsort((shift_ppm, layer))
        distinct, start, count = np.unique(layer[order], return_index=True, return_counts=True)
        ordered = shift_ppm[order]
        low, high = start + (count - 1) // 2, start + count // 2
        kept.append(distinct)
        medians.append(((ordered[low] + ordered[high]) / 2).astype(np.float32))
    return Table(tuple(kept), tuple(medians))


def look_up(table: Table, codes: NDArray[np.uint64]) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
    """Shift (C,) of the deepest sphere that is known and its radius, −1 where none is (then 100 ppm)."""
    shift = np.full(codes.shape[1], 100, np.float32)
    radius = np.full(codes.shape[1], -1)
    for r, layer in enumerate(codes):
        if not len(table.codes[r]):
            continue
        at = np.minimum(np.searchsorted(table.codes[r], layer), len(table.codes[r]) - 1)
        known = table.codes[r][at] == layer
        shift[known] = table.median_ppm[r][at[known]]
        radius[known] = r
    return shift, radius


def _mixed(code: NDArray[np.uint64], columns: NDArray[np.uint8]) -> NDArray[np.uint64]:
    for column in columns.T:
        code = _scrambled(code + column.astype(np.uint64) + np.uint64(1))
    return code


def _scrambled(x: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64."""
    x = x + _ODD
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    mixed: NDArray[np.uint64] = x ^ (x >> np.uint64(31))
    return mixed
