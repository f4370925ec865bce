"""Substructure tests on many SMILES, the substructure given as SMARTS."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem.rdSubstructLibrary import CachedSmilesMolHolder, CachedTrustedSmilesMolHolder, SubstructLibrary

from km3aid.errors import MoleculeError


def pattern_of(smarts: str) -> Chem.Mol:
    """The pattern of a SMARTS; raises `MoleculeError`."""
    pattern = Chem.MolFromSmarts(smarts)
    if pattern is None or not pattern.GetNumAtoms():
        raise MoleculeError(f"SMARTS {smarts!r} cannot be read; write for example c1ccccc1[OX2H]")
    return pattern


def substructure_test(smarts: str) -> Callable[[Sequence[str]], NDArray[np.bool_]]:
    """A function that says which of some molecules contain the substructure; raises `MoleculeError`.

    The molecules are SMILES as RDKit writes them. They are read without perceiving aromaticity anew, which is faster,
    unless the SMARTS asks for hybridisation (`^2`), which RDKit finds only after it.

    >>> substructure_test("c1ccccc1O")(["Cc1ccccc1O", "Cc1ccccc1"]).tolist()
    [True, False]
    """
    pattern = pattern_of(smarts)
    holder = CachedSmilesMolHolder if "^" in smarts else CachedTrustedSmilesMolHolder

    def holds(smiles: Sequence[str]) -> NDArray[np.bool_]:
        held = np.zeros(len(smiles), bool)
        if not smiles:
            return held  # RDKit refuses an empty library
        molecules = holder()
        for one in smiles:
            molecules.AddSmiles(one)
        library = SubstructLibrary(molecules)
        found = library.GetMatches(pattern, useChirality=False, numThreads=1, maxResults=len(smiles))
        held[np.fromiter(found, np.int64)] = True
        return held

    return holds
