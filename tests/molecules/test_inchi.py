"""InChI wherever a structure is taken."""

import pytest

from km3aid.errors import MoleculeError
from km3aid.molecules import is_smiles, parse_structure
from km3aid.molecules.given import rdkit_molecule


@pytest.mark.parametrize("smiles", ["CCO", "C[C@H](N)C(=O)O", "C/C=C/C(=O)O", "CC(=O)Oc1ccccc1C(=O)O"])
def test_an_inchi_is_the_structure_that_it_was_made_of(smiles):
    made = parse_structure(smiles)
    read = parse_structure(f" {made.inchi}\n")
    assert read.smiles == made.smiles
    assert read.inchi_key == made.inchi_key
    assert read.source == made.smiles  # so that atoms are counted in the order that is shown
    symbols = [atom.GetSymbol() for atom in rdkit_molecule(made.inchi).GetAtoms()]
    assert symbols == [atom.GetSymbol() for atom in rdkit_molecule(made.smiles).GetAtoms()]


def test_what_is_no_inchi_is_said():
    with pytest.raises(MoleculeError, match="cannot be read; copy it again as a whole"):
        parse_structure("InChI=1S/C2H6O/c1-2-")
    assert not is_smiles("InChI=1S/CH4/h1H4")
