"""Spectra in which every line comes twice: mixtures of two conformers or diastereomers.

Rotamers of carbamates and prolines, or two diastereomers that were not separated, give two lines a few tenths of a ppm
apart for each carbon. The structure has but one class for both.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from km3aid.spectra.spectrum import Peak, Spectrum

_REACH_PPM = 1.5
_CROWDED_PPM = (105.0, 150.0)  # where lines of different aromatic carbons are as near to each other
_LEAST_LINES, _LEAST_SHARE = 8, 0.9  # of the lines elsewhere
_LEAST_SHARE_OF_ALL = 0.75

Twins = tuple[tuple[int, int], ...]
_NOTE = "the lines come in pairs: a mixture of two conformers or diastereomers? each pair is taken as one line"


def find_twins(spectrum: Spectrum) -> Twins:
    """Pairs of peaks, by position, of a spectrum whose lines come in pairs; none for any other spectrum.

    >>> from km3aid.spectra.text.inline import parse_peaks
    >>> find_twins(parse_peaks("171.7 171.4 66.0 65.9 47.2 46.6 24.0 23.2"))
    ((0, 1), (2, 3), (4, 5), (6, 7))
    >>> find_twins(parse_peaks("171.7 66.0 65.9 47.2 46.6 24.0 23.2"))
    ()
    """
    own = [n for n, peak in enumerate(spectrum) if peak.aside is None]
    if spectrum.one_per_carbon:
        return ()
    pairs = _pairs(spectrum.peaks, own)
    paired = {n for pair in pairs for n in pair}
    telling = [n for n in own if not _CROWDED_PPM[0] <= spectrum.peaks[n].shift_ppm <= _CROWDED_PPM[1]]
    share = len(paired.intersection(telling)) / max(len(telling), 1)
    doubled = len(telling) >= _LEAST_LINES and share >= _LEAST_SHARE
    return pairs if doubled and len(paired) >= _LEAST_SHARE_OF_ALL * len(own) else ()


def merge_twins(spectrum: Spectrum, twins: Twins) -> Spectrum:
    """The spectrum with one line, in the middle, in the place of the first of each pair."""
    later = {second for _, second in twins}
    merged = list(spectrum.peaks)
    for first, second in twins:
        a, b = merged[first], merged[second]
        multiplicity, count = a.multiplicity or b.multiplicity, max(a.count or 0, b.count or 0) or None
        merged[first] = replace(
            a, shift_ppm=(a.shift_ppm + b.shift_ppm) / 2, multiplicity=multiplicity, count=count, intensity=None
        )
    return replace(spectrum, peaks=tuple(p for n, p in enumerate(merged) if n not in later)) if twins else spectrum


def twins_note(spectrum: Spectrum) -> tuple[str, ...]:
    """What a reader has to know of a spectrum whose lines come in pairs; nothing of any other."""
    return (_NOTE,) if find_twins(spectrum) else ()


def places_in_merged(peaks: int, twins: Twins) -> list[int]:
    """Where each of so many peaks stands in the spectrum that `merge_twins` makes.

    >>> places_in_merged(4, ((0, 2),))
    [0, 1, 0, 2]
    """
    first_of = {second: first for first, second in twins}
    kept = [n for n in range(peaks) if n not in first_of]
    place = {n: at for at, n in enumerate(kept)}
    return [place[first_of.get(n, n)] for n in range(peaks)]


def _pairs(peaks: Sequence[Peak], own: Sequence[int]) -> Twins:
    """The nearest neighbours first; each line is in one pair, whose multiplicities do not contradict each other."""
    ordered = sorted(own, key=lambda n: peaks[n].shift_ppm)
    near = []
    for a, b in pairwise(ordered):
        apart = peaks[b].shift_ppm - peaks[a].shift_ppm
        kinds = {peaks[a].multiplicity, peaks[b].multiplicity} - {None}
        if apart <= _REACH_PPM and len(kinds) < 2:
            near.append((apart, a, b))
    taken: set[int] = set()
    pairs = []
    for _, a, b in sorted(near):
        if not taken & {a, b}:
            taken |= {a, b}
            pairs.append((min(a, b), max(a, b)))
    return tuple(sorted(pairs))
