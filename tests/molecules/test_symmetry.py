import pytest

from km3aid.molecules import carbon_classes, parse_smiles


def classes(smiles):
    return [c for c in carbon_classes(parse_smiles(smiles).mol) if len(c.atoms) > 1]


@pytest.mark.parametrize(
    ("smiles", "splits"),
    [
        ("CC(C)O", False),  # isopropanol: enantiotopic
        ("CC(C)[C@H](C)O", True),  # isopropyl beside a stereocentre
        ("CC(C)C(C)O", True),  # the same, drawn flat
        ("CC(C)=CCO", True),  # Z and E methyl
        ("CC(C)=C", False),
        ("CN(C)C=O", True),  # slow rotation of the amide
        ("CN(C)CC", False),
        ("C[C@H]1CCC[C@@H](C)N1", False),  # cis: mirror plane
    ],
)
def test_twin_methyls_split_where_nmr_sees_two_lines(smiles, splits):
    methyls = [c for c in classes(smiles) if c.hydrogens == 3]
    assert [c.splits for c in methyls] == [splits]


@pytest.mark.parametrize(
    ("smiles", "split"),
    [
        ("CC(C)(C)[Si](C)(C)OC(C)C#N", [3]),  # silyl ether beside a stereocentre: both Si-CH3, but no tert-butyl
        ("CC(C)(C)[Si](C)(C)OCC#N", []),
        ("COP(=O)(OC)C(C)N", [3]),  # phosphonate beside a stereocentre
        ("COP(=O)(OC)CN", []),
        ("CP(C)C(N)C#N", [3]),  # phosphines do not invert
        ("O=C(Cl)N1CCOCC1", [2, 2]),  # the four CH2 of an amide of morpholine
        ("CN1CCOCC1", []),
        ("CN(C)C=CC(C)=O", [3]),  # vinylogous amide
        ("CN(C)N=O", [3]),
        ("ON=C1CCCCC1", [2, 2]),  # oxime: syn and anti
        ("O=C1CCCCC1", []),
        ("CC(O)C1CCCCC1", [2, 2]),  # a ring on a stereocentre
        ("OC1CCCCC1", []),
        ("CC(N)C1CCOCC1", [2, 2]),
    ],
)
def test_twins_about_other_centres_and_in_rings_split(smiles, split):
    assert sorted(c.hydrogens for c in classes(smiles) if c.splits) == split


def test_phenyl_has_four_classes():
    assert sorted(len(c.atoms) for c in carbon_classes(parse_smiles("Oc1ccccc1").mol)) == [1, 1, 2, 2]


def test_inositol_never_splits():
    assert not any(c.splits for c in classes("OC1C(O)C(O)C(O)C(O)C1O"))


def test_meso_halves_are_one_class():
    assert sorted(len(c.atoms) for c in classes("OC[C@H](O)[C@@H](O)CO")) == [2, 2]
