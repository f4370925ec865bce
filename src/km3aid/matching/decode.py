"""Shifts from the node level: a carbon's similarity to every shift on a grid, read as a distribution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import softmax


def decode_shifts(
    logits: NDArray[np.float64], grid_ppm: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Mean and standard deviation in ppm (C,) of softmax(`logits` (C, G)) over `grid_ppm` (G,).

    >>> decode_shifts(np.array([[0.0, 9.0, 0.0]]), np.array([10.0, 20.0, 30.0]))[0].round()
    array([20.])
    """
    weight = softmax(logits, axis=1)
    mean = weight @ grid_ppm
    variance = (weight * (grid_ppm[None, :] - mean[:, None]) ** 2).sum(1)
    return mean, np.sqrt(variance)
