"""Logistic regression: figures → a probability."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

RIDGE = 1e-3  # of the squared weights of standardised figures, beside the mean loss: enough to keep them finite
_STEPS = 50


@dataclass(frozen=True, slots=True)
class Logistic:
    """The probability sigmoid(intercept + Σ weight·figure)."""

    intercept: float = 0.0
    weights: dict[str, float] = field(default_factory=dict)

    def __call__(self, figures: Mapping[str, float]) -> float:
        """The probability for these figures, all of which must be there.

        >>> Logistic(0.0, {"gap": 2.0})({"gap": 0.0})
        0.5
        """
        odds = self.intercept + sum(weight * figures[name] for name, weight in self.weights.items())
        return float(_sigmoid(np.float64(odds)))


def fit_logistic(
    names: Sequence[str],
    figures: NDArray[np.float64],
    true: NDArray[np.bool_],
    weight: NDArray[np.float64],
    ridge: float = RIDGE,
) -> Logistic:
    """The logistic that makes `true` (N,) likeliest, given `figures` (N, F) and what each case weighs (N,).

    Newton's steps on standardised figures; a figure that never changes has no weight. Few cases want a larger `ridge`.
    """
    mean, spread = figures.mean(0), figures.std(0)
    used = spread > 0
    x = np.column_stack([np.ones(len(figures)), (figures[:, used] - mean[used]) / spread[used]])
    share = weight / weight.sum()
    drawn = np.full(x.shape[1], ridge)
    drawn[0] = 0.0
    solution = np.zeros(x.shape[1])
    for _ in range(_STEPS):
        probability = _sigmoid(x @ solution)
        slope = x.T @ (share * (probability - true)) + drawn * solution
        curvature = (x * (share * probability * (1 - probability))[:, None]).T @ x + np.diag(drawn + 1e-9)
        step = np.linalg.solve(curvature, slope)
        solution -= step
        if np.abs(step).max() < 1e-8:
            break
    weights = np.zeros(len(names))
    weights[used] = solution[1:] / spread[used]
    return Logistic(float(solution[0] - weights @ mean), dict(zip(names, weights.tolist(), strict=True)))


def _sigmoid(odds: Any) -> Any:
    """1 / (1 + exp(−odds)), without overflow."""
    return np.exp(-np.logaddexp(0.0, -odds))
