"""Diastereomers that were both measured, with structures and scores made up."""

from types import SimpleNamespace

import numpy as np
import pytest
from tests.evaluation.made_up import case

from km3aid.data.folds import Split
from km3aid.evaluation import diastereomers
from km3aid.evaluation.diastereomers import (
    Apart,
    evaluate_diastereomers,
    fifths,
    fit_configurations,
    untrained_pairs,
)
from km3aid.matching.configurations import Configurations

SMILES = [
    b"C/C=C/C",  # trains, with row 1
    b"C/C=C\\C",
    b"C/C=C/CC",
    b"C/C=C\\CC",
    b"CC=CCC",  # says nothing of its configuration
    b"C[C@H](O)[C@H](O)CC",
    b"C[C@@H](O)[C@@H](O)CC",  # the mirror image of row 5
    b"C[C@H](O)[C@@H](O)CC",  # a diastereomer of both, not completely assigned
]
BLOCKS = b"BBDDDEEE"


def made_up_data(complete):
    keys = np.array([bytes([block]) * 14 + b"-X" for block in BLOCKS])
    return SimpleNamespace(inchi_key=keys, smiles=np.array(SMILES), complete=np.array(complete))


SPLIT = Split(np.array([0]), np.array([], np.int64))


def test_pairs_are_measured_state_their_configuration_and_have_no_connectivity_that_trained():
    assert untrained_pairs(made_up_data([True] * 7 + [False]), SPLIT) == [(2, 3), (3, 2)]
    every = untrained_pairs(made_up_data([True] * 8), SPLIT)
    assert every == [(2, 3), (3, 2), (5, 7), (6, 7), (7, 5), (7, 6)]


SCORES = {2: [2.0, 1.0], 3: [1.0, 2.0], 5: [1.0, 1.0], 6: [3.0, 1.0], 7: [2.0, 1.0]}  # the first is its own


class MadeUpEngine:
    """Ranks by scores that are given for the spectrum of a molecule."""

    def rank(self, smiles, spectrum, by):
        scores = SCORES[round(spectrum.peaks[0].shift_ppm)]
        return SimpleNamespace(hits=[SimpleNamespace(smiles=s, score=v) for s, v in zip(smiles, scores, strict=True)])


def evaluated(monkeypatch, complete):
    """Evaluated with spectra whose shift is the number of the molecule."""
    monkeypatch.setattr(
        diastereomers,
        "make_cases",
        lambda engine, data, rows: [case([row], [row], row=int(row)) for row in np.array(rows, float)],
    )
    return evaluate_diastereomers(MadeUpEngine(), made_up_data(complete), SPLIT)


def test_the_right_one_first_by_connectivity(monkeypatch):
    told, found = evaluated(monkeypatch, [True] * 8)
    assert (found["pairs"], found["connectivities"]) == (6, 2)
    assert found["right_first"] == pytest.approx((0.5 + 3.5 / 4) / 2)
    assert found["right_first_of_pairs"] == pytest.approx(4.5 / 6)
    assert found["right_first_interval"][0] <= found["right_first"] <= found["right_first_interval"][1]
    assert found["calibration"]["distinct"]["right_first"] == pytest.approx(4.5 / 6)
    assert found["configurations"] == told.to_dict()


def test_each_connectivity_is_judged_by_a_fit_on_others(monkeypatch):
    """One has large differences of which the half is wrong, the other small ones that are all right."""
    fitted = []

    def watched(apart):
        fitted.append({pair.connectivity for pair in apart})
        return fit_configurations(apart)

    monkeypatch.setattr(diastereomers, "fit_configurations", watched)
    apart = [Apart(b"A", 9.0, 9.0), Apart(b"A", -9.0, -9.0), Apart(b"B", 1.0, 1.0), Apart(b"B", 1.0, 1.0)]
    told = diastereomers._calibration(apart, per_carbon=True)
    assert {b"A"} in fitted
    assert {b"B"} in fitted
    assert {b"A", b"B"} not in fitted[:2]
    assert told["calibration_error"] > 0.3  # A is told by what B says: surely right


def test_the_fifths_part_the_connectivities():
    apart = [Apart(bytes([65 + n // 2]), float(n), 0.0) for n in range(26)]
    judged = []
    for fitting, others in fifths(apart):
        assert not {pair.connectivity for pair in fitting} & {pair.connectivity for pair in others}
        assert len(fitting) + len(others) == len(apart)
        judged += others
    assert sorted(judged) == sorted(apart)


def test_without_pairs_there_is_no_figure(monkeypatch):
    told, found = evaluated(monkeypatch, [False] * 8)
    assert found["pairs"] == 0
    assert found["right_first"] is None
    assert found["calibration"] == {"per_carbon": None, "distinct": None}
    assert told == Configurations()


def test_what_differences_count_is_found_again():
    rng = np.random.default_rng(0)
    size = rng.normal(0, 3, 4_000)
    right = rng.random(len(size)) < 1 / (1 + np.exp(-0.4 * size))
    apart = [Apart(str(n).encode(), float(d), float(5 * d)) for n, d in enumerate(np.where(right, size, -size))]
    told = fit_configurations(apart)
    assert told.per_carbon == pytest.approx(0.4, abs=0.05)
    assert told.distinct == pytest.approx(0.08, abs=0.01)
    sure = [Apart(b"A", 2.0, 1.0)] * 50 + [Apart(b"B", -2.0, 1.0)]
    assert fit_configurations(sure).per_carbon == pytest.approx(0.0, abs=1e-3)  # each connectivity counts the same
    assert fit_configurations(sure).distinct == 1.0  # never more than in full
