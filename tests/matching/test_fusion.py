import numpy as np
import pytest

from km3aid.matching.config import Fusion
from km3aid.matching.fusion import fit_fusion, fuse, probabilities


def test_the_score_is_the_weighted_sum():
    np.testing.assert_allclose(fuse(np.array([0.5, 1.0]), np.array([-4.0, -8.0]), Fusion(10.0, 0.25)), [4.0, 8.0])


def test_a_difference_of_scores_is_a_log_odds():
    np.testing.assert_allclose(probabilities(np.array([0.0, np.log(3.0)])), [0.25, 0.75])
    assert len(probabilities(np.empty(0))) == 0


def test_the_fit_finds_the_weights_that_the_data_have():
    """The right candidate is drawn with the odds that known weights give."""
    rng = np.random.default_rng(0)
    truth = Fusion(8.0, 0.4)
    graph = [rng.uniform(-1, 1, 6) for _ in range(1500)]
    match = [rng.uniform(-20, 0, 6) for _ in range(1500)]
    right = [int(rng.choice(6, p=probabilities(fuse(g, m, truth)))) for g, m in zip(graph, match, strict=True)]
    fitted, loss = fit_fusion(graph, match, right)
    assert fitted.graph_weight == pytest.approx(truth.graph_weight, rel=0.1)
    assert fitted.match_weight == pytest.approx(truth.match_weight, rel=0.1)
    chances = [probabilities(fuse(g, m, fitted))[r] for g, m, r in zip(graph, match, right, strict=True)]
    assert loss == pytest.approx(-np.mean(np.log(chances)))
