"""Fit the constants of matching on molecules that neither trained the model nor validate it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from km3aid.engine import Engine
from km3aid.evaluation.assignment import Scored, score_distinct, score_per_carbon
from km3aid.evaluation.cases import Case
from km3aid.matching.confidence import expected_calibration_error, fit_calibration
from km3aid.matching.config import Calibration, MatchConfig

# the costs of a lost peak and of a foreign one stay as they are: every carbon of these molecules has its peak
_GRID: dict[str, tuple[float, ...]] = {
    "node_weight": (0.0, 0.25, 0.5, 1.0),
    "outlier": (0.03, 0.08, 0.15, 0.25),
    "outlier_ppm": (5.0, 10.0, 20.0),
    "wrong_multiplicity": (0.01, 0.025, 0.06),
    "overlap": (1.5, 2.5, 4.0),
    "split": (0.5, 1.5, 3.0),
}
_TEMPERATURES = (0.7, 1.0, 1.4, 2.0)


def calibrate(engine: Engine, cases: Sequence[Case]) -> dict[str, Any]:
    """Set `engine.matching` to the best constants for `cases` and return what was tried."""
    tried: list[dict[str, Any]] = []
    for name, values in _GRID.items():
        outcomes = []
        for value in values:
            engine.matching = engine.matching.changed(**{name: value})
            listed, distinct = _scores(engine, cases)
            share = float(np.mean([s.share_right for s in listed]) + np.mean([s.share_right for s in distinct])) / 2
            outcomes.append((share, value))
            tried.append({"setting": name, "value": value, "accuracy": share})
        engine.matching = engine.matching.changed(**{name: max(outcomes)[1]})
    for kind in ("per_carbon", "distinct"):
        best: tuple[float, MatchConfig] | None = None
        for temperature in _TEMPERATURES:
            raw = engine.matching.changed(**{kind: Calibration(temperature)})
            engine.matching = raw
            scored = _scores(engine, cases)[0 if kind == "per_carbon" else 1]
            confidence = np.concatenate([s.confidence for s in scored])
            correct = np.concatenate([s.correct for s in scored])
            fitted = fit_calibration(confidence, correct, temperature)
            engine.matching = raw.changed(**{kind: fitted})
            scored = _scores(engine, cases)[0 if kind == "per_carbon" else 1]
            after = np.concatenate([s.confidence for s in scored])
            brier = float(((after - correct) ** 2).mean())
            tried.append(
                {
                    "setting": kind,
                    "value": temperature,
                    "brier": brier,
                    "ece": expected_calibration_error(after, correct),
                }
            )
            if best is None or brier < best[0]:
                best = (brier, engine.matching)
        assert best is not None
        engine.matching = best[1]
    return {"molecules": len(cases), "tried": tried, "matching": engine.matching.to_dict()}


def _scores(engine: Engine, cases: Sequence[Case]) -> tuple[list[Scored], list[Scored]]:
    listed = [score_per_carbon(c, engine.match(c.node, c.classes, c.per_carbon(), True)) for c in cases]
    distinct = [score_distinct(c, engine.match(c.node, c.classes, c.distinct(), False)) for c in cases]
    return listed, distinct
