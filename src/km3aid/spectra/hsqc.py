"""Cross peaks of an HSQC: which carbons carry hydrogens, and, where it is edited, how many."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.dept import narrowed
from km3aid.spectra.spectrum import MULTIPLICITIES, SHIFT_MAX_PPM, LeftOut, Spectrum

_NEAR_PPM = 0.4  # the carbon axis of a 2D spectrum is coarse


class CrossPeak(NamedTuple):
    """The carbon of a cross peak, and whether the peak is negative."""

    shift_ppm: float
    negative: bool


def parse_cross_peaks(text: str) -> list[CrossPeak]:
    """Cross peaks as a list of pairs `13C/1H` or of the carbons' shifts alone, or as rows of two or three numbers.

    In a pair the larger number is the carbon. A minus in front of a pair, or before the third number of a row, which is
    a height, says that the peak is negative. Raises `SpectrumFormatError` where that cannot be read.

    >>> parse_cross_peaks("56.1/3.95 7.04/114.4 -33.4")[1:]
    [CrossPeak(shift_ppm=114.4, negative=False), CrossPeak(shift_ppm=33.4, negative=True)]
    """
    rows = [line.replace(",", " ").replace(";", " ").replace("\t", " ").split() for line in text.splitlines()]
    rows = [row for row in rows if row]
    table = len(rows) > 1 and all(len(row) in (2, 3) and "/" not in "".join(row) for row in rows)
    peaks = [_row(row) for row in rows] if table else [_pair(part) for row in rows for part in row]
    if not peaks:
        raise SpectrumFormatError("HSQC: empty; expected pairs such as '56.1/3.95 114.4/7.04'")
    return peaks


def add_hsqc(spectrum: Spectrum, text: str) -> Spectrum:
    """The spectrum with what the cross peaks of an HSQC, as `parse_cross_peaks` reads them, say of multiplicities.

    A peak with a cross peak within 0.4 ppm has hydrogens; where some cross peaks are negative, these are CH2 and the
    others CH or CH3. A peak far from all has none, and one beside whose neighbour's it lies stays open. The spectrum's
    own multiplicities take precedence; `left_out` names contradictions and cross peaks without a carbon. Raises
    `SpectrumFormatError`.

    >>> from km3aid.spectra.text.inline import parse_peaks
    >>> [p.multiplicity for p in add_hsqc(parse_peaks("170.2 128.5 60.1"), "128.6/7.3 60.0/4.1")]
    ['S', 'D/T/Q', 'D/T/Q']
    """
    cross = parse_cross_peaks(text)
    edited = any(peak.negative for peak in cross)
    left_out = list(spectrum.left_out)
    found: dict[int, set[int]] = {}
    beside: set[int] = set()
    for peak in cross:
        near = [i for i, p in enumerate(spectrum) if abs(p.shift_ppm - peak.shift_ppm) <= _NEAR_PPM and p.aside is None]
        beside.update(near)
        if not near:
            left_out.append(LeftOut(f"HSQC: {peak.shift_ppm:g}", f"no peak within {_NEAR_PPM:g} ppm"))
            continue
        nearest = min(near, key=lambda i: abs(spectrum.peaks[i].shift_ppm - peak.shift_ppm))
        possible = {1, 2, 3} if not edited else {2} if peak.negative else {1, 3}
        found[nearest] = found.get(nearest, set()) | possible
    peaks = []
    for i, line in enumerate(spectrum):
        free = set(range(len(MULTIPLICITIES))) if i in beside or line.aside is not None else {0}
        peaks.append(narrowed(line, found.get(i, free), "HSQC", left_out))
    notes = (*spectrum.notes, f"multiplicities from {'an edited ' if edited else ''}HSQC")
    return replace(spectrum, peaks=tuple(peaks), left_out=tuple(left_out), notes=notes)


def _row(numbers: list[str]) -> CrossPeak:
    shift = max(_number(text, " ".join(numbers)) for text in numbers[:2])
    return CrossPeak(shift, len(numbers) == 3 and _number(numbers[2], " ".join(numbers)) < 0)


def _pair(text: str) -> CrossPeak:
    bare = text.replace("−", "-").lstrip("-+")
    numbers = [_number(part, text) for part in bare.split("/")]
    if len(numbers) > 2:
        raise SpectrumFormatError(f"HSQC: {text!r}; expected a pair such as 56.1/3.95")
    return CrossPeak(max(numbers), text.replace("−", "-").startswith("-"))


def _number(text: str, where: str) -> float:
    try:
        value = float(text.replace("−", "-"))
    except ValueError:
        value = float("nan")
    if not abs(value) <= SHIFT_MAX_PPM * 1e9:  # heights may be large
        raise SpectrumFormatError(f"HSQC: {where!r} holds no numbers; expected a pair such as 56.1/3.95")
    return value
