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


@pytest.mark.parametrize("text", ["", "c9h8", "C9H8O4?", "Xx2", "9C", "C9 H8"])
def test_what_is_no_formula_is_an_error(text):
    with pytest.raises(MoleculeError, match="write"):
        hill(text)
