"""Peaks of a measured trace: its lines, without what is too weak to be the sample's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.experiment import DEPT, SIGNED
from km3aid.spectra.instruments.lines import find_lines
from km3aid.spectra.solvent_lines import solvent_reasons
from km3aid.spectra.spectrum import SHIFT_MAX_PPM, SHIFT_MIN_PPM, LeftOut, Peak, Spectrum
from km3aid.spectra.trace import trace_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import ArrayLike, NDArray

_WEAK = 0.07  # of the third-strongest line of the sample
_TIGHTER = (_WEAK, 0.15, 0.3, 0.5)  # the same, one after another while there are more lines than carbons …
_MOST_CARBONS = 100  # … in almost any molecule
_BROAD = 5.0  # line widths
_DOWNWARDS = 0.15  # of the third-strongest line: height of a negative line that carries meaning …
_FEWEST_DOWNWARDS = 2  # … where there are several, as in APT and DEPTQ
_BESIDE_PPM, _FOOT_PART = 0.06, 0.1
_FOOT = "beside a line ten times as strong"
_MOST_PEAKS = 500
_UNEVEN = 0.01  # of the step of the axis


def pick_peaks(shift_ppm: ArrayLike, trace: ArrayLike, where: str, **about: Any) -> Spectrum:
    """The lines of `trace` (N,) at `shift_ppm` (N,), by falling shift; `about` goes to `Spectrum`.

    Lines are set aside as weak below 7 % of the third-strongest line of the sample, that is, apart from the solvent; of
    broad lines, such as those of exchange, the area counts instead of the height.
    Negative lines are kept, with negative intensities, in experiments whose signs carry meaning, or where several are
    strong. Raises `SpectrumFormatError`.
    """
    import numpy as np

    x, y = np.asarray(shift_ppm, np.float64), np.asarray(trace, np.float64)
    if len(y) < 8 or len(x) != len(y) or not np.isfinite(y).all() or not np.isfinite(x).all() or np.ptp(x) == 0:
        raise SpectrumFormatError(f"{where}: {len(y)} points, or values that are not numbers; expected a spectrum")
    x, y = _evenly_spaced(x, y)
    lines = find_lines(x, y)
    inside = np.flatnonzero((lines.shift_ppm >= SHIFT_MIN_PPM) & (lines.shift_ppm <= SHIFT_MAX_PPM))
    strongest = inside[np.argsort(-np.abs(lines.height[inside]), kind="stable")][:_MOST_PEAKS]
    falling = strongest[np.argsort(-lines.shift_ppm[strongest])]
    found = [Peak(round(float(lines.shift_ppm[i]), 3), intensity=float(lines.height[i])) for i in falling]
    if not found:
        raise SpectrumFormatError(f"{where}: nothing rises above the noise; is it a phased 13C spectrum?")
    beyond = len(inside) - len(found)
    left_out = [LeftOut(f"{beyond} lines", f"weaker than {_MOST_PEAKS} others")] if beyond else []
    peaks, signs = _without_stray_signs(found, about)
    broad = {p.shift_ppm: float(lines.breadth[i]) for p, i in zip(found, falling, strict=True)}
    peaks, weak = _weak_aside(peaks, broad, about)
    notes = (*about.pop("notes", ()), _summary(peaks, lines.noise), *signs, *weak)
    trace = trace_of(x, lines.smooth, lines.noise)
    return Spectrum(tuple(peaks), left_out=tuple(left_out), notes=notes, trace=trace, **about)


def _evenly_spaced(x: NDArray[np.float64], y: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The trace (N,) on an axis (N,) of equal steps: pairs of numbers in a file may be in any order."""
    import numpy as np

    steps = np.diff(x)
    if np.abs(steps - steps.mean()).max() <= _UNEVEN * abs(steps.mean()):
        return x, y
    order, even = np.argsort(x, kind="stable"), np.linspace(x.min(), x.max(), len(x))
    return even, np.interp(even, x[order], y[order])


def _sample(peaks: Sequence[Peak], about: Mapping[str, Any]) -> tuple[list[int], float]:
    """Positions of the peaks that are not the solvent's, and the height of the third-strongest of them."""
    solvent = solvent_reasons(peaks, about.get("solvent") or "", about.get("frequency_mhz"))
    sample = [i for i in range(len(peaks)) if i not in solvent]
    heights = sorted((abs(peaks[i].intensity or 0.0) for i in sample), reverse=True)
    return sample, heights[min(2, len(heights) - 1)] if heights else 0.0


def _without_stray_signs(peaks: list[Peak], about: Mapping[str, Any]) -> tuple[list[Peak], list[str]]:
    """The peaks without negative ones, unless several of these are strong, and a note on it."""
    sample, strong = _sample(peaks, about)
    negative = [i for i in sample if (peaks[i].intensity or 0.0) < 0]
    meant = [i for i in negative if abs(peaks[i].intensity or 0.0) >= _DOWNWARDS * strong]
    upwards = [p for p in peaks if (p.intensity or 0.0) > 0]
    signed = about.get("experiment") in (*SIGNED, *DEPT)
    if signed or not negative or len(meant) >= _FEWEST_DOWNWARDS or not upwards:
        return peaks, []
    return upwards, [f"left out {len(peaks) - len(upwards)} negative lines, too few or too weak to carry meaning"]


def _weak_aside(
    peaks: list[Peak], breadth: Mapping[float, float], about: Mapping[str, Any]
) -> tuple[list[Peak], list[str]]:
    """The peaks with the weak ones set aside, and a note on it."""
    sample, strong = _sample(peaks, about)
    size = [abs(p.intensity or 0.0) * (b if (b := breadth[p.shift_ppm]) >= _BROAD else 1.0) for p in peaks]
    weak, least = set[int](), _WEAK
    for least in _TIGHTER:
        weak = {i for i in sample if size[i] < least * strong}
        if len(sample) - len(weak) <= _MOST_CARBONS:
            break
    below = f"below {least:.0%} of the third-strongest line of the sample"
    shoulders = set(_shoulders(peaks, size)) & set(sample) - weak
    reasons = dict.fromkeys(weak, f"weak: {below}") | dict.fromkeys(shoulders, f"weak: {_FOOT}")
    marked = [replace(p, aside=reasons.get(i)) for i, p in enumerate(peaks)]
    notes = [f"set aside {len(weak)} weak lines, {below}"] if weak else []
    if shoulders:
        notes.append(f"set aside {len(shoulders)} lines {_FOOT}")
    if least > _WEAK:
        usual = sum(size[i] >= _WEAK * strong for i in sample)
        notes.append(
            f"{usual} lines are more than a molecule has carbons: a noisy spectrum, or one of a mixture or polymer"
        )
    return marked, notes


def _shoulders(peaks: Sequence[Peak], size: Sequence[float]) -> Iterator[int]:
    """Positions of lines that stand beside a much stronger one, as what a bad shim makes does."""
    for i, (peak, own) in enumerate(zip(peaks, size, strict=True)):
        near = (n for n in (i - 2, i - 1, i + 1, i + 2) if 0 <= n < len(peaks))
        if any(abs(peaks[n].shift_ppm - peak.shift_ppm) <= _BESIDE_PPM and own < _FOOT_PART * size[n] for n in near):
            yield i


def _summary(peaks: Sequence[Peak], noise: float) -> str:
    kept = [abs(p.intensity or 0.0) for p in peaks if p.aside is None]
    above = f", the weakest {min(kept) / noise:.0f} times as high as the noise" if kept and noise else ""
    return f"{len(kept)} peaks picked{above}"
