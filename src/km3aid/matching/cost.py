"""What it costs to give a peak to a carbon class: the negative log-likelihood of the peak there."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from km3aid.matching.config import MatchConfig
from km3aid.matching.prediction import PredictedClasses
from km3aid.spectra.spectrum import Spectrum

_NARROWEST_PPM = 0.05


def peak_class_cost(
    spectrum: Spectrum, classes: PredictedClasses, config: MatchConfig, evidence: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Negative log-likelihood (P, K) of every peak at every class, in nats.

    A Laplace density around the prediction mixed with a wide one for wrong records, the chance that a recorded
    multiplicity is wrong, and the node level's `evidence` (P, K) as log-probabilities over the classes of a peak.
    """
    shift = np.array([p.shift_ppm for p in spectrum])[:, None]
    away = np.abs(shift - classes.shift_ppm)
    scale = np.maximum(np.nan_to_num(classes.scale_ppm, nan=config.outlier_ppm), _NARROWEST_PPM)
    near = np.log1p(-config.outlier) - away / scale - np.log(2 * scale)
    wide = np.log(config.outlier / (2 * config.outlier_ppm)) - away / config.outlier_ppm
    cost = -np.logaddexp(near, wide)
    for row, peak in enumerate(spectrum):
        if peak.hydrogens is not None:
            right = classes.hydrogens == peak.hydrogens
            cost[row] -= np.where(right, np.log1p(-config.wrong_multiplicity), np.log(config.wrong_multiplicity / 3))
    if evidence is not None:
        cost -= config.node_weight * np.maximum(evidence, -20.0)
    return np.asarray(cost, np.float64)


def count_cost(spectrum: Spectrum, classes: PredictedClasses, config: MatchConfig) -> NDArray[np.float64]:
    """Cost (P, K) of a peak's count where it differs from the size of the class; 0 where there is none."""
    count = np.array([p.count or 0 for p in spectrum])[:, None]
    off = np.maximum(classes.sizes - count, 0)  # a peak may hold further classes, but no part of one
    cost: NDArray[np.float64] = np.where(count > 0, config.wrong_count * np.minimum(off, 4), 0.0)
    return cost
