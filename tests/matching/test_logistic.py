import numpy as np
import pytest

from km3aid.matching.logistic import Logistic, fit_logistic


def test_the_probability_is_the_sigmoid_of_the_weighted_sum():
    logistic = Logistic(-1.0, {"a": 2.0, "b": 0.5})
    assert logistic({"a": 1.0, "b": 2.0, "unused": 9.0}) == pytest.approx(1 / (1 + np.exp(-2.0)))
    assert logistic({"a": -1e6, "b": 0.0}) == 0.0  # without a warning of overflow
    assert logistic({"a": 1e6, "b": 0.0}) == 1.0


def test_the_fit_finds_the_weights_that_made_the_data():
    rng = np.random.default_rng(0)
    figures = np.column_stack([rng.normal(3, 2, 40_000), rng.normal(0, 0.1, 40_000), np.full(40_000, 7.0)])
    odds = 0.5 * figures[:, 0] - 12 * figures[:, 1] - 1
    true = rng.random(40_000) < 1 / (1 + np.exp(-odds))
    found = fit_logistic(["wide", "narrow", "constant"], figures, true, np.ones(40_000))
    assert found.weights["wide"] == pytest.approx(0.5, abs=0.03)
    assert found.weights["narrow"] == pytest.approx(-12, abs=0.6)
    assert found.weights["constant"] == 0
    assert found.intercept == pytest.approx(-1, abs=0.1)


def test_a_case_of_weight_two_is_two_cases():
    figures, true = np.array([[0.0], [1.0], [2.0], [3.0]]), np.array([False, True, False, True])
    heavy = fit_logistic(["x"], figures, true, np.array([1.0, 2.0, 1.0, 1.0]))
    doubled = fit_logistic(["x"], figures[[0, 1, 1, 2, 3]], true[[0, 1, 1, 2, 3]], np.ones(5))
    for value in (0.0, 1.5, 3.0):  # but for the standardisation, which the ridge sees
        assert heavy({"x": value}) == pytest.approx(doubled({"x": value}), abs=2e-3)


def test_cases_that_can_be_told_apart_keep_finite_weights():
    found = fit_logistic(["x"], np.array([[-1.0], [1.0]]), np.array([False, True]), np.ones(2))
    assert 1 < found.weights["x"] < 50
