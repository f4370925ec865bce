"""Figures of assignments on cases made up by hand."""

from dataclasses import replace

import numpy as np
import pytest
from tests.evaluation.made_up import ByShift, case

from km3aid.evaluation.assignment import (
    coverage,
    evaluate_assignment,
    joined,
    mean_share,
    score_distinct,
    score_disturbed,
    score_per_carbon,
)
from km3aid.evaluation.cases import Case
from km3aid.evaluation.metrics import calibration_error
from km3aid.matching.config import MatchConfig
from km3aid.matching.cost import peak_class_cost
from km3aid.spectra.spectrum import Spectrum

RIGHT = case([10, 40, 70], [11, 41, 71])
SWAPPED = case([10, 40, 70, 100], [11, 69, 42, 101])  # the predictions put 42 and 69 the other way round
SAME = case([10, 40, 70], [11, 41, 41])  # two carbons of one shift


def test_one_peak_per_carbon():
    right, swapped, same = score_per_carbon(ByShift(), [RIGHT, SWAPPED, SAME])
    assert (right.carbons, right.share_right) == (3, 1.0)
    assert (swapped.carbons, swapped.share_right) == (4, 0.5)
    assert swapped.correct.tolist() == [True, False, False, True]
    assert same.share_right == 1.0
    assert mean_share([right, swapped, same]) == pytest.approx(2.5 / 3)
    assert (right.confidence > 0.9).all()
    confidence, correct = joined([right, swapped])
    assert len(confidence) == len(correct) == 7
    assert correct.sum() == 5


def test_distinct_peaks():
    two_of_one = case([10, 40, 40], [11, 41, 41], groups=[(0,), (1, 2)])
    right, swapped, whole = score_distinct(ByShift(), [RIGHT, SWAPPED, two_of_one])
    assert (right.share_right, swapped.share_right, whole.share_right) == (1.0, 0.5, 1.0)
    assert whole.correct.tolist() == [True, True]
    differing = case([10, 40, 40], [11, 41, 44], groups=[(0,), (1, 2)])  # one class, two shifts, no splitting
    (scored,) = score_distinct(ByShift(), [differing])
    assert scored.share_right == pytest.approx(2 / 3)
    assert scored.correct.tolist() == [True, False]


class Disturbed(Case):
    """The carbon at 41 ppm has lost its peak, and a line of the solvent has come."""

    def disturbed(self, rng):
        return Spectrum.from_shifts([11.0, 77.16]), np.array([11.0, np.nan])


@pytest.mark.parametrize(("alone", "share", "correct"), [(2.0, 1.0, [True]), (50.0, 0.5, [True, False])])
def test_a_foreign_peak_is_right_alone(alone, share, correct):
    matcher = ByShift(MatchConfig(unassigned_peak=alone, unobserved_carbon=alone))
    (scored,) = score_disturbed(matcher, [Disturbed(*case([10, 40], [11, 41]))])
    assert scored.share_right == share
    assert scored.correct.tolist() == correct


def test_peaks_are_disturbed_alike_in_every_call():
    cases = [case(np.arange(6) * 25 + 5, np.arange(6) * 25 + 5) for _ in range(40)]
    first, second = (score_disturbed(ByShift(), cases) for _ in range(2))
    assert [s.correct.tolist() for s in first] == [s.correct.tolist() for s in second]
    assert len({len(s.correct) for s in first}) > 1  # some have lost peaks
    assert mean_share(first) > 0.9


class Tool(ByShift):
    """With the costs that the node-level accuracy asks for."""

    def match_costs(self, node, classes, spectrum):
        return peak_class_cost(spectrum, classes, self.matching)


def test_the_figures_of_a_block():
    large = case(np.arange(12) * 15 + 5, np.arange(12) * 15 + 5.5)
    crowded = case([50, 52], [50.4, 50.5])  # each peak alone prefers the first carbon
    split = case([10, 40, 40], [11, 41, 44], groups=[(0,), (1, 2)])  # one class, two shifts
    cases = [RIGHT, SWAPPED, large, crowded, split]
    found = evaluate_assignment(Tool(), cases)
    assert found["molecules"] == 5
    assert found["node_accuracy"] == pytest.approx((1 + 0.5 + 1 + 0.5 + 2 / 3) / 5)
    assert found["one_to_one_accuracy"] == pytest.approx((1 + 0.5 + 1 + 1 + 1) / 5)
    assert found["no_error"]["all"] == {"molecules": 5, "share": 0.8}
    assert found["no_error"]["under_10"] == {"molecules": 4, "share": 0.75}
    assert found["no_error"]["10_to_20"] == {"molecules": 1, "share": 1.0}
    assert found["no_error"]["over_20"] == {"molecules": 0, "share": None}
    assert found["distinct_accuracy"] == mean_share(score_distinct(Tool(), cases))
    assert found["distinct_no_error"]["under_10"] == {"molecules": 4, "share": 0.5}
    away = [1, 1, 1, 1, 29, 28, 1, *[0.5] * 12, 0.4, 1.5, 1, 1, 4]
    assert found["shift_mean_error_ppm"] == pytest.approx(np.mean(away), rel=1e-4)
    assert found["shift_median_error_ppm"] == pytest.approx(np.median(away))
    for name, score in (
        ("per_carbon", score_per_carbon),
        ("distinct", score_distinct),
        ("disturbed", score_disturbed),
    ):
        assert found[f"calibration_error_{name}"] == calibration_error(*joined(score(Tool(), cases))) > 0.01
    disturbed = mean_share(score_disturbed(Tool(), cases))
    assert found["disturbed_accuracy"] == disturbed != found["distinct_accuracy"]


def test_coverage_counts_lines_within_the_stated_intervals():
    config = MatchConfig(outlier=1e-12)
    near, far = case([10, 40], [10.5, 40.6], scale=1.0), case([10, 40], [12.0, 45.0], scale=1.0)
    found = coverage([near, far], config)
    # ln 2 = 0.69, ln 1/(1 - 0.6827) = 1.15, ln 10 = 2.30, ln 20 = 3.00
    assert found["all"] == {"0.5": 0.5, "0.6827": 0.5, "0.9": 0.75, "0.95": 0.75}
    assert "over_20" not in found
    sure = case([10.0], [10.1], scale=0.1)
    assert coverage([near, far, sure], config)["surest_fifth"]["0.6827"] == 1.0
    assert coverage([near, far, case([10.0], [10.2], scale=0.1)], config)["surest_fifth"]["0.6827"] == 0.0


def test_coverage_in_order_gives_lines_to_the_nearest_carbons_of_their_kind():
    config = MatchConfig(outlier=1e-12)
    exchanged = case([40.0, 10.0], [10.1, 40.1], scale=1.0)
    assert coverage([exchanged], config)["all"]["0.95"] == 0.0
    assert coverage([exchanged], config, in_order=True)["all"]["0.5"] == 1.0
    for hydrogens in ([0, 3], [3, 0]):
        kinds = replace(exchanged.classes, hydrogens=np.array(hydrogens))
        assert coverage([exchanged._replace(classes=kinds)], config, in_order=True)["all"]["0.95"] == 0.0
