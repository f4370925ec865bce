"""Fit presence on molecules that never trained, and judge it on others: is the right structure among those compared?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.evaluation.metrics import brier_score, calibration_error, reliability_curve, roc_area
from km3aid.evaluation.trials import Trial
from km3aid.matching.logistic import Logistic, fit_logistic
from km3aid.matching.presence import Presence, bounded

_REAL = 4.0  # what a real line weighs beside one made from assigned data, of which there are many more
_FEW = 0.25  # what a short list weighs: there are six of them to two searches
_DRAWS = 300  # of the bootstrap
_SURE = 0.9


def fit_presence(found: Sequence[Trial]) -> Presence:
    """The constants that make what was true of these trials likeliest, for both forms of a spectrum."""

    def fitted(some: Sequence[Trial]) -> Logistic:
        names = list(some[0].figures)
        weight = [(_REAL if t.kind == "literature" else 1.0) * (_FEW if t.among == "few" else 1.0) for t in some]
        figures = np.array([[t.figures[name] for name in names] for t in some])
        return fit_logistic(names, figures, np.array([t.present for t in some]), np.array(weight))

    per_carbon = [t for t in found if t.kind == "per_carbon"]
    return Presence(fitted(per_carbon), fitted([t for t in found if t.kind != "per_carbon"]))


def evaluate_presence(presence: Presence, found: Sequence[Trial]) -> dict[str, Any]:
    """Figures for each kind of spectrum and each kind of list; the right structure is absent from half of them."""
    result: dict[str, Any] = {}
    for kind, among in dict.fromkeys((t.kind, t.among) for t in found):
        result.setdefault(kind, {})[among] = _figures(
            presence, [t for t in found if (t.kind, t.among) == (kind, among)]
        )
    return result


def _figures(presence: Presence, found: Sequence[Trial]) -> dict[str, Any]:
    there = np.array([t.present for t in found])
    first_right = np.array([t.first_right for t in found])
    logistic = presence.per_carbon if found[0].kind == "per_carbon" else presence.distinct
    told = np.array([bounded(logistic(t.figures)) for t in found])
    first = told * np.array([t.first_share for t in found])
    return {
        "comparisons": len(found),
        "absent": int((~there).sum()),
        "area_under_curve": _with_interval(told, there, roc_area),
        "brier_score": _with_interval(told, there, brier_score),
        "calibration_error": calibration_error(told, there, 10),
        "first_hit": {
            "right_where_present": float(first_right[there].mean()),
            "calibration_error": calibration_error(first, first_right, 10),
            "absent_but_0.9": float((first[~there] >= _SURE).mean()),
            "present_and_0.9": float((first[there] >= _SURE).mean()),
            "right_at_0.9": float(first_right[first >= _SURE].mean()) if (first >= _SURE).any() else None,
        },
        "reliability": reliability_curve(told, there),
    }


def _with_interval(told: NDArray[np.float64], there: NDArray[np.bool_], metric: Any) -> dict[str, float]:
    """A figure and its 95 % interval over comparisons drawn anew."""
    rng = np.random.default_rng(0)
    draws = [rng.integers(0, len(told), len(told)) for _ in range(_DRAWS)]
    values = [metric(told[d], there[d]) for d in draws if 0 < there[d].sum() < len(d)]
    low, high = np.quantile(values, [0.025, 0.975])
    return {"value": round(float(metric(told, there)), 4), "low": round(float(low), 4), "high": round(float(high), 4)}
