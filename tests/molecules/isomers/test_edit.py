from itertools import permutations

import pytest
from rdkit import Chem

from km3aid.molecules.isomers.edit import build, rebond
from km3aid.molecules.isomers.parent import Parent


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("C[C@](F)(N)COCl", "C[C@](F)(N)OCCl"),
        ("C[C@H](F)COCl", "C[C@H](F)OCCl"),
        ("C/C=C/COCl", "C/C=C/OCCl"),
        ("C/C=C\\COCl", "C/C=C\\OCCl"),
        ("F/C(C)=C(Cl)/COBr", "F/C(C)=C(Cl)/OCBr"),
    ],
)
def test_a_replaced_neighbour_stands_where_the_old_one_stood(before, after):
    """Whatever the order of the atoms: -CH2-O-X is turned round."""
    mol = Chem.MolFromSmiles(before)
    count = mol.GetNumAtoms()
    pattern = Chem.MolFromSmarts("[#6][CH2]O[Cl,Br]")
    for head in permutations(range(count), 3):
        order = [*head, *(i for i in range(count) if i not in head)]
        shuffled = Chem.MolFromSmiles(Chem.MolToSmiles(Chem.RenumberAtoms(mol, order), canonical=False))
        centre, carbon, oxygen, end = shuffled.GetSubstructMatch(pattern)
        parent = Parent.of(shuffled)
        turn = ((centre, carbon, 0), (oxygen, end, 0), (centre, oxygen, 1), (carbon, end, 1))
        edit = rebond(parent, "turn", turn, 1)
        assert Chem.CanonSmiles(Chem.MolToSmiles(build(parent, edit))) == Chem.CanonSmiles(after)


def test_a_change_of_the_formula_is_no_edit():
    parent = Parent.of(Chem.MolFromSmiles("CCO"))
    assert rebond(parent, "cut", ((0, 1, 0),), 1) is None
    assert rebond(parent, "nothing", ((0, 1, 1),), 1) is None
    assert rebond(parent, "more hydrogens than there are", ((0, 1, 0), (1, 2, 3)), 1) is None
    assert rebond(parent, "aldehyde without a carbon", ((0, 1, 0), (1, 2, 2)), 1) is not None  # CH4 and CH2=O
