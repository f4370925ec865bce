"""A measured curve in the resolution of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BINS = 4096


class Trace(NamedTuple):
    """The lowest and the highest point of a curve in each of B intervals, from the left end to the right one."""

    left_ppm: float
    right_ppm: float
    low: tuple[float, ...]  # (B,)
    high: tuple[float, ...]  # (B,)
    noise: float  # standard deviation

    def moved(self, by_ppm: float) -> Trace:
        """The trace on another reference."""
        return self._replace(left_ppm=self.left_ppm + by_ppm, right_ppm=self.right_ppm + by_ppm)


def trace_of(shift_ppm: NDArray[np.float64], height: NDArray[np.float64], noise: float) -> Trace:
    """The trace of a curve (N,) on an axis (N,) of equal steps, which may run either way."""
    import numpy as np

    if shift_ppm[0] < shift_ppm[-1]:
        shift_ppm, height = shift_ppm[::-1], height[::-1]
    starts = np.linspace(0, len(height), min(_BINS, len(height)), endpoint=False).astype(int)
    low, high = np.minimum.reduceat(height, starts), np.maximum.reduceat(height, starts)
    return Trace(float(shift_ppm[0]), float(shift_ppm[-1]), tuple(low.tolist()), tuple(high.tolist()), noise)
