"""Every metric on numbers worked out by hand."""

import numpy as np
import pytest

from km3aid.evaluation.metrics import (
    accuracy_in_bins,
    accuracy_summary,
    best_alone,
    best_one_to_one,
    brier_score,
    calibration_error,
    error_free_by_size,
    expected_rank,
    own_is_best,
    reliability_curve,
    roc_area,
    share_of_first,
    share_right,
    shift_errors,
    size_bands,
    top_k_shares,
)


def test_each_peak_alone_takes_its_best_carbon_and_one_to_one_no_carbon_twice():
    score = np.array([[3.0, 2.0, 0.0], [4.0, 3.9, 0.0], [0.0, 0.0, 1.0]])
    assert best_alone(score).tolist() == [0, 0, 2]
    assert best_one_to_one(score).tolist() == [0, 1, 2]  # 3 + 3.9 > 2 + 4


def test_interchangeable_carbons_are_dealt_out_in_the_order_of_the_peaks():
    column = np.array([2.0, 1.0, 1.5, 0.0])
    score = np.stack([column, [0.0, 0.0, 0.0, 9.0], column, column], 1)
    for permuted in (score, score + 1e3):
        assert best_one_to_one(permuted).tolist() == [0, 2, 3, 1]
    assert best_one_to_one(score[:2]).tolist() == [0, 2]  # fewer peaks than carbons


def test_a_peak_is_right_at_any_carbon_of_its_shift():
    assert share_right(np.array([10.0, 10.0, 30.0, 40.0]), np.array([10.0, 10.0, 20.0, 40.0])) == 0.75


def test_a_spectrum_is_right_where_its_own_molecule_is_most_similar():
    similarity = np.array([[0.9, 0.1, 0.0], [0.8, 0.7, 0.0], [0.1, 0.2, 0.3]])
    assert own_is_best(similarity).tolist() == [True, False, True]
    assert own_is_best(similarity.T).tolist() == [True, True, True]


def test_equal_scores_share_the_first_place():
    score = np.array([1.0, 3.0, 3.0, 2.0])
    assert share_of_first(score, np.array([False, True, False, False])) == 0.5
    assert share_of_first(score, np.array([False, True, True, False])) == 1.0
    assert share_of_first(score, np.array([True, False, False, True])) == 0.0


@pytest.mark.parametrize(("own", "rank"), [(4.0, 1.0), (3.0, 1.5), (2.5, 2.0), (2.0, 3.0), (1.0, 4.5), (0.0, 5.0)])
def test_a_tie_counts_as_its_expected_rank(own, rank):
    assert expected_rank(np.array([3.0, 2.0, 2.0, 1.0]), own) == rank


def test_the_rank_itself_is_within_the_top():
    shares = top_k_shares([1, 1.5, 5, 6, float("inf")], (1, 5, 10))
    assert shares == {"top_1": 0.2, "top_5": 0.6, "top_10": 0.8}


def test_size_bands():
    bands = size_bands(np.array([9, 10, 20, 21]))
    assert {name: band.tolist() for name, band in bands.items()} == {
        "all": [True] * 4,
        "under_10": [True, False, False, False],
        "10_to_20": [False, True, True, False],
        "over_20": [False, False, False, True],
    }


def test_a_molecule_is_free_of_errors_only_where_everything_is_right():
    found = error_free_by_size(np.array([1.0, 0.99, 1.0, 1.0, 0.0]), np.array([3, 9, 12, 15, 20]))
    assert found == {
        "all": {"molecules": 5, "share": 0.6},
        "under_10": {"molecules": 2, "share": 0.5},
        "10_to_20": {"molecules": 3, "share": pytest.approx(2 / 3)},
        "over_20": {"molecules": 0, "share": None},
    }


def test_accuracy_summary():
    found = accuracy_summary(np.array([1.0, 0.8, 0.79, 0.0]))
    assert (found["perfect"], found["at_least_80"]) == (0.25, 0.5)
    assert found["histogram"] == [1, 0, 0, 0, 0, 0, 0, 1, 1, 1]
    assert accuracy_summary(np.zeros(0)) == {"perfect": None, "at_least_80": None, "histogram": [0] * 10}


def test_accuracy_in_bins():
    assert accuracy_in_bins(np.array([0.0, 1.0, 1.5]), np.array([1.0, 1.0, 0.5]), (0, 1, 2, 3)) == [
        {"from": 0, "below": 1, "molecules": 1, "accuracy": 1.0, "no_error": 1.0},
        {"from": 1, "below": 2, "molecules": 2, "accuracy": 0.75, "no_error": 0.5},
    ]


def test_shift_errors_have_no_sign():
    assert shift_errors(np.array([-1.0, 2.0, -6.0])) == {"shift_mean_error_ppm": 3.0, "shift_median_error_ppm": 2.0}


def test_calibration_error_is_the_mean_gap():
    confidence, correct = np.array([0.9, 0.9, 0.2, 0.2]), np.array([True, False, False, False])
    assert calibration_error(confidence, correct) == pytest.approx(0.5 * 0.4 + 0.5 * 0.2)
    assert calibration_error(np.array([1.0, 0.0]), np.array([True, False])) == 0
    assert calibration_error(np.array([0.34, 0.32]), np.array([True, False]), bins=3) == pytest.approx(0.49)


def test_reliability_curve():
    curve = reliability_curve(np.array([0.95, 1.0, 0.42, 0.40, 0.39]), np.array([True, False, True, True, False]))
    assert curve == [
        {"peaks": 1, "confidence": 0.39, "right": 0.0},
        {"peaks": 2, "confidence": pytest.approx(0.41), "right": 1.0},
        {"peaks": 2, "confidence": 0.975, "right": 0.5},
    ]


def test_brier_score():
    assert brier_score(np.array([0.5, 1.0, 0.8]), np.array([True, True, False])) == pytest.approx((0.25 + 0 + 0.64) / 3)


def test_the_area_under_the_curve_counts_pairs_in_the_right_order():
    assert roc_area(np.array([0.9, 0.8, 0.2, 0.1]), np.array([True, True, False, False])) == 1.0
    assert roc_area(np.array([0.1, 0.8, 0.2, 0.9]), np.array([True, True, False, False])) == 0.25
    assert roc_area(np.array([0.5, 0.5]), np.array([True, False])) == 0.5
