"""How far two spectra of one molecule disagree: no prediction can be shown to be better than that."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset


def repeat_differences(data: Dataset) -> NDArray[np.float32]:
    """The difference |Δ| in ppm (N,) of every carbon between the two fullest spectra of each molecule with several.

    Both belong to one record and so share its atoms; they differ in solvent, laboratory and assignment.
    """
    differences = [np.empty(0, np.float32)]
    for row in np.flatnonzero(np.diff(data.spectrum_offset) > 1):
        size = int(data.atom_offset[row + 1] - data.atom_offset[row])
        first, second = (int(data.value_offset[data.spectrum_offset[row] + n]) for n in (0, 1))
        apart = np.abs(data.shift_ppm[first : first + size] - data.shift_ppm[second : second + size])
        differences.append(apart[~np.isnan(apart)])
    return np.concatenate(differences)


def repeat_error(data: Dataset) -> dict[str, float | int]:
    """The mean and median of `repeat_differences`, and the share above 5 ppm."""
    apart = repeat_differences(data)
    if not len(apart):
        return {"carbons": 0}
    return {
        "carbons": len(apart),
        "mean_ppm": round(float(apart.mean()), 3),
        "median_ppm": round(float(np.median(apart)), 3),
        "share_above_5_ppm": round(float((apart > 5).mean()), 4),
    }
