import time

import pytest
from rdkit import Chem
from rdkit.Chem.EnumerateStereoisomers import EnumerateStereoisomers

from km3aid.errors import MoleculeError
from km3aid.molecules.isomers import are_diastereomers, diastereomers


def mirrored(smiles):
    mol = Chem.MolFromSmiles(smiles)
    for atom in mol.GetAtoms():
        atom.InvertChirality()
    return Chem.MolToSmiles(Chem.MolFromSmiles(Chem.MolToSmiles(mol)))


@pytest.mark.parametrize(
    "smiles",
    [
        "C[C@H](O)[C@@H](O)CC",
        "C[C@H](O)[C@@H](O)C",
        "C[C@@H]1CC[C@@H](C(C)C)[C@H](O)C1",
        "C/C=C/C=C/CO",
        "O[C@H](Cl)/C=C/F",
        "OC[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O",
        "C[C@H]1CC[C@@H](C)CC1",
        "C1CCC[C@@H]2[C@H]1CCCC2",
    ],
)
def test_all_relative_configurations_are_there_and_no_mirror_image(smiles):
    open_ = Chem.MolFromSmiles(smiles)
    Chem.RemoveStereochemistry(open_)
    every = {Chem.MolToSmiles(m) for m in EnumerateStereoisomers(open_)}
    own = Chem.CanonSmiles(smiles)
    found = diastereomers(smiles)
    assert set(found) <= every
    assert not {own, mirrored(own)} & set(found)
    assert {min(s, mirrored(s)) for s in every} == {min(s, mirrored(s)) for s in (*found, own)}
    assert len({min(s, mirrored(s)) for s in found}) == len(found)


@pytest.mark.parametrize(
    ("smiles", "number"),
    [
        ("C[C@H](O)CC", 0),
        ("CC(O)C=CC", 0),
        ("CC1(C)[C@H]2CC[C@]1(C)C(=O)C2", 0),  # the bridgeheads of camphor
        ("O[C@H]1C[C@@H]2CC[C@H]1C2", 1),  # exo and endo
        ("C1C[C@H]2O[C@H]2C1", 0),  # no epoxide is fused trans to a small ring
    ],
)
def test_bridges_and_small_rings_keep_together(smiles, number):
    assert len(diastereomers(smiles)) == number


def test_what_is_open_stays_open():
    assert diastereomers("CC(O)C(O)/C=C/C") == ("C/C=C\\C(O)C(C)O",)


def test_single_inversions_come_first_and_the_limit_holds():
    smiles = "C[C@]12CC[C@H]3[C@@H](CC[C@H]4C[C@@H](O)CC[C@]34C)[C@@H]1CC[C@@H]2O"
    found = diastereomers(smiles, 9)
    tags = [a.GetIdx() for a in Chem.MolFromSmiles(smiles).GetAtoms() if a.GetChiralTag()]
    singly = set()
    for centre in tags:
        mol = Chem.MolFromSmiles(smiles)
        mol.GetAtomWithIdx(centre).InvertChirality()
        singly.add(Chem.CanonSmiles(Chem.MolToSmiles(mol)))
    assert {min(s, mirrored(s)) for s in singly} == {min(s, mirrored(s)) for s in found[: len(singly)]}
    assert diastereomers(smiles, 3) == found[:3]
    assert diastereomers(smiles, 0) == diastereomers(smiles, -1) == ()


def test_many_centres_take_little_time():
    start = time.process_time()
    assert len(diastereomers("O=C" + "[C@H](O)[C@@H](O)" * 20 + "CO")) == 64
    assert time.process_time() - start < 2


def test_of_a_salt_the_largest_part_changes_and_bad_input_is_told():
    assert diastereomers("C/C=C/C(=O)[O-].[Na+]") == ("C/C=C\\C(=O)[O-].[Na+]",)
    with pytest.raises(MoleculeError):
        diastereomers("O")


def test_equal_parts_and_mirror_images_change_together():
    one, mirror = "C[C@H](F)[C@@H](O)CC", "C[C@@H](F)[C@H](O)CC"
    other, other_mirror = map(Chem.CanonSmiles, ("C[C@@H](F)[C@@H](O)CC", "C[C@H](F)[C@H](O)CC"))
    (twice,) = diastereomers(f"{one}.{one}.Cl")
    assert sorted(twice.split(".")) in (sorted(["Cl", other, other]), sorted(["Cl", other_mirror, other_mirror]))
    (racemate,) = diastereomers(f"{one}.{mirror}")
    assert sorted(racemate.split(".")) == sorted([other, other_mirror])


def test_what_two_structures_are_to_each_other():
    one, mirror, other = "C[C@H](O)[C@H](O)CC", "C[C@@H](O)[C@@H](O)CC", "C[C@H](O)[C@@H](O)CC"
    assert are_diastereomers(one, other)
    assert not are_diastereomers(one, mirror)
    assert not are_diastereomers(one, one)
    assert not are_diastereomers(one, "C[C@H](O)C(O)CC")  # states less
    assert not are_diastereomers("CCO", "CCO")  # states nothing
