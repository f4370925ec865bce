"""Peaks of a measured trace: the lines that rise above the noise."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.spectrum import SHIFT_MAX_PPM, SHIFT_MIN_PPM, LeftOut, Peak, Spectrum

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

_TIMES_NOISE = 6.0
_CLOSEST_PPM = 0.03
_MOST_PEAKS = 500


def pick_peaks(shift_ppm: ArrayLike, trace: ArrayLike, where: str, **about: Any) -> Spectrum:
    """The positive lines of `trace` (N,) at `shift_ppm` (N,) above six times the noise, by falling shift.

    The noise is the median difference of neighbours, scaled to a standard deviation; the baseline is a running median.
    A line lies at the vertex of the parabola through its three highest points. `about` goes to `Spectrum`.
    """
    import numpy as np
    from scipy.ndimage import median_filter
    from scipy.signal import find_peaks

    shift_ppm, trace = np.asarray(shift_ppm), np.asarray(trace)
    if len(trace) < 8 or not np.isfinite(trace).all() or not np.isfinite(shift_ppm).all():
        raise SpectrumFormatError(f"{where}: {len(trace)} points, or values that are not numbers; expected a spectrum")
    coarse = trace[:: max(1, len(trace) // 4096)]
    base = np.interp(np.arange(len(trace)), np.linspace(0, len(trace) - 1, len(coarse)), median_filter(coarse, 201))
    flat = trace - base
    noise = float(np.median(np.abs(np.diff(flat)))) / 0.6745 / np.sqrt(2)
    step = abs(float(shift_ppm[-1] - shift_ppm[0])) / (len(trace) - 1)
    height = max(_TIMES_NOISE * noise, 0.01 * float(flat.max(initial=0.0)))
    apart = max(1, round(_CLOSEST_PPM / step)) if step > 0 else 1
    found, _ = find_peaks(flat, height=max(height, 1e-300), prominence=height / 2, distance=apart)
    inside = [i for i in found if SHIFT_MIN_PPM <= shift_ppm[i] <= SHIFT_MAX_PPM]
    strongest = sorted(inside, key=lambda i: -flat[i])[:_MOST_PEAKS]
    peaks = sorted((_peak(shift_ppm, flat, int(i)) for i in strongest), key=lambda p: -p.shift_ppm)
    if not peaks:
        raise SpectrumFormatError(f"{where}: nothing rises above the noise; is it a phased 13C spectrum?")
    left_out = [LeftOut(f"{len(inside) - _MOST_PEAKS} lines", "weaker than 500 others")][: len(inside) > _MOST_PEAKS]
    note = f"{len(peaks)} peaks picked above {height / noise:.0f} times the noise" if noise else "peaks picked"
    notes = (*about.pop("notes", ()), note)
    return Spectrum(tuple(peaks), left_out=tuple(left_out), notes=notes, **about)


def _peak(shift_ppm: NDArray[np.float64], flat: NDArray[np.float64], i: int) -> Peak:
    a, b, c = (float(v) for v in flat[i - 1 : i + 2])
    bend = a - 2 * b + c
    aside = 0.5 * (a - c) / bend if bend else 0.0
    step = float(shift_ppm[i + 1] - shift_ppm[i - 1]) / 2
    return Peak(round(float(shift_ppm[i]) + aside * step, 3), intensity=b)
