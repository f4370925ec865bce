import numpy as np
import pytest

from km3aid.matching.config import Fusion, MatchConfig
from km3aid.matching.fusion import fit_fusion, fuse, probabilities
from km3aid.matching.prediction import ClassTable
from km3aid.matching.score import coarse_scores
from km3aid.spectra.spectrum import Peak, Spectrum

CONFIG = MatchConfig()


def table(molecules, sizes=None, hydrogens=None):
    flat = [s for m in molecules for s in m]
    return ClassTable(
        np.cumsum([0, *map(len, molecules)]),
        np.array(flat, np.float32),
        np.ones(len(flat), np.float32),
        np.array(hydrogens or [1] * len(flat), np.uint8),
        np.array(sizes or [1] * len(flat), np.uint8),
    )


def test_the_molecule_of_the_spectrum_scores_best():
    molecules = [[170.0, 60.0, 21.0, 14.0], [205.0, 37.0, 29.0, 8.0], [170.0, 60.0, 21.0], [63.0, 35.0, 19.0, 14.0]]
    for number, shifts in enumerate(molecules):
        assert coarse_scores(Spectrum.from_shifts(shifts), table(molecules), CONFIG).argmax() == number


def test_the_order_of_peaks_and_the_chunks_do_not_matter(monkeypatch):
    rng = np.random.default_rng(0)
    molecules = [rng.uniform(0, 200, rng.integers(1, 30)).tolist() for _ in range(50)]
    spectrum, back = Spectrum.from_shifts(molecules[7]), Spectrum.from_shifts(molecules[7][::-1])
    whole = coarse_scores(spectrum, table(molecules), CONFIG)
    np.testing.assert_allclose(coarse_scores(back, table(molecules), CONFIG), whole, rtol=1e-5)
    monkeypatch.setattr("km3aid.matching.score._CHUNK", 40)
    np.testing.assert_allclose(coarse_scores(spectrum, table(molecules), CONFIG), whole, rtol=1e-5)


def test_one_per_carbon_asks_for_the_number_of_carbons():
    shifts = [128.0, 128.0, 30.0]
    scores = coarse_scores(
        Spectrum.from_shifts(shifts), table([[128.0, 30.0], [128.0, 30.0]], sizes=[2, 1, 1, 1]), CONFIG, True
    )
    assert scores[0] > scores[1]


def test_multiplicity_counts():
    spectrum = Spectrum((Peak(30.0, "T"),))
    scores = coarse_scores(spectrum, table([[30.0], [30.0]], hydrogens=[2, 1]), CONFIG)
    assert scores[0] > scores[1]


def test_fusion_is_a_weighted_sum_and_probabilities_sum_to_one():
    score = fuse(np.array([0.9, 0.5]), np.array([-3.0, -2.0]), Fusion(10.0, 0.5))
    np.testing.assert_allclose(score, [7.5, 4.0])
    assert probabilities(score).sum() == pytest.approx(1)


def test_fitted_fusion_trusts_what_is_right():
    rng = np.random.default_rng(0)
    graphs, matches, right = [], [], []
    for _ in range(60):
        match = rng.normal(0, 1, 10)
        truth = int(rng.choice(10, p=np.exp(2 * match) / np.exp(2 * match).sum()))
        graphs.append(rng.normal(0, 1, 10))
        matches.append(match)
        right.append(truth)
    fitted = fit_fusion(graphs, matches, right)
    assert fitted.match_weight > 3 * fitted.graph_weight
