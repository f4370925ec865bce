"""Ranks in nested libraries, against cases worked by hand."""

from itertools import pairwise
from typing import NamedTuple

import numpy as np
import pytest

from km3aid.evaluation.paper.ranks import (
    Ranks,
    Scores,
    best_row,
    expected_rank,
    rank_among,
    rows_of_size,
    shares_within,
)

NOBODY = np.zeros(0, np.int64)
PLACE = np.arange(10)


class Truth(NamedTuple):
    same_key: np.ndarray = NOBODY
    same_block: np.ndarray = NOBODY


def plain(quick, own) -> Scores:
    return Scores(np.array(quick, np.float32), own, None, own)


def test_a_tie_counts_as_its_expected_rank():
    assert expected_rank(np.array([3.0, 2.0, 2.0, 1.0]), 2.0) == 1 + 1 + 2 / 2


def test_a_library_of_n_is_the_truth_and_the_first_others():
    assert rows_of_size(None, Truth(), PLACE, 4).tolist() == [0, 1, 2]
    inside = Truth(np.array([1]), np.array([1]))
    assert rows_of_size(None, inside, PLACE, 4).tolist() == [0, 2, 3]
    edge = Truth(np.array([3]), np.array([3]))
    assert rows_of_size(None, edge, PLACE, 4).tolist() == [0, 1, 2]
    assert rows_of_size(np.array([2, 3, 8]), inside, PLACE, 4).tolist() == [2, 3]
    assert len(rows_of_size(None, inside, PLACE, 10)) == 9


@pytest.mark.parametrize("own", [None, 0, 3, 9])
def test_the_libraries_are_nested(own):
    truth = Truth() if own is None else Truth(np.array([own]), np.array([own]))
    libraries = [set(rows_of_size(None, truth, PLACE, n).tolist()) for n in (2, 4, 5, 10)]
    assert all(a < b for a, b in pairwise(libraries))
    assert [len(x) + 1 for x in libraries] == [2, 4, 5, 10]
    assert all(own not in x for x in libraries)


def test_ranks_by_key_and_by_connectivity():
    scores = plain([5, 4, 3, 2, 1, 0, 0, 0, 0, 0], 2.5)
    assert rank_among(scores, None, Truth(), PLACE, 10, 400) == Ranks(4, 4)
    stereoisomer_at_1 = Truth(NOBODY, np.array([1]))
    assert rank_among(scores, None, stereoisomer_at_1, PLACE, 10, 400) == Ranks(4, 2)
    assert rank_among(scores, None, Truth(), PLACE, 2, 400) == Ranks(2, 2)
    known_formula = np.array([2, 4])
    assert rank_among(scores, known_formula, Truth(), PLACE, 10, 400) == Ranks(2, 2)


def test_the_exact_score_decides_among_the_best_alone():
    def exact(rows):
        return -np.array(rows, float)

    scores = Scores(np.array([9, 8, 7, 6, 5, 4, 3, 2, 1, 0], np.float32), 6.5, exact, -1.5)
    assert rank_among(scores, None, Truth(), PLACE, 10, 4) == Ranks(3, 3)  # rows 0 and 1 are better exactly
    assert rank_among(scores, None, Truth(), PLACE, 10, 3) == Ranks(4, 4)  # 4th by the quick score: not looked at
    assert best_row(scores, Truth(), PLACE, 10, 4) == 0
    assert best_row(scores._replace(own_exact=1.0), Truth(), PLACE, 10, 4) is None


def test_shares():
    found = shares_within([Ranks(1, 1), Ranks(1.5, 1), Ranks(7, 5), Ranks(30, 25)])
    assert found["by_key"] == {"top_1": 0.25, "top_5": 0.5, "top_10": 0.75, "top_25": 0.75}
    assert found["by_block"] == {"top_1": 0.5, "top_5": 0.75, "top_10": 0.75, "top_25": 1.0}
