"""The quick match: a bound of the likelihood of a spectrum for many stored molecules, without assigning anything."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from km3aid.kernels.load import COUNT, FLAG, FLOAT32, INT32, NUMBER32, TO_FLOAT32, UINT8, UINT16, Kernel
from km3aid.matching.assign import OVERLAPS
from km3aid.matching.compiled.packed import SCALES_PPM, PackedClasses
from km3aid.matching.compiled.queries import padded, padded_multiplicity_costs, padded_shifts
from km3aid.matching.compiled.sharing import share_rows
from km3aid.matching.config import MatchConfig
from km3aid.spectra.spectrum import Spectrum

_HOPELESS = 1e4  # nats: with one peak per carbon no peak stays alone
_ROUNDING = 0.01  # nats
_classes = (INT32, UINT16, UINT8, UINT8, UINT8, UINT16)  # offset, shift, spread, hydrogens, size, carbons
_peaks = (FLOAT32, COUNT, COUNT, FLOAT32)  # shifts, how many with and without padding, costs of multiplicities
_quick_match = Kernel(
    "quick_match", *_classes, *_peaks, FLOAT32, FLOAT32, *4 * [NUMBER32], FLAG, NUMBER32, INT32, COUNT, TO_FLOAT32
)


class QuickMatch:
    """Scores many molecules by a bound of the log-likelihood of a spectrum.

    Each peak goes to its nearest class and each class to its nearest peak, each for its share of the cost; with one
    peak per carbon the side with fewer members pays it all, and of equal sides the more expensive one. Two peaks may go
    to one class, so this only chooses what is matched exactly: see `above_quick`.
    """

    def __init__(self, spectrum: Spectrum, config: MatchConfig) -> None:
        floor, wide_floor = _floors(config)
        farthest = _HOPELESS if spectrum.one_per_carbon else config.unassigned_peak + config.unobserved_carbon
        numbers = (1 / config.outlier_ppm, wide_floor, farthest, _peak_share(config))
        self._fixed = (
            padded_shifts(spectrum).astype(np.float32),
            padded(len(spectrum)),
            len(spectrum),
            padded_multiplicity_costs(spectrum, config).astype(np.float32),
            (1 / config.trusted_scale(SCALES_PPM)).astype(np.float32),
            floor.astype(np.float32),
            *numbers,
            spectrum.one_per_carbon,
            config.wrong_number,
        )

    def __call__(
        self, classes: PackedClasses, carbons: NDArray[np.uint16], rows: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Scores (R,) of the molecules `rows` (R,); `carbons` (N,) counts those of every molecule."""
        held = (*classes[:5], carbons)
        return share_rows(rows, np.float32, lambda at, out: _quick_match(*held, *self._fixed, rows[at], len(out), out))


def above_quick(spectrum: Spectrum, config: MatchConfig) -> float:
    """By how much the score of `ExactMatch` can exceed that of `QuickMatch`.

    The exact match adds two densities at each peak, the quick one takes the larger. Where the best pairs are worth more
    than a split or an overlap costs, the exact match may also gain by these: a split saves the class its share of the
    cost, an overlap the peak.
    """
    both = float(np.log(2))
    if spectrum.one_per_carbon:
        return both * len(spectrum) + _ROUNDING
    (near, wide), share = _floors(config), _peak_share(config)
    best_pair = min(float(near.min()), wide)
    split = max(0.0, -(1 - share) * best_pair - config.split)
    overlap = max(0.0, both - share * best_pair - config.overlap)
    return (both + split + (OVERLAPS - 1) * overlap) * len(spectrum) + _ROUNDING


def _floors(config: MatchConfig) -> tuple[NDArray[np.float64], float]:
    """What a pair of equal shifts costs by the density of good predictions, for each code of a spread, and of bad."""
    near = np.log(2 * config.trusted_scale(SCALES_PPM)) - np.log1p(-config.outlier)
    return near, float(np.log(2 * config.outlier_ppm / config.outlier))


def _peak_share(config: MatchConfig) -> float:
    """The share of the cost of a pair that the peak pays, with distinct peaks."""
    return config.unassigned_peak / (config.unassigned_peak + config.unobserved_carbon)
