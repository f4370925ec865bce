import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem import AllChem
from tests.molecules.configured import CHIRAL, DIASTEREOMERS, mirrored, reordered

from km3aid.molecules import featurise, parse_smiles
from km3aid.molecules.configuration import NOTHING, PLACES, REACH, TURN_KINDS


def relations_of(smiles):
    """{the two atoms: trans}."""
    return {frozenset((a, b)): bool(code % 2) for a, b, code in featurise(parse_smiles(smiles).mol).relations.tolist()}


@pytest.mark.parametrize("smiles", CHIRAL)
def test_a_mirror_image_has_the_same_relations_and_turns(smiles):
    mol = parse_smiles(smiles).mol
    one, other = featurise(mol), featurise(mirrored(mol))
    assert len(one.relations) + len(one.turns)
    np.testing.assert_array_equal(one.relations, other.relations)
    np.testing.assert_array_equal(one.turns, other.turns)


@pytest.mark.parametrize("smiles", CHIRAL)
def test_permuting_atoms_changes_none_of_the_codes(smiles):
    """That each belongs to the same atoms as before, tests/models/joint/test_configuration.py shows."""
    mol, rng = parse_smiles(smiles).mol, np.random.default_rng(1)
    codes = [sorted(featurise(mol).relations[:, 2]), sorted(featurise(mol).turns[:, 7] // 2)]
    for _ in range(5):
        graph = featurise(reordered(mol, rng.permutation(mol.GetNumAtoms())))
        assert [sorted(graph.relations[:, 2]), sorted(graph.turns[:, 7] // 2)] == codes


@pytest.mark.parametrize("name", DIASTEREOMERS)
def test_diastereomers_differ_and_nothing_is_said_of_what_is_not_given(name):
    one, other, flat = (featurise(parse_smiles(smiles).mol) for smiles in DIASTEREOMERS[name])
    assert len(flat.relations) == len(flat.turns) == 0
    said = [(len(g.relations), len(g.turns)) for g in (one, other)]
    assert said[0] == said[1] != (0, 0)
    trans = [np.concatenate([g.relations[:, 2] % 2, g.turns[:, 7] % 2]).tolist() for g in (one, other)]
    assert trans[0] != trans[1]


def test_substituents_are_cis_or_trans_as_they_lie_in_space():
    """Against conformers: two substituents of a ring are cis where they lie on one side of its mean plane."""
    checked = 0
    for smiles in (
        "C[C@@H]1CC[C@H](C)C1",
        "C[C@@H]1CC[C@@H](C)C1",
        "O[C@H]1CCCC[C@H]1Cl",
        "O[C@H]1CCCC[C@@H]1Cl",
        "C[C@]1(Cl)CC[C@@H](O)C1",
        "N[C@H]1C[C@@H](O)C1",
        "C[C@@H]1O[C@@H]1C(=O)O",
    ):
        mol = parse_smiles(smiles).mol
        with_h = Chem.AddHs(mol)
        assert AllChem.EmbedMolecule(with_h, randomSeed=1) == 0
        xyz = with_h.GetConformer().GetPositions()
        ring = mol.GetRingInfo().AtomRings()[0]
        centre = xyz[list(ring)].mean(0)
        normal = np.linalg.svd(xyz[list(ring)] - centre)[2][2]
        for pair, trans in relations_of(smiles).items():
            a, b = pair
            up = []
            for atom in (a, b):
                held = next(n.GetIdx() for n in mol.GetAtomWithIdx(atom).GetNeighbors() if n.GetIdx() in ring)
                other = [
                    n.GetIdx()
                    for n in with_h.GetAtomWithIdx(held).GetNeighbors()
                    if n.GetIdx() not in ring and n.GetIdx() != atom
                ]
                up.append(float((xyz[atom] - xyz[other[0]]) @ normal) > 0)
            assert trans == (up[0] != up[1])
            checked += 1
    assert checked >= 8


@pytest.mark.parametrize(
    ("smiles", "expected"),
    [
        ("C/C=C/CO", {(0, 3): True}),
        ("C/C=C\\CO", {(0, 3): False}),
        ("F/C(Cl)=C/Br", {(0, 4): True, (2, 4): False}),
        ("C/C=N/O", {(0, 3): True}),
        ("C/C(F)=C(/Cl)Br", {(0, 4): True, (0, 5): False, (2, 4): False, (2, 5): True}),
    ],
)
def test_across_a_double_bond(smiles, expected):
    assert relations_of(smiles) == {frozenset(pair): trans for pair, trans in expected.items()}


def test_twins_lie_on_different_sides():
    for smiles, twins in (("CC(C)=CCO", (0, 2)), ("CN(C)C=O", (0, 2)), ("CC1(C)CCC[C@@H]1O", (0, 2))):
        found = relations_of(smiles)
        others = {atom for pair in found for atom in pair} - set(twins)
        assert others
        for other in others:
            assert found[frozenset((twins[0], other))] != found[frozenset((twins[1], other))]


def test_twins_beside_a_centre_are_turned_apart():
    turns = featurise(parse_smiles("CC(C)[C@H](N)C(=O)O").mol).turns.tolist()
    assert [row[0] for row in turns] == [0, 2]
    assert [row[4:7] for row in turns] == [[NOTHING] * 3] * 2
    assert {row[7] % 2 for row in turns} == {0, 1}
    assert {row[7] // 2 for row in turns} == {REACH}


def test_nothing_is_said_of_molecules_without_configuration():
    for smiles in (
        "CC(C)C",
        "CC(C)(C)C",
        "CC(C)=C(C)C",
        "CCC(C)O",
        "c1ccccc1C",
        "CC1CCCC1(C)C",
        "CN(C)C",
        "CN(C)S(=O)(=O)C",
    ):
        graph = featurise(parse_smiles(smiles).mol)
        assert len(graph.relations) == len(graph.turns) == 0


def test_codes_are_within_their_bounds():
    for smiles in CHIRAL:
        graph = featurise(parse_smiles(smiles).mol)
        assert (graph.relations[:, 2] < 8 * PLACES).all()
        assert (graph.turns[:, 7] < 2 * TURN_KINDS).all()
