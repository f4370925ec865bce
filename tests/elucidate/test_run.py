import pytest
from rdkit import Chem
from rdkit.Chem.rdMolDescriptors import CalcMolFormula

from km3aid.elucidate.explore import Explorer
from km3aid.elucidate.island import Asked, Starts
from km3aid.elucidate.known import Effort, Known
from km3aid.elucidate.members import EVERY_PART, Parts
from km3aid.elucidate.run import run
from km3aid.elucidate.scoring import Scorer
from km3aid.elucidate.target import Target, counts_of
from km3aid.engine.elucidating import index_of, propose
from km3aid.molecules import connectivity
from km3aid.molecules.graphs import flat_mol, sketch_of_mol
from km3aid.spectra.spectrum import Spectrum

VANILLIN = Spectrum.from_shifts([190.9, 151.7, 147.2, 129.9, 127.5, 114.4, 108.8, 56.1])
LITTLE = Effort(600, 1500)


def found(engine, library, spectrum, known, effort=LITTLE, parts=EVERY_PART):
    return propose(engine, spectrum, library, known, effort, None, parts)


def smiles(made, count=10**6):
    return [Chem.MolToSmiles(group[0].mol) for group in made.grouped[:count]]


@pytest.fixture(scope="module")
def vanillin(engine, opened):
    return found(engine, opened, VANILLIN, Known(formula="C8H8O3"))


def test_a_molecule_is_found_that_stands_in_no_library(vanillin, known_smiles):
    ranks = [connectivity(text) for text in smiles(vanillin, 3)]
    assert connectivity("COc1cc(C=O)ccc1O") in ranks
    assert connectivity("COc1cc(C=O)ccc1O") not in {connectivity(text) for text in known_smiles}


def test_proposals_have_the_formula_and_are_distinct_and_no_radicals(vanillin):
    made = smiles(vanillin)
    assert len(made) > 50
    mols = [Chem.MolFromSmiles(text) for text in made]
    assert {CalcMolFormula(mol) for mol in mols} == {"C8H8O3"}
    assert len({connectivity(text) for text in made[:100]}) == len(made[:100])
    assert not any(atom.GetNumRadicalElectrons() for mol in mols for atom in mol.GetAtoms())
    totals = vanillin.scores
    assert (totals[:-1] >= totals[1:]).all()


def test_a_seed_repeats_a_run(engine, opened, vanillin):
    again = found(engine, opened, VANILLIN, Known(formula="C8H8O3"))
    assert smiles(again) == smiles(vanillin)
    other = found(engine, opened, VANILLIN, Known(formula="C8H8O3"), Effort(600, 1500, seed=1))
    order = [[group[0].batch for group in made.grouped] for made in (vanillin, again, other)]
    assert order[0] == order[1] != order[2]


def test_conditions_hold(engine, opened):
    known = Known(formula="C8H8O3", substructure="[OX2H]", without="[CX3H]=O", rings=(1, 1))
    mols = [Chem.MolFromSmiles(text) for text in smiles(found(engine, opened, VANILLIN, known))]
    assert len(mols) > 10
    assert all(mol.HasSubstructMatch(Chem.MolFromSmarts("[OX2H]")) for mol in mols)
    assert not any(mol.HasSubstructMatch(Chem.MolFromSmarts("[CX3H]=O")) for mol in mols)
    assert {mol.GetRingInfo().NumRings() for mol in mols} == {1}


def test_without_a_formula_elements_and_carbons_hold(engine, opened):
    known = Known(elements=("C", "H", "O"), carbons=(7, 9))
    mols = [Chem.MolFromSmiles(text) for text in smiles(found(engine, opened, VANILLIN, known))]
    assert len({CalcMolFormula(mol) for mol in mols}) > 5
    assert {a.GetSymbol() for mol in mols for a in mol.GetAtoms()} <= {"C", "O"}
    assert {sum(a.GetAtomicNum() == 6 for a in mol.GetAtoms()) for mol in mols} <= {7, 8, 9}


def test_a_mass_leaves_the_formulas_of_that_mass(engine, opened):
    made = smiles(found(engine, opened, VANILLIN, Known(mass_da=152.0473, mass_tolerance_da=0.002)))
    assert {CalcMolFormula(Chem.MolFromSmiles(text)) for text in made} == {"C8H8O3"}


def test_a_start_that_is_the_answer_is_taken(engine, opened):
    made = found(engine, opened, VANILLIN, Known(formula="C8H8O3", start=("COc1cc(C=O)ccc1O",)), Effort(600, 1))
    origins = {connectivity(text): group[0].origin for text, group in zip(smiles(made), made.grouped, strict=True)}
    assert origins[connectivity("COc1cc(C=O)ccc1O")] == "start"


def test_small_formulas_are_exhausted(engine, opened):
    made = found(engine, opened, Spectrum.from_shifts([58.0, 18.0]), Known(formula="C2H6O"), Effort(600))
    assert made.found.exhausted
    assert set(smiles(made)) == {"CCO", "COC"}
    butanols = found(
        engine, opened, Spectrum.from_shifts([62.0, 35.0, 19.0, 14.0]), Known(formula="C4H10O"), Effort(60)
    )
    assert butanols.found.exhausted
    assert len(smiles(butanols)) == 7


def test_every_part_can_be_left_out(engine, opened):
    for part in ("steered", "pieces", "moves", "usual"):
        parts = Parts(**{part: False})
        made = found(engine, opened, VANILLIN, Known(formula="C8H8O3"), Effort(600, 500), parts)
        origins = {group[0].origin for group in made.grouped}
        assert made.grouped
        assert {"pieces": "pieces", "moves": "moves"}.get(part) not in origins
        if part == "usual":
            assert {group[0].odd for group in made.grouped} == {0.0}


def test_an_interruption_gives_the_best_so_far(engine, opened):
    query = engine.query(VANILLIN)
    target = Known(formula="C8H8O3").target(VANILLIN, {})
    asked = Asked(query, index_of(engine, opened), target, Starts([], [], ["COc1ccccc1C=O", "Oc1ccccc1O"]))

    def stop(progress):
        if progress.batches == 2:
            raise KeyboardInterrupt

    told = run(engine.network, asked, Effort(600), stop)
    assert told.stopped
    assert told.members


def test_time_is_kept(engine, opened):
    told = []
    query = engine.query(VANILLIN)
    target = Known(formula="C8H8O3").target(VANILLIN, {})
    asked = Asked(query, index_of(engine, opened), target, Starts([], ["COc1cccc(C=O)c1O"], []))
    run(engine.network, asked, Effort(0.5), told.append)
    assert told[-1].seconds_left == 0
    assert told[-1].best > float("-inf")
    assert [p.scored for p in told] == sorted(p.scored for p in told)


def test_estimates_foretell_scores(engine, opened):
    """The order of estimates is much like that of what is then scored."""
    import numpy as np

    query = engine.query(VANILLIN)
    formula = counts_of(sketch_of_mol(flat_mol("COc1cc(C=O)ccc1O")))
    scorer = Scorer(engine.network, query)
    explorer = Explorer(scorer, index_of(engine, opened), Target(frozenset([formula])), 0, EVERY_PART)
    known = ["COc1cccc(C=O)c1O", "COC(=O)c1ccccc1O", "CC(=O)c1ccc(O)c(O)c1"]
    explorer.add_known([flat_mol(text) for text in known], "library")
    explorer.step()
    waiting = list(explorer._waiting)
    mols = [c.make() for c in waiting]
    kept = [n for n, mol in enumerate(mols) if mol is not None]
    scored = scorer.start([mols[n] for n in kept]).result()
    scorer.close()
    estimate = np.array([waiting[n].told.estimate + waiting[n].told.odd for n in kept])
    assert len(kept) > 20
    assert np.corrcoef(estimate, scored.score)[0, 1] > 0.25


def test_a_long_run_forgets_what_fits_badly(engine, opened, monkeypatch, vanillin):
    monkeypatch.setattr("km3aid.elucidate.explore._MOST_MEMBERS", 900)
    monkeypatch.setattr("km3aid.elucidate.explore._MOST_SEEN", 1000)
    again = found(engine, opened, VANILLIN, Known(formula="C8H8O3"))
    assert smiles(again, 10) == smiles(vanillin, 10)
    assert len({connectivity(text) for text in smiles(again, 50)}) == 50
    monkeypatch.setattr("km3aid.elucidate.bank._MOST", 10)
    found(engine, opened, VANILLIN, Known(formula="C8H8O3"), Effort(600, 300))


def test_a_time_that_is_too_short_is_kept_and_told(engine, opened):
    made = found(engine, opened, VANILLIN, Known(), Effort(0.01))
    assert not made.found.begun
    told = engine.elucidate(VANILLIN, opened, effort=Effort(0.01))
    assert any("too short" in warning for warning in told.warnings)
    assert told.present <= 0.5


def test_proposals_that_fit_worse_than_right_ones_do_are_not_trusted(engine, opened):
    nonsense = Spectrum.from_shifts([3.0, 4.0, 205.0, 206.0, 215.0, 1.0, 2.0, 210.0])
    told = engine.elucidate(nonsense, opened, known=Known(formula="C8H8O3"), effort=Effort(600, 600))
    assert told.hits
    assert told.present < 0.05
