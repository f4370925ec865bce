"""Ranks in nested libraries, against cases worked by hand."""

from itertools import pairwise

import numpy as np
import pytest

from km3aid.reproduction.measures.nested_library import Same
from km3aid.reproduction.measures.ranks import (
    Ranks,
    Scores,
    best_place,
    places_of_size,
    rank_among,
    shares_within,
)

NOBODY = np.zeros(0, np.int64)
NEW = Same(NOBODY, NOBODY)


def plain(quick, own) -> Scores:
    return Scores(np.array(quick, np.float32), own, None, own)


def test_a_library_of_n_is_the_truth_and_the_first_others():
    assert places_of_size(None, NEW, 4).tolist() == [0, 1, 2]
    inside = Same(np.array([1]), np.array([1]))
    assert places_of_size(None, inside, 4).tolist() == [0, 2, 3]
    twice = Same(np.array([1, 3]), np.array([1, 3]))
    assert places_of_size(None, twice, 4).tolist() == [0, 2, 4]
    edge = Same(np.array([3]), np.array([3]))
    assert places_of_size(None, edge, 4).tolist() == [0, 1, 2]
    assert places_of_size(np.array([2, 3, 8]), inside, 4).tolist() == [2, 3]
    assert len(places_of_size(None, inside, 10)) == 9


@pytest.mark.parametrize("own", [None, 0, 3, 9])
def test_the_libraries_are_nested(own):
    truth = NEW if own is None else Same(np.array([own]), np.array([own]))
    libraries = [set(places_of_size(None, truth, n).tolist()) for n in (2, 4, 5, 10)]
    assert all(a < b for a, b in pairwise(libraries))
    assert [len(x) + 1 for x in libraries] == [2, 4, 5, 10]
    assert all(own not in x for x in libraries)


def test_ranks_by_key_and_by_connectivity():
    scores = plain([5, 4, 3, 2, 1, 0, 0, 0, 0, 0], 2.5)
    assert rank_among(scores, None, NEW, 10, 400) == Ranks(4, 4)
    stereoisomer_at_1 = Same(NOBODY, np.array([1]))
    assert rank_among(scores, None, stereoisomer_at_1, 10, 400) == Ranks(4, 2)
    assert rank_among(scores, None, NEW, 2, 400) == Ranks(2, 2)
    known_formula = np.array([2, 4])
    assert rank_among(scores, known_formula, NEW, 10, 400) == Ranks(2, 2)


def test_the_exact_score_decides_among_the_best_alone():
    def exact(rows):
        return -np.array(rows, float)

    scores = Scores(np.array([9, 8, 7, 6, 5, 4, 3, 2, 1, 0], np.float32), 6.5, exact, -1.5)
    assert rank_among(scores, None, NEW, 10, 4) == Ranks(3, 3)  # rows 0 and 1 are better exactly
    assert rank_among(scores, None, NEW, 10, 3) == Ranks(4, 4)  # 4th by the quick score: not looked at
    assert best_place(scores, NEW, 10, 4) == 0
    assert best_place(scores._replace(own_exact=1.0), NEW, 10, 4) is None


def test_shares():
    found = shares_within([Ranks(1, 1), Ranks(1.5, 1), Ranks(7, 5), Ranks(30, 25)])
    assert found["by_key"] == {"top_1": 0.25, "top_5": 0.5, "top_10": 0.75, "top_25": 0.75}
    assert found["by_block"] == {"top_1": 0.5, "top_5": 0.75, "top_10": 0.75, "top_25": 1.0}
