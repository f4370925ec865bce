"""Made-up measured traces: Lorentzian lines in noise that zero filling and apodisation have correlated."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

PPM = np.linspace(220, -10, 65536)
MHZ = 100.6


def trace_of(
    lines: Mapping[float, float], *, noise: float = 1.0, width_ppm: float = 0.02, correlated: float = 2.0, seed: int = 0
) -> NDArray[np.float64]:
    """Lines of given heights by shift, in noise of standard deviation `noise` on a bent baseline."""
    white = np.random.default_rng(seed).normal(size=len(PPM))
    blurred = gaussian_filter1d(white, correlated) if correlated else white
    trace = noise * blurred / blurred.std() + 5 * noise * np.sin(PPM / 40)
    for shift, height in lines.items():
        trace += height / (1 + ((PPM - shift) / (width_ppm / 2)) ** 2)
    return trace


def multiplet(centre: float, heights: list[float], coupling_hz: float) -> dict[float, float]:
    """Lines of a multiplet by shift."""
    middle = (len(heights) - 1) / 2
    return {centre + (k - middle) * coupling_hz / MHZ: height for k, height in enumerate(heights)}
