"""Set matching between one spectrum and many molecules: a quick score for all, the exact one for the best."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from km3aid.matching.config import MatchConfig
from km3aid.matching.prediction import ClassTable
from km3aid.spectra.spectrum import Spectrum

_CHUNK = 1 << 18  # classes at a time, so that the temporaries stay in the cache's reach
_FARTHEST = 8.0  # nats: a peak without carbon or a carbon without peak


def coarse_scores(
    spectrum: Spectrum, table: ClassTable, config: MatchConfig, one_per_carbon: bool = False
) -> NDArray[np.float32]:
    """A log-likelihood (N,) of the spectrum for every molecule: each peak at its nearest class, each class at its
    nearest peak, averaged. With `one_per_carbon` molecules with another number of carbons pay for each.

    It is no matching, so it may give two peaks to one class; it serves to choose what is matched exactly.
    """
    scores = np.empty(len(table.offset) - 1, np.float32)
    start = 0
    while start < len(scores):
        stop = int(np.searchsorted(table.offset, table.offset[start] + _CHUNK, side="right")) - 1
        stop = min(max(stop, start + 1), len(scores))
        scores[start:stop] = _chunk_scores(spectrum, table, config, one_per_carbon, start, stop)
        start = stop
    return scores


def _chunk_scores(
    spectrum: Spectrum, table: ClassTable, config: MatchConfig, one_per_carbon: bool, start: int, stop: int
) -> NDArray[np.float32]:
    rows = slice(int(table.offset[start]), int(table.offset[stop]))
    offset = (table.offset[start:stop] - table.offset[start]).astype(np.int64)
    shift, hydrogens = np.asarray(table.shift_ppm[rows]), np.asarray(table.hydrogens[rows])
    size = np.asarray(table.size[rows]).astype(np.float32)
    scale = np.maximum(np.asarray(table.scale_ppm[rows]), np.float32(0.05))
    steepness, floor = 1 / scale, np.log(2 * scale)
    wrong = np.float32(-np.log(config.wrong_multiplicity / 3))
    class_cost = np.full(len(shift), _FARTHEST, np.float32)
    peak_cost = np.zeros(stop - start, np.float32)
    for peak in spectrum:
        cost = np.abs(shift - np.float32(peak.shift_ppm))
        cost *= steepness
        cost += floor
        if peak.hydrogens is not None:
            cost += np.where(hydrogens == peak.hydrogens, np.float32(0), wrong)
        np.minimum(cost, np.float32(_FARTHEST), out=cost)
        np.minimum(class_cost, cost, out=class_cost)
        peak_cost += np.minimum.reduceat(cost, offset)
    weight = size if one_per_carbon else np.ones_like(size)
    total = 0.5 * (peak_cost + np.add.reduceat(class_cost * weight, offset))
    if one_per_carbon:
        total += _FARTHEST * np.abs(np.add.reduceat(size, offset) - np.float32(len(spectrum)))
    score: NDArray[np.float32] = -total
    return score
