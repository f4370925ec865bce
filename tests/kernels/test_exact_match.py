"""What the kernel of the exact match calls, by itself and at every level of the processor's abilities."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from km3aid.kernels.load import COUNT, FLOAT64, NUMBER64, Kernel, levels

LEVELS = pytest.mark.parametrize("level", levels())


def cheapest_assignment(price, most, level=None):
    call = Kernel("cheapest_assignment", FLOAT64, COUNT, COUNT, NUMBER64, gives=NUMBER64, level=level)
    return call(np.ascontiguousarray(price), *price.shape, most)


@LEVELS
@settings(max_examples=60, deadline=None)
@given(st.integers(1, 7), st.integers(0, 5), st.integers(0, 2**31))
def test_the_assignment_is_scipys(level, rows, more, seed):
    price = np.random.default_rng(seed).normal(0, 10, (rows, rows + more)).round(1)  # rounded: with ties
    r, c = linear_sum_assignment(price)
    assert cheapest_assignment(price, np.inf, level) == pytest.approx(price[r, c].sum())


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 7), st.integers(0, 5), st.floats(-30, 30), st.integers(0, 2**31))
def test_the_assignment_stops_only_above_what_it_may_cost(rows, more, room, seed):
    price = np.random.default_rng(seed).normal(0, 10, (rows, rows + more))
    cost = cheapest_assignment(price, np.inf)
    found = cheapest_assignment(price, cost + room)
    assert found == cost or (room < 1e-9 and np.isinf(found))
    assert rows < 2 or cheapest_assignment(price[:, [0] * rows], price[:, 0].sum() - 1e-6) == np.inf


@pytest.mark.parametrize("nothing", [np.inf, np.nan])
def test_where_no_assignment_is_possible_the_search_for_one_ends(nothing):
    assert not np.isfinite(cheapest_assignment(np.full((3, 4), nothing), np.inf))


@LEVELS
def test_two_densities_are_added_to_the_ninth_digit(level):
    log_both = Kernel("log_both", NUMBER64, gives=NUMBER64, level=level)
    away = np.concatenate([np.linspace(0, 25, 2001), [1e3, 1e6]])
    np.testing.assert_allclose([log_both(x) for x in away], np.log1p(np.exp(-away)), atol=3e-9)
