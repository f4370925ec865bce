"""RDKit molecules in: the same structure, its atoms in the same order."""

import random

import pytest
from rdkit import Chem

from km3aid.errors import MoleculeError
from km3aid.molecules import parse_structure
from km3aid.molecules.given import rdkit_molecule, structure_text

STRUCTURES = [
    "CC(C)[C@@H]1CC[C@@H](C)C[C@H]1O",
    "C/C=C/C(=O)O",
    "C/C=C\\C(=O)[O-].[Na+]",
    "[2H]C([2H])([2H])O",
    "C[S@](=O)c1ccccc1",
    "OC[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O",
]


@pytest.mark.parametrize("smiles", STRUCTURES)
def test_an_rdkit_molecule_is_its_structure_in_its_order(smiles):
    mol = Chem.MolFromSmiles(smiles, sanitize=True)
    order = list(range(mol.GetNumAtoms()))
    random.Random(0).shuffle(order)
    mol = Chem.RenumberAtoms(mol, order)
    read = parse_structure(structure_text(mol))
    assert read.smiles == parse_structure(smiles).smiles
    symbols = [mol.GetAtomWithIdx(i).GetSymbol() for i in read.input_atoms]
    assert symbols == [a.GetSymbol() for a in read.mol.GetAtoms()]


def test_explicit_hydrogens_count():
    read = parse_structure(structure_text(Chem.AddHs(Chem.MolFromSmiles("OC"))))
    assert list(read.input_atoms) == [0, 1]


def test_our_own_molecule_is_its_source():
    assert structure_text(parse_structure("OCC")) == "OCC"


@pytest.mark.parametrize("given", [None, 5, ["CCO"]])
def test_anything_else_is_refused_by_its_type(given):
    with pytest.raises(MoleculeError, match=type(given).__name__):
        structure_text(given)


def test_a_structure_that_cannot_be_read_has_no_molecule():
    with pytest.raises(MoleculeError, match="cannot be read"):
        rdkit_molecule("C1CC")


def test_the_engine_takes_them(engine):
    mol = Chem.MolFromSmiles("OCC")
    assert engine.assign(mol, [58.3, 18.4]).assignments[0].atoms == (1,)
    assert engine.predict(mol).carbons[0].atoms in ((1,), (2,))
    assert engine.rank([mol, "COC"], [58.3, 18.4]).hits[0].smiles == "CCO"
    assert engine.embed([mol, "CCO"]).shape[0] == 2
