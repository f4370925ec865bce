"""Substructures in many SMILES at once, against one molecule after another."""

import pytest
from rdkit import Chem
from tests.conftest import made_smiles

from km3aid.molecules import substructure_test

SMILES = [
    *map(Chem.CanonSmiles, made_smiles()),
    *map(
        Chem.CanonSmiles,
        ["C1CC2CCC1CC2", "c1ccc2[nH]ccc2c1", "C[N+](=O)[O-]", "C/C=C/C", "C[C@H](N)O", "[13CH4]", "CC#N"],
    ),
]


@pytest.mark.parametrize(
    "smarts",
    [
        "CO",
        "[r6]",
        "[R2]",
        "[x3]",
        "[nH]",
        "[^2]",
        "[^3]O",
        "[C@@](C)(N)O",
        "C/C=C\\C",
        "[13C]",
        "[$([CX3]=O)]",
        "[!#6]",
        "[Au]",
    ],
)
def test_it_finds_what_one_by_one_is_found(smarts):
    pattern = Chem.MolFromSmarts(smarts)
    one_by_one = [Chem.MolFromSmiles(s).HasSubstructMatch(pattern) for s in SMILES]
    assert substructure_test(smarts)(SMILES).tolist() == one_by_one
    assert any(one_by_one) or smarts == "[Au]"
    assert substructure_test(smarts)([]).tolist() == []
