"""Set aside the lines of the solvent and of the reference, where a carbon of the molecule seldom lies."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from km3aid.spectra.impurities import impurity_notes
from km3aid.spectra.solvent_multiplets import Multiplet, find_multiplets, lines_beside
from km3aid.spectra.solvents import SOLVENTS, Solvent, SolventLine, known_solvents
from km3aid.spectra.spectrum import Peak, Spectrum

_NEAR_PPM = 0.3  # one solvent is referenced to 77.0, 77.16 or 77.23 ppm
_REFERENCE_PPM = 0.1  # around tetramethylsilane
_EVEN_PPM = 0.06  # by which the gaps of a multiplet may differ
_SLOWEST_MHZ = 50.0  # of 13C; the lines of a multiplet lie farthest apart there
_UNNAMED = ("", "unknown", "unreported")  # as in public records


def set_aside_solvent(spectrum: Spectrum, solvent: str | None = None) -> Spectrum:
    """The spectrum with the lines of its solvent, and of tetramethylsilane, marked by `Peak.aside`.

    `solvent` is a name such as `CDCl3` or `d6-DMSO`, by default the spectrum's own; `none` sets nothing aside. A peak
    is marked where it lies within 0.3 ppm of a line, or belongs to a multiplet of the solvent around one. Where heights
    and frequency are known, multiplets are told by them, those of a solvent that is not named, too. Peaks keep their
    places; `notes` say what was marked, or that the solvent is not known.

    >>> from km3aid.spectra.text.inline import parse_peaks
    >>> set_aside_solvent(parse_peaks("170.1 77.0 21.0"), "CDCl3").notes
    ('set aside 77 ppm: line of the solvent CDCl3 (77.16 ppm)',)
    """
    named = solvent or spectrum.solvent or ""
    if named.strip().lower() == "none":  # said on purpose
        return spectrum
    unnamed = named.strip().lower() in _UNNAMED
    solvents = () if unnamed else known_solvents(named)
    multiplets = find_multiplets(spectrum.peaks, spectrum.frequency_mhz, solvents)
    spectrum = spectrum if unnamed else replace(spectrum, solvent=named)
    if not solvents and not multiplets:
        known = ", ".join(s.name for s in SOLVENTS)
        note = f"the solvent {named!r} is not known; nothing is set aside; known are {known}"
        return spectrum if unnamed else replace(spectrum, notes=(*spectrum.notes, note))
    reasons = _reasons(spectrum.peaks, solvents, multiplets)
    if len(reasons) == len(spectrum):
        return spectrum  # nothing would be left, so these peaks must be what is asked about
    notes = [f"set aside {spectrum.peaks[p].shift_ppm:g} ppm: {reasons[p]}" for p in sorted(reasons)]
    if len(solvents) == 1:
        notes += impurity_notes(spectrum, solvents[0].name)
    peaks = tuple(replace(p, aside=reasons[i]) if i in reasons else p for i, p in enumerate(spectrum.peaks))
    return replace(spectrum, peaks=peaks, notes=(*spectrum.notes, *notes))


def solvent_alone(spectrum: Spectrum) -> str | None:
    """The solvent whose lines, with the reference's, are all that a spectrum has; None where a line is left.

    Only the solvent that the spectrum names counts, or any where it names none. With one peak per carbon every peak is
    the molecule's.

    >>> solvent_alone(Spectrum.from_shifts([77.16]))
    'CDCl3'
    """
    if spectrum.one_per_carbon or not len(spectrum):
        return None
    named = spectrum.solvent or ""
    unnamed = named.strip().lower() in _UNNAMED
    for solvents in [(s,) for s in SOLVENTS] if unnamed else [known_solvents(named)]:
        multiplets = find_multiplets(spectrum.peaks, spectrum.frequency_mhz, solvents)
        if len(_reasons(spectrum.peaks, solvents, multiplets)) == len(spectrum):
            return solvents[0].name if unnamed else named
    return None


def solvent_reasons(peaks: Sequence[Peak], solvent: str, frequency_mhz: float | None) -> dict[int, str]:
    """Why peaks are probably not the sample's, by position: they are lines of a solvent or of the reference."""
    solvents = known_solvents(solvent)
    return _reasons(peaks, solvents, find_multiplets(peaks, frequency_mhz, solvents))


def _reasons(peaks: Sequence[Peak], solvents: Sequence[Solvent], multiplets: Sequence[Multiplet]) -> dict[int, str]:
    reasons: dict[int, str] = {}
    for found in multiplets:
        reasons |= dict.fromkeys(lines_beside(peaks, found), f"beside the {_line(found.solvent, found.line)}")
        reasons |= dict.fromkeys(found.peaks, _line(found.solvent, found.line))
    seen = [found.line for found in multiplets]
    moved = {m.solvent: peaks[m.middle].shift_ppm - m.line.shift_ppm for m in multiplets}
    for known in dict.fromkeys((*solvents, *moved)):
        for line in known.lines:
            for position in _lines_of(peaks, line, moved.get(known, 0.0)) if line not in seen else ():
                reasons.setdefault(position, _line(known, line))
    for position, peak in enumerate(peaks):
        if abs(peak.shift_ppm) <= _REFERENCE_PPM:
            reasons.setdefault(position, "line of the reference tetramethylsilane (0 ppm)")
    return reasons


def _line(solvent: Solvent, line: SolventLine) -> str:
    return f"line of the solvent {solvent.name} ({line.shift_ppm:g} ppm)"


def _lines_of(peaks: Sequence[Peak], line: SolventLine, moved_ppm: float = 0.0) -> list[int]:
    """Positions of the peaks that are `line`: its multiplet, or the nearest peak that may be the solvent's.

    `moved_ppm` is by how much the spectrum's reference is off, as another line of the solvent shows.
    """
    line = line._replace(shift_ppm=line.shift_ppm + moved_ppm)
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
    """No carbon of a deuterated solvent has attached hydrogens or stands for several carbons."""
    return 0 in peak.possible_hydrogens and (peak.count or 1) == 1
