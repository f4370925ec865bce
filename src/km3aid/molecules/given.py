"""Structures as Python programs hold them: text, RDKit molecules, and our own; and answers as RDKit molecules."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from rdkit import Chem

from km3aid.errors import MoleculeError
from km3aid.molecules.molecule import KEEP_HYDROGENS, Molecule, is_smiles, parse_inchi

RDKitMolecule: TypeAlias = Chem.Mol
Structure: TypeAlias = str | RDKitMolecule | Molecule  # a SMILES or mol block, or a molecule
_NOTE = "atomNote"  # RDKit writes it beside the atom


def structure_text(structure: Structure) -> str:
    """The structure as a SMILES or mol block whose atoms are in the order of the input; raises `MoleculeError`.

    >>> structure_text("CCO")
    'CCO'
    >>> structure_text(Chem.MolFromSmiles("CCO")).splitlines()[3][:6]
    '  3  2'
    """
    if isinstance(structure, str):
        return structure
    if isinstance(structure, Molecule):
        return structure.source
    if not isinstance(structure, Chem.Mol):
        raise MoleculeError(
            f"a structure as {type(structure).__name__}; give a SMILES, a mol block or an RDKit molecule"
        )
    try:
        return str(Chem.MolToMolBlock(structure))
    except (ValueError, RuntimeError) as error:
        raise MoleculeError(
            f"the RDKit molecule cannot be written as a mol block: {error}; sanitise it first"
        ) from error


def rdkit_molecule(structure: str, notes: Mapping[int, str] | None = None) -> Chem.Mol:
    """An RDKit molecule with the atoms in the order of the input; `notes` by atom are drawn beside the atoms.

    Raises `MoleculeError` where the structure cannot be read.

    >>> rdkit_molecule("CCO", {1: "58.2"}).GetAtomWithIdx(1).GetProp("atomNote")
    '58.2'
    """
    block = "\n" in structure.strip()
    text = structure if block or is_smiles(structure) else parse_inchi(structure).source
    mol = Chem.MolFromMolBlock(text, removeHs=False) if block else Chem.MolFromSmiles(text, KEEP_HYDROGENS)
    if mol is None:
        raise MoleculeError(f"structure {structure.strip().splitlines()[0][:60]!r} cannot be read")
    for atom, note in (notes or {}).items():
        mol.GetAtomWithIdx(atom).SetProp(_NOTE, note)
    return mol
