"""What may be told beside a spectrum: its solvent, and which peaks DEPT or APT show."""

from __future__ import annotations

from km3aid.spectra.dept import add_multiplicities
from km3aid.spectra.solvent_lines import set_aside_solvent
from km3aid.spectra.spectrum import Spectrum


def apply_extras(
    spectrum: Spectrum,
    solvent: str | None = None,
    dept135: str | None = None,
    dept90: str | None = None,
    apt: str | None = None,
) -> Spectrum:
    """The spectrum with multiplicities from DEPT or APT, and the solvent's lines set aside.

    `solvent` is a name, or None for the spectrum's own; `none` sets nothing aside, and neither does a spectrum with
    one peak per carbon, where every peak is a carbon's. Raises `SpectrumFormatError` as `add_multiplicities` and
    `set_aside_solvent` do.

    >>> from km3aid.spectra import parse_peaks
    >>> [p.aside is None for p in apply_extras(parse_peaks("77.2 58.3"), "CDCl3")]
    [False, True]
    """
    spectrum = add_multiplicities(spectrum, dept135, dept90, apt)
    if spectrum.one_per_carbon or (solvent or "").lower() == "none":
        return spectrum
    return set_aside_solvent(spectrum, solvent)
