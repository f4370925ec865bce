"""Deuterium and tritium are attached hydrogens: for the graph and symmetry, not for the mass and the name."""

import re

import numpy as np
import pytest
from rdkit import Chem

from km3aid.errors import MoleculeError
from km3aid.molecules import carbon_classes, featurise, lay_out, parse_mol_block, parse_smiles, write_mol_block

DEUTERIUM, TRITIUM = 2.01410177812 - 1.00782503223, 3.0160492779 - 1.00782503223
PAIRS = [
    ("[2H]C([2H])([2H])O", "CO", 3 * DEUTERIUM),
    ("[2H]C([2H])([2H])O[2H]", "CO", 4 * DEUTERIUM),
    ("[2H]C(Cl)(Cl)Cl", "C(Cl)(Cl)Cl", DEUTERIUM),
    ("C([3H])C(=O)O", "CC(=O)O", TRITIUM),
    ("[2H]C([2H])([2H])S(=O)C([2H])([2H])[2H]", "CS(=O)C", 6 * DEUTERIUM),
    ("[2H]c1c([2H])c([2H])c([2H])c([2H])c1[2H]", "c1ccccc1", 6 * DEUTERIUM),
    ("C[C@H]([2H])O", "CCO", DEUTERIUM),  # a stereocentre by its isotopes alone
    ("C[C@](O)(CC)C([2H])([2H])[2H]", "CC(O)(CC)C", 3 * DEUTERIUM),
    ("[2H]/C=C/C", "C=CC", DEUTERIUM),
    ("C/C(C([2H])([2H])[2H])=C/C", "CC(C)=CC", 3 * DEUTERIUM),
    ("C[C@@H](O)C([2H])([2H])C", "C[C@@H](O)CC", 2 * DEUTERIUM),
    ("[2H][13CH3]", "[13CH4]", DEUTERIUM),
]


@pytest.mark.parametrize(("labelled", "plain", "heavier_da"), PAIRS)
def test_a_labelled_molecule_has_the_graph_of_the_plain_one(labelled, plain, heavier_da):
    one, other = parse_smiles(labelled), parse_smiles(plain)
    for ours, theirs in zip(featurise(one.mol), featurise(other.mol), strict=True):
        assert np.array_equal(ours, theirs)
    assert carbon_classes(one.mol) == carbon_classes(other.mol)
    assert one.formula == other.formula
    assert one.exact_mass_da - other.exact_mass_da == pytest.approx(heavier_da, abs=1e-6)


@pytest.mark.parametrize("labelled", [pair[0] for pair in PAIRS])
def test_the_smiles_that_is_shown_keeps_its_isotopes_and_is_read_as_the_same(labelled):
    molecule = parse_smiles(labelled)
    assert molecule.smiles == Chem.CanonSmiles(labelled)
    again = parse_smiles(molecule.smiles)
    assert again.smiles == molecule.smiles
    assert again.exact_mass_da == pytest.approx(molecule.exact_mass_da, abs=1e-9)
    assert again.inchi_key == molecule.inchi_key == Chem.MolToInchiKey(Chem.MolFromSmiles(labelled))
    assert molecule.inchi_key != Chem.MolToInchiKey(molecule.mol)


def test_a_heavy_isotope_stays_in_the_graphs_molecule():
    assert [a.GetIsotope() for a in parse_smiles("[13CH3]C").mol.GetAtoms()] == [13, 0]


def test_atoms_are_counted_as_in_the_input():
    assert list(parse_smiles("[2H]C([2H])([H])O").input_atoms) == [1, 4]
    assert list(parse_smiles("CO").input_atoms) == [0, 1]


@pytest.mark.parametrize("named", [False, True])
def test_deuterium_in_a_mol_block(named):
    """With `M  ISO`, and with atoms named D."""
    block = Chem.MolToMolBlock(Chem.MolFromSmiles("[2H]C([2H])([2H])C(=O)O"))
    assert "M  ISO  3" in block
    if named:
        block = re.sub(r"M  ISO.*\n", "", block.replace(" H   0", " D   0"))
    molecule = parse_mol_block(block)
    assert molecule.smiles == "[2H]C([2H])([2H])C(=O)O"
    assert list(molecule.input_atoms) == [1, 4, 5, 6]
    assert [c.hydrogens for c in carbon_classes(molecule.mol)] == [3, 0]


def test_tritium_named_in_a_mol_block():
    block = Chem.MolToMolBlock(Chem.MolFromSmiles("[3H]CO"))
    molecule = parse_mol_block(re.sub(r"M  ISO.*\n", "", block.replace(" H   0", " T   0")))
    assert (molecule.smiles, molecule.mol.GetNumAtoms()) == ("[3H]CO", 2)


@pytest.mark.parametrize("smiles", ["[2H][2H]", "[2H][H]", "[2H]O[2H]"])
def test_deuterium_without_carbon_is_an_error(smiles):
    with pytest.raises(MoleculeError, match="holds no carbon"):
        parse_smiles(smiles)


def test_a_mol_block_that_is_written_counts_the_atoms_of_the_input():
    mol = Chem.MolFromMolBlock(write_mol_block(parse_smiles("[H:1]OC([2H])[2H]")), removeHs=False)
    assert [(a.GetSymbol(), a.GetIsotope()) for a in mol.GetAtoms()] == [
        ("H", 0),
        ("O", 0),
        ("C", 0),
        ("H", 2),
        ("H", 2),
    ]


def test_a_drawing_names_deuterium_and_tritium():
    labels = [a.label for a in lay_out(parse_smiles("[2H]C([2H])([3H])C([2H])CO[2H]")).atoms]
    assert [sorted(label) for label in labels] == [sorted("CD₂T"), sorted("CHD"), [], sorted("OD")]
    assert [a.atom for a in lay_out(parse_smiles("[2H]CO")).atoms] == [1, 2]
