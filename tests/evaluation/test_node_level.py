import numpy as np
import pytest
from tests.evaluation.made_up import ByShift, case

from km3aid.engine import Engine
from km3aid.evaluation.assignment import score_per_carbon
from km3aid.evaluation.cases import make_cases
from km3aid.evaluation.metrics import accuracy_summary
from km3aid.evaluation.node_level import (
    NodeShares,
    case_shares,
    cost_scores,
    logit_scores,
    node_shares,
    summarise_shares,
)


def test_each_peak_alone_and_one_to_one():
    score = np.array([[3.0, 2.0, 0.0], [4.0, 3.9, 0.0], [0.0, 0.0, 1.0]])
    ppm = np.array([10.0, 20.0, 30.0], np.float32)
    assert node_shares(score, ppm, ppm) == NodeShares(alone=2 / 3, released=1.0, one_to_one=1.0)


def test_a_carbon_of_the_same_shift_is_right():
    score = np.array([[0.0, 1.0], [1.0, 0.0]])
    same, different = np.array([10, 10], np.float32), np.array([10, 20], np.float32)
    assert node_shares(score, same, same) == (1.0, 1.0, 1.0)
    assert node_shares(score, different, different) == (0.0, 0.0, 0.0)
    assert node_shares(score, different, different[::-1]) == (1.0, 1.0, 1.0)  # carbons in another order


def test_means_and_molecules_without_an_error():
    found = summarise_shares([NodeShares(a, 0.25, b) for a, b in ((0.5, 1.0), (1.0, 0.5), (0.0, 0.9), (1.0, 1.0))])
    assert found == {"node": 0.625, "released": 0.25, "one_to_one": pytest.approx(0.85), "no_error": 0.5}
    assert found["no_error"] == accuracy_summary(np.array([1.0, 0.5, 0.9, 1.0]))["perfect"]


def test_the_best_matching_of_the_costs_is_the_tools_assignment(small_data, untrained_weights):
    """The one-to-one accuracy has one value, whether by carbons here or by classes in the engine."""
    engine = Engine.load(untrained_weights, "cpu")
    cases = list(make_cases(engine, small_data, np.arange(len(small_data))))
    own = [s.share_right for s in score_per_carbon(engine, cases)]
    assert [case_shares(c, cost_scores(engine, c)).one_to_one for c in cases] == own
    assert 0.2 < np.mean(own) < 0.99
    for c in cases[:5]:
        assert logit_scores(engine, c).shape == cost_scores(engine, c).shape == (len(c.carbons), len(c.carbons))


def test_carbons_of_one_class_with_different_shifts_are_dealt_out_alike():
    twins = case([50, 50, 90], [51, 49, 90], groups=[(0, 1), (2,)])
    (scored,) = score_per_carbon(ByShift(), [twins])

    class Tool(ByShift):
        def match_costs(self, node, classes, spectrum):
            return np.array([[1.0, 9.0], [1.0, 9.0], [9.0, 1.0]])

    assert case_shares(twins, cost_scores(Tool(), twins)).one_to_one == scored.share_right == pytest.approx(1 / 3)
