"""The nearest constitutional isomers of a structure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

import numpy as np
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from km3aid.molecules.isomers import atoms, branches, bridges, unsaturation
from km3aid.molecules.isomers.edit import build
from km3aid.molecules.isomers.parent import Parent
from km3aid.molecules.isomers.plausibility import costs
from km3aid.molecules.isomers.salts import main_part, with_others
from km3aid.molecules.isomers.sketch import sketch
from km3aid.molecules.isomers.strain import Strain
from km3aid.molecules.molecule import Molecule

_MOVES = (
    branches.moved_branches,
    atoms.traded_atoms,
    unsaturation.moved_along_paths,
    unsaturation.moved_double_bonds,
    branches.moved_ring_bonds,
    bridges.moved_ends,
    bridges.moved_bridges,
    branches.traded_branches,
)
_LARGEST = 250  # atoms of a parent; a few hundred changes say little about a larger one
_MOST_SKETCHED = 400_000  # edits times atoms


def nearby_isomers(structure: Molecule | str, limit: int = 200) -> tuple[str, ...]:
    """Up to `limit` constitutional isomers that one small change makes, the most plausible first, as canonical SMILES.

    Same formula and charge; neither the structure itself nor a tautomer of it, each connectivity once. Of a salt the
    largest part changes and the others stay. Configurations that a change may touch are left
    open. The order depends on the structure alone, not on how it is written. Empty for a structure of more than 250
    atoms. Raises `MoleculeError` for a SMILES that cannot be read or holds no carbon.

    >>> nearby_isomers("CCCO", 1)
    ('CC(C)O',)
    """
    mol, others = main_part(structure)
    if mol is None or not 1 < mol.GetNumAtoms() <= _LARGEST:
        return ()
    return tuple(with_others(isomer, others) for isomer in islice(_isomers(Parent.of(mol)), max(limit, 0)))


def _isomers(parent: Parent) -> Iterator[str]:
    """SMILES of the isomers of one fragment, the most plausible first."""
    edits = list(islice(chain.from_iterable(move(parent) for move in _MOVES), _MOST_SKETCHED // len(parent.elements)))
    if not edits:
        return
    figures = sketch(parent, edits)
    known = _Known(parent.mol, figures.own_skeleton)
    strain, formula = Strain.of(parent.mol), CalcMolFormula(parent.mol)
    tried = {figures.own_structure}
    for n in np.argsort(costs(edits, figures.groups), kind="stable").tolist():
        structure = int(figures.structure[n])
        if structure in tried:
            continue
        tried.add(structure)
        mol = build(parent, edits[n])
        if mol is not None and _is_isomer(mol, formula) and not Strain.of(mol).exceeds(strain):
            smiles = known.new(mol, int(figures.skeleton[n]))
            if smiles:
                yield smiles


def _is_isomer(mol: Chem.Mol, formula: str) -> bool:
    """Whether what was made is in one piece and has the formula."""
    return len(Chem.GetMolFrags(mol)) == 1 and CalcMolFormula(mol) == formula


class _Known:
    """Structures that were there before; tautomers, which have one skeleton and one InChI, are the same."""

    def __init__(self, mol: Chem.Mol, skeleton: int) -> None:
        self._smiles = {Chem.MolToSmiles(mol, isomericSmiles=False)}
        self._of_skeleton: dict[int, list[Chem.Mol]] = {skeleton: [mol]}
        self._keys: dict[int, set[str]] = {}

    def new(self, mol: Chem.Mol, skeleton: int) -> str | None:
        """The SMILES of a structure that is not there yet."""
        Chem.AssignStereochemistry(mol, cleanIt=True, force=True)
        smiles = str(Chem.MolToSmiles(mol))
        flat = str(Chem.MolToSmiles(mol, isomericSmiles=False)) if set(smiles) & set("@/\\") else smiles
        if flat in self._smiles or self._tautomer_known(mol, skeleton):
            return None
        self._smiles.add(flat)
        return smiles

    def _tautomer_known(self, mol: Chem.Mol, skeleton: int) -> bool:
        """Whether a structure with this skeleton and this InChI is there; it is from now on."""
        others = self._of_skeleton.setdefault(skeleton, [])
        if others:
            keys = self._keys.setdefault(skeleton, {_connectivity(other) for other in others})
            key = _connectivity(mol)
            if key in keys:
                return True
            keys.add(key)
        others.append(mol)
        return False


def _connectivity(mol: Chem.Mol) -> str:
    return str(Chem.MolToInchiKey(mol))[:14] or str(Chem.MolToSmiles(mol))
