"""How sure an assignment is: the marginals of a soft matching, calibrated on molecules not used to train the model."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from km3aid.matching.config import Calibration
from km3aid.matching.linear_sum import expit, logit

_SWEEPS = 40
_EDGE = 1e-4
_FLOOR = 1e-60  # of the kernel: every row and column keeps some mass


def marginals(
    cost: NDArray[np.float64], peak_mass: NDArray[np.float64], class_mass: NDArray[np.float64], calibration: Calibration
) -> NDArray[np.float64]:
    """Probability (P, K) of each class at each peak, by entropic matching of exp(−cost/T) with the given masses.

    The masses say how many classes each peak takes and how many peaks each class; where they are 0, so is the
    probability. A surplus of class mass (fewer peaks than carbons) goes to an absent peak. Sinkhorn's sweeps (Cuturi,
    NeurIPS 2013).
    """
    result = np.zeros_like(cost)
    rows, columns = np.flatnonzero(peak_mass), np.flatnonzero(class_mass)
    if not len(rows) or not len(columns):
        return result
    log_kernel = -cost[np.ix_(rows, columns)] / calibration.temperature
    kernel = np.maximum(np.exp(log_kernel - log_kernel.max(1, keepdims=True)), _FLOOR)
    surplus = class_mass.sum() - peak_mass.sum()
    masses = peak_mass[rows]
    if surplus > 1e-9:
        kernel = np.vstack([kernel, np.ones(len(columns))])
        masses = np.append(masses, surplus)
    by_row, by_column = np.ones(len(kernel)), np.ones(len(columns))
    for _ in range(_SWEEPS):
        by_column = class_mass[columns] / (by_row @ kernel)
        by_row = masses / (kernel @ by_column)
    joint = by_row[:, None] * kernel * by_column
    result[np.ix_(rows, columns)] = np.minimum(joint[: len(rows)], 1.0)
    return result


def calibrated(
    marginal: NDArray[np.float64], chosen: Sequence[Sequence[int]], calibration: Calibration
) -> NDArray[np.float64]:
    """Calibrated probabilities (P, K) of the `chosen` classes of each peak; the others share what is left.

    None of the others gets more than its odds against the chosen ones, raised to the slope, allow. What remains after
    that is the probability that something is wrong which no class of the molecule explains.
    """
    slope, intercept = calibration.slope, calibration.intercept
    result = marginal.copy()
    for row, classes in zip(result, chosen, strict=True):
        if not len(classes):
            continue
        ks = list(classes)
        inner = np.clip(row[ks], _EDGE, 1 - _EDGE)
        sure = inner if (slope, intercept) == (1.0, 0.0) else expit(slope * logit(inner) + intercept)
        odds = (row / max(row[ks].min(), _FLOOR)) ** slope
        row[ks] = 0.0
        row *= (1 - sure.min()) / max(row.sum(), _FLOOR)
        row[:] = np.minimum(row, sure.min() * odds)
        row[ks] = sure
    return result


def fit_calibration(probability: NDArray[np.float64], correct: NDArray[np.bool_], temperature: float) -> Calibration:
    """The slope and intercept that make `correct` likeliest, given uncalibrated marginals at `temperature`."""
    from scipy.optimize import minimize

    x = logit(np.clip(probability, _EDGE, 1 - _EDGE))

    def loss(parameters: NDArray[np.float64]) -> float:
        z = parameters[0] * x + parameters[1]
        return float(np.logaddexp(0, np.where(correct, -z, z)).mean())

    slope, intercept = minimize(loss, np.array([1.0, 0.0]), method="Nelder-Mead").x
    return Calibration(temperature, float(slope), float(intercept))
