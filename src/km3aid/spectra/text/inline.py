"""Peaks as typed on the command line."""

from __future__ import annotations

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.text.characters import decimal_mark, normalise
from km3aid.spectra.text.peak_text import read_peak_text


def parse_peaks(text: str, where: str = "peaks") -> Spectrum:
    """Read peaks such as `170.2 169.8Q 128.5(2C)`, separated by spaces, commas or semicolons; shifts in ppm.

    S, D, T, Q or C, CH, CH2, CH3 give the attached hydrogens, `(C/CH2)` a choice of them, `(2C)` the number of carbons.
    A range stands for its midpoint, as `left_out` notes. Raises `SpectrumFormatError` for anything else.

    >>> [(p.shift_ppm, p.multiplicity, p.count) for p in parse_peaks("169.8Q, 128.5 (2CH)")]
    [(169.8, 'Q', None), (128.5, 'D', 2)]
    """
    text = normalise(text)
    found = read_peak_text(text, where, decimal_mark(text, where))
    if not found.drafts:
        problem = "no shift found" if text.strip() else "empty"
        raise SpectrumFormatError(f"{where}: {problem}; expected shifts in ppm such as '170.2 128.5(2C) 21.0Q'")
    return Spectrum(tuple(draft.to_peak(where) for draft in found.drafts), left_out=tuple(found.left_out))
