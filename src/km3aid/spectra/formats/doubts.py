"""Doubts about a text before it is read as peaks: formats that are refused by name, columns, and shifts of 1H."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.formats.table import read_table
from km3aid.spectra.formats.table_markup import why_not_a_table
from km3aid.spectra.instruments.nucleus import proton_doubt
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.text.plain_list import check_not_a_table, read_plain_list

_KNOWN = (
    (re.compile(r"<nmrML\b"), "an nmrML file", "give the spectrometer's own files, or the peaks as a table"),
    (re.compile(r"^\s*(?:save_|_Entry\.|_Saveframe|_Atom_chem_shift\.)", re.MULTILINE), "an NMR-STAR file", ""),
    (re.compile(r"<cml\b|xmlns(?::\w+)?=\"http://www\.xml-cml\.org"), "a CML file", ""),
    (re.compile(r"^\s*\{\\rtf"), "an RTF document", "save it as plain text"),
    (re.compile(r"<\?xml[^>]*>\s*<(?!PeakList)[A-Za-z]"), "an XML file of an unknown kind", ""),
)
_MANY = 4  # lines of one compound below 14 ppm; organosilanes have up to three of 13C
_OTHERWISE = "give its 13C shifts as a table with the columns 'ppm' and 'multiplicity', or as a list"


def refuse_unread(head: list[str], where: str) -> None:
    """Raise `SpectrumFormatError` that names the format where a text is in one that is known but not read."""
    text = "".join(head)
    for mark, name, mend in _KNOWN:
        if mark.search(text):
            raise SpectrumFormatError(f"{where}: {name}, which is not read; {mend or _OTHERWISE}")


def check_table(head: list[str], where: str) -> None:
    """Raise `SpectrumFormatError` where a text that looks like a table of peaks is something else, or of 1H."""
    refuse_unread(head, where)
    _check_nucleus(lambda: read_table(head, where), where)


def check_list(head: list[str], where: str) -> None:
    """Raise `SpectrumFormatError` where a text that would be read as a plain list may be something else."""
    refuse_unread(head, where)
    if reason := why_not_a_table(head):
        raise SpectrumFormatError(f"{where}: {reason}")
    check_not_a_table(head, where)
    _check_nucleus(lambda: read_plain_list(head, where), where)


def _check_nucleus(read: Callable[[], Iterator[Spectrum]], where: str) -> None:
    """Raise `SpectrumFormatError` where a spectrum has many shifts and all of them where those of 1H lie."""
    try:
        spectra = list(read())
    except SpectrumFormatError:
        return  # the reader itself will say so
    for spectrum in spectra:
        doubt = proton_doubt(peak.shift_ppm for peak in spectrum)
        if doubt and len(spectrum) >= _MANY:
            raise SpectrumFormatError(
                f"{where}: probably shifts of 1H: {doubt}; give those of 13C or, if they are, choose the input format"
            )
