"""The nearest constitutional isomers of a structure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice

import numpy as np
from rdkit import Chem

from km3aid.molecules.isomers import atoms, branches, bridges, unsaturation
from km3aid.molecules.isomers.edit import build
from km3aid.molecules.isomers.joint import joint_edits
from km3aid.molecules.isomers.parent import Parent
from km3aid.molecules.isomers.plausibility import costs
from km3aid.molecules.isomers.salts import main_part, with_others
from km3aid.molecules.isomers.sketch import sketch
from km3aid.molecules.isomers.strain import Strain
from km3aid.molecules.molecule import Molecule

MOVES = (
    branches.moved_branches,
    atoms.traded_atoms,
    atoms.traded_ring_atoms,
    unsaturation.moved_along_paths,
    unsaturation.moved_double_bonds,
    branches.moved_ring_bonds,
    bridges.moved_ends,
    bridges.moved_bridges,
    branches.traded_branches,
)
_LARGEST = 250  # atoms of a parent; a few hundred changes say little about a larger one
_MOST_SKETCHED = 400_000  # edits times atoms
_MOST_JOINT = 2_500


def nearby_isomers(structure: Molecule | str, limit: int = 200) -> tuple[str, ...]:
    """Up to `limit` constitutional isomers that one small change makes, the most plausible first, as canonical SMILES.

    Same formula and charge; neither the structure itself nor a tautomer of it, each connectivity once. Of a salt the
    largest part changes and the others stay. A configuration that a change does not touch is kept, others are left
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
    most = _MOST_SKETCHED // len(parent.elements)
    edits = list(islice(chain.from_iterable(move(parent) for move in MOVES), most))
    if not edits:
        return
    single = sketch(parent, edits)
    cost = np.where(single.stable, costs(edits, single.groups), np.inf)
    both, both_cost = joint_edits(parent, edits, cost, min(most, _MOST_JOINT))
    joint = sketch(parent, both)
    edits, cost = edits + both, np.concatenate([cost, np.where(joint.stable, both_cost, np.inf)])
    structures = np.concatenate([single.structure, joint.structure]).tolist()
    skeletons = np.concatenate([single.skeleton, joint.skeleton]).tolist()
    known = _Known(parent.mol, single.own_skeleton)
    strain = Strain.of(parent.mol)
    tried = {single.own_structure}
    for n in np.argsort(cost, kind="stable")[: np.isfinite(cost).sum()].tolist():
        if structures[n] in tried:
            continue
        tried.add(structures[n])
        mol = build(parent, edits[n])
        if mol is not None and not Strain.of(mol).exceeds(strain):
            smiles = known.new(mol, skeletons[n])
            if smiles:
                yield smiles


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
        flat = smiles
        if set(smiles) & set("@/"):
            smiles = str(Chem.MolToSmiles(Chem.MolFromSmiles(smiles)))  # once is not canonical where rings have stereo
            flat = str(Chem.MolToSmiles(mol, isomericSmiles=False))
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
