import numpy as np
import pytest

from km3aid.elucidate.bank import Bank
from km3aid.elucidate.scoring import Scorer
from km3aid.elucidate.target import counts_of
from km3aid.molecules.graphs import flat_mol, mol_of_sketch, sketch_of_mol
from km3aid.spectra.spectrum import Spectrum


def formula(smiles):
    return counts_of(sketch_of_mol(flat_mol(smiles)))


@pytest.fixture
def scorer(engine):
    made = Scorer(engine.network, engine.query(Spectrum.from_shifts([14.0, 60.0, 170.0, 128.0, 130.0, 133.0])))
    yield made
    made.close()


def filled(scorer, formulas, smiles):
    bank, numbers = Bank(scorer, formulas), []
    for text in smiles:
        mol = flat_mol(text)
        scored = scorer.start([mol]).result()
        numbers += bank.add(sketch_of_mol(mol), scored.shift_ppm[0], scored.scale_ppm[0], 0.5)
    return bank, numbers


def test_pairs_have_the_formula(scorer):
    wanted = formula("CCOC(=O)c1ccccc1")
    bank, numbers = filled(scorer, frozenset([wanted]), ["CCOC(C)=O", "COC(=O)c1ccccc1", "CCCc1ccccc1"])
    pairs = bank.pairs(numbers, 500)
    assert len(pairs) > 5
    mols = [mol_of_sketch(pair.sketch) for pair in pairs]
    assert all(mol is not None and counts_of(sketch_of_mol(mol)) == wanted for mol in mols)
    from rdkit import Chem

    made = {Chem.MolToSmiles(Chem.MolFromSmiles(Chem.MolToSmiles(mol))) for mol in mols}
    assert "CCOC(=O)c1ccccc1" in made
    assert [p.value for p in pairs] == sorted((p.value for p in pairs), reverse=True)
    assert len(bank.pairs(numbers, 3)) == 3


def test_without_a_formula_any_two_pieces_pair(scorer):
    bank, numbers = filled(scorer, frozenset(), ["CCOC(C)=O", "COC(=O)c1ccccc1"])
    pairs = bank.pairs(numbers, 400)
    assert len({counts_of(pair.sketch) for pair in pairs}) > 10
    values = np.array([pair.value for pair in pairs])
    assert values[0] > values[-1]


def test_pieces_that_explain_more_come_first(scorer):
    wanted = formula("CCOC(=O)c1ccccc1")
    bank, numbers = filled(scorer, frozenset([wanted]), ["CCOC(=O)c1ccccc1", "CCCOC(=O)c1ccccc1", "OCCCc1ccccc1C=O"])
    best = mol_of_sketch(bank.pairs(numbers, 1)[0].sketch)
    assert best.GetNumAtoms() == 11
