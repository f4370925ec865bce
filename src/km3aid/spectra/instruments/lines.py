"""Lines of a measured trace: what stands out of its noise and is not the foot of a stronger line."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TIMES_NOISE = 5.0
_PROMINENCE = 4.0  # times the noise that a line rises above the saddle to a stronger one
_CLOSEST_PPM = 0.02
_BASELINE_PPM = 6.0  # over which the baseline bends; lines are much narrower
_BASELINE_POINTS = 8192
_STRONG_LINES = 12  # that say how wide a line is
_GAUSSIAN = 2.355  # full width at half height, in standard deviations
_SMOOTHED = 0.7  # of the line width: lowers the noise, and hardly the lines
_FOOT_LINES = 60.0  # line widths within which a strong line may have feet
_FOOT = 0.12  # height of a foot one line width off, of the line's; it falls with the distance
_RIPPLE = 0.004  # height of truncation ripples, of the line's
_LOBE_LINES = 5.0  # line widths within which a badly phased line may have a lobe of the other sign
_LOBE = 0.45  # height of that lobe, of the line's
_BROADEST_LINES = 60.0  # line widths on either side within which a broad line ends
_QUIETEST = 1e-5  # noise of a trace that has none, of its strongest line
_MOST_LINES = 4000
_DEVIATION = 1.4826  # standard deviations in the median absolute deviation


class Lines(NamedTuple):
    """Lines in the order of the trace; heights are negative where a line points down."""

    shift_ppm: NDArray[np.float64]  # (L,)
    height: NDArray[np.float64]  # (L,), of the smoothed trace without its baseline
    breadth: NDArray[np.float64]  # (L,) width at half height, in line widths; 1 where a stronger line lies within it
    noise: float  # standard deviation of the smoothed trace
    smooth: NDArray[np.float64]  # (N,) that trace, without its baseline


def find_lines(shift_ppm: NDArray[np.float64], trace: NDArray[np.float64]) -> Lines:
    """The lines of `trace` (N,) at `shift_ppm` (N,), of both signs, each five times as high as the noise.

    The noise comes from the median absolute deviation of the whole trace without its baseline, which lines, zero
    filling and apodisation hardly change. The trace is smoothed by two thirds of its line width before lines are looked
    for. A line lies at the vertex of the parabola through its three highest points.
    """
    import numpy as np

    from km3aid.spectra.instruments.signals import find_tops, smoothed

    step = abs(float(shift_ppm[-1] - shift_ppm[0])) / (len(trace) - 1)
    flat = trace - _baseline(trace, step)
    width = _line_width(flat, step)
    smooth = smoothed(flat, max(_SMOOTHED * width / _GAUSSIAN, 0.5))
    noise = max(_noise(smooth), _QUIETEST * float(np.abs(smooth).max(initial=0.0)))
    apart = max(1, round(max(_CLOSEST_PPM / step, 0.6 * width)))
    tops = []
    for side in (smooth, -smooth):
        found = find_tops(
            side,
            height=max(_TIMES_NOISE * noise, 1e-300),
            prominence=max(_PROMINENCE * noise, 1e-300),
            apart=apart,
            width=max(1.0, 0.3 * width),
        )
        tops.append(found)
    points = np.concatenate(tops)
    points = points[np.argsort(-np.abs(smooth[points]), kind="stable")[:_MOST_LINES]]
    points = np.sort(points[_not_feet(points, smooth[points], width)])
    aside = _vertex(smooth[points - 1], smooth[points], smooth[points + 1])
    places = shift_ppm[points] + aside * (shift_ppm[1] - shift_ppm[0])
    return Lines(places, smooth[points], _breadth(smooth, points, width), noise, smooth)


def _baseline(trace: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """A running median (N,) over 6 ppm."""
    import numpy as np

    from km3aid.spectra.instruments.signals import running_median

    block = max(1, len(trace) // _BASELINE_POINTS)
    coarse = np.median(trace[: len(trace) // block * block].reshape(-1, block), axis=1)
    window = min(max(15, int(_BASELINE_PPM / (step * block))), len(coarse)) | 1
    bent = running_median(coarse, window)
    return np.interp(np.arange(len(trace)), (np.arange(len(coarse)) + 0.5) * block - 0.5, bent)


def _noise(flat: NDArray[np.float64]) -> float:
    """The standard deviation of the noise, from the points of the trace that are not blanked."""
    import numpy as np

    measured = flat[1:][np.diff(flat) != 0]
    return float(_DEVIATION * np.median(np.abs(measured - np.median(measured)))) if len(measured) else 0.0


def _line_width(flat: NDArray[np.float64], step: float) -> float:
    """The median full width at half height of the strongest lines, in points."""
    import numpy as np

    from km3aid.spectra.instruments.signals import find_tops, half_widths

    size = np.abs(flat)
    clear = max(10 * _noise(flat), 1e-300)
    tops = find_tops(size, height=clear, prominence=clear, apart=max(1, round(0.05 / step)))
    tops = tops[np.argsort(-size[tops])][:_STRONG_LINES]
    return float(np.median(half_widths(size, tops))) if len(tops) else 3.0


def _breadth(smooth: NDArray[np.float64], points: NDArray[np.intp], width: float) -> NDArray[np.float64]:
    """Widths at half height (L,) of the lines at `points`, in usual line widths and at least 1."""
    import numpy as np

    breadth = np.ones(len(points))
    reach = max(1, round(_BROADEST_LINES * width))
    for n, point in enumerate(points):
        start = max(0, point - reach)
        around = smooth[start : point + reach + 1] * np.sign(smooth[point])
        below = np.flatnonzero(around < around[point - start] / 2)
        left, right = below[below < point - start], below[below > point - start]
        first = left[-1] + 1 if len(left) else 0
        last = right[0] if len(right) else len(around)
        if around[first:last].max() <= around[point - start]:
            breadth[n] = max(1.0, (last - first) / max(width, 1.0))
    return breadth


def _not_feet(points: NDArray[np.intp], height: NDArray[np.float64], width: float) -> NDArray[np.intp]:
    """Positions of the lines that are no foot, ripple or lobe of a stronger one that is kept."""
    import numpy as np

    kept: list[int] = []
    for i in np.argsort(-np.abs(height)):
        others = np.array(kept, np.intp)
        distance = np.abs(points[i] - points[others]) / max(width, 1.0)
        share = np.abs(height[i]) / np.abs(height[others])
        foot = (distance <= _FOOT_LINES) & (share < _FOOT / np.maximum(distance, 0.7) + _RIPPLE)
        lobe = (distance < _LOBE_LINES) & (height[i] * height[others] < 0) & (share < _LOBE)
        if not (foot | lobe).any():
            kept.append(int(i))
    return np.array(kept, np.intp)


def _vertex(before: NDArray[np.float64], top: NDArray[np.float64], after: NDArray[np.float64]) -> NDArray[np.float64]:
    """Where parabolas through three neighbours have their vertex, in points from the middle one."""
    import numpy as np

    bend = before - 2 * top + after
    return np.divide(0.5 * (before - after), bend, out=np.zeros_like(top), where=bend != 0)
