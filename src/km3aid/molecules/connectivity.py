"""The connectivity of a structure: what stereoisomers, salts and most tautomers of one compound share."""

from __future__ import annotations

from functools import lru_cache

from rdkit import Chem

from km3aid.molecules.molecule import parse_smiles

_KEPT = 100_000


@lru_cache(_KEPT)
def connectivity(smiles: str) -> str:
    """First block of the InChIKey of the part of a structure that has the most carbons.

    Salts, protonated forms, stereoisomers, isotopologues and the tautomers that InChI knows share it. Where there is no
    InChI it is the SMILES. Raises `MoleculeError`.

    >>> connectivity("CC(=O)[O-].[Na+]") == connectivity("CC(O)=O")
    True
    """
    parts = Chem.GetMolFrags(parse_smiles(smiles).mol, asMols=True)
    main = max(parts, key=_size)
    return str(Chem.MolToInchiKey(main)[:14]) or str(Chem.MolToSmiles(main))


def _size(mol: Chem.Mol) -> tuple[int, int]:
    """The number of carbons, then of heavy atoms."""
    return sum(atom.GetAtomicNum() == 6 for atom in mol.GetAtoms()), mol.GetNumAtoms()
