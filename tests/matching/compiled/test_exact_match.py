from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment
from tests.matching.compiled.made_up import CONFIG, classes_of, molecules_and_spectrum

from km3aid.matching.assign import cheapest_cost
from km3aid.matching.compiled.exact_match import ExactMatch
from km3aid.matching.compiled.kernels.exact_match import cheapest_assignment, log_both
from km3aid.matching.compiled.packed import pack_classes


@settings(max_examples=60, deadline=None)
@given(molecules_and_spectrum(), st.booleans())
def test_the_compiled_match_is_the_cheapest_assignment(made, one_per_carbon):
    packed, spectrum = pack_classes(made[0]), replace(made[1], one_per_carbon=one_per_carbon)
    rows = np.arange(len(packed.offset) - 1, dtype=np.int32)
    expected = [-cheapest_cost(spectrum, classes_of(packed, int(n)), CONFIG) for n in rows]
    np.testing.assert_allclose(ExactMatch(spectrum, CONFIG)(packed, rows), expected, atol=1e-7)


@settings(max_examples=100, deadline=None)
@given(molecules_and_spectrum(), st.booleans(), st.floats(-3, 3))
def test_only_what_cannot_reach_the_least_score_is_left_out(made, one_per_carbon, more):
    packed, match = pack_classes(made[0]), ExactMatch(replace(made[1], one_per_carbon=one_per_carbon), CONFIG)
    rows = np.arange(len(packed.offset) - 1, dtype=np.int32)
    full = match(packed, rows)
    found = match(packed, rows, full + more)
    left = np.isfinite(found)
    np.testing.assert_array_equal(found[left], full[left])
    assert more > 0 or left.all()
    assert not np.isfinite(match(packed, rows, np.full(len(rows), 1e3))).any()


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 7), st.integers(0, 5), st.integers(0, 2**31))
def test_the_assignment_is_scipys(rows, more, seed):
    price = np.random.default_rng(seed).normal(0, 10, (rows, rows + more)).round(1)  # rounded: with ties
    r, c = linear_sum_assignment(price)
    assert cheapest_assignment(price, np.inf) == pytest.approx(price[r, c].sum())


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 7), st.integers(0, 5), st.floats(-30, 30), st.integers(0, 2**31))
def test_the_assignment_stops_only_above_what_it_may_cost(rows, more, room, seed):
    price = np.random.default_rng(seed).normal(0, 10, (rows, rows + more))
    cost = cheapest_assignment(price, np.inf)
    found = cheapest_assignment(price, cost + room)
    assert found == cost or (room < 1e-9 and np.isinf(found))
    assert rows < 2 or cheapest_assignment(price[:, [0] * rows], price[:, 0].sum() - 1e-6) == np.inf


def test_two_densities_are_added_to_the_ninth_digit():
    away = np.concatenate([np.linspace(0, 25, 2001), [1e3, 1e6]])
    np.testing.assert_allclose([log_both(x) for x in away], np.log1p(np.exp(-away)), atol=3e-9)
