"""From an FID to peaks: broadened by 1 Hz, zero-filled, transformed and phased automatically."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from km3aid.optional import require
from km3aid.spectra.instruments.picking import pick_peaks
from km3aid.spectra.spectrum import Spectrum

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BROADENING_HZ = 1.0
_LINE_HZ = 12.0  # on either side of a line, over which its phase is judged
_PHASED_LINES = 40


def transform_fid(
    fid: Any, width_hz: float, mhz: float, centre_ppm: float, where: str, delay: float = 0.0, **about: Any
) -> Spectrum:
    """The peaks of an FID (N,) of complex numbers.

    `centre_ppm` is the shift in the middle of the spectrum; the signal begins `delay` points after the first one, the
    delay of the digital filter less the dead time. `about` goes to `Spectrum`.
    """
    import numpy as np

    size = 1 << max(3, int(np.ceil(np.log2(max(len(fid), 2)))) + 1)
    seconds = np.arange(len(fid)) / width_hz
    damped = np.asarray(fid, np.complex128) * np.exp(-np.pi * _BROADENING_HZ * seconds)
    damped[0] *= 0.5
    late = float(np.clip(delay, -len(fid) / 2, len(fid) / 2))
    turned = np.fft.fft(damped, size) * np.exp(2j * np.pi * np.fft.fftfreq(size) * late)
    spectrum = np.fft.fftshift(turned)[::-1]
    phased = _phased(spectrum, half=max(8, round(_LINE_HZ * size / width_hz)))
    ppm = centre_ppm + (size / 2 - 1 - np.arange(size)) * width_hz / mhz / size
    note = "an FID: broadened by 1 Hz, transformed and phased automatically; check the reference of the shifts"
    return pick_peaks(ppm, phased, where, notes=(note,), frequency_mhz=mhz, **about)


def _phased(spectrum: NDArray[np.complex128], half: int) -> NDArray[np.float64]:
    """The real part (N,) after the zero- and first-order phase at which the strongest lines are least negative.

    All lines have equal weight, each with `half` points on either side, so that the solvent does not decide alone. The
    best phase of a grid is refined.
    """
    import numpy as np

    require("scipy", "measured", "transforming an FID")
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
    weight = np.minimum(size[tops] / np.median(size) / 50, 1.0)[:, None]  # noise has little weight
    place = around / len(size) - 0.5

    def negative(phase: NDArray[np.float64]) -> float:
        real = (points * np.exp(1j * (phase[0] + phase[1] * place))).real
        return float((weight * np.minimum(real, 0.0) ** 2).sum())

    grid = [np.array([a, b]) for a in np.linspace(-np.pi, np.pi, 24, False) for b in np.linspace(-9, 9, 25)]
    best = minimize(negative, min(grid, key=negative), method="Nelder-Mead").x
    ramp = np.arange(len(size)) / len(size) - 0.5
    real: NDArray[np.float64] = (spectrum * np.exp(1j * (best[0] + best[1] * ramp))).real
    return real
