"""Surroundings of atoms as numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdkit import Chem

from km3aid.molecules import environments, featurise


def of(smiles, order=None):
    mol = Chem.MolFromSmiles(smiles)
    mol = mol if order is None else Chem.RenumberAtoms(mol, order)
    graph = featurise(mol)
    return environments(graph.atoms, graph.bonds, graph.bond_codes)


@given(st.permutations(range(11)))
def test_the_order_of_atoms_does_not_matter(order):
    smiles = "CC(=O)Oc1ccccc1N"
    np.testing.assert_array_equal(of(smiles)[list(order)], of(smiles, list(order)))


def test_equal_surroundings_are_equal_in_other_molecules():
    assert of("CCO")[0] == of("CCCCCC")[0]
    assert of("CCO")[1] == of("CCCO")[2]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CC", "C(C)C"),
        ("CO", "CN"),
        ("C=C", "CC"),
        ("[CH3]", "C"),
        ("[C-]#[O+]", "C=O"),
        ("[C-]#N", "C#N"),
        ("C*", "CC"),
        ("[CH3-]", "[CH3]"),
        ("C[O-]", "C[O]"),
    ],
)
def test_other_elements_bonds_charges_and_hydrogens_differ(one, other):
    assert of(one)[0] != of(other)[0]


def test_neighbours_count_whichever_atom_a_bond_begins_with():
    assert of("CO")[1] != of("NO")[1]
    assert of("OC")[0] != of("ON")[0]
