"""The costs of a comparison, fitted on made-up questions: what happens to the right molecules becomes cheap."""

import numpy as np
import pytest

from km3aid.evaluation.ranking import Question, _explain, _loss, fit_ranking
from km3aid.matching.assign import cheapest_cost
from km3aid.matching.classes import CarbonClasses
from km3aid.matching.config import MatchConfig
from km3aid.matching.fusion import fuse
from km3aid.spectra.spectrum import Spectrum

CARBONS, CANDIDATES = 8, 6


def classes_at(shifts):
    count = len(shifts)
    return CarbonClasses(
        tuple((i,) for i in range(count)), shifts, np.ones(count), np.zeros(count, np.int64), np.zeros(count, bool)
    )


def questions(lost=0, foreign=0, far=0, seed=0, count=40):
    """Right molecules whose spectra lack lines, have foreign ones, or a carbon that is far off; wrong ones are near."""
    rng = np.random.default_rng(seed)
    made = []
    for _ in range(count):
        predicted = [np.sort(rng.uniform(10, 200, CARBONS)) for _ in range(CANDIDATES)]
        for other in predicted[1:]:
            other[:] = predicted[0] + rng.laplace(0, 4, CARBONS)
        lines = predicted[0] + rng.laplace(0, 1, CARBONS)
        lines[:far] += 30
        lines = np.concatenate([lines[lost:], rng.uniform(10, 200, foreign)])
        right = np.arange(CANDIDATES) == 0
        graph = np.zeros(CANDIDATES)
        made.append(Question(Spectrum.from_shifts(lines), graph, [classes_at(p) for p in predicted], right))
    return made


def fitted(**faults):
    before = MatchConfig(unassigned_peak=5.0, unobserved_carbon=5.0, outlier=0.01, outlier_ppm=10.0)
    matching, tried = fit_ranking({"made": questions(**faults)}, before)
    assert matching.changed(distinct_ranking=None, distinct_fusion=before.distinct_fusion) == before
    return matching, tried


@pytest.mark.parametrize("faults", [{"lost": 2}, {"foreign": 2}, {"lost": 1, "foreign": 1}, {"far": 1}])
def test_the_right_molecules_become_likelier(faults):
    matching, tried = fitted(**faults)
    losses = [step["loss"] for step in tried]
    assert [step["value"] for step in tried] == list(range(len(losses)))
    assert min(losses) < losses[0] - 0.01
    assert tried[0]["by_kind"] == {"made": losses[0]}
    again = fit_ranking({"made": questions(**faults)}, matching)
    assert again.tried[0]["loss"] == pytest.approx(min(losses))


def test_held_assignments_cost_what_the_cheapest_ones_do():
    matching, asked = MatchConfig(), questions(lost=1, foreign=2, count=5)
    expected = []
    for q in asked:
        costs = np.array([cheapest_cost(q.spectrum, c, matching) for c in q.classes])
        score = fuse(q.graph, -costs, matching.distinct_fusion)
        weight = np.exp(score - score.max())
        expected.append(-np.log(0.02 + 0.98 * weight[0] / weight.sum()))
    assert _loss(_explain(asked, matching), matching) == pytest.approx(np.mean(expected))
