"""Lines of measured spectra that one carbon splits into: quartets of CF3, and multiplets of spectra without decoupling.

They are told by their gaps and heights. The middle becomes the line of the carbon, the others are set aside.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from km3aid.spectra.experiment import Experiment
from km3aid.spectra.solvent_lines import solvent_reasons
from km3aid.spectra.spectrum import Multiplicity, Peak, Spectrum

_CLOSEST_PPM = 0.012  # by which a line may lie off its place …
_CLOSE = 0.02  # … or this part of the gap, where that is more
_HEIGHT = 0.35  # mean difference of the relative heights from the pattern
_OF_STRONG = 0.6  # of the third-strongest line: a carbon beside CF3 has no hydrogen, and its line is split
_COVERED_PPM = 0.1
_QUARTET, _TRIPLET = 4, 3  # lines
_BESIDE_PPM = 0.06  # of a line of a multiplet: finer splittings


class Pattern(NamedTuple):
    """A multiplet by its relative heights, and the couplings that it may have."""

    heights: tuple[float, ...]
    couplings_hz: tuple[tuple[float, float], ...]
    multiplicity: Multiplicity | None
    name: str


# Couplings of 13C with 19F in CF3, over one bond and two; and of 13C with 1H over one bond.
_FLUORINE = (Pattern((1, 3, 3, 1), ((255.0, 335.0), (26.0, 43.0)), None, "quartet of CF3"),)
_HYDROGEN = (
    Pattern((1, 3, 3, 1), ((112.0, 165.0),), "Q", "quartet of CH3"),
    Pattern((1, 2, 1), ((112.0, 185.0),), "T", "triplet of CH2"),
    Pattern((1, 1), ((115.0, 225.0),), "D", "doublet of CH"),
)


class Multiplet(NamedTuple):
    """Positions of its lines by falling shift, two in its middle, its coupling, and how far it is from the pattern."""

    lines: tuple[int, ...]
    middle: tuple[int, int]
    coupling_hz: float
    difference: float


def join_multiplets(spectrum: Spectrum) -> Spectrum:
    """The spectrum with one line for each carbon that splits; as it is where it has no trace or no frequency.

    Quartets of CF3 are joined wherever all four lines are seen; in spectra without decoupling all multiplets of 1H,
    which tell the attached hydrogens. The notes name each.
    """
    if spectrum.trace is None or not spectrum.frequency_mhz or not all(p.intensity for p in spectrum):
        return spectrum
    solvent = solvent_reasons(spectrum.peaks, spectrum.solvent or "", spectrum.frequency_mhz)
    free = sorted(set(range(len(spectrum))) - set(solvent), key=lambda i: -spectrum.peaks[i].shift_ppm)
    coupled = spectrum.experiment == Experiment.COUPLED
    peaks, notes = list(spectrum.peaks), list(spectrum.notes)
    for pattern in (*_FLUORINE, *_HYDROGEN) if coupled else _FLUORINE:
        weak = pattern.multiplicity is None
        among = [i for i in free if not weak or _height(spectrum.peaks[i]) <= _OF_STRONG * _strong(spectrum, free)]
        found = list(_multiplets(spectrum.peaks, among, pattern, spectrum.frequency_mhz))
        for multiplet in sorted(found, key=lambda m: m.difference):
            if set(multiplet.lines) <= set(free):
                middle = _join(peaks, multiplet, pattern, free)
                notes.append(f"joined to {middle:g} ppm: a {pattern.name}, J = {multiplet.coupling_hz:.0f} Hz")
    if len(notes) == len(spectrum.notes):
        return spectrum
    return replace(spectrum, peaks=tuple(sorted(peaks, key=lambda p: -p.shift_ppm)), notes=tuple(notes))


def _multiplets(
    peaks: Sequence[Peak], among: Sequence[int], pattern: Pattern, frequency_mhz: float
) -> Iterator[Multiplet]:
    """The multiplets of a pattern `among` positions by falling shift: two of its middle lines, and those around them.

    One outer line of a quartet may lie under a stronger line.
    """
    count = len(pattern.heights)
    first = (count - 1) // 2  # of the two in the middle
    falling = [-peaks[i].shift_ppm for i in among]
    for one, two, gap in _pairs(peaks, among, max(high for _, high in pattern.couplings_hz) / frequency_mhz):
        hertz = gap * frequency_mhz
        if not any(low <= hertz <= high for low, high in pattern.couplings_hz):
            continue
        close = max(_CLOSEST_PPM, _CLOSE * gap)
        places = [peaks[one].shift_ppm + (first - place) * gap for place in range(count)]
        lines = [_nearest(peaks, among, falling, shift, close) for shift in places]
        seen = {place: i for place, i in enumerate(lines) if i is not None}
        hidden = [place for place in range(count) if place not in seen]
        if len(set(seen.values())) < len(seen) or len({(peaks[i].intensity or 0.0) > 0 for i in seen.values()}) > 1:
            continue
        if hidden and not (count == _QUARTET and len(hidden) == 1 and _covered(peaks, places[hidden[0]], peaks[one])):
            continue
        heights = [_height(peaks[i]) for i in seen.values()]
        difference = _difference(heights, [pattern.heights[place] for place in seen])
        if difference <= _HEIGHT:
            yield Multiplet(tuple(seen.values()), (one, two), hertz, difference + len(hidden))


def _covered(peaks: Sequence[Peak], shift_ppm: float, line: Peak) -> bool:
    """Whether a line stronger than `line` lies where another is missing."""
    return any(abs(p.shift_ppm - shift_ppm) <= _COVERED_PPM and _height(p) > _height(line) for p in peaks)


def _difference(heights: Sequence[float], pattern: Sequence[float]) -> float:
    """Mean relative difference of heights from a pattern of the same sum."""
    scale = sum(heights) / sum(pattern)
    return sum(abs(h / (scale * p) - 1) for h, p in zip(heights, pattern, strict=True)) / len(pattern)


def _join(peaks: list[Peak], multiplet: Multiplet, pattern: Pattern, free: list[int]) -> float:
    """Put one line into `peaks` for a multiplet, take its lines from `free`, and return where it lies."""
    lines = [peaks[i] for i in multiplet.lines]
    one, two = (peaks[i].shift_ppm for i in multiplet.middle)
    middle = round(one if len(pattern.heights) == _TRIPLET else (one + two) / 2, 3)
    reason = f"part of the {pattern.name} at {middle:g} ppm"
    around = [
        i
        for i in free
        if any(abs(peaks[i].shift_ppm - p.shift_ppm) <= _BESIDE_PPM and _height(peaks[i]) <= _height(p) for p in lines)
    ]
    whole = sum(p.intensity or 0.0 for p in lines)
    for i in around if pattern.multiplicity else multiplet.lines:
        peaks[i] = replace(peaks[i], aside=reason)
    at = multiplet.middle[0]
    multiplicity = pattern.multiplicity or peaks[at].multiplicity
    peaks[at] = Peak(middle, multiplicity, intensity=whole)
    free[:] = [i for i in free if i not in (*multiplet.lines, *(around if pattern.multiplicity else ()))]
    return middle


def _strong(spectrum: Spectrum, free: Sequence[int]) -> float:
    """The height of the third-strongest line among `free`."""
    heights = sorted((_height(spectrum.peaks[i]) for i in free), reverse=True)
    return heights[min(2, len(heights) - 1)] if heights else 0.0


def _pairs(peaks: Sequence[Peak], among: Sequence[int], widest_ppm: float) -> Iterator[tuple[int, int, float]]:
    """Two positions by falling shift, and how far they are apart, up to `widest_ppm`."""
    for place, one in enumerate(among):
        for two in among[place + 1 :]:
            gap = peaks[one].shift_ppm - peaks[two].shift_ppm
            if gap > widest_ppm:
                break
            yield one, two, gap


def _nearest(
    peaks: Sequence[Peak], among: Sequence[int], falling: Sequence[float], shift_ppm: float, close: float
) -> int | None:
    """The position nearest to a shift and no farther than `close`; `falling` are the negative shifts of all."""
    near = among[bisect_left(falling, -shift_ppm - close) : bisect_right(falling, -shift_ppm + close)]
    return min(near, key=lambda i: abs(peaks[i].shift_ppm - shift_ppm), default=None)


def _height(peak: Peak) -> float:
    return abs(peak.intensity or 0.0)
