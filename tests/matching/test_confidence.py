import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from km3aid.evaluation.metrics import calibration_error
from km3aid.matching.confidence import calibrated, fit_calibration, marginals
from km3aid.matching.config import Calibration


@given(st.integers(1, 5), st.integers(0, 1000))
def test_marginals_keep_the_masses(size, seed):
    cost = np.random.default_rng(seed).uniform(0, 5, (size, size))
    joint = marginals(cost, np.ones(size), np.ones(size), Calibration())
    np.testing.assert_allclose(joint.sum(1), 1, atol=1e-3)
    np.testing.assert_allclose(joint.sum(0), 1, atol=1e-2)


def test_a_sure_pair_is_sure_and_a_tie_is_even():
    sure = marginals(np.array([[0.0, 30.0], [30.0, 0.0]]), np.ones(2), np.ones(2), Calibration())
    np.testing.assert_allclose(sure, np.eye(2), atol=1e-6)
    even = marginals(np.zeros((2, 2)), np.ones(2), np.ones(2), Calibration())
    np.testing.assert_allclose(even, 0.5)


def test_what_has_no_mass_has_no_probability():
    joint = marginals(np.zeros((2, 3)), np.array([1.0, 0.0]), np.array([1.0, 0.0, 1.0]), Calibration())
    assert joint[1].sum() == 0
    assert joint[:, 1].sum() == 0
    np.testing.assert_allclose(joint[0, [0, 2]], 0.5)


def test_fitted_calibration_removes_overconfidence():
    rng = np.random.default_rng(0)
    truth = rng.uniform(0.05, 0.95, 4000)
    correct = rng.random(4000) < truth
    stated = 1 / (1 + np.exp(-3 * np.log(truth / (1 - truth))))
    fitted = fit_calibration(stated, correct, 1.0)
    assert fitted.slope == pytest.approx(1 / 3, abs=0.05)
    after = calibrated(np.stack([stated, 1 - stated], 1), [(0,)] * len(stated), fitted)[:, 0]
    assert calibration_error(after, correct) < 0.03 < calibration_error(stated, correct)


def test_the_other_classes_share_what_is_left():
    marginal = np.array([[0.9, 0.08, 0.02], [0.1, 0.5, 0.4]])
    result = calibrated(marginal, [(0,), ()], Calibration(1.0, 0.5, 0.0))
    assert result[0, 0] == pytest.approx(0.75)
    np.testing.assert_allclose(result[0, 1:], [0.2, 0.05])
    np.testing.assert_allclose(result[1], marginal[1])


def test_what_is_left_of_a_sure_choice_makes_no_absurd_alternative():
    marginal = np.array([[1.0, 1e-20, 0.0]])
    result = calibrated(marginal, [(0,)], Calibration(1.0, 0.4, 0.0))
    assert result[0, 0] == pytest.approx(1 / (1 + 1e-4**0.4), rel=1e-3)  # 0.976: records may be wrong
    assert result[0, 1:].max() < 1e-7
