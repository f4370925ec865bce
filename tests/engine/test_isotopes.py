"""Deuterated solvents and labelled compounds are predicted as what they are: the same molecules."""

import pytest

from km3aid.library import Library


@pytest.mark.parametrize(
    ("labelled", "plain"),
    [("C([2H])([2H])([2H])O", "CO"), ("C([2H])(Cl)(Cl)Cl", "C(Cl)(Cl)Cl"), ("CC([3H])=O", "CC=O")],
)
def test_a_labelled_molecule_has_the_prediction_of_the_plain_one(engine, labelled, plain):
    found, expected = engine.predict(labelled), engine.predict(plain)
    values = [(c.shift_ppm, c.std_ppm, c.multiplicity) for c in found.carbons]
    assert values == [(c.shift_ppm, c.std_ppm, c.multiplicity) for c in expected.carbons]
    assert found.smiles != expected.smiles


def test_a_library_keeps_a_labelled_molecule_beside_the_plain_one(engine, tmp_path):
    same = ("OC([2H])([2H])[2H]", None)
    engine.build_library([("CO", None), ("[2H]C([2H])([2H])O", None), same], tmp_path / "lib")
    library = Library.open(tmp_path / "lib")
    assert [library.smiles(i) for i in range(len(library))] == ["CO", "[2H]C([2H])([2H])O"]
