"""Bruker's `peaklist.xml` (TopSpin): `Peak1D` elements with `F1` in ppm. No entity is ever resolved."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from xml.parsers import expat

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.spectrum import LeftOut, Peak, Spectrum


def is_peaklist_xml(head: list[str]) -> bool:
    """Whether the text is XML with a list of peaks."""
    text = "".join(head)
    return text.lstrip().startswith("<") and re.search(r"<PeakList|<Peak1D", text) is not None


def read_peaklist_xml(lines: Iterable[str], where: str) -> Iterator[Spectrum]:
    """Read the one spectrum of a peak list; raises `SpectrumFormatError` for XML with a document type."""
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
    yield Spectrum(tuple(peaks), left_out=tuple(left_out))
