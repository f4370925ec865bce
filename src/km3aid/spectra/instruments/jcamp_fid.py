"""FIDs in JCAMP-DX: n-tuples with a page of real and a page of imaginary parts, and Bruker's parameters beside them."""

from __future__ import annotations

from typing import Any

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.instruments.checks import one_dimension
from km3aid.spectra.instruments.fid import transform_fid
from km3aid.spectra.instruments.group_delay import group_delay
from km3aid.spectra.instruments.jcamp_blocks import NUMBER, Block, decode_ordinates, number_in
from km3aid.spectra.spectrum import Spectrum

_SAME_PPM = 0.01
_OPTIONS = ("GRPDLY", "DSPFVS", "DECIM")


def read_fid(block: Block, where: str, **about: Any) -> Spectrum:
    """The peaks of an FID; `about` goes to `Spectrum`. Raises `SpectrumFormatError`.

    The frequency of 0 ppm is `$SF` if the spectrum was referenced, else `$BF1`, the spectrometer's own. Nothing is
    moved: the FID has the scale of the spectrum that was made from it.
    """
    import numpy as np

    if len(block.tables) < 2:
        raise SpectrumFormatError(
            f"{where}: an FID with {len(block.tables)} pages of data; expected one of real and one of imaginary parts; "
            "give the processed spectrum"
        )
    factors = [float(n) for n in NUMBER.findall(block.get("FACTOR"))]
    real, imaginary = (
        np.array(decode_ordinates(table.partition("\n")[2], where)) * (factors[page] if page < len(factors) else 1.0)
        for page, table in enumerate(block.tables[:2], 1)
    )
    size = min(len(real), len(imaginary))
    fid = one_dimension(real[:size] + 1j * imaginary[:size], where)
    observed, base, zero = (number_in(block, n, 0.0) for n in (".OBSERVEFREQUENCY", "$BF1", "$SF"))
    width = number_in(block, "$SWH", 0.0)
    if min(observed, base, width) <= 0:
        raise SpectrumFormatError(
            f"{where}: an FID without .OBSERVE FREQUENCY, $BF1 or $SWH, from which its shifts follow; "
            "give the processed spectrum"
        )
    zero = zero if _is_referenced(block, observed, zero, width) else base
    centre_ppm = (observed - zero) / zero * 1e6
    delay = group_delay({name: block.get(f"${name}") for name in _OPTIONS})
    return transform_fid(fid, width, zero, centre_ppm, where, delay, **about)


def _is_referenced(block: Block, observed: float, zero: float, width: float) -> bool:
    """Whether `$SF` belongs to this FID: with it, the left end of the spectrum is `$OFFSET`.

    Some programs leave the parameters of another spectrum in the file.
    """
    left = number_in(block, "$OFFSET", 0.0)
    return zero > 0 and abs((observed - zero) / zero * 1e6 + width / zero / 2 - left) <= _SAME_PPM
