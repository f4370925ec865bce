"""How far a line may be from its predicted shift: intervals of the distribution that `shift_cost` assumes."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from km3aid.matching.config import MatchConfig
from km3aid.matching.cost import NARROWEST_PPM

ONE_SIGMA = 0.6827  # the share of a normal distribution within one standard deviation
_HALVINGS = 40


def half_width(scale_ppm: NDArray[np.float64], config: MatchConfig, coverage: float) -> NDArray[np.float64]:
    """Half the width (K,) in ppm of the interval around a prediction that holds the share `coverage` of the lines.

    `scale_ppm` (K,) is what the model states. The interval is that of the whole distribution, with the wide tail of
    wrong records and predictions.

    >>> one = MatchConfig(outlier=1e-12)
    >>> half_width(np.array([1.0]), one, 0.95).round(3)  # ln 20
    array([2.996])
    """
    near, wide = _scales(scale_ppm, config)
    low, high = np.zeros_like(near), np.maximum(near, wide) * -np.log1p(-coverage)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        short = _covered(middle, near, wide, config.outlier) < coverage
        low, high = np.where(short, middle, low), np.where(short, high, middle)
    return np.asarray(high, np.float64)


def coverage_of(
    away_ppm: NDArray[np.float64], scale_ppm: NDArray[np.float64], config: MatchConfig
) -> NDArray[np.float64]:
    """The share (K,) of the distribution that is nearer to the prediction than a line `away_ppm` (K,) from it."""
    near, wide = _scales(scale_ppm, config)
    return _covered(np.abs(away_ppm), near, wide, config.outlier)


def _scales(scale_ppm: NDArray[np.float64], config: MatchConfig) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    near = np.nan_to_num(config.trusted_scale(np.maximum(scale_ppm, NARROWEST_PPM)), nan=config.outlier_ppm)
    return near, np.full_like(near, config.outlier_ppm)


def _covered(
    away: NDArray[np.float64], near: NDArray[np.float64], wide: NDArray[np.float64], share: float
) -> NDArray[np.float64]:
    return np.asarray(-(1 - share) * np.expm1(-away / near) - share * np.expm1(-away / wide), np.float64)
