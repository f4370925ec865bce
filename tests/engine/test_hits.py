"""Candidates as hits: one for each connectivity, with room for none of them."""

import numpy as np
import pytest
from tests.matching.test_assign import classes_at

from km3aid.engine.hits import Told, hits_of
from km3aid.matching.config import MatchConfig
from km3aid.matching.configurations import Configurations
from km3aid.matching.logistic import Logistic
from km3aid.matching.presence import Presence
from km3aid.search import Candidates, Query
from km3aid.spectra.spectrum import Spectrum

QUERY = Query(Spectrum.from_shifts([20.0, 60.0]), np.zeros(2, np.float32), MatchConfig())
SMILES = ["C[C@H](O)F", "C[C@@H](O)F", "CCO", "COC"]
FULL = Configurations()
HALF = Presence(Logistic(), Logistic())  # 0.5 whatever it is asked


def candidates(match, smiles=SMILES):
    count = len(smiles)
    entries = [(text, f"name {n}") for n, text in enumerate(smiles)]
    classes = [classes_at([20.0, 60.0])] * count
    return Candidates(np.arange(count), np.zeros(count), np.array(match, float), entries, classes, 100)


def hits(match, presence=None, top=None, by="connectivity", smiles=SMILES, told=FULL):
    found = candidates(match, smiles)
    return hits_of(found, QUERY, found.entries, Told(presence, told), top, by)


def test_stereoisomers_are_one_hit_that_gains_nothing_by_being_two():
    found, present = hits([0, 0, 0, -100])
    assert present is None
    assert [h.smiles for h in found] == ["C[C@H](O)F", "CCO", "COC"]
    assert [h.probability for h in found] == pytest.approx([0.5, 0.5, 0.0])
    assert [m.smiles for m in found[0].members] == SMILES[:2]
    assert [m.probability for m in found[0].members] == pytest.approx([0.25, 0.25])
    assert found[1].members == ()
    assert [h.rank for h in found] == [1, 2, 3]


def test_members_share_by_their_scores():
    found, _ = hits([0, -4, -100, -100])
    assert found[0].probability == pytest.approx(1.0)
    assert [m.probability for m in found[0].members] == pytest.approx([0.881, 0.119], abs=1e-3)  # half of 4 nats


def test_between_members_a_difference_counts_as_much_as_was_fitted():
    found, _ = hits([0, -4, -100, -100], told=Configurations(per_carbon=1.0, distinct=0.5))
    assert found[0].probability == pytest.approx(1.0)
    assert [m.probability for m in found[0].members] == pytest.approx([0.731, 0.269], abs=1e-3)  # a quarter of 4 nats


def test_each_structure_by_itself_where_that_is_wanted():
    found, _ = hits([0, -2, -1, -100], by="structure")
    assert [h.smiles for h in found] == ["C[C@H](O)F", "CCO", "C[C@@H](O)F", "COC"]
    assert all(h.members == () for h in found)
    together, _ = hits([0, -2, -1, -100])
    assert found[0].probability + found[2].probability == pytest.approx(together[0].probability)


def test_all_probabilities_add_up_to_that_of_presence():
    found, present = hits([0, -1, -2, -3], HALF)
    assert present == 0.5
    assert sum(h.probability for h in found) == pytest.approx(0.5)
    first, _ = hits([0, -1, -2, -3], HALF, top=1)
    assert first == found[:1]


def test_nothing_is_not_there():
    assert hits([], HALF, smiles=[]) == ((), 0.0)
    assert hits([], smiles=[]) == ((), None)
