"""Turn a molecule into small integer codes of its atoms and bonds: what the graph encoders embed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

# Number of codes of each atom column and bond column; the encoders size their embeddings from these.
ATOM_COLUMNS: dict[str, int] = {
    "atomic_number": 119,
    "chiral_tag": 4,
    "hybridisation": 8,
    "degree": 8,
    "hydrogens": 6,
    "charge": 7,
    "ring_size": 10,
    "aromatic": 2,
    "cip": 3,
    "rings": 4,
}
BOND_COLUMNS: dict[str, int] = {"type": 5, "direction": 3, "stereo": 3, "conjugated": 2, "in_ring": 2}

_BOND_TYPES = {
    Chem.BondType.SINGLE: 1,
    Chem.BondType.DOUBLE: 2,
    Chem.BondType.TRIPLE: 3,
    Chem.BondType.AROMATIC: 4,
}
_DIRECTIONS = {Chem.BondDir.ENDUPRIGHT: 1, Chem.BondDir.ENDDOWNRIGHT: 2}
_STEREO = {
    Chem.BondStereo.STEREOE: 1,
    Chem.BondStereo.STEREOTRANS: 1,
    Chem.BondStereo.STEREOZ: 2,
    Chem.BondStereo.STEREOCIS: 2,
}
_CIP = {"R": 1, "S": 2}


class MolGraph(NamedTuple):
    """A molecule as arrays.

    `atoms` (A, 10) uint8 codes in the order of `ATOM_COLUMNS`; `bonds` (E, 2) uint16 atom pairs, each bond once;
    `bond_codes` (E, 5) uint8 in the order of `BOND_COLUMNS`.
    """

    atoms: NDArray[np.uint8]
    bonds: NDArray[np.uint16]
    bond_codes: NDArray[np.uint8]


def featurise(mol: Chem.Mol) -> MolGraph:
    """Codes of every atom and bond of `mol`; permuting its atoms permutes the rows and changes nothing else.

    (The paper's `chiral_tag` and bond `direction` are the exception: RDKit states them relative to the atom order,
    so the order is fixed beforehand, see `Molecule`.)

    >>> featurise(Chem.MolFromSmiles("CCO")).atoms[:, 0].tolist()
    [6, 6, 8]
    """
    ring_size = [0] * mol.GetNumAtoms()
    ring_count = [0] * mol.GetNumAtoms()
    for ring in mol.GetRingInfo().AtomRings():
        size = min(len(ring), 9)
        for i in ring:
            ring_count[i] += 1
            ring_size[i] = min(size, ring_size[i] or size)
    atoms = [
        (
            a.GetAtomicNum(),
            min(int(a.GetChiralTag()), 3),
            min(int(a.GetHybridization()), 7),
            min(a.GetDegree(), 7),
            min(a.GetTotalNumHs(), 5),
            min(max(a.GetFormalCharge(), -3), 3) + 3,
            ring_size[i],
            a.GetIsAromatic(),
            _CIP.get(a.GetProp("_CIPCode"), 0) if a.HasProp("_CIPCode") else 0,
            min(ring_count[i], 3),
        )
        for i, a in enumerate(mol.GetAtoms())
    ]
    bonds, codes = [], []
    for b in mol.GetBonds():
        bonds.append((b.GetBeginAtomIdx(), b.GetEndAtomIdx()))
        codes.append(
            (
                _BOND_TYPES.get(b.GetBondType(), 1),
                _DIRECTIONS.get(b.GetBondDir(), 0),
                _STEREO.get(b.GetStereo(), 0),
                b.GetIsConjugated(),
                b.IsInRing(),
            )
        )
    return MolGraph(
        np.array(atoms, np.uint8).reshape(-1, len(ATOM_COLUMNS)),
        np.array(bonds, np.uint16).reshape(-1, 2),
        np.array(codes, np.uint8).reshape(-1, len(BOND_COLUMNS)),
    )
