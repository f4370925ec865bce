"""Peaks given directly on the command line."""

from __future__ import annotations

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.text.peak_text import decimal_mark, normalise, read_peak_text


def parse_peaks(text: str, where: str = "peaks") -> Spectrum:
    """Read peaks such as `170.2 169.8Q 128.5(2C)`, parted by blanks, commas or semicolons; shifts in ppm.

    A letter S, D, T, Q or C, CH, CH2, CH3 gives the attached hydrogens, `(2C)` the number of carbons. A range stands
    for its midpoint, which `left_out` says. Raises `SpectrumFormatError` for anything else.

    >>> [(p.shift_ppm, p.multiplicity, p.count) for p in parse_peaks("169.8Q, 128.5 (2CH)")]
    [(169.8, 'Q', None), (128.5, 'D', 2)]
    """
    text = normalise(text)
    if not text.strip():
        raise SpectrumFormatError(f"{where}: empty; expected shifts in ppm such as '170.2 128.5(2C) 21.0Q'")
    found = read_peak_text(text, where, decimal_mark(text, where))
    if not found.drafts:
        raise SpectrumFormatError(f"{where}: no shift found; expected shifts in ppm such as '170.2 128.5(2C) 21.0Q'")
    return Spectrum(tuple(draft.to_peak(where) for draft in found.drafts), left_out=tuple(found.left_out))
