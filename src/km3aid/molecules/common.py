"""The part that several structures share."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from rdkit import Chem
from rdkit.Chem import rdFMCS

from km3aid.molecules.molecule import parse_smiles


class CommonPart(NamedTuple):
    """What structures share: `atoms` of the first of them (0-based), as a SMILES, and the share of its heavy atoms."""

    smiles: str
    atoms: tuple[int, ...]
    share: float


def common_part(smiles: Sequence[str], seconds: int = 2) -> CommonPart | None:
    """The largest connected part, its rings whole, that all structures have; None where that is less than two atoms.

    >>> common_part(["CCc1ccccc1O", "CCc1ccc(O)cc1"]).smiles
    'CCc1ccccc1'
    """
    mols = [parse_smiles(text).mol for text in smiles]
    for mol in mols:
        Chem.RemoveStereochemistry(mol)
    if len(mols) == 1:
        return CommonPart(Chem.MolToSmiles(mols[0]), tuple(range(mols[0].GetNumAtoms())), 1.0)
    found = rdFMCS.FindMCS(mols, timeout=seconds, ringMatchesRingOnly=True, completeRingsOnly=True)
    pattern = Chem.MolFromSmarts(found.smartsString) if found.numAtoms > 1 else None
    atoms = mols[0].GetSubstructMatch(pattern) if pattern is not None else ()
    if not atoms:
        return None
    text = Chem.MolFragmentToSmiles(mols[0], atoms)
    return CommonPart(str(text), tuple(sorted(atoms)), len(atoms) / mols[0].GetNumAtoms())
