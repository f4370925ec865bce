import numpy as np
import pytest
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from km3aid.molecules.graphs import flat_mol, mol_of_sketch, sketch_of_mol, stacked
from km3aid.molecules.graphs.changes import changes
from km3aid.molecules.graphs.edited import edited, edits_of, sketch_of_parent
from km3aid.molecules.graphs.pieces import joined, piece, sides
from km3aid.molecules.isomers.edit import build
from km3aid.molecules.isomers.parent import Parent

MOLECULES = (
    "CC(=O)Oc1ccccc1C(=O)O",
    "O=[N+]([O-])c1cc(Br)c(O)cc1",
    "CN1C=NC2=C1C(=O)N(C(=O)N2C)C",
    "CC(C)(C)[Si](C)(C)OCC1CCCN1Cc1ccccc1",
    "C#CCS(=O)(=O)N1CCOCC1",
    "C=C1CCC2(C)CCC3(C)C(O)C1C23",
)


def canonical(mol):
    return Chem.MolToSmiles(Chem.MolFromSmiles(Chem.MolToSmiles(mol)))


@pytest.mark.parametrize("smiles", MOLECULES)
def test_a_molecule_comes_back_from_its_sketch(smiles):
    mol = flat_mol(smiles)
    assert canonical(mol_of_sketch(sketch_of_mol(mol))) == canonical(mol)
    held = stacked([sketch_of_mol(mol), sketch_of_mol(flat_mol("CCO"))])
    assert canonical(mol_of_sketch(held.one(0))) == canonical(mol)
    assert canonical(mol_of_sketch(held.one(1))) == "CCO"


def test_an_impossible_sketch_is_no_molecule():
    methane = sketch_of_mol(flat_mol("C"))
    assert mol_of_sketch(methane._replace(hydrogens=np.array([3], np.uint8))) is None
    assert mol_of_sketch(methane._replace(hydrogens=np.array([5], np.uint8))) is None


def test_the_largest_part_without_stereo_and_isotopes_is_taken():
    assert canonical(flat_mol("[Na+].C[C@H](N)C(=O)[O-]")) == canonical(flat_mol("CC(N)C(=O)[O-]"))
    assert canonical(flat_mol("[13CH3]O")) == "CO"


@pytest.mark.parametrize("smiles", MOLECULES)
def test_both_sides_of_a_bond_make_the_molecule_again(smiles):
    mol = flat_mol(smiles)
    sketch = sketch_of_mol(mol)
    cuts = list(sides(sketch))
    assert len(cuts) == sum(
        b.GetBondType() == Chem.BondType.SINGLE and not b.IsInRing() for b in mol.GetBonds()
    ) or any(a.GetFormalCharge() for a in mol.GetAtoms())
    for one, other in cuts:
        assert sorted(one + other) == list(range(mol.GetNumAtoms()))
        again = joined(piece(sketch, one), 0, piece(sketch, other))
        assert canonical(mol_of_sketch(again)) == canonical(mol)


@pytest.mark.parametrize("smiles", MOLECULES)
def test_edits_are_sketched_as_they_are_built(smiles):
    mol = flat_mol(smiles)
    parent = Parent.of(mol)
    edits = edits_of(parent, 4000)
    made = edited(sketch_of_parent(parent), edits)
    compared = 0
    for m, edit in enumerate(edits):
        built = build(parent, edit)
        if built is None or any(parent.aromatic[i] for both in edit.exchanged for i in both):
            continue
        assert canonical(mol_of_sketch(made.one(m))) == canonical(built)
        compared += 1
    assert compared > 10


def made_of(found):
    return {canonical(mol) for change in found if (mol := mol_of_sketch(change.sketch)) is not None}


@pytest.mark.parametrize("smiles", MOLECULES)
def test_changes_are_valid_and_say_where_their_atoms_were(smiles):
    mol = flat_mol(smiles)
    own = sketch_of_mol(mol)
    groups = [piece(sketch_of_mol(flat_mol(text)), [1]) for text in ("CC", "CO", "CCl")]
    formulas, valid = set(), 0
    found = list(changes(own, groups, range(mol.GetNumAtoms())))
    fewer = list(changes(own, groups, Chem.CanonicalRankAtoms(mol, breakTies=False)))
    assert len(fewer) <= len(found)
    assert made_of(fewer) == made_of(found)
    for change in found:
        made = mol_of_sketch(change.sketch)
        kept = change.source >= 0
        assert len(change.source) == len(change.sketch.element)
        assert len(set(change.source[kept].tolist())) == kept.sum()
        if made is not None:
            valid += 1
            formulas.add(CalcMolFormula(made))
            assert len(Chem.GetMolFrags(made)) == 1
    assert valid > 0.95 * len(found)
    assert len(formulas) > 10


def test_every_kind_of_change_is_made():
    own = sketch_of_mol(flat_mol("CCOCC=CN"))
    chlorine = sketch_of_mol(flat_mol("CCl"))
    chlorine = piece(chlorine, [1])
    made = {
        canonical(mol)
        for change in changes(own, [chlorine], range(7))
        if (mol := mol_of_sketch(change.sketch)) is not None
    }
    wanted = {
        "a group comes": "NC=CCOCCCl",
        "a group goes": "C=CCOCC",
        "a group is replaced": "CCOCC=CCl",
        "a unit comes": "CCCOCC=CN",
        "a unit goes": "CCCC=CN",
        "an element changes": "CCNCC=CN",
        "hydrogens come": "CCOCCCN",
        "hydrogens go": "C=COCC=CN",
        "a ring closes": "C1CC=C(N)O1",
    }
    missing = {kind for kind, smiles in wanted.items() if canonical(flat_mol(smiles)) not in made}
    assert missing <= {"a ring closes"}
    assert any("1" in text for text in made)
