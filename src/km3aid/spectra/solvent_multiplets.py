"""The multiplets of deuterated solvents in measured spectra, told by the gaps and the heights of their lines."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from km3aid.spectra.solvents import SOLVENTS, Solvent, SolventLine
from km3aid.spectra.spectrum import Peak

# Relative heights of the lines by coupling to one, two and three deuterons (spin 1).
_PATTERNS = {3: (1, 1, 1), 5: (1, 2, 3, 2, 1), 7: (1, 3, 6, 7, 6, 3, 1)}
_FEWEST = {3: 3, 5: 3, 7: 5}  # lines of it that must be seen
_CLOSEST_PPM = 0.012
_REACH_PPM = 1.5  # by which an unreferenced spectrum may be shifted
_WITHIN_PPM = 0.05
_RESIDUAL_PPM = 0.4  # by which the solvent with a hydrogen left lies further downfield
_RESIDUAL = 0.6  # of the strongest line of the multiplet


class Likeness(NamedTuple):
    """How far a multiplet may differ from its pattern."""

    gap: float  # of the coupling
    height: float  # mean difference of the relative heights


_ALIKE = Likeness(0.12, 0.3)
_VERY_ALIKE = Likeness(0.08, 0.15)  # for a solvent that is not named


class Multiplet(NamedTuple):
    """The lines of a solvent's multiplet in a peak list."""

    solvent: Solvent
    line: SolventLine
    peaks: tuple[int, ...]  # positions
    middle: int  # position of the middle line


def find_multiplets(
    peaks: Sequence[Peak], frequency_mhz: float | None, named: Sequence[Solvent] = ()
) -> list[Multiplet]:
    """The multiplets of `named` solvents; where there are none, those of all other solvents.

    A header may name the wrong solvent: what the spectrum shows has the last word. Nothing is found unless the heights
    of all peaks and the frequency of 13C are known; equal heights of all, or zeros, stand for none.
    """
    if not frequency_mhz or not all(p.intensity for p in peaks) or len({p.intensity for p in peaks}) == 1:
        return []
    if found := [m for solvent in named for m in _multiplets(peaks, frequency_mhz, solvent, _ALIKE)]:
        return found
    return [m for s in SOLVENTS if s not in named for m in _multiplets(peaks, frequency_mhz, s, _VERY_ALIKE)]


def lines_beside(peaks: Sequence[Peak], multiplet: Multiplet) -> list[int]:
    """Positions of lines that come with the multiplet: within it those that are weaker or point the other way.

    The solvent that has a hydrogen left lies just downfield of it, and is weaker.
    """
    inside = [peaks[i] for i in multiplet.peaks]
    low, high = (end(p.shift_ppm for p in inside) for end in (min, max))
    strongest = max(inside, key=_height)
    found = []
    for i, peak in enumerate(peaks):
        weaker = _height(peak) < _RESIDUAL * _height(strongest)
        other_sign = (peak.intensity or 0.0) * (strongest.intensity or 0.0) < 0
        near = low - _WITHIN_PPM <= peak.shift_ppm <= high + (_RESIDUAL_PPM if weaker else _WITHIN_PPM)
        if i not in multiplet.peaks and near and (weaker or other_sign):
            found.append(i)
    return found


def _multiplets(peaks: Sequence[Peak], frequency_mhz: float, solvent: Solvent, likeness: Likeness) -> list[Multiplet]:
    lines = [line for line in solvent.lines if line.lines in _PATTERNS]
    found = [(line, *_multiplet(peaks, line, frequency_mhz, likeness)) for line in lines]
    return [Multiplet(solvent, line, tuple(members), middle) for line, members, middle in found if members]


def _multiplet(
    peaks: Sequence[Peak], line: SolventLine, frequency_mhz: float, likeness: Likeness
) -> tuple[list[int], int]:
    """Positions of the peaks whose gaps and heights suit the line best, or none, and of the middle one."""
    gap, half = line.coupling_hz / frequency_mhz, line.lines // 2
    close = max(_CLOSEST_PPM, likeness.gap * gap)
    near = [i for i, p in enumerate(peaks) if line.distance(p.shift_ppm) <= _REACH_PPM + gap * half]
    best, members, centre = likeness.height, list[int](), -1
    for middle in near:
        if line.distance(peaks[middle].shift_ppm) > _REACH_PPM:
            continue
        places = [_nearest(peaks, near, peaks[middle].shift_ppm + k * gap, close) for k in range(-half, half + 1)]
        seen = [(place, i) for place, i in enumerate(places) if i is not None]
        if len(seen) < _FEWEST[line.lines] or None in places[half - 1 : half + 2]:
            continue
        pattern, top = _PATTERNS[line.lines], _height(peaks[middle])
        differences = [abs(_height(peaks[i]) / top - pattern[place] / pattern[half]) for place, i in seen]
        difference = sum(differences) / len(differences)
        if difference <= best:
            best, members, centre = difference, [i for _, i in seen], middle
    return members, centre


def _nearest(peaks: Sequence[Peak], near: list[int], shift_ppm: float, close: float) -> int | None:
    found = [i for i in near if abs(peaks[i].shift_ppm - shift_ppm) <= close]
    return min(found, key=lambda i: abs(peaks[i].shift_ppm - shift_ppm), default=None)


def _height(peak: Peak) -> float:
    return abs(peak.intensity or 0.0)
