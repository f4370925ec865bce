import numpy as np
import pytest

from km3aid.matching.classes import CarbonClasses
from km3aid.matching.config import MatchConfig
from km3aid.matching.cost import fit_shift_cost, multiplicity_costs, peak_class_cost, shift_cost
from km3aid.spectra.spectrum import Peak, Spectrum


def test_a_shift_costs_the_logarithm_of_a_mixture_of_two_laplace_densities():
    config = MatchConfig(scale_factor=2.0, scale_power=0.5, outlier=0.1, outlier_ppm=10.0)
    away, stated = 3.0, 0.25
    trusted = 2.0 * 0.25**0.5
    by_hand = 0.9 * np.exp(-away / trusted) / (2 * trusted) + 0.1 * np.exp(-away / 10) / 20
    assert shift_cost(np.array([away]), np.array([stated]), config)[0] == pytest.approx(-np.log(by_hand), rel=1e-12)


def test_where_no_scale_is_stated_a_shift_costs_as_much_as_an_outlier():
    config = MatchConfig(scale_factor=1.6, scale_power=0.9)
    cost = shift_cost(np.array([4.0]), np.array([np.nan]), config)[0]
    assert cost == pytest.approx(np.log(2 * config.outlier_ppm) + 4.0 / config.outlier_ppm)


def test_the_fit_finds_how_much_larger_the_errors_are_than_stated():
    rng = np.random.default_rng(0)
    stated = np.exp(rng.normal(-0.8, 0.7, 20_000))
    wrong = rng.random(len(stated)) < 0.05
    away = np.abs(rng.laplace(0, np.where(wrong, 15.0, 1.7 * stated**0.8)))
    fitted = fit_shift_cost(away, stated, MatchConfig())
    assert fitted.scale_factor == pytest.approx(1.7, rel=0.05)
    assert fitted.scale_power == pytest.approx(0.8, abs=0.05)
    assert fitted.outlier == pytest.approx(0.05, abs=0.015)
    assert fitted.outlier_ppm == pytest.approx(15.0, rel=0.2)
    assert shift_cost(away, stated, fitted).mean() < shift_cost(away, stated, MatchConfig()).mean()


def test_a_multiplicity_costs_what_it_says_of_the_hydrogens():
    config = MatchConfig(wrong_multiplicity=0.03)
    spectrum = Spectrum((Peak(20.0, "T"), Peak(20.0, "S/T"), Peak(20.0, "S/T/Q"), Peak(20.0)))
    right, wrong, other_sign = -np.log(0.97), -np.log(0.01), -np.log(0.03)
    by_hand = [
        [wrong, wrong, right, wrong, wrong],
        [right, other_sign, right, other_sign, other_sign],
        [right, other_sign, right, right, other_sign],
        [0.0] * 5,
    ]
    np.testing.assert_allclose(multiplicity_costs(spectrum, config), by_hand)
    classes = CarbonClasses(((0,), (1,)), np.full(2, 20.0), np.ones(2), np.array([1, 4]), np.zeros(2, bool))
    more = peak_class_cost(spectrum, classes, config) - shift_cost(np.zeros(1), np.ones(1), config)
    np.testing.assert_allclose(more, np.array(by_hand)[:, [1, 4]], atol=1e-12)
