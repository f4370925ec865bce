"""Substructures as SMARTS."""

from __future__ import annotations

from collections.abc import Callable

from rdkit import Chem

from km3aid.errors import MoleculeError


def substructure_test(smarts: str) -> Callable[[str], bool]:
    """A function that says whether the molecule of a SMILES holds the substructure; raises `MoleculeError`.

    >>> substructure_test("c1ccccc1O")("Oc1ccccc1C")
    True
    """
    pattern = Chem.MolFromSmarts(smarts)
    if pattern is None or not pattern.GetNumAtoms():
        raise MoleculeError(f"SMARTS {smarts!r} cannot be read; write for example c1ccccc1[OX2H]")

    def holds(smiles: str) -> bool:
        mol = Chem.MolFromSmiles(smiles)
        return mol is not None and bool(mol.HasSubstructMatch(pattern))

    return holds
