"""A spectrum as the kernels of both matches take it: padded for the vector unit."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from km3aid.matching.config import MatchConfig
from km3aid.matching.cost import hydrogen_costs
from km3aid.spectra.spectrum import Spectrum

_LANES = 8  # peaks that the vector unit looks at together
_FAR_PPM = 1e6


def padded(count: int) -> int:
    """The next multiple of the vector unit's width."""
    return -(-count // _LANES) * _LANES


def padded_shifts(spectrum: Spectrum) -> NDArray[np.float64]:
    """The shifts (P,), padded with peaks that are far from everything."""
    shifts = np.full(padded(len(spectrum)), _FAR_PPM)
    shifts[: len(spectrum)] = [peak.shift_ppm for peak in spectrum]
    return shifts


def padded_multiplicity_costs(spectrum: Spectrum, config: MatchConfig) -> NDArray[np.float64]:
    """What multiplicity and height of each peak cost at a class of 0 to 4 attached hydrogens (5, P), padded."""
    costs = hydrogen_costs(spectrum, config)
    return np.pad(costs, ((0, padded(len(costs)) - len(costs)), (0, 0))).T.copy()
