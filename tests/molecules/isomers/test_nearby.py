import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from km3aid.errors import MoleculeError
from km3aid.molecules import parse_smiles
from km3aid.molecules.isomers import nearby_isomers

DRUGS = (
    "CC(=O)Oc1ccccc1C(=O)O",
    "CN1C=NC2=C1C(=O)N(C(=O)N2C)C",
    "CC(C)Cc1ccc(cc1)C(C)C(=O)O",
    "C[C@H]1CC[C@@H](C(C)C)C[C@@H]1O",
    "CC1=CC[C@H](CC1=O)C(C)=C",
    "CN1CCC[C@H]1c1cccnc1",
    "COc1ccc2[nH]cc(CCNC(C)=O)c2c1",
    "O=C(O)c1cn(C2CC2)c2cc(N3CCNCC3)c(F)cc2c1=O",
    "CC(C)(C)NCC(O)c1ccc(O)c(CO)c1",
    "Cc1cc(NS(=O)(=O)c2ccc(N)cc2)no1",
    "CCOC(=O)C1=C(C)NC(C)=C(C(=O)OC)C1c1cccc([N+](=O)[O-])c1",
    "OC[C@H]1O[C@@H](O)[C@H](O)[C@@H](O)[C@@H]1O",
    "Clc1ccc(cc1)C(c1ccccc1)N1CCN(CCOCC(=O)O)CC1",
    "CC12CCC3C(CCC4=CC(=O)CCC34C)C1CCC2O",
    "C#CCN(C)Cc1ccccc1",
    "CP(=O)(OC)OC(C)C",
    "FC(F)(F)c1ccc(Oc2ncccc2Br)cc1",
    "C[N+](C)(C)CC(=O)[O-]",
    "CC(C)CC(N)C(=O)NC(Cc1ccccc1)C(=O)O.Cl",
    "c1nnn(Cc2ccccc2)n1",
    "C[Si](C)(C)OC1CCCCC1",
    "O=c1[nH]c2ccccc2c(=O)n1CCSC",
    "CC(C)Cc1cc(-c2nn3c(-c4ccccc4F)nnc3s2)n[nH]1",
    "COCOc1ccc(-c2noc(C3(CSC)CC3)c2-c2ccccc2)cc1",
    "N#CC1=C(c2ccccc2)Nc2ccccc2S1",
    "[H]/N=C(/N)Nc1ccc(C(C)NC(=O)OCC)cc1",
)


def flat(smiles):
    return Chem.MolToSmiles(Chem.MolFromSmiles(smiles), isomericSmiles=False)


def connectivity(smiles):
    return Chem.MolToInchiKey(Chem.MolFromSmiles(smiles))[:14]


@settings(max_examples=40, deadline=None)
@given(st.sampled_from(DRUGS), st.randoms(use_true_random=False))
def test_isomers_are_valid_and_distinct_and_keep_the_formula(smiles, random):
    isomers = nearby_isomers(smiles)
    formula = CalcMolFormula(Chem.MolFromSmiles(smiles))
    assert len(isomers) > 3
    for isomer in isomers:
        mol = Chem.MolFromSmiles(isomer)
        assert CalcMolFormula(mol) == formula, isomer
        assert sum(a.GetNumRadicalElectrons() for a in mol.GetAtoms()) == 0, isomer
        assert Chem.MolToSmiles(mol) == isomer
        assert isomer.count(".") == smiles.count("."), isomer
    keys = {connectivity(i) for i in isomers}
    assert len(keys) == len(isomers)
    assert connectivity(smiles) not in keys
    order = list(range(Chem.MolFromSmiles(smiles).GetNumAtoms()))
    random.shuffle(order)
    shuffled = Chem.MolToSmiles(Chem.RenumberAtoms(Chem.MolFromSmiles(smiles), order), canonical=False)
    assert nearby_isomers(shuffled) == isomers


@pytest.mark.parametrize(
    ("smiles", "isomer"),
    [
        ("Cc1ccc(C)cc1", "Cc1ccccc1C"),
        ("Cc1ccc(C)cc1", "Cc1cccc(C)c1"),
        ("Cc1ccc(C)cc1", "CCc1ccccc1"),
        ("CCOC(C)=O", "CCC(=O)OC"),
        ("CCC(=O)OC", "CCOC(C)=O"),
        ("CCCO", "CC(C)O"),
        ("CC(C)O", "CCCO"),
        ("c1ccc2ncccc2c1", "c1ccc2cnccc2c1"),
        ("c1ccc2cnccc2c1", "c1ccc2ncccc2c1"),
        ("Cn1ccc(C)n1", "Cc1ccnn1C"),  # 1,3- and 1,5-dimethylpyrazole
        ("Cn1ccc(C)n1", "Cc1cnn(C)c1"),
        ("Cn1cnnn1", "Cn1ncnn1"),  # 1- and 2-methyltetrazole
        ("Cn1ncc2ccccc21", "Cn1cc2ccccc2n1"),  # 1- and 2-methylindazole
        ("COc1cc(C=O)ccc1O", "COc1ccc(C=O)cc1O"),  # vanillin, isovanillin
        ("CC1=CCC(C(C)=C)CC1=O", "CC1=CCC(=C(C)C)CC1=O"),
        ("CC1=CCC(C(C)=C)CC1=O", "CC1=C(C(C)=C)CCCC1=O"),
        ("CC1CCCC1", "C1CCCCC1"),
        ("C1CCCCC1", "CC1CCCC1"),
        ("COc1ccccn1", "Cn1ccccc1=O"),
        ("CNC(=O)c1ccccc1", "CC(=O)Nc1ccccc1"),
        ("O=C1NCCc2ccccc21", "O=C1Cc2ccccc2CN1"),
        ("CCOCC", "CCCOC"),
        ("CCC(=O)CC", "CCCC(C)=O"),
        ("CCC(=O)CC", "CCCCC=O"),
        ("c1nnc(-c2ccccc2)o1", "c1nc(-c2ccccc2)no1"),
        ("Clc1ccc(Br)cc1I", "Clc1ccc(I)cc1Br"),
        ("Cc1ccc(C(=O)Nc2ccccc2F)cc1", "Cc1cccc(C(=O)Nc2ccc(F)cc2)c1"),  # two changes
        ("Cc1ccc(C)c(F)c1Cl", "Cc1cc(Cl)cc(C)c1F"),
    ],
)
def test_known_neighbours(smiles, isomer):
    assert flat(isomer) in map(flat, nearby_isomers(smiles))


def test_tautomers_of_the_structure_are_left_out():
    assert flat("Cc1cc[nH]n1") not in map(flat, nearby_isomers("Cc1ccn[nH]1"))
    keys = [connectivity(i) for i in nearby_isomers("Oc1ccccn1")]
    assert connectivity("O=c1cccc[nH]1") not in keys


def test_the_most_plausible_come_first():
    first = nearby_isomers("COc1cc(C=O)ccc1O", 8)
    assert flat("COc1ccc(C=O)cc1O") in first
    odd = Chem.MolFromSmarts("[$([OX2][OX2]),$([O,N]Cl),$([CX4]([OH])[OX2]),$(C=C=C),$(C=C[OH])]")
    for smiles in DRUGS:
        for isomer in nearby_isomers(smiles, 100):
            mol = Chem.MolFromSmiles(smiles)
            assert mol.HasSubstructMatch(odd) or not Chem.MolFromSmiles(isomer).HasSubstructMatch(odd), isomer


def test_no_strained_rings_are_made():
    for smiles in ("Cc1ccc(C)cc1", "CC1CCCCC1", "C=CCCCC", "c1ccc2ncccc2c1", "C#CCCCC"):
        for isomer in nearby_isomers(smiles):
            mol = Chem.MolFromSmiles(isomer)
            assert all(5 <= len(ring) <= 7 for ring in mol.GetRingInfo().AtomRings()), isomer


def test_configurations_stay_where_nothing_changed():
    isomers = nearby_isomers("C[C@H](N)c1ccc(Cl)cc1")
    assert "C[C@H](N)c1cccc(Cl)c1" in isomers
    assert "C[C@H](N)c1ccccc1Cl" in isomers
    assert nearby_isomers("C/C=C\\c1ccc(Cl)cc1", 1)[0] in ("C/C=C\\c1cccc(Cl)c1", "C/C=C\\c1ccccc1Cl")


def test_of_a_salt_the_largest_part_changes():
    isomers = nearby_isomers("[Na+].CCCC(=O)[O-]")
    assert "CC(C)C(=O)[O-].[Na+]" in isomers
    assert all("[Na+]" in i.split(".") for i in isomers)


@pytest.mark.parametrize("smiles", ["C", "[CH3]", "[C-]#[O+]", "O=C=O", "C[Mg]Br", "FC(F)(F)F", "[CH3+]", "c1ccccc1"])
def test_structures_without_near_isomers(smiles):
    assert nearby_isomers(smiles) == ()


def test_limits():
    assert nearby_isomers("CCCCO", 0) == ()
    assert nearby_isomers("CCCCO", -1) == ()
    assert nearby_isomers("CCCCO", 2) == nearby_isomers("CCCCO")[:2]
    assert nearby_isomers(parse_smiles("CCCCO")) == nearby_isomers("CCCCO")
    with pytest.raises(MoleculeError):
        nearby_isomers("O")
    with pytest.raises(MoleculeError):
        nearby_isomers("C1CC")


@pytest.mark.parametrize(
    "smiles",
    ["C" * 250, "C" * 2000, "N" + "CC(=O)N" * 60 + "C", "c1cc2ccc3ccc4ccc5ccc6ccc1c1c2c3c4c5c61", "C(F)(F)" * 40],
)
def test_large_structures_take_little_time(smiles):
    start = time.process_time()
    assert len(nearby_isomers(smiles, 20)) <= 20
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "structure",
    [
        "C[C@H](N){}",
        "N[C@H]({})C",
        "C[C@]({})(F)OC",
        "O1CCC[C@@H]1{}",
        "C[C@@](C#N)(O){}",
        "C/C=C/{}",
        "CC/C(C)=C(/{})F",
    ],
)
def test_a_replaced_neighbour_takes_the_place_of_the_old_one(structure):
    """The ring moves on its chain or the chain on its ring; either way the centre or double bond stays as it is."""
    para, meta = (Chem.CanonSmiles(structure.format(ring)) for ring in ("c1ccc(Br)cc1", "c1cccc(Br)c1"))
    assert meta in nearby_isomers(para)
    assert Chem.CanonSmiles(structure.format("c1ccccc1Br")) in nearby_isomers(para)
