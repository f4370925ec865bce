"""How far two records of one molecule disagree: the error below which no prediction can be told from the truth."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset


def repeat_differences(data: Dataset) -> NDArray[np.float32]:
    """|Δ| in ppm (N,) of every carbon between the two fullest spectra of each molecule that has two.

    Both come from one record, so they share its atoms; they differ by solvent, laboratory and assignment.
    """
    found = [np.empty(0, np.float32)]
    for row in np.flatnonzero(np.diff(data.spectrum_offset) > 1):
        size = int(data.atom_offset[row + 1] - data.atom_offset[row])
        first, second = (int(data.value_offset[data.spectrum_offset[row] + n]) for n in (0, 1))
        apart = np.abs(data.shift_ppm[first : first + size] - data.shift_ppm[second : second + size])
        found.append(apart[~np.isnan(apart)])
    return np.concatenate(found)


def repeat_error(data: Dataset) -> dict[str, float | int]:
    """Mean and median of `repeat_differences`, and the share above 5 ppm."""
    apart = repeat_differences(data)
    if not len(apart):
        return {"carbons": 0}
    return {
        "carbons": len(apart),
        "mean_ppm": round(float(apart.mean()), 3),
        "median_ppm": round(float(np.median(apart)), 3),
        "share_above_5_ppm": round(float((apart > 5).mean()), 4),
    }
