"""The figures of a run by which its proposals are trusted; few, for they are fitted on few runs."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FIT = "fit"  # the score per peak, which tells where no proposal fits; not one of those that the logistic weighs
_FAR = 12.0  # log-odds ahead of the others beyond which nothing is gained; the same where there are no others


def figures_of(scores: NDArray[np.float64], unusual: float, peaks: int) -> dict[str, float]:
    """Figures of proposals with these scores, best first; there has to be one. `unusual` is that of the first.

    >>> figures_of(np.array([-2.0]), 0.0, 4)["total_per_peak"]
    -0.5
    """
    others = scores[1:]
    ahead = float(scores[0] - np.logaddexp.reduce(others)) if len(others) else _FAR
    return {
        "log_peaks": math.log(peaks),
        "ahead": min(max(ahead, -_FAR), _FAR),
        "root_ahead": math.sqrt(min(max(ahead, 0.0), _FAR)),
        "total_per_peak": max(float(scores[0]) / peaks, -6.0),
        "unusual": min(unusual, 20.0),
        FIT: float(scores[0]) / peaks,
    }
