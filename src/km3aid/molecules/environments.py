"""The surroundings of atoms as numbers, by which a model knows what it has seen in training."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from km3aid.molecules.features import ATOM_COLUMNS

_COLUMN = {name: i for i, name in enumerate(ATOM_COLUMNS)}
_KIND = ("atomic_number", "charge", "aromatic")
_OWN = (*_KIND, "hydrogens", "degree")


def environments(
    atoms: NDArray[np.uint8], bonds: NDArray[np.integer], bond_codes: NDArray[np.uint8]
) -> NDArray[np.uint64]:
    """A number (A,) for each atom, equal where atom, neighbours and bonds are of the same kinds.

    `atoms` (A, 10), `bonds` (E, 2) and `bond_codes` (E, 5) are those of a `MolGraph`, or of several with `bonds`
    counted through. Of the atom its element, charge, hydrogens, neighbours and aromaticity count, of its neighbours
    element, charge and aromaticity.
    """
    kind, own = _hashed(atoms, _KIND), _hashed(atoms, _OWN)
    order = bond_codes[:, 0].astype(np.uint64) * np.uint64(0x9E3779B97F4A7C15)
    around = np.zeros(len(atoms), np.uint64)
    for here, there in ((0, 1), (1, 0)):
        np.add.at(around, bonds[:, here].astype(np.int64), _mixed(kind[bonds[:, there].astype(np.int64)] + order))
    return _mixed(own + around)


def _hashed(atoms: NDArray[np.uint8], names: tuple[str, ...]) -> NDArray[np.uint64]:
    out = np.zeros(len(atoms), np.uint64)
    for name in names:
        out = _mixed(out * np.uint64(131) + atoms[:, _COLUMN[name]])
    return out


def _mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter the bits: the finaliser of SplitMix64 (Steele, Lea, Flood, OOPSLA 2014)."""
    x = values + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return np.asarray(x ^ (x >> np.uint64(31)), np.uint64)
