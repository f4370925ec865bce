"""Configurations of the best proposals."""

import pytest

from km3aid.elucidate.configurations import configure
from km3aid.elucidate.explore import Explorer
from km3aid.elucidate.members import EVERY_PART
from km3aid.elucidate.scoring import Scorer
from km3aid.elucidate.target import Target
from km3aid.engine.elucidating import index_of
from km3aid.molecules import connectivity
from km3aid.molecules.graphs import flat_mol
from km3aid.molecules.isomers import are_diastereomers
from km3aid.molecules.isomers.configured import either_hand, some_configuration
from km3aid.spectra.spectrum import Spectrum

STEROID = "CC12CCC3C(CCC4CC(O)CCC34C)C1CCC2=O"


def members(engine, opened, query, smiles):
    scorer = Scorer(engine.network, query)
    explorer = Explorer(scorer, index_of(engine, opened), Target(), 0, EVERY_PART)
    explorer.add_known([flat_mol(text) for text in smiles], "library")
    scorer.close()
    return explorer.members


def test_configurations_are_distinct_and_best_first(engine, one_model, opened):
    query = engine.query(Spectrum.from_shifts([71.0, 40.0, 35.0, 30.0, 20.0]))
    flat = members(engine, opened, query, ["CC1CCC(O)CC1", "CCO", "CC(O)CC", "CC=CC(C)O"])
    found = configure(engine.network, query, flat)
    assert [len(each) for each in found] == [2, 0, 0, 2]
    for each, whole in zip(found, flat, strict=True):
        totals = [c.member.total for c in each]
        assert totals == sorted(totals, reverse=True)
        assert len({either_hand(c.smiles) for c in each}) == len(each)
        assert all(c.member.odd == whole.odd and c.member.total == c.member.score - whole.odd for c in each)
    assert are_diastereomers(found[0][0].smiles, found[0][1].smiles)
    score = [one_model.rank([c.smiles], query.spectrum).hits[0].match_score for c in found[0]]
    assert score == pytest.approx([c.member.match for c in found[0]], abs=0.01)


def test_many_are_sought_step_by_step(engine, opened):
    query = engine.query(
        Spectrum.from_shifts([220.0, 71.0, 54.0, 51.0, 47.0, 44.0, 38.0, 36.0, 35.0, 31.0, 28.0, 20.0])
    )
    (found,) = configure(engine.network, query, members(engine, opened, query, [STEROID]))
    assert 24 < len(found) <= 3 * 24
    assert {connectivity(c.smiles) for c in found} == {connectivity(STEROID)}


def test_a_first_configuration_is_one_that_rings_can_have():
    assert some_configuration(flat_mol("CC(=O)C")) is None
    camphor = some_configuration(flat_mol("CC1(C)C2CCC1(C)C(=O)C2"))
    assert either_hand(camphor) == either_hand("CC1(C)[C@@H]2CC[C@@]1(C)C(=O)C2")
    assert some_configuration(flat_mol(STEROID)) == some_configuration(flat_mol(STEROID))
