"""A configuration that a structure without one may have."""

from __future__ import annotations

from rdkit import Chem
from rdkit.Chem import rdDistGeom

from km3aid.molecules.isomers.diastereomers import mirror_image

_ATTEMPTS = 3
_SEED = 11


def some_configuration(mol: Chem.Mol) -> str | None:
    """The SMILES of a molecule in one relative configuration that has a shape in space; None where none is open.

    It is that of one conformer by distance geometry, so that rings are fused and bridged as they can be. None, too,
    where no conformer is found. The same molecule gets the same configuration each time.

    >>> some_configuration(Chem.MolFromSmiles("CCO")) is None
    True
    """
    if not _is_open(mol):
        return None
    canonical = Chem.MolFromSmiles(Chem.MolToSmiles(mol))
    if canonical is None:
        return None
    whole = Chem.AddHs(canonical)
    how = rdDistGeom.ETKDGv3()
    how.randomSeed, how.maxIterations = _SEED, _ATTEMPTS
    if rdDistGeom.EmbedMolecule(whole, how) < 0:
        return None
    Chem.AssignStereochemistryFrom3D(whole)
    smiles = str(Chem.MolToSmiles(Chem.RemoveHs(whole)))
    return smiles if "@" in smiles or "/" in smiles or "\\" in smiles else None


def either_hand(smiles: str) -> str:
    """One SMILES for a structure and its mirror image.

    >>> either_hand("C[C@H](O)N") == either_hand("C[C@@H](O)N")
    True
    """
    mol = Chem.MolFromSmiles(smiles)
    return min(str(Chem.MolToSmiles(mol)), str(Chem.MolToSmiles(mirror_image(mol))))


def _is_open(mol: Chem.Mol) -> bool:
    """Whether a centre or a double bond has a configuration that is not given."""
    found = Chem.FindPotentialStereo(Chem.Mol(mol))
    return any(info.specified == Chem.StereoSpecified.Unspecified for info in found)
