"""Read the one spectrum of a text, as the tests of the readers do."""

import io

from km3aid.spectra import AssignedSpectrum, Spectrum, read_assigned, read_spectra


def read(text: str, input_format: str | None = None) -> Spectrum:
    (spectrum,) = read_spectra(io.StringIO(text), input_format)
    return spectrum


def shifts(text: str) -> list[float]:
    return [peak.shift_ppm for peak in read(text)]


def assigned(text: str) -> AssignedSpectrum:
    (found,) = read_assigned(io.StringIO(text))
    assert isinstance(found, AssignedSpectrum)
    return found
