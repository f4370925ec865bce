import pytest

from km3aid.errors import MoleculeError
from km3aid.molecules import connectivity


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("C[C@H](N)C(=O)O", "C[C@@H](N)C(=O)O"),
        ("C[C@H](N)C(=O)O", "CC(N)C(=O)O"),
        ("CC(=O)O", "CC(=O)[O-].[Na+]"),
        ("CCN", "CC[NH3+].[Cl-]"),
        ("C/C=C/C", "C/C=C\\C"),
        ("CO", "[2H]C([2H])([2H])O"),
        ("Oc1ccccn1", "O=c1cccc[nH]1"),
    ],
)
def test_what_is_one_connectivity(one, other):
    assert connectivity(one) == connectivity(other)


@pytest.mark.parametrize(("one", "other"), [("CCO", "COC"), ("CCCO", "CC(C)O"), ("CC(=O)O.CCN", "CCN")])
def test_what_is_another(one, other):
    assert connectivity(one) != connectivity(other)


def test_a_structure_that_cannot_be_read():
    with pytest.raises(MoleculeError):
        connectivity("C1CC")
