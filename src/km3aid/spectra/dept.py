"""Multiplicities from DEPT and APT: which peaks an experiment shows, and with which sign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.spectrum import MULTIPLICITIES, LeftOut, Peak, Spectrum, groups_of, multiplicity_of
from km3aid.spectra.text.inline import parse_peaks

_NEAR_PPM = 0.25


def _signs(spectrum: Spectrum, name: str, text: str, left_out: list[LeftOut]) -> dict[int, bool]:
    """Whether each peak that has a line is positive; peaks and lines are paired by distance, nearest first."""
    parts = text.replace(",", " ").replace(";", " ").replace("−", "-").split()
    if not parts:
        raise SpectrumFormatError(
            f"{name}: empty; expected shifts such as '128.5 -33.4', with a minus for negative lines"
        )
    shifts = [parse_peaks(part.strip("+-"), name).peaks[0].shift_ppm for part in parts]
    pairs = sorted(
        (abs(peak.shift_ppm - shift), i, n)
        for n, shift in enumerate(shifts)
        for i, peak in enumerate(spectrum.peaks)
        if abs(peak.shift_ppm - shift) <= _NEAR_PPM
    )
    line_of: dict[int, int] = {}
    for _, i, n in pairs:
        if i not in line_of and n not in line_of.values():
            line_of[i] = n
    for n in sorted(set(range(len(shifts))) - set(line_of.values())):
        left_out.append(LeftOut(f"{name}: {shifts[n]:g}", f"no peak within {_NEAR_PPM:g} ppm"))
    return {i: not (parts[n].startswith("-") or parts[n].endswith("-")) for i, n in line_of.items()}


def add_multiplicities(
    spectrum: Spectrum, dept135: str | None = None, dept90: str | None = None, apt: str | None = None
) -> Spectrum:
    """The spectrum with the multiplicities that follow from lists of signed shifts, one for each experiment.

    DEPT-135 shows CH and CH3 positive, CH2 negative, and C not at all; DEPT-90 shows only CH; APT shows C and CH2
    positive, CH and CH3 negative. What the experiments leave open (CH or CH3 without DEPT-90, both kinds of APT) stays
    so, and a note says it. The spectrum's own multiplicities take precedence; `left_out` names contradictions.
    Raises `SpectrumFormatError` for a list that cannot be read.

    >>> [p.multiplicity for p in add_multiplicities(parse_peaks("170.2 128.5 60.1"), "128.5 -60.1", "128.5")]
    ['S', 'D', 'T']
    """
    left_out = list(spectrum.left_out)
    named = (("DEPT-135", dept135), ("DEPT-90", dept90), ("APT", apt))
    signs = {name: _signs(spectrum, name, text, left_out) for name, text in named if text is not None}
    if not signs:
        return spectrum
    peaks = []
    open_shifts = []
    for i, peak in enumerate(spectrum.peaks):
        possible = _possible(i, signs)
        if len(possible) != 1:
            kinds = groups_of("/".join(MULTIPLICITIES[h] for h in sorted(possible))) if possible else "contradictory"
            open_shifts.append(f"{peak.shift_ppm:g} ({kinds.replace('/', ' or ')})")
        peaks.append(narrowed(peak, possible, "DEPT", left_out))
    notes = [f"multiplicities from {' and '.join(signs)}"]
    if open_shifts:
        notes.append(f"left open by {' and '.join(signs)}: {', '.join(open_shifts)}")
    return replace(spectrum, peaks=tuple(peaks), left_out=tuple(left_out), notes=(*spectrum.notes, *notes))


def _possible(i: int, signs: dict[str, dict[int, bool]]) -> set[int]:
    """The numbers of attached hydrogens that the experiments allow for peak `i`."""
    possible = set(range(len(MULTIPLICITIES)))
    if "DEPT-135" in signs:
        seen = signs["DEPT-135"].get(i)
        possible &= {0} if seen is None else {1, 3} if seen else {2}
    if "DEPT-90" in signs:
        possible &= {1} if i in signs["DEPT-90"] else {0, 2, 3}
    if "APT" in signs and (seen := signs["APT"].get(i)) is not None:
        possible &= {0, 2} if seen else {1, 3}
    return possible


def narrowed(peak: Peak, possible: Iterable[int], source: str, left_out: list[LeftOut]) -> Peak:
    """The peak with the multiplicity that is left by what it says itself and by what `source` allows.

    Where these contradict each other the peak's own stays, and `left_out` says so.
    """
    both = set(peak.possible_hydrogens) & set(possible)
    if both:
        return replace(peak, multiplicity=multiplicity_of(both))
    allowed = multiplicity_of(possible)
    if allowed:
        reason = f"the spectrum itself says {peak.multiplicity}"
        left_out.append(LeftOut(f"{peak.shift_ppm:g}: {groups_of(allowed)} by {source}", reason))
    return peak
