"""The mol block of a structure with the atoms in the order in which they came in."""

from __future__ import annotations

from rdkit import Chem
from rdkit.Chem import rdDepictor

from km3aid.errors import MoleculeError
from km3aid.molecules.molecule import Molecule

_END = "M  END"
_V2000_ATOMS = 999


def write_mol_block(molecule: Molecule) -> str:
    """The mol block that came in, unchanged up to `M  END`, or one laid out in the plane from the SMILES.

    Atom *i* of the block (from 1) is atom *i* − 1 of an answer, explicit hydrogens of the input included.

    >>> from km3aid.molecules import parse_smiles
    >>> write_mol_block(parse_smiles("[H]OC")).splitlines()[5].split()[3]
    'O'
    """
    if "\n" in molecule.source.strip():
        lines = molecule.source.splitlines()
        end = next((n for n, line in enumerate(lines) if line.startswith(_END)), None)
        if end is None:
            raise MoleculeError(f"the mol block has no line {_END!r}; it is cut off, get it again")
        return "\n".join(line.rstrip() for line in lines[: end + 1]) + "\n"
    reading = Chem.SmilesParserParams()
    reading.removeHs = "[H]" not in molecule.source  # as `parse_smiles` counts them
    mol = Chem.MolFromSmiles(molecule.source.strip(), reading)
    rdDepictor.SetPreferCoordGen(False)
    rdDepictor.Compute2DCoords(mol)
    mol.SetProp("_Name", " ".join((molecule.name or "").split()))
    block = Chem.MolToMolBlock if mol.GetNumAtoms() <= _V2000_ATOMS else Chem.MolToV3KMolBlock
    return str(block(mol))
