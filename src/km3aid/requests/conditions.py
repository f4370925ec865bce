"""What may be known beside a spectrum: its solvent, lists of DEPT or APT, whether every carbon has its own peak."""

from __future__ import annotations

from dataclasses import dataclass, replace

from km3aid.spectra import Spectrum, add_multiplicities, set_aside_solvent
from km3aid.spectra.hsqc import add_hsqc

_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Conditions:
    """`solvent` is a name, `none` (set nothing aside) or None (the spectrum's own).

    The other experiments are lists of signed shifts, or spectra; `hsqc` is a list of cross peaks.
    """

    solvent: str | None = None
    dept135: str | Spectrum | None = None
    dept90: str | Spectrum | None = None
    apt: str | Spectrum | None = None
    one_per_carbon: bool = False
    hsqc: str | None = None

    def apply(self, spectrum: Spectrum) -> Spectrum:
        """The spectrum with multiplicities from DEPT, APT or HSQC, and the solvent's lines set aside.

        With one peak per carbon nothing is set aside, because every peak is a carbon's. `notes` say where a solvent is
        not known. Raises `SpectrumFormatError` where a list cannot be read.

        >>> from km3aid.spectra import parse_peaks
        >>> [p.aside is None for p in Conditions("CDCl3").apply(parse_peaks("77.2 58.3"))]
        [False, True]
        """
        spectrum = add_multiplicities(spectrum, self.dept135, self.dept90, self.apt)
        if self.hsqc is not None:
            spectrum = add_hsqc(spectrum, self.hsqc)
        if (self.solvent or "").strip().lower() == "none":
            return replace(spectrum, one_per_carbon=spectrum.one_per_carbon or self.one_per_carbon)
        if self.one_per_carbon or spectrum.one_per_carbon:
            return replace(spectrum, one_per_carbon=True, solvent=self.solvent or spectrum.solvent)
        return set_aside_solvent(spectrum, self.solvent)


def remarks(spectrum: Spectrum, shown: int = _SHOWN) -> tuple[str, ...]:
    """What was decided as the spectrum was read, and the first `shown` things that were left out, with the reasons."""
    left_out = [f"left out {item.text!r}: {item.reason}" for item in spectrum.left_out]
    more = [f"… and {len(left_out) - shown} more left out"] if len(left_out) > shown else []
    return (*spectrum.notes, *left_out[:shown], *more)
