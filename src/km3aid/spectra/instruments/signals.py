"""Filters and lines of sampled signals, as SciPy defines them, so that reading a measurement needs no SciPy.

Tests hold them against `scipy.ndimage`, `scipy.signal` and `scipy.optimize`.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

_REACH = 4.0  # standard deviations of a Gaussian


def smoothed(signal: NDArray[np.float64], sigma: float) -> NDArray[np.float64]:
    """The signal (N,) under a Gaussian of `sigma` points, mirrored at its ends: `scipy.ndimage.gaussian_filter1d`."""
    reach = int(_REACH * sigma + 0.5)
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return np.convolve(np.pad(signal, reach, mode="symmetric"), weights / weights.sum(), "valid")


def running_median(signal: NDArray[np.float64], window: int) -> NDArray[np.float64]:
    """The median of an odd `window` around each of N points, the ends drawn out: `scipy.ndimage.median_filter`."""
    values = np.pad(signal, window // 2, mode="edge").tolist()
    inside, middle = sorted(values[:window]), window // 2
    medians = [inside[middle]]
    for leaving, coming in zip(values, values[window:], strict=False):
        del inside[bisect_left(inside, leaving)]
        insort(inside, coming)
        medians.append(inside[middle])
    return np.array(medians)


def highest_maxima(signal: NDArray[np.float64], apart: int, most: int | None = None) -> NDArray[np.intp]:
    """The `most` highest local maxima of which no two are closer than `apart` points, the highest first."""
    tops = _maxima(signal)
    free, taken = np.ones(len(tops), bool), []
    for n in np.argsort(signal[tops], kind="stable")[::-1]:
        if free[n]:
            taken.append(tops[n])
            free[np.searchsorted(tops, tops[n] - apart, "right") : np.searchsorted(tops, tops[n] + apart)] = False
        if len(taken) == most:
            break
    return np.array(taken, np.intp)


def find_tops(
    signal: NDArray[np.float64], *, height: float, prominence: float, apart: int, width: float = 0.0
) -> NDArray[np.intp]:
    """The local maxima (L,) that are high, prominent, wide and far enough from a higher one: `scipy.signal.find_peaks`.

    `apart` and `width`, the full width at half prominence, are in points.
    """
    tops = np.sort(highest_maxima(np.where(signal >= height, signal, -np.inf), apart))
    tops = tops[signal[tops] >= height]
    prominences, widths = _prominences_and_widths(signal, tops)
    return tops[(prominences >= prominence) & (widths >= width)]


def half_widths(signal: NDArray[np.float64], tops: NDArray[np.intp]) -> NDArray[np.float64]:
    """The full width at half prominence, in points, of each of the maxima (L,): `scipy.signal.peak_widths`."""
    return _prominences_and_widths(signal, tops)[1]


def least(
    cost: Callable[[NDArray[np.float64]], float], start: NDArray[np.float64], precision: float = 1e-4
) -> NDArray[np.float64]:
    """Where a function of a few numbers (D,) is least, near `start`, by the simplex of Nelder and Mead.

    Comput. J. 7 (1965) 308. It ends where neither the simplex nor the values on it differ by more than `precision`.
    """
    size = len(start)
    shifted = np.where(np.eye(size, dtype=bool), np.where(start == 0, 0.00025, 1.05 * start), start)
    points = np.vstack([start, shifted])
    values = np.array([cost(p) for p in points])
    for _ in range(200 * size):
        order = np.argsort(values, kind="stable")
        points, values = points[order], values[order]
        if np.abs(points[1:] - points[0]).max() <= precision and np.abs(values[1:] - values[0]).max() <= precision:
            break
        better = _better_corner(cost, points, values)
        if better is not None:
            values[-1], points[-1] = better
        else:
            points[1:] = points[0] + 0.5 * (points[1:] - points[0])
            values[1:] = [cost(p) for p in points[1:]]
    return np.asarray(points[np.argmin(values)], np.float64)


def _better_corner(
    cost: Callable[[NDArray[np.float64]], float], points: NDArray[np.float64], values: NDArray[np.float64]
) -> tuple[float, NDArray[np.float64]] | None:
    """What replaces the worst corner of a simplex, sorted by values; None where it should shrink."""
    centre, worst = points[:-1].mean(0), points[-1]

    def tried(by: float) -> tuple[float, NDArray[np.float64]]:
        point = centre + by * (centre - worst)
        return cost(point), point

    mirrored = tried(1.0)
    if mirrored[0] < values[0]:
        further = tried(2.0)
        return further if further[0] < mirrored[0] else mirrored
    if mirrored[0] < values[-2]:
        return mirrored
    if mirrored[0] < values[-1]:
        nearer = tried(0.5)
        return nearer if nearer[0] <= mirrored[0] else None
    inside = tried(-0.5)
    return inside if inside[0] < values[-1] else None


def _maxima(signal: NDArray[np.float64]) -> NDArray[np.intp]:
    """The points that are higher than those beside them; of equal neighbours the one in the middle, to the left."""
    if len(signal) < 3:
        return np.zeros(0, np.intp)
    changes = np.flatnonzero(signal[1:] != signal[:-1]) + 1
    first, last = np.r_[0, changes], np.r_[changes - 1, len(signal) - 1]
    level = signal[first]
    above = np.zeros(len(level), bool)
    above[1:-1] = (level[1:-1] > level[:-2]) & (level[1:-1] > level[2:])
    middle: NDArray[np.intp] = (first + last) // 2
    return middle[above]


def _prominences_and_widths(
    signal: NDArray[np.float64], tops: NDArray[np.intp]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far each maximum (L,) stands above the higher of the lowest points towards what is higher, on either side."""
    prominences, widths = np.zeros(len(tops)), np.zeros(len(tops))
    for n, top in enumerate(tops):
        left, right = _foot(signal, int(top), -1), _foot(signal, int(top), 1)
        prominences[n] = signal[top] - max(signal[left], signal[right])
        half = signal[top] - 0.5 * prominences[n]
        widths[n] = _crossing(signal, int(top), right, 1, half) - _crossing(signal, int(top), left, -1, half)
    return prominences, widths


def _foot(signal: NDArray[np.float64], top: int, way: int) -> int:
    """The lowest point between a maximum and the next higher point, or the end, on one side; the nearest of equals."""
    lowest, step, at = top, 64, top
    while True:
        block = signal[at + 1 : at + 1 + step] if way > 0 else signal[max(at - step, 0) : at][::-1]
        higher = np.flatnonzero(block > signal[top])
        within = block[: higher[0]] if len(higher) else block
        if len(within) and within.min() < signal[lowest]:
            lowest = at + way * (1 + int(np.argmin(within)))
        if len(higher) or len(block) < step:
            return lowest
        at, step = at + way * step, 2 * step


def _crossing(signal: NDArray[np.float64], top: int, foot: int, way: int, level: float) -> float:
    """Where the signal falls below `level` between a maximum and its foot, between two points by a straight line."""
    between = signal[top : foot + 1] if way > 0 else signal[foot : top + 1][::-1]
    below = np.flatnonzero(between <= level)
    if not len(below):
        return float(foot)
    i = int(below[0])
    if i and between[i] < level:
        return float(top + way * (i - (level - between[i]) / (between[i - 1] - between[i])))
    return float(top + way * i)
