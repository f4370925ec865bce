"""What is said of a spectrum as it was read."""

from __future__ import annotations

from enum import Enum

from km3aid.spectra.spectrum import Peak, Spectrum


class Role(Enum):
    """What a line is taken for; the value is its name in a key."""

    PEAK = "peak"
    FOREIGN = "set aside: solvent, reference"
    PART = "set aside: part of a multiplet"
    WEAK = "set aside: weak"


def role_of(peak: Peak) -> Role:
    """What a peak is taken for."""
    if peak.aside is None:
        return Role.PEAK
    kinds = {"weak": Role.WEAK, "part of": Role.PART}
    return next((role for begins, role in kinds.items() if peak.aside.startswith(begins)), Role.FOREIGN)


def reading_title(spectrum: Spectrum) -> str:
    """The name of a spectrum and how it was measured, in one line.

    >>> reading_title(Spectrum.from_shifts([20.0], id="10"))
    '10: 1 peaks'
    """
    aside = len(spectrum) - len(spectrum.without_aside())
    parts = [f"{len(spectrum) - aside} peaks"]
    if aside:
        parts.append(f"{aside} lines set aside")
    if spectrum.trace is not None:
        parts.append(spectrum.experiment.value)
    parts += [text for text in (spectrum.solvent, _megahertz(spectrum.frequency_mhz)) if text]
    name = f"{spectrum.id}: " if spectrum.id else ""
    return name + ", ".join(parts)


def _megahertz(frequency_mhz: float | None) -> str | None:
    return None if frequency_mhz is None else f"{frequency_mhz:.1f} MHz"
