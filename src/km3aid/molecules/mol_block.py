"""The mol block of a structure, its atoms in the order of the input."""

from __future__ import annotations

from rdkit import Chem
from rdkit.Chem import rdDepictor

from km3aid.errors import MoleculeError
from km3aid.molecules.molecule import KEEP_HYDROGENS, Molecule

_END = "M  END"
_V2000_ATOMS = 999


def write_mol_block(molecule: Molecule) -> str:
    """The mol block of the input, unchanged up to `M  END`, or one laid out in the plane from the SMILES.

    Atom *i* of the block (from 1) is atom *i* − 1 of an answer; explicit hydrogens of the input are counted.
    Raises `MoleculeError` where the mol block of the input has no end.

    >>> from km3aid.molecules import parse_smiles
    >>> write_mol_block(parse_smiles("[H]OC")).splitlines()[5].split()[3]
    'O'
    """
    if "\n" in molecule.source.strip():
        lines = molecule.source.splitlines()
        end = next((n for n, line in enumerate(lines) if line.startswith(_END)), None)
        if end is None:
            raise MoleculeError(f"the mol block has no line {_END!r}; it is cut off: download or export it again")
        return "\n".join(line.rstrip() for line in lines[: end + 1]) + "\n"
    mol = Chem.MolFromSmiles(molecule.source.strip(), KEEP_HYDROGENS)
    rdDepictor.SetPreferCoordGen(False)
    rdDepictor.Compute2DCoords(mol)
    return _block(mol, molecule.name)


def write_heavy_mol_block(molecule: Molecule) -> str:
    """A mol block without hydrogens of any isotope, the other atoms in their order and where the input placed them.

    Atom *i* of the block (from 1) is atom `input_atoms[i - 1]` of an answer.
    """
    mol = Chem.Mol(molecule.mol)
    if not mol.GetNumConformers():
        rdDepictor.Compute2DCoords(mol)
    return _block(mol, molecule.name)


def _block(mol: Chem.Mol, name: str | None) -> str:
    mol.SetProp("_Name", " ".join((name or "").split()))
    write = Chem.MolToMolBlock if mol.GetNumAtoms() <= _V2000_ATOMS else Chem.MolToV3KMolBlock
    return str(write(mol))
