"""What it costs to give a peak to a carbon class: the negative log-likelihood of the peak at that class."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from km3aid.matching.classes import CarbonClasses
from km3aid.matching.config import MatchConfig
from km3aid.matching.heights import height_costs
from km3aid.matching.linear_sum import expit, logit
from km3aid.spectra.spectrum import MULTIPLICITIES, Spectrum

NARROWEST_PPM = 0.05


def shift_cost(
    away_ppm: NDArray[np.float64], scale_ppm: NDArray[np.float64], config: MatchConfig
) -> NDArray[np.float64]:
    """Negative log-likelihood of a peak `away_ppm` from a prediction for which the model states `scale_ppm`.

    A Laplace density is mixed with a wide one, for wrong records and predictions; where no scale is stated (NaN), both
    are as wide.
    """
    scale = config.trusted_scale(np.maximum(scale_ppm, NARROWEST_PPM))
    scale = np.nan_to_num(scale, nan=config.outlier_ppm)
    near = np.log1p(-config.outlier) - away_ppm / scale - np.log(2 * scale)
    wide = np.log(config.outlier / (2 * config.outlier_ppm)) - away_ppm / config.outlier_ppm
    return np.asarray(-np.logaddexp(near, wide), np.float64)


def peak_class_cost(
    spectrum: Spectrum, classes: CarbonClasses, config: MatchConfig, evidence: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Negative log-likelihood (P, K) of every peak at every class, in nats.

    It adds up the shift, the height, the chance that a recorded multiplicity is wrong, and the node level's `evidence`
    (P, K): the log-probabilities of the classes for each peak.
    """
    shift = np.array([p.shift_ppm for p in spectrum])[:, None]
    cost = shift_cost(np.abs(shift - classes.shift_ppm), classes.scale_ppm, config)
    by_hydrogens = hydrogen_costs(spectrum, config)
    cost += by_hydrogens[:, np.minimum(classes.hydrogens, by_hydrogens.shape[1] - 1)]
    if evidence is not None:
        cost -= config.node_weight * np.maximum(evidence, -20.0)
    return np.asarray(cost, np.float64)


def hydrogen_costs(spectrum: Spectrum, config: MatchConfig) -> NDArray[np.float64]:
    """What multiplicity and height of each peak cost at a carbon with 0 to 4 attached hydrogens (P, 5)."""
    by_height = height_costs(spectrum)
    by_multiplicity = multiplicity_costs(spectrum, config)
    return by_multiplicity if by_height is None else by_multiplicity + by_height


def multiplicity_costs(spectrum: Spectrum, config: MatchConfig) -> NDArray[np.float64]:
    """What the multiplicity of each peak costs at a carbon with 0 to 4 attached hydrogens (P, 5); 0 if it is unknown.

    A record of one multiplicity may be wrong in three ways; one that leaves a choice, such as C or CH2 by the sign of a
    line, in one.
    """
    wrong = config.wrong_multiplicity
    right, wrong_of_three, wrong_of_one = -np.log1p(-wrong), -np.log(wrong / 3), -np.log(wrong)
    costs = np.zeros((len(spectrum), len(MULTIPLICITIES) + 1))
    for row, peak in enumerate(spectrum):
        if peak.multiplicity is not None:
            costs[row] = wrong_of_one if peak.hydrogens is None else wrong_of_three
            costs[row, list(peak.possible_hydrogens)] = right
    return costs


def count_cost(spectrum: Spectrum, classes: CarbonClasses, config: MatchConfig) -> NDArray[np.float64]:
    """Cost (P, K) of a peak's count where the class is larger; 0 for a peak without a count."""
    count = np.array([p.count or 0 for p in spectrum])[:, None]
    off = np.maximum(classes.sizes - count, 0)  # a peak may hold several classes, but not a part of one
    cost: NDArray[np.float64] = np.where(count > 0, config.wrong_count * np.minimum(off, 4), 0.0)
    return cost


def fit_shift_cost(away_ppm: NDArray[np.float64], scale_ppm: NDArray[np.float64], config: MatchConfig) -> MatchConfig:
    """`config` with the scales and outliers that make the errors `away_ppm` (N,) likeliest at these stated scales."""
    from scipy.optimize import minimize

    def made(parameters: NDArray[np.float64]) -> MatchConfig:
        factor, power, share, wide = parameters
        return config.changed(
            scale_factor=float(np.exp(factor)),
            scale_power=float(power),
            outlier=float(expit(share)),
            outlier_ppm=float(np.exp(wide)),
        )

    def loss(parameters: NDArray[np.float64]) -> float:
        return float(shift_cost(away_ppm, scale_ppm, made(parameters)).mean())

    start = np.array([0.0, 1.0, logit(0.03), np.log(10.0)])
    return made(minimize(loss, start, method="Nelder-Mead", options={"maxiter": 1000}).x)
