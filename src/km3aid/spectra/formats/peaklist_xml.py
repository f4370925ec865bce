"""Bruker's `peaklist.xml` (TopSpin): `Peak1D` elements with `F1` in ppm. No entity is ever resolved.

The file does not name its nucleus. `PeakPickDetails` gives the region in which peaks were picked, from F1 to F2.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.parsers import expat

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.instruments.nucleus import proton_doubt
from km3aid.spectra.spectrum import LeftOut, Peak, Spectrum

_REGION = re.compile(r"F1\s*=\s*([-+]?[0-9.]+)\s*ppm\s*,\s*F2\s*=\s*([-+]?[0-9.]+)\s*ppm")
_CARBON_REGION_PPM = 30.0  # of a spectrum of 1H, the width is below this


def is_peaklist_xml(head: list[str]) -> bool:
    """Whether the text is XML with a list of peaks."""
    text = "".join(head)
    return text.lstrip().startswith("<") and re.search(r"<PeakList|<Peak1D", text) is not None


def read_peaklist_xml(lines: Iterable[str], where: str) -> Iterator[Spectrum]:
    """Read the one spectrum of a peak list.

    Raises `SpectrumFormatError` for XML with a document type, and for peaks that are probably of 1H.
    """
    peaks: list[Peak] = []
    left_out: list[LeftOut] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        if name != "Peak1D":
            return
        try:
            intensity = attributes.get("intensity")
            peaks.append(Peak(float(attributes["F1"]), intensity=None if intensity is None else float(intensity)))
        except (KeyError, ValueError, SpectrumFormatError) as error:
            left_out.append(LeftOut(f"Peak1D {attributes.get('F1', 'without F1')}", f"no shift in ppm: {error}"))

    def refuse(*_: object) -> None:
        raise SpectrumFormatError(f"{where}: declares a document type or entities, which no peak list needs")

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    try:
        text = re.sub(r"^\s*<\?xml[^>]*\?>", "", "".join(lines))  # the text is already decoded
        parser.Parse(text, True)
    except expat.ExpatError as error:
        raise SpectrumFormatError(f"{where}: not valid XML ({error}); the file may be cut off") from None
    if not peaks:
        raise SpectrumFormatError(f"{where}: no 'Peak1D' element with F1 in ppm")
    _check_nucleus(peaks, text, where)
    yield Spectrum(tuple(peaks), left_out=tuple(left_out))


def _check_nucleus(peaks: list[Peak], text: str, where: str) -> None:
    """Refuse peaks that are probably of 1H: all in its range, and not picked in a region as wide as that of 13C."""
    doubt = proton_doubt(peak.shift_ppm for peak in peaks)
    region = _REGION.search(text)
    try:
        left, right = (float(end) for end in region.groups()) if region else (0.0, 0.0)
    except ValueError:
        left, right = 0.0, 0.0
    if doubt is None or abs(left - right) > _CARBON_REGION_PPM:
        return
    picked = f", and they were picked between {right:g} and {left:g} ppm" if left != right else ""
    raise SpectrumFormatError(
        f"{where}: probably peaks of 1H: {doubt}{picked}; give the peaklist.xml of the 13C experiment, "
        "or, if they are of 13C, the shifts with --peaks"
    )
