"""The exact match: the likelihood of the best assignment of a spectrum for many stored molecules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from km3aid.kernels.load import COUNT, FLAG, FLOAT64, INT32, TO_FLOAT64, UINT8, UINT16, Kernel
from km3aid.matching.assign import OVERLAPS
from km3aid.matching.compiled.packed import SCALES_PPM, PackedClasses
from km3aid.matching.compiled.queries import padded, padded_multiplicity_costs, padded_shifts
from km3aid.matching.compiled.sharing import share_rows
from km3aid.matching.config import MatchConfig
from km3aid.spectra.spectrum import Spectrum

_ALONE = 64  # rows below which a second thread does not pay
_classes = (INT32, UINT16, UINT8, UINT8, UINT8, UINT8)  # offset, shift, spread, hydrogens, size, splits
_peaks = (FLOAT64, COUNT, COUNT, FLOAT64, FLOAT64, FLOAT64)  # shifts, how many with and without padding, costs
_exact_match = Kernel(
    "exact_match", *_classes, *_peaks, FLOAT64, FLOAT64, FLAG, COUNT, INT32, FLOAT64, COUNT, TO_FLOAT64
)


class ExactMatch:
    """Scores molecules by the log-likelihood of the best assignment of a spectrum: minus `assign.cheapest_cost`."""

    def __init__(self, spectrum: Spectrum, config: MatchConfig) -> None:
        width = padded(len(spectrum))
        expected, excess = np.zeros(width), np.zeros(width)
        for p, peak in enumerate(spectrum):
            if peak.count and not spectrum.one_per_carbon:
                expected[p], excess[p] = peak.count, config.wrong_count
        settings = (
            np.log1p(-config.outlier),
            np.log(config.outlier / (2 * config.outlier_ppm)),
            config.outlier_ppm,
            config.unassigned_peak,
            config.unobserved_carbon,
            config.overlap,
            config.split,
            config.wrong_number,
        )
        self._fixed = (
            padded_shifts(spectrum),
            width,
            len(spectrum),
            padded_multiplicity_costs(spectrum, config),
            expected,
            excess,
            np.array(settings, np.float64),
            config.trusted_scale(SCALES_PPM),
            spectrum.one_per_carbon,
            OVERLAPS,
        )

    def __call__(
        self, classes: PackedClasses, rows: NDArray[np.int32], least: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Scores (R,) of the molecules `rows`; minus infinity, found sooner, where they cannot reach `least` (R,)."""
        limit = np.full(len(rows), -np.inf) if least is None else np.ascontiguousarray(least, np.float64)
        if len(limit) != len(rows):
            raise ValueError(f"{len(limit)} least scores for {len(rows)} rows")
        return share_rows(
            rows,
            np.float64,
            lambda at, out: _exact_match(*classes, *self._fixed, rows[at], limit[at], len(out), out),
            alone=_ALONE,
        )
