"""From an FID to peaks: broadened by 1 Hz, zero-filled, transformed, phased automatically; and the checks before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.instruments.picking import pick_peaks
from km3aid.spectra.spectrum import Spectrum

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_POINTS = 1 << 22
_LARGEST = 1e100  # of any number in the data; beyond it, transforms overflow
_BROADENING_HZ = 1.0
_LINE_HZ = 12.0  # to either side of a line, by which its phase is judged
_PHASED_LINES = 40


def transform_fid(
    fid: Any, width_hz: float, mhz: float, centre_ppm: float, where: str, delay: float = 0.0, **about: Any
) -> Spectrum:
    """Transform an FID and pick its peaks; `centre_ppm` is the shift of the middle, `delay` the filter's in points."""
    import numpy as np

    size = 1 << max(3, int(np.ceil(np.log2(max(len(fid), 2)))) + 1)
    seconds = np.arange(len(fid)) / width_hz
    damped = np.asarray(fid, np.complex128) * np.exp(-np.pi * _BROADENING_HZ * seconds)
    damped[0] *= 0.5
    turned = np.fft.fft(damped, size) * np.exp(2j * np.pi * np.fft.fftfreq(size) * min(max(delay, 0.0), len(fid) / 2))
    spectrum = np.fft.fftshift(turned)[::-1]
    phased = _phased(spectrum, half=max(8, round(_LINE_HZ * size / width_hz)))
    ppm = centre_ppm + (size / 2 - 1 - np.arange(size)) * width_hz / mhz / size
    note = "an FID: transformed, broadened by 1 Hz and phased automatically; look at the shifts' reference"
    return pick_peaks(ppm, phased, where, notes=(note,), frequency_mhz=mhz, **about)


def check_nucleus(nucleus: str, where: str) -> None:
    """Raise `SpectrumFormatError` where `nucleus`, in the spelling of any spectrometer, is another than 13C."""
    plain = nucleus.strip("<>'\" ")
    if plain and plain.lower() not in ("off", "none") and not re.search(r"13\W*C|C\W*13|carbon", plain, re.IGNORECASE):
        raise SpectrumFormatError(f"{where}: a spectrum of {plain}; expected 13C")


def one_dimension(data: Any, where: str) -> Any:
    """`data` as an array (N,) of finite numbers; raises `SpectrumFormatError` where it is none."""
    import numpy as np

    values = np.asarray(data).squeeze()
    with np.errstate(over="ignore"):
        sound = bool((np.abs(values) < _LARGEST).all())  # also catches NaN
    if values.ndim != 1 or not 8 <= len(values) <= MOST_POINTS or not sound:
        raise SpectrumFormatError(f"{where}: data of the shape {values.shape}, or no numbers; expected a 1D spectrum")
    return values


def number_of(value: Any) -> float | None:
    """A parameter as a number, None where it is none or absurd."""
    try:
        number = float(value[0] if isinstance(value, list | tuple) else value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    return number if abs(number) < 1e15 else None


def _phased(spectrum: NDArray[np.complex128], half: int) -> NDArray[np.float64]:
    """The real part after the zero- and first-order phase at which the strongest lines are least negative.

    The lines count alike, each with `half` points to either side, lest the solvent decide for all; a grid is refined.
    """
    import numpy as np
    from scipy.optimize import minimize
    from scipy.signal import find_peaks

    size = np.abs(spectrum)
    tops, _ = find_peaks(size, distance=2 * half)
    tops = tops[(tops >= half) & (tops < len(size) - half)]
    tops = tops[np.argsort(-size[tops])][:_PHASED_LINES]
    if not len(tops):
        return np.asarray(spectrum.real, np.float64)
    around = tops[:, None] + np.arange(-half, half + 1)[None, :]
    points = spectrum[around] / np.linalg.norm(spectrum[around], axis=1, keepdims=True)
    weight = np.minimum(size[tops] / np.median(size) / 50, 1.0)[:, None]  # noise is no line
    place = around / len(size) - 0.5

    def negative(phase: NDArray[np.float64]) -> float:
        real = (points * np.exp(1j * (phase[0] + phase[1] * place))).real
        return float((weight * np.minimum(real, 0.0) ** 2).sum())

    grid = [np.array([a, b]) for a in np.linspace(-np.pi, np.pi, 24, False) for b in np.linspace(-9, 9, 25)]
    best = minimize(negative, min(grid, key=negative), method="Nelder-Mead").x
    ramp = np.arange(len(size)) / len(size) - 0.5
    real: NDArray[np.float64] = (spectrum * np.exp(1j * (best[0] + best[1] * ramp))).real
    return real
