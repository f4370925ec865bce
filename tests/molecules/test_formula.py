import pytest
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from km3aid.errors import MoleculeError
from km3aid.molecules import element_counts, hill


@pytest.mark.parametrize(
    "smiles", ["CCO", "C[N+](C)(C)CCO", "[O-]C(=O)C", "ClCBr", "C[Si](C)(C)C", "[Ca+2].[O-]C=O", "FC(F)F"]
)
def test_hill_order_is_rdkits(smiles):
    formula = CalcMolFormula(Chem.MolFromSmiles(smiles))
    assert hill(formula) == formula


def test_any_order_comes_to_hill_order():
    assert hill(" O4H8C9 ") == "C9H8O4"
    assert hill("CH3CH2OH") == "C2H6O"
    assert element_counts("C10H8Cl2N") == {"C": 10, "H": 8, "Cl": 2, "N": 1}


@pytest.mark.parametrize(
    ("hill_order", "spellings"),
    [
        ("C9H7O4-", ["C9H7O4-", "C9H7O4 -", "C9H7O4 1-", "C9H7O4-1", "[C9H7O4]-", "[C9H7O4]1-", "C₉H₇O₄⁻", "C9H7O4−"]),
        ("C5H12N+", ["C5H12N+", "NC5H12+1", "C5H12N⁺", "[C5H12N]+", "C₅H₁₂N¹⁺", "C5H12N^+"]),
        ("C4H4O4-2", ["C4H4O4-2", "C4H4O4--", "C4H4O4 2-", "[C4H4O4]2-", "C₄H₄O₄²⁻", "C4H4O4²⁻", "C4H4O4^2-"]),
        ("C4H4O42-", ["C4H4O42-"]),  # the number is the oxygens' unless something stands between
        ("C9H8O4", ["C₉H₈O₄", "[C9H8O4]", "C9H8O4+0"]),
    ],
)
def test_a_charge_may_be_spelt_in_many_ways(hill_order, spellings):
    assert [hill(spelling) for spelling in spellings] == [hill_order] * len(spellings)


@pytest.mark.parametrize("smiles", ["CC[N+](C)(C)C", "[O-]C(=O)C=CC(=O)[O-]", "[O-]C(=O)CC", "C[N+](C)(C)C[N+](C)(C)C"])
def test_the_charge_is_spelt_as_rdkit_spells_it(smiles):
    formula = CalcMolFormula(Chem.MolFromSmiles(smiles))
    assert formula[-1] not in "0123456789" or formula[-2] in "+-"
    assert hill(formula) == formula


@pytest.mark.parametrize(
    "text", ["", "c9h8", "C9H8O4?", "Xx2", "9C", "C9 H8", "C9H8+-", "[C9H8", "C9H8]", "C9H8 2", "+", "CDCl3"]
)
def test_what_is_not_a_formula_is_an_error(text):
    with pytest.raises(MoleculeError, match="write"):
        hill(text)
