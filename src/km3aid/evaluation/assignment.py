"""How well the tool gives peaks to carbons, on spectra in three forms: the paper's, distinct and disturbed peaks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from km3aid.engine import Engine
from km3aid.evaluation.cases import Case
from km3aid.evaluation.metrics import (
    best_alone,
    calibration_error,
    error_free_by_size,
    share_right,
    shift_errors,
)
from km3aid.evaluation.node_level import cost_scores
from km3aid.matching.assign import Match
from km3aid.matching.classes import CarbonClasses
from km3aid.matching.config import MatchConfig
from km3aid.matching.spread import ONE_SIGMA, coverage_of
from km3aid.spectra.spectrum import Spectrum

_LEVELS = (0.5, ONE_SIGMA, 0.9, 0.95)
_LARGE = 20  # carbons


class Matcher(Protocol):
    """What assigns: an `Engine`."""

    def match(self, node: NDArray[np.float32], classes: CarbonClasses, spectrum: Spectrum, /) -> Match:
        """The cheapest matching of the peaks and the carbon classes."""


class Scored(NamedTuple):
    """One molecule's assignment: the share of it that is right, and each assigned peak's confidence."""

    carbons: int
    share_right: float
    confidence: NDArray[np.float64]  # (P,) of the assigned peaks
    correct: NDArray[np.bool_]  # (P,)


Scoring = Callable[[Matcher, Sequence[Case]], list[Scored]]


def score_per_carbon(matcher: Matcher, cases: Sequence[Case]) -> list[Scored]:
    """One peak per carbon: a peak is right where the chosen atom was recorded at its shift."""
    scored = []
    for case in cases:
        match = matcher.match(case.node, case.classes, case.per_carbon())
        chosen = case.recorded_ppm[[atoms[0] for atoms in match.peak_atoms]]
        peaks = case.recorded_ppm[case.carbons]
        scored.append(Scored(len(peaks), share_right(chosen, peaks), _confidence(match), chosen == peaks))
    return scored


def score_distinct(matcher: Matcher, cases: Sequence[Case]) -> list[Scored]:
    """Distinct peaks: a carbon is right where its peak has its recorded shift; a peak where all its carbons are."""
    scored = []
    for case in cases:
        match = matcher.match(case.node, case.classes, case.distinct())
        right_carbons, correct = 0, []
        for shift, atoms in zip(np.unique(case.recorded_ppm[case.carbons]), match.peak_atoms, strict=True):
            same = case.recorded_ppm[list(atoms)] == shift
            right_carbons += int(same.sum())
            if atoms:
                correct.append(bool(same.all()))
        share = right_carbons / len(case.carbons)
        scored.append(Scored(len(case.carbons), share, _confidence(match), np.array(correct, bool)))
    return scored


def score_disturbed(matcher: Matcher, cases: Sequence[Case]) -> list[Scored]:
    """Peaks lost and added: an added one is right unassigned, any other with carbons of its shift only.

    The same cases are disturbed in the same way in every call.
    """
    rng = np.random.default_rng(0)
    scored = []
    for case in cases:
        spectrum, truth_ppm = case.disturbed(rng)
        match = matcher.match(case.node, case.classes, spectrum)
        right, correct = [], []
        for shift, atoms in zip(truth_ppm, match.peak_atoms, strict=True):
            good = bool(atoms) and bool((case.recorded_ppm[list(atoms)] == np.float32(shift)).all())
            right.append(not atoms if np.isnan(shift) else good)
            if atoms:
                correct.append(good)
        scored.append(Scored(len(case.carbons), float(np.mean(right)), _confidence(match), np.array(correct, bool)))
    return scored


def mean_share(scored: Sequence[Scored]) -> float:
    """Mean over molecules of the share that is right."""
    return float(np.mean([s.share_right for s in scored]))


def joined(scored: Sequence[Scored]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Confidence and truth of all assigned peaks, both (P,)."""
    return np.concatenate([s.confidence for s in scored]), np.concatenate([s.correct for s in scored])


def evaluate_assignment(engine: Engine, cases: Sequence[Case]) -> dict[str, Any]:
    """Node level, one-to-one and distinct-peak figures, calibration, and the error of the predicted shifts."""
    per_carbon, distinct = score_per_carbon(engine, cases), score_distinct(engine, cases)
    disturbed = score_disturbed(engine, cases)
    carbons = np.array([s.carbons for s in per_carbon])
    away = np.concatenate([(c.predicted_ppm - c.recorded_ppm)[c.carbons] for c in cases])
    return {
        "molecules": len(cases),
        "node_accuracy": float(np.mean([_share_alone(engine, case) for case in cases])),
        "one_to_one_accuracy": mean_share(per_carbon),
        "no_error": error_free_by_size(np.array([s.share_right for s in per_carbon]), carbons),
        "distinct_accuracy": mean_share(distinct),
        "distinct_no_error": error_free_by_size(np.array([s.share_right for s in distinct]), carbons),
        "disturbed_accuracy": mean_share(disturbed),
        "calibration_error_per_carbon": calibration_error(*joined(per_carbon)),
        "calibration_error_distinct": calibration_error(*joined(distinct)),
        "calibration_error_disturbed": calibration_error(*joined(disturbed)),
        **shift_errors(away),
        "coverage": coverage(cases, engine.matching),
    }


def coverage(cases: Sequence[Case], config: MatchConfig, in_order: bool = False) -> dict[str, dict[str, float]]:
    """The share of carbon classes whose line is within the interval that should hold 50, 68, 90 and 95 % of them.

    Told of all, of the fifth with the narrowest intervals, and of molecules with more than 20 carbons. The line of a
    class is the median of what is recorded for its carbons. Records have some the wrong way round: `in_order`, classes
    with as many hydrogens have their molecule's lines in the order of their shifts.
    """
    scale = np.concatenate([case.classes.scale_ppm for case in cases])
    away = np.concatenate([_lines(case, in_order) - case.classes.shift_ppm for case in cases])
    large = np.concatenate([np.full(len(case.classes), len(case.carbons) > _LARGE) for case in cases])
    within = coverage_of(away, scale, config)
    parts = {"all": np.ones(len(scale), bool), "surest_fifth": scale <= np.quantile(scale, 0.2), "over_20": large}
    return {
        name: {f"{level:g}": float((within[part] <= level).mean()) for level in _LEVELS}
        for name, part in parts.items()
        if part.any()
    }


def _lines(case: Case, in_order: bool) -> NDArray[np.float64]:
    """The line (K,) of every carbon class."""
    classes = case.classes
    lines = np.array([np.median(case.recorded_ppm[list(atoms)]) for atoms in classes.atoms], np.float64)
    if in_order:
        lines[np.lexsort((classes.shift_ppm, classes.hydrogens))] = lines[np.lexsort((lines, classes.hydrogens))]
    return lines


def _share_alone(engine: Engine, case: Case) -> float:
    """The paper's node-level accuracy of one molecule, by the tool's own costs."""
    chosen = np.sort(case.carbons)[best_alone(cost_scores(engine, case))]
    return share_right(case.recorded_ppm[chosen], case.recorded_ppm[case.carbons])


def _confidence(match: Match) -> NDArray[np.float64]:
    """Confidence of every assigned peak: that of its least sure class."""
    return np.array(
        [min(row[k] for k in ks) for row, ks in zip(match.probability, match.peak_classes, strict=True) if ks]
    )
