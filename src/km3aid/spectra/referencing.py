"""Shifts of measured spectra are referenced by the multiplet of their solvent, where they are far off."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from km3aid.spectra.solvent_multiplets import Multiplet, find_multiplets
from km3aid.spectra.solvents import known_solvents
from km3aid.spectra.spectrum import SHIFT_MAX_PPM, SHIFT_MIN_PPM, Spectrum

_FAR_PPM = 0.3  # usual references of one solvent differ by less
_PLAINLY_WRONG_PPM = 0.5  # no reference that a spectroscopist chooses is so far off


def reference_to_solvent(spectrum: Spectrum) -> Spectrum:
    """The spectrum moved so that its solvent lies where it should, if it lies more than 0.3 ppm off; a note tells it.

    Only the solvent that the spectrum names counts, found by the gaps and heights of its multiplet.
    """
    named = known_solvents(spectrum.solvent or "")
    found = [m for m in find_multiplets(spectrum.peaks, spectrum.frequency_mhz, named) if m.solvent in named]
    return _moved(spectrum, found, _FAR_PPM)


def reference_anew(spectrum: Spectrum) -> Spectrum:
    """A processed spectrum moved likewise if its solvent, named or not, lies more than 0.5 ppm off."""
    if spectrum.trace is None:
        return spectrum
    named = known_solvents(spectrum.solvent or "")
    found = find_multiplets(spectrum.peaks, spectrum.frequency_mhz, named)
    return _moved(spectrum, found if len({m.solvent for m in found}) == 1 else [], _PLAINLY_WRONG_PPM)


def _moved(spectrum: Spectrum, found: Sequence[Multiplet], far_ppm: float) -> Spectrum:
    if not found:
        return spectrum
    strongest = max(found, key=lambda m: max(abs(spectrum.peaks[i].intensity or 0.0) for i in m.peaks))
    off = round(strongest.line.shift_ppm - spectrum.peaks[strongest.middle].shift_ppm, 3)
    moved = [round(p.shift_ppm + off, 3) for p in spectrum]
    if abs(off) <= far_ppm or not all(SHIFT_MIN_PPM <= shift <= SHIFT_MAX_PPM for shift in moved):
        return spectrum
    peaks = tuple(replace(p, shift_ppm=shift) for p, shift in zip(spectrum, moved, strict=True))
    name = f"{strongest.solvent.name} at {strongest.line.shift_ppm:g} ppm"
    notes = (*spectrum.notes, f"moved by {off:+g} ppm, referenced to {name}")
    trace = spectrum.trace and spectrum.trace.moved(off)
    return replace(spectrum, peaks=peaks, notes=notes, trace=trace)
