"""The filters and lines are SciPy's."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import ndimage, optimize, signal

from km3aid.spectra.instruments import signals

SEEDS = st.integers(0, 2**31)


def trace(seed, digits=None, length=700):
    """Lines on noise; rounded to `digits`, neighbours are often equal."""
    draw = np.random.default_rng(seed)
    at = np.arange(length)
    away = (at - draw.uniform(0, length, (12, 1))) / draw.uniform(1, 9)
    made = (draw.exponential(20, 12)[:, None] / (1 + away**2)).sum(0) + draw.normal(0, 1, length)
    return made if digits is None else made.round(digits)


@settings(max_examples=80, deadline=None)
@given(SEEDS, st.integers(1, 60), st.floats(0, 12))
def test_tops_are_those_of_scipy(seed, apart, width):
    made = trace(seed)
    expected, _ = signal.find_peaks(made, height=4, prominence=3, distance=apart, width=width)
    np.testing.assert_array_equal(signals.find_tops(made, height=4, prominence=3, apart=apart, width=width), expected)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.floats(0, 12))
def test_a_flat_top_has_one_line(seed, width):
    made = trace(seed, 0)
    expected, _ = signal.find_peaks(made, height=3, prominence=2, width=width)
    np.testing.assert_array_equal(signals.find_tops(made, height=3, prominence=2, apart=1, width=width), expected)


@settings(max_examples=60, deadline=None)
@given(SEEDS)
def test_widths_are_those_of_scipy(seed):
    made = trace(seed, 1)
    tops, _ = signal.find_peaks(made, prominence=2)
    np.testing.assert_allclose(signals.half_widths(made, tops), signal.peak_widths(made, tops, 0.5)[0])


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(2, 40), st.integers(1, 20))
def test_the_highest_maxima_come_first_and_apart(seed, apart, most):
    made = trace(seed)
    every, _ = signal.find_peaks(made, distance=apart)
    np.testing.assert_array_equal(signals.highest_maxima(made, apart, most), every[np.argsort(-made[every])][:most])


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.floats(0.5, 400))
def test_smoothing_is_that_of_scipy(seed, sigma):
    made = trace(seed)
    np.testing.assert_allclose(signals.smoothed(made, sigma), ndimage.gaussian_filter1d(made, sigma), atol=1e-9)


@settings(max_examples=40, deadline=None)
@given(SEEDS, st.integers(0, 200))
def test_the_running_median_is_that_of_scipy(seed, half):
    made, window = trace(seed), 2 * half + 1
    np.testing.assert_array_equal(
        signals.running_median(made, window), ndimage.median_filter(made, window, mode="nearest")
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(-30, 30), min_size=2, max_size=2), st.floats(0.1, 20))
def test_the_least_is_that_of_scipy(start, bend):
    def cost(x):
        return float((1 - x[0]) ** 2 + bend * (x[1] - x[0] ** 2) ** 2 + 0.3 * np.cos(5 * x[0]))

    begin = np.array(start) / 10
    expected = optimize.minimize(cost, begin, method="Nelder-Mead").x
    np.testing.assert_allclose(signals.least(cost, begin), expected, atol=1e-9)


@pytest.mark.parametrize("made", [[], [1.0], [1.0, 2.0], [3.0] * 9, list(range(9))])
def test_a_signal_without_a_maximum_has_no_line(made):
    made = np.array(made, float)
    assert len(signals.highest_maxima(made, 2)) == 0
    assert len(signals.find_tops(made, height=0, prominence=0, apart=1)) == 0
