"""How well a structure explains a spectrum in itself, whatever else it may be compared with."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.matching.assign import cheapest_pairs
from km3aid.matching.classes import CarbonClasses
from km3aid.matching.config import MatchConfig
from km3aid.matching.cost import NARROWEST_PPM
from km3aid.spectra.spectrum import Spectrum


class Fit(NamedTuple):
    """The cheapest assignment of a spectrum to the K carbon classes of a structure, looked at line by line."""

    peak: NDArray[np.int64]  # (N,) the peak of each pair
    carbon_class: NDArray[np.int64]  # (N,) its class
    away_ppm: NDArray[np.float64]  # (N,) observed less predicted
    p_value: NDArray[np.float64]  # (N,) how often a right prediction of this spread is farther off
    surprise: NDArray[np.float64]  # (N,) nats by which the shift is less likely than a right one is in the mean
    wrong_hydrogens: int  # pairs whose recorded multiplicity the class does not have
    extra_peaks: int  # peaks without a carbon
    missing: int  # classes without a peak; with one peak per carbon, carbons
    shared: int  # classes beyond the first under one peak
    peaks: int
    classes: int
    mean_log_scale: float  # of the spreads expected, in ppm, over all classes


def fit_of(spectrum: Spectrum, classes: CarbonClasses, config: MatchConfig) -> Fit:
    """The fit of a structure with these predicted classes, without the node level, as in a search."""
    pairs, _ = cheapest_pairs(spectrum, classes, config)
    peak, owner = (np.array(column, np.int64) for column in zip(*pairs, strict=True)) if pairs else _NO_PAIRS
    observed = np.array([p.shift_ppm for p in spectrum])
    away = observed[peak] - classes.shift_ppm[owner]
    scale = _expected_scale(classes.scale_ppm[owner], config)
    distance = np.abs(away)
    tail = (1 - config.outlier) * np.exp(-distance / scale) + config.outlier * np.exp(-distance / config.outlier_ppm)
    near = np.log1p(-config.outlier) - distance / scale - np.log(2 * scale)
    wide = np.log(config.outlier / (2 * config.outlier_ppm)) - distance / config.outlier_ppm
    surprise = -np.logaddexp(near, wide) - (1 + np.log(2 * scale))
    peaks = spectrum.peaks
    wrong = sum(
        peaks[p].multiplicity is not None and classes.hydrogens[k] not in peaks[p].possible_hydrogens for p, k in pairs
    )
    if spectrum.one_per_carbon:
        missing = max(int(classes.sizes.sum()) - len(spectrum), 0)
    else:
        missing = len(classes) - len(np.unique(owner))
    return Fit(
        peak,
        owner,
        away,
        tail,
        surprise,
        wrong,
        len(spectrum) - len(np.unique(peak)),
        missing,
        len(peak) - len(np.unique(peak)),
        len(spectrum),
        len(classes),
        float(np.log(_expected_scale(classes.scale_ppm, config)).mean()),
    )


def combined_p_value(p_values: NDArray[np.float64]) -> float:
    """One p-value of N independent ones (N,), by Fisher's method: the upper tail of χ² with 2 N degrees of freedom."""
    half = -float(np.log(np.maximum(p_values, 1e-12)).sum())
    log_terms = np.arange(len(p_values)) * math.log(max(half, 1e-300)) - np.cumsum(
        np.log(np.maximum(np.arange(len(p_values)), 1))
    )
    return float(min(1.0, math.exp(np.logaddexp.reduce(log_terms) - half)))


def _expected_scale(scale_ppm: NDArray[np.float64], config: MatchConfig) -> NDArray[np.float64]:
    """The Laplace scale to expect, in ppm; where the model states none, that of an outlier."""
    scale = config.trusted_scale(np.maximum(scale_ppm, NARROWEST_PPM))
    return np.nan_to_num(scale, nan=config.outlier_ppm)


_NO_PAIRS = (np.zeros(0, np.int64), np.zeros(0, np.int64))
