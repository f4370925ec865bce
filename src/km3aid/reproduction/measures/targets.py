"""Appendix C.2: how far the knowledge-guided target of each pair of temperatures is from that of strong pairs."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset

RESOLUTION_PPM = 0.01  # of the data: the least difference of two shifts that are not equal
_BATCH, _BATCHES = 128, 4


def neighbour_weight(tau1: float, tau2: float, away_ppm: float) -> float:
    """Weight of a carbon `away_ppm` off, beside 1 for one of the same shift: exp(−τ2 (1/τ1 − 1/(Δ + τ1)))."""
    return math.exp(-tau2 / tau1 * away_ppm / (away_ppm + tau1))


def compare_with_strong_pairs(
    data: Dataset, rows: NDArray[np.int64], temperatures: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """For each pair of temperatures the largest difference of any two weights in four batches of 128 molecules."""
    order = np.random.default_rng(0).permutation(rows)[: _BATCH * _BATCHES]
    batches = [_shifts(data, part) for part in np.array_split(order, max(len(order) // _BATCH, 1))]
    points = []
    for tau1, tau2 in temperatures:
        most = max(_difference(shifts, float(tau1), float(tau2)) for shifts in batches)
        near = neighbour_weight(float(tau1), float(tau2), RESOLUTION_PPM)
        points.append({"tau1": tau1, "tau2": tau2, "largest_difference": most, "nearest_weight": near})
    return {"batches": len(batches), "carbons": int(sum(map(len, batches))), "points": points}


def _difference(shift_ppm: NDArray[np.float64], tau1: float, tau2: float) -> float:
    away = np.abs(shift_ppm[:, None] - shift_ppm[None, :])
    guided = np.exp(-tau2 / tau1 * away / (away + tau1))
    strong = (away == 0).astype(np.float64)
    both = [weights / weights.sum(1, keepdims=True) for weights in (guided, strong)]
    return float(np.abs(both[0] - both[1]).max())


def _shifts(data: Dataset, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """All shifts of the molecules, to the data's resolution."""
    first, sizes = data.value_offset[data.spectrum_offset[rows]], data.atom_offset[rows + 1] - data.atom_offset[rows]
    every = np.concatenate([data.shift_ppm[a : a + n] for a, n in zip(first, sizes, strict=True)])
    known: NDArray[np.float64] = np.round(every[~np.isnan(every)].astype(np.float64), 2)
    return known
