"""From an FID to peaks: broadened by 1 Hz, zero-filled, transformed and phased automatically."""

from __future__ import annotations

from typing import Any

from km3aid.spectra.experiment import DEPT, SIGNED
from km3aid.spectra.instruments.phase import phased
from km3aid.spectra.instruments.picking import pick_peaks
from km3aid.spectra.spectrum import Spectrum

_BROADENING_HZ = 1.0


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
    trace = phased(spectrum, width_hz / size, signed=about.get("experiment") in (*SIGNED, *DEPT))
    ppm = centre_ppm + (size / 2 - 1 - np.arange(size)) * width_hz / mhz / size
    note = "an FID: broadened by 1 Hz, transformed and phased automatically; check the reference of the shifts"
    return pick_peaks(ppm, trace, where, notes=(note,), frequency_mhz=mhz, **about)
