"""What the height of a line says of its carbon: one without hydrogen relaxes slowly and gives a weak line.

Only spectra with heights of their own count: those of a trace, or of a table that a program wrote from one.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from km3aid.matching.linear_sum import expit
from km3aid.spectra.experiment import SIGNED, Experiment
from km3aid.spectra.spectrum import MULTIPLICITIES, Spectrum

# Fitted on the heights that 377 records of nmrshiftdb2 have, none of fold 0: `benchmarks/heights.py`.
HEIGHT = 75.0  # percentile of the lines that is the usual height
OFFSET, SLOPE = -2.556, -4.064  # log-odds of no hydrogen, by the logarithm of the height over the usual one
LEAST, MOST = 0.026, 0.981  # probabilities, for some lines are weak or strong for other reasons

_FEWEST_LINES = 5
_WEAK = 0.5  # of the usual height: where no line is as weak, pulses were far apart, or heights are made up
_DISTINCT = 0.5  # of the heights


def relative_heights(spectrum: Spectrum) -> NDArray[np.float64] | None:
    """Logarithms (P,) of the heights over the usual one, 0 for peaks without a height; None where heights say nothing.

    >>> relative_heights(Spectrum.from_shifts([170.2, 21.0])) is None
    True
    """
    if spectrum.one_per_carbon or spectrum.experiment not in (Experiment.PLAIN, *SIGNED):
        return None
    height = np.array([abs(p.intensity or 0.0) for p in spectrum])
    sample = height[[p.aside is None for p in spectrum]]
    if (
        len(sample) < _FEWEST_LINES
        or not 0 < sample.min() <= sample.max() < np.inf
        or len(np.unique(sample)) < _DISTINCT * len(sample)
    ):
        return None
    usual = np.percentile(sample, HEIGHT)
    if sample.min() > _WEAK * usual:
        return None
    relative: NDArray[np.float64] = np.log(np.where(height > 0, height, usual) / usual)
    return relative


def height_costs(spectrum: Spectrum) -> NDArray[np.float64] | None:
    """What the height of each peak costs, in nats, at a carbon with 0 to 4 attached hydrogens (P, 5).

    The mean of both, without hydrogen and with, costs nothing. None where heights say nothing.
    """
    relative = relative_heights(spectrum)
    if relative is None:
        return None
    bare = np.clip(expit(OFFSET + SLOPE * relative), LEAST, MOST)
    bare[[not p.intensity for p in spectrum]] = 0.5
    costs = np.repeat(-np.log(2 * (1 - bare))[:, None], len(MULTIPLICITIES) + 1, axis=1)
    costs[:, 0] = -np.log(2 * bare)
    return costs
