import numpy as np
import pytest
from rdkit import Chem

from km3aid.elucidate.surroundings import class_table, surroundings
from km3aid.molecules.graphs import flat_mol, sketch_of_mol, stacked

MOLECULES = (
    "CC(=O)Oc1ccccc1C(=O)O",
    "O=[N+]([O-])c1ccc(O)cc1",
    "CN1C=NC2=C1C(=O)N(C(=O)N2C)C",
    "C#CCS(=O)(=O)N1CCOCC1",
    "C=C1CCC2(C)CCC3(C)C(O)C1C23",
    "CC(C)Cc1ccc2[nH]ccc2c1",
)


def described(*smiles):
    return surroundings(stacked([sketch_of_mol(flat_mol(text)) for text in smiles]))


@pytest.mark.parametrize("smiles", MOLECULES)
def test_the_order_of_atoms_and_double_bonds_does_not_matter(smiles):
    mol = flat_mol(smiles)
    rng = np.random.default_rng(0)
    for _ in range(5):
        order = rng.permutation(mol.GetNumAtoms())
        other = surroundings(stacked([sketch_of_mol(Chem.RenumberAtoms(mol, order.tolist()))]))
        own = surroundings(stacked([sketch_of_mol(mol)]))
        assert own.structure[0] == other.structure[0]
        for name in ("radius", "equal", "ring"):
            assert (getattr(own, name)[0][order] == getattr(other, name)[0]).all()


def test_isomers_differ():
    found = described("Cc1ccccc1O", "Cc1cccc(O)c1", "Cc1ccc(O)cc1", "COc1ccccc1", "OCc1ccccc1", "CC=CC=CC(=O)C")
    assert len(set(found.structure.tolist())) == 6


def test_surroundings_reach_as_far_as_they_should():
    """Of CH3-CH2-CH2-CH2-X the methyl sees X from four bonds away only, the first CH2 from three."""
    alcohol, amine = described("CCCCO", "CCCCN").radius
    assert [(alcohol[0] == amine[0]).tolist(), (alcohol[1] == amine[1]).tolist()] == [[True] * 3, [True, True, False]]


def test_equivalent_carbons_are_one_class():
    held = stacked([sketch_of_mol(flat_mol("CC(C)Cc1ccccc1"))])
    around = surroundings(held)
    shift = np.arange(10, dtype=float)[None, :]
    table = class_table(held, around.equal, shift, np.ones((1, 10)))
    assert sorted(zip(table.size.tolist(), table.hydrogens.tolist(), strict=True)) == [
        (1, 0), (1, 1), (1, 1), (1, 2), (2, 1), (2, 1), (2, 3),
    ]  # fmt: skip
    assert table.shift_ppm[0] == pytest.approx((0 + 2) / 2)


def test_rings_are_measured():
    assert described("C1CC1CC1CCCCCCCC1").ring[0].tolist() == [3, 3, 3, 0] + [0] * 9
    assert described("c1ccc2[nH]ccc2c1").ring[0].tolist() == [6, 6, 6, 5, 5, 5, 5, 5, 6]
