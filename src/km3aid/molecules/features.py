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

_BOND_TYPES = {1.0: 1, 2.0: 2, 3.0: 3, 1.5: 4}  # by order
_DIRECTIONS = {int(Chem.BondDir.ENDUPRIGHT): 1, int(Chem.BondDir.ENDDOWNRIGHT): 2}
_STEREO = {
    int(Chem.BondStereo.STEREOE): 1,
    int(Chem.BondStereo.STEREOTRANS): 1,
    int(Chem.BondStereo.STEREOZ): 2,
    int(Chem.BondStereo.STEREOCIS): 2,
}
_CIP = {"R": 1, "S": 2}
_SP2, _SP3 = int(Chem.HybridizationType.SP2), int(Chem.HybridizationType.SP3)
_LARGEST = np.array(list(ATOM_COLUMNS.values()), np.uint8) - 1  # what is larger counts as that


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

    (The paper's `chiral_tag` and bond `direction` are the exception: RDKit states them relative to the atom order.
    `cip` and `stereo` say the same without regard to the order.)

    >>> featurise(Chem.MolFromSmiles("CCO")).atoms[:, 0].tolist()
    [6, 6, 8]
    """
    size, count = _rings(mol)
    atoms = bytearray()
    atom = mol.GetAtomWithIdx  # faster than GetAtoms(); RDKit's enumerations are the dearest to ask for
    for i in range(mol.GetNumAtoms()):
        a = atom(i)
        charge, degree, hydrogens, aromatic = a.GetFormalCharge(), a.GetDegree(), a.GetTotalNumHs(), a.GetIsAromatic()
        number = a.GetAtomicNum()
        saturated = number == 6 and degree + hydrogens == 4
        hybridisation = _SP3 if saturated else _SP2 if aromatic else a.GetHybridization()
        tag = a.GetChiralTag() if degree > 2 and hybridisation > _SP2 else 0
        atoms += bytes(
            (
                number,
                tag,
                hybridisation,
                degree,
                hydrogens,
                3 if not charge else min(max(charge, -3), 3) + 3,
                size[i],
                aromatic,
                _CIP.get(a.GetProp("_CIPCode"), 0) if tag and a.HasProp("_CIPCode") else 0,
                count[i],
            )
        )
    bonds: list[int] = []
    codes = bytearray()
    stereo_bonds = False
    bond = mol.GetBondWithIdx
    for i in range(mol.GetNumBonds()):
        b = bond(i)
        bonds += (b.GetBeginAtomIdx(), b.GetEndAtomIdx())
        order = b.GetBondTypeAsDouble()
        stereo = _STEREO.get(int(b.GetStereo()), 0) if order == 2 else 0
        stereo_bonds = stereo_bonds or stereo > 0
        codes += bytes((_BOND_TYPES.get(order, 1), 0, stereo, b.GetIsConjugated(), b.IsInRing()))
    if stereo_bonds:  # without one no bond has a direction
        width = len(BOND_COLUMNS)
        for i in range(mol.GetNumBonds()):
            codes[i * width + 1] = _DIRECTIONS.get(int(bond(i).GetBondDir()), 0)
    return MolGraph(
        np.minimum(np.frombuffer(atoms, np.uint8).reshape(-1, len(ATOM_COLUMNS)), _LARGEST),
        np.array(bonds, np.uint16).reshape(-1, 2),
        np.frombuffer(codes, np.uint8).reshape(-1, len(BOND_COLUMNS)),
    )


def _rings(mol: Chem.Mol) -> tuple[list[int], list[int]]:
    """Smallest ring (0: none, 9: nine or more) and number of rings of every atom."""
    size = [0] * mol.GetNumAtoms()
    count = [0] * mol.GetNumAtoms()
    for ring in mol.GetRingInfo().AtomRings():
        length = min(len(ring), 9)
        for i in ring:
            count[i] += 1
            size[i] = min(length, size[i] or length)
    return size, count
