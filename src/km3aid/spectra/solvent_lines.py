"""Set the lines of the solvent and of the reference aside, for a carbon of the molecule seldom lies there."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.impurities import impurity_notes
from km3aid.spectra.solvents import SolventLine, known_solvents
from km3aid.spectra.spectrum import Peak, Spectrum

_NEAR_PPM = 0.3  # one solvent is referenced to 77.0, 77.16 or 77.23 ppm
_REFERENCE_PPM = 0.1  # around tetramethylsilane
_EVEN_PPM = 0.06  # by which the gaps of a multiplet may differ
_SLOWEST_MHZ = 50.0  # of 13C; the lines of a multiplet lie farthest apart there


def set_aside_solvent(spectrum: Spectrum, solvent: str | None = None) -> Spectrum:
    """The spectrum with the lines of its solvent, and of tetramethylsilane, marked by `Peak.aside`.

    `solvent` is a name such as `CDCl3` or `d6-DMSO`; without one the spectrum's own counts. Marked is what lies within
    0.3 ppm of a line, or with others in a multiplet of its kind around it; `notes` name it. The peaks stay in their
    places. Raises `SpectrumFormatError` for a `solvent` that is not known.
    """
    named = solvent or spectrum.solvent or ""
    solvents = known_solvents(named)
    if solvent and not solvents:
        raise SpectrumFormatError(f"unknown solvent {solvent!r}; known are names such as CDCl3, DMSO-d6, CD3OD, D2O")
    if not solvents:
        return spectrum
    reasons: dict[int, str] = {}
    for known in solvents:
        for line in known.lines:
            for position in _lines_of(spectrum.peaks, line):
                reasons[position] = f"line of the solvent {known.name} ({line.shift_ppm:g} ppm)"
    for position, peak in enumerate(spectrum.peaks):
        if abs(peak.shift_ppm) <= _REFERENCE_PPM:
            reasons.setdefault(position, "line of the reference tetramethylsilane (0 ppm)")
    if len(reasons) == len(spectrum):
        return spectrum  # nothing would be left; then they are what is asked about
    notes = [f"set aside {spectrum.peaks[p].shift_ppm:g} ppm: {reasons[p]}" for p in sorted(reasons)]
    peaks = tuple(replace(p, aside=reasons[i]) if i in reasons else p for i, p in enumerate(spectrum.peaks))
    if len(solvents) == 1:
        notes += impurity_notes(spectrum, solvents[0].name)
    return replace(spectrum, peaks=peaks, solvent=solvent or spectrum.solvent, notes=(*spectrum.notes, *notes))


def _lines_of(peaks: tuple[Peak, ...], line: SolventLine) -> list[int]:
    """Positions of the peaks that are `line`: one near it without attached hydrogens, or its multiplet."""
    reach = _NEAR_PPM + (line.lines // 2) * line.coupling_hz / _SLOWEST_MHZ
    around = [i for i, p in enumerate(peaks) if line.distance(p.shift_ppm) <= reach and _may_be_solvent(p)]
    around.sort(key=lambda i: peaks[i].shift_ppm)
    for size in range(min(line.lines, len(around)), 2, -1):
        for start in range(len(around) - size + 1):
            group = around[start : start + size]
            gaps = [peaks[b].shift_ppm - peaks[a].shift_ppm for a, b in pairwise(group)]
            middle = sum(peaks[i].shift_ppm for i in group) / size
            even = max(gaps) - min(gaps) <= _EVEN_PPM and min(gaps) > 0
            if even and line.distance(middle) <= _NEAR_PPM and max(gaps) <= line.coupling_hz / _SLOWEST_MHZ:
                return group
    near = [i for i in around if line.distance(peaks[i].shift_ppm) <= _NEAR_PPM]
    return [min(near, key=lambda i: line.distance(peaks[i].shift_ppm))] if near else []


def _may_be_solvent(peak: Peak) -> bool:
    """A carbon with attached hydrogens, or several of them, is none of a deuterated solvent."""
    return peak.multiplicity in (None, "S") and (peak.count or 1) == 1
