"""Formats that are known but not read: each is refused by its name, with the way out."""

from __future__ import annotations

import re

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.formats.table_markup import why_not_a_table
from km3aid.spectra.text.plain_list import check_not_a_table

_KNOWN = (
    (re.compile(r"<nmrML\b"), "an nmrML file", "give the spectrometer's own files, or the peaks as a table"),
    (re.compile(r"^\s*(?:save_|_Entry\.|_Saveframe|_Atom_chem_shift\.)", re.MULTILINE), "an NMR-STAR file", ""),
    (re.compile(r"<cml\b|xmlns(?::\w+)?=\"http://www\.xml-cml\.org"), "a CML file", ""),
    (re.compile(r"^\s*\{\\rtf"), "an RTF document", "save it as plain text"),
    (re.compile(r"<\?xml[^>]*>\s*<(?!PeakList)[A-Za-z]"), "an XML file of an unknown kind", ""),
)
_OTHERWISE = "give its 13C shifts as a table with the columns 'ppm' and 'multiplicity', or as a list"


def refuse_unread(head: list[str], where: str) -> None:
    """Raise `SpectrumFormatError` that names the format where a text is in one that is known but not read."""
    text = "".join(head)
    for mark, name, mend in _KNOWN:
        if mark.search(text):
            raise SpectrumFormatError(f"{where}: {name}, which is not read; {mend or _OTHERWISE}")


def check_list(head: list[str], where: str) -> None:
    """Raise `SpectrumFormatError` where a text that would be read as a plain list may be something else."""
    refuse_unread(head, where)
    if reason := why_not_a_table(head):
        raise SpectrumFormatError(f"{where}: {reason}")
    check_not_a_table(head, where)
