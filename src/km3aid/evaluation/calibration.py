"""Fit the constants of matching on molecules that neither trained the model nor validate it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.engine import Engine
from km3aid.evaluation.assignment import Scored, score_distinct, score_disturbed, score_per_carbon
from km3aid.evaluation.cases import Case
from km3aid.matching.confidence import expected_calibration_error, fit_calibration
from km3aid.matching.config import Calibration, MatchConfig
from km3aid.matching.cost import fit_shift_cost, shift_cost

_GRID: dict[str, tuple[float, ...]] = {
    "scale_factor": (1.3, 1.6, 2.0, 2.5),
    "unassigned_peak": (2.0, 3.5, 5.0, 7.0),
    "unobserved_carbon": (2.0, 3.5, 5.0, 7.0),
    "node_weight": (0.0, 0.5, 1.0, 1.5),
    "wrong_multiplicity": (0.003, 0.01, 0.025),
    "overlap": (1.5, 2.5, 4.0),
    "split": (0.5, 1.5, 3.0),
}
_GAIN = 0.0005  # below it a constant stays as it was
_TEMPERATURES = (0.5, 0.7, 1.0, 1.4)


def calibrate(engine: Engine, cases: Sequence[Case]) -> dict[str, Any]:
    """Set `engine.matching` to the best constants for `cases` and return what was tried.

    First what a shift costs, by likelihood; then the constants one after the other, each for the mean share of
    what is right over spectra with one peak per carbon, with distinct peaks, and with distinct peaks some of which are
    lost or foreign.
    """
    engine.matching, tried = _fit_shifts(cases, engine.matching)
    for name, values in _GRID.items():
        outcomes, before = [], getattr(engine.matching, name)
        for value in values:
            engine.matching = engine.matching.changed(**{name: value})
            scored = _scores(engine, cases)
            shares = [float(np.mean([s.share_right for s in kind])) for kind in scored]
            accuracy = sum(shares) / len(shares)
            outcomes.append((accuracy + _GAIN * (value == before), value))
            tried.append({"setting": name, "value": value, "accuracy": accuracy, "by_kind": shares})
        engine.matching = engine.matching.changed(**{name: max(outcomes)[1]})
    for position, kind in enumerate(("per_carbon", "distinct")):
        outcomes_of_kind = [_fit_confidence(engine, cases, kind, position, t) for t in _TEMPERATURES]
        tried += [report for _, _, report in outcomes_of_kind]
        engine.matching = min(outcomes_of_kind, key=lambda outcome: outcome[0])[1]
    return {"molecules": len(cases), "tried": tried, "matching": engine.matching.to_dict()}


def _fit_shifts(cases: Sequence[Case], config: MatchConfig) -> tuple[MatchConfig, list[dict[str, Any]]]:
    """The constants of `shift_cost`, and the mean cost with the scales as the model states them and as fitted."""
    recorded = [np.median(c.recorded_ppm[list(atoms)]) for c in cases for atoms in c.classes.atoms]
    away = np.abs(np.array(recorded) - np.concatenate([c.classes.shift_ppm for c in cases]))
    scale = np.concatenate([c.classes.scale_ppm for c in cases])
    stated = config.changed(scale_factor=1.0, scale_power=1.0)
    fitted = fit_shift_cost(away, scale, stated)
    costs = [("stated", stated), ("fitted", fitted)]
    tried = [{"setting": "scale", "value": how, "cost": float(shift_cost(away, scale, c).mean())} for how, c in costs]
    return fitted, tried


def _fit_confidence(
    engine: Engine, cases: Sequence[Case], kind: str, position: int, temperature: float
) -> tuple[float, MatchConfig, dict[str, Any]]:
    """Brier score, constants and report of the confidence fitted at one temperature."""
    engine.matching = engine.matching.changed(**{kind: Calibration(temperature)})
    confidence, correct = _joined(_scores(engine, cases)[position:][: 1 if kind == "per_carbon" else 2])
    fitted = fit_calibration(confidence, correct, temperature)
    engine.matching = engine.matching.changed(**{kind: fitted})
    after, correct = _joined(_scores(engine, cases)[position:][: 1 if kind == "per_carbon" else 2])
    brier, error = float(((after - correct) ** 2).mean()), expected_calibration_error(after, correct)
    return brier, engine.matching, {"setting": kind, "value": temperature, "brier": brier, "ece": error}


def _joined(kinds: Sequence[list[Scored]]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    scored = [s for kind in kinds for s in kind]
    return np.concatenate([s.confidence for s in scored]), np.concatenate([s.correct for s in scored])


def _scores(engine: Engine, cases: Sequence[Case]) -> tuple[list[Scored], list[Scored], list[Scored]]:
    """One peak per carbon, distinct peaks, disturbed ones."""
    rng = np.random.default_rng(0)
    listed = [score_per_carbon(c, engine.match(c.node, c.classes, c.per_carbon())) for c in cases]
    distinct = [score_distinct(c, engine.match(c.node, c.classes, c.distinct())) for c in cases]
    seen = [(c, *c.disturbed(rng)) for c in cases]
    disturbed = [score_disturbed(c, engine.match(c.node, c.classes, s), truth) for c, s, truth in seen]
    return listed, distinct, disturbed
