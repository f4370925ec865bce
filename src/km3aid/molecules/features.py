"""A molecule as small integer codes of its atoms and bonds, which the graph encoders embed."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from km3aid.molecules.configuration import relative_configuration

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

_Atom, _Bond = Chem.Atom, Chem.Bond
_SP3 = int(Chem.HybridizationType.SP3)
_MOST = np.array(list(ATOM_COLUMNS.values()), np.uint8) - 1  # the highest code of each column, also for all above it
_BOND_TYPES = {1.0: 1, 2.0: 2, 3.0: 3, 1.5: 4}  # by order
_DIRECTIONS = {int(Chem.BondDir.ENDUPRIGHT): 1, int(Chem.BondDir.ENDDOWNRIGHT): 2}
_STEREO = {
    int(Chem.BondStereo.STEREOE): 1,
    int(Chem.BondStereo.STEREOTRANS): 1,
    int(Chem.BondStereo.STEREOZ): 2,
    int(Chem.BondStereo.STEREOCIS): 2,
}
_CIP = {"R": 1, "S": 2}


class MolGraph(NamedTuple):
    """A molecule as arrays.

    `atoms` (A, 10) uint8 codes in the order of `ATOM_COLUMNS`; `bonds` (E, 2) uint16 atom pairs, each bond once;
    `bond_codes` (E, 5) uint8 in the order of `BOND_COLUMNS`; `relations` (R, 3) and `turns` (T, 8) uint16 as in
    `Configuration`.
    """

    atoms: NDArray[np.uint8]
    bonds: NDArray[np.uint16]
    bond_codes: NDArray[np.uint8]
    relations: NDArray[np.uint16]
    turns: NDArray[np.uint16]


def featurise(mol: Chem.Mol) -> MolGraph:
    """Codes of every atom and bond of `mol`; permuting its atoms permutes the rows and changes nothing else.

    The paper's `chiral_tag` and bond `direction` are the exception: RDKit states them relative to the order of atoms.
    `cip` and `stereo` say the same independently of it.

    >>> featurise(Chem.MolFromSmiles("CCO")).atoms[:, 0].tolist()
    [6, 6, 8]
    """
    bonds = list(map(mol.GetBondWithIdx, range(mol.GetNumBonds())))
    ends = [*map(_Bond.GetBeginAtomIdx, bonds), *map(_Bond.GetEndAtomIdx, bonds)]
    atoms, codes, pairs = _atom_codes(mol), _bond_codes(bonds), np.array(ends, np.uint16).reshape(2, -1).T
    return MolGraph(atoms, pairs, codes, *relative_configuration(mol, atoms, pairs, codes))


def _atom_codes(mol: Chem.Mol) -> NDArray[np.uint8]:
    """(A, 10); column by column with `map`, because these calls are a large part of the time to build a library."""
    atoms = list(map(mol.GetAtomWithIdx, range(mol.GetNumAtoms())))
    element, degree, hydrogens, aromatic = (
        bytes(map(ask, atoms))
        for ask in (_Atom.GetAtomicNum, _Atom.GetDegree, _Atom.GetTotalNumHs, _Atom.GetIsAromatic)
    )
    charges = list(map(_Atom.GetFormalCharge, atoms))
    charge = bytes([min(max(c, -3), 3) + 3 for c in charges]) if any(charges) else b"\3" * len(atoms)
    hybridisation = bytes(map(_Atom.GetHybridization, atoms))
    tag, cip = bytearray(len(atoms)), bytearray(len(atoms))
    for i, a in enumerate(atoms):
        if degree[i] > 2 and hybridisation[i] >= _SP3:  # RDKit gives no other atom a tag, and asking is slow
            tag[i] = int(a.GetChiralTag())
            if tag[i] and a.HasProp("_CIPCode"):
                cip[i] = _CIP.get(a.GetProp("_CIPCode"), 0)
    size, count = _rings(mol)
    columns = (element, tag, hybridisation, degree, hydrogens, charge, size, aromatic, cip, count)
    codes = np.frombuffer(b"".join(columns), np.uint8).reshape(len(columns), -1)
    return np.minimum(codes.T, _MOST, order="C")


def _bond_codes(bonds: list[Chem.Bond]) -> NDArray[np.uint8]:
    """(E, 5)."""
    orders = list(map(_Bond.GetBondTypeAsDouble, bonds))
    kind = bytes([_BOND_TYPES.get(order, 1) for order in orders])
    stereo = bytes([_STEREO.get(int(b.GetStereo()), 0) if k == 2 else 0 for b, k in zip(bonds, kind, strict=True)])
    direction = bytes(len(bonds))  # no bond has a direction unless some bond has stereo
    if any(stereo):
        direction = bytes([_DIRECTIONS.get(int(b.GetBondDir()), 0) for b in bonds])
    conjugated, in_ring = (bytes(map(ask, bonds)) for ask in (_Bond.GetIsConjugated, _Bond.IsInRing))
    columns = (kind, direction, stereo, conjugated, in_ring)
    return np.ascontiguousarray(np.frombuffer(b"".join(columns), np.uint8).reshape(len(columns), -1).T)


def _rings(mol: Chem.Mol) -> tuple[bytearray, bytearray]:
    """Smallest ring (0: none, 9: nine or more) and number of rings (3: three or more) of every atom."""
    size, count = bytearray(mol.GetNumAtoms()), bytearray(mol.GetNumAtoms())
    for ring in mol.GetRingInfo().AtomRings():
        length = min(len(ring), 9)
        for i in ring:
            count[i] = min(count[i] + 1, 3)
            size[i] = min(length, size[i] or length)
    return size, count
