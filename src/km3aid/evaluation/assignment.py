"""How well peaks are given to carbons, on validation molecules: the paper's figures and those of a user."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.engine import Engine
from km3aid.evaluation.cases import Case
from km3aid.matching.assign import Match
from km3aid.matching.confidence import expected_calibration_error


class Scored(NamedTuple):
    """One molecule's assignment: the share of its carbons that are right, and each peak's confidence."""

    carbons: int
    share_right: float
    confidence: NDArray[np.float64]  # (P,) of the assigned peaks
    correct: NDArray[np.bool_]  # (P,)


def score_per_carbon(case: Case, match: Match) -> Scored:
    """One peak per carbon: a peak is right where the chosen atom's recorded shift equals it."""
    chosen = np.array([atoms[0] for atoms in match.peak_atoms])
    right = case.recorded_ppm[chosen] == case.recorded_ppm[case.carbons]
    return Scored(len(right), float(right.mean()), _confidence(match), right)


def score_distinct(case: Case, match: Match) -> Scored:
    """Distinct peaks: a carbon is right where its peak has its recorded shift; a peak where all its carbons are."""
    shifts = np.unique(case.recorded_ppm[case.carbons])
    right_carbons = 0
    correct = []
    for shift, atoms in zip(shifts, match.peak_atoms, strict=True):
        same = case.recorded_ppm[list(atoms)] == shift
        right_carbons += int(same.sum())
        if atoms:
            correct.append(bool(same.all()))
    return Scored(len(case.carbons), right_carbons / len(case.carbons), _confidence(match), np.array(correct, bool))


def score_disturbed(case: Case, match: Match, truth_ppm: NDArray[np.float64]) -> Scored:
    """Spectra with lost and foreign peaks: a foreign one is right alone, any other with carbons of its shift only."""
    right = []
    correct = []
    for shift, atoms in zip(truth_ppm, match.peak_atoms, strict=True):
        good = bool(atoms) and bool((case.recorded_ppm[list(atoms)] == np.float32(shift)).all())
        right.append(not atoms if np.isnan(shift) else good)
        if atoms:
            correct.append(good)
    return Scored(len(case.carbons), float(np.mean(right)), _confidence(match), np.array(correct, bool))


def evaluate_assignment(engine: Engine, cases: Sequence[Case]) -> dict[str, Any]:
    """Node level, one-to-one and distinct-peak figures, calibration, and the error of the predicted shifts."""
    listed, distinct, disturbed, node = [], [], [], []
    rng = np.random.default_rng(0)
    for case in cases:
        match = engine.match(case.node, case.classes, case.per_carbon())
        listed.append(score_per_carbon(case, match))
        node.append(_argmax_share(engine, case))
        match = engine.match(case.node, case.classes, case.distinct())
        distinct.append(score_distinct(case, match))
        spectrum, truth = case.disturbed(rng)
        match = engine.match(case.node, case.classes, spectrum)
        disturbed.append(score_disturbed(case, match, truth))
    error = np.concatenate([np.abs(c.predicted_ppm - c.recorded_ppm)[c.carbons] for c in cases])
    return {
        "molecules": len(cases),
        "node_accuracy": float(np.mean(node)),
        "one_to_one_accuracy": float(np.mean([s.share_right for s in listed])),
        "no_error": _no_error(listed),
        "distinct_accuracy": float(np.mean([s.share_right for s in distinct])),
        "distinct_no_error": _no_error(distinct),
        "disturbed_accuracy": float(np.mean([s.share_right for s in disturbed])),
        "calibration_error_per_carbon": _calibration_error(listed),
        "calibration_error_distinct": _calibration_error(distinct),
        "calibration_error_disturbed": _calibration_error(disturbed),
        "shift_mean_error_ppm": float(error.mean()),
        "shift_median_error_ppm": float(np.median(error)),
    }


def _argmax_share(engine: Engine, case: Case) -> float:
    """The paper's node-level accuracy: each peak's best carbon by itself, right where the shifts are equal."""
    cost = engine.match_costs(case.node, case.classes, case.per_carbon())
    best = np.array([case.classes.atoms[k][0] for k in cost.argmin(1)])
    return float((case.recorded_ppm[best] == case.recorded_ppm[case.carbons]).mean())


def _no_error(scored: Sequence[Scored]) -> dict[str, Any]:
    size = np.array([s.carbons for s in scored])
    perfect = np.array([s.share_right == 1 for s in scored])
    bands = {"all": size > 0, "under_10": size < 10, "10_to_20": (size >= 10) & (size <= 20), "over_20": size > 20}
    return {
        name: {"molecules": int(b.sum()), "share": float(perfect[b].mean()) if b.any() else None}
        for name, b in bands.items()
    }


def _calibration_error(scored: Sequence[Scored]) -> float:
    return expected_calibration_error(
        np.concatenate([s.confidence for s in scored]), np.concatenate([s.correct for s in scored])
    )


def _confidence(match: Match) -> NDArray[np.float64]:
    """Confidence of every assigned peak: that of its least sure class."""
    return np.array(
        [min(row[k] for k in ks) for row, ks in zip(match.probability, match.peak_classes, strict=True) if ks]
    )
