"""The cells of a column of δC in a table of natural products: `171.4, C`, `34.2 CH2`, `21.0 q`, `128.5 d (8.1)`."""

from __future__ import annotations

import re

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.spectrum import LeftOut
from km3aid.spectra.text.bare_letters import interpret_letters
from km3aid.spectra.text.peak_text import Draft, read_peak_text
from km3aid.spectra.text.remarks import PATTERN_REASON

_COUPLED = re.compile(r"[0-9]\s*,?\s*[sdtqm]{1,3},?\s*\(?\s*(?:J|[0-9])")
_FOOTNOTE = re.compile(r"([0-9]+[.,][0-9]+|\bC(?:H[23]?)?)\s?[\^]?([a-z](?:,[a-z])*|\*+)$")
_POSITIONS = re.compile(r"(?:C-?)?[0-9]{1,2}['′″\"]*(?:\s*[,/&]\s*(?:C-?)?[0-9]{1,2}['′″\"]*)+")


def count_of_positions(label: str) -> int | None:
    """How many carbons a label such as `3, 5` or `2'/6'` names; None for a single one.

    >>> count_of_positions("3, 5"), count_of_positions("C-2/C-6"), count_of_positions("4a")
    (2, 2, None)
    """
    return len(re.findall(r"[0-9]+", label)) if _POSITIONS.fullmatch(label) else None


def read_cells(cells: list[tuple[str, str]], mark: str, left_out: list[LeftOut], notes: list[str]) -> list[Draft]:
    """The drafts of all cells of a column, each given with where it stands; letters are interpreted for the column.

    Raises `SpectrumFormatError` for a cell without exactly one shift.
    """
    coupled = any(_COUPLED.search(cell) for _, cell in cells)
    drafts: list[Draft] = []
    patterns = False
    for where, cell in cells:
        found = read_peak_text(_without_footnote(cell, left_out), where, mark, strict=False)
        if len(found.drafts) != 1:
            raise SpectrumFormatError(f"{where}: {cell!r} has {len(found.drafts)} shifts; expected one")
        drafts.append(found.drafts[0])
        left_out.extend(found.left_out)
        patterns |= any(item.reason == PATTERN_REASON and re.search("[sdtq]{2}", item.text) for item in found.left_out)
    if coupled and drafts:
        drafts[0].coupled = True
    interpret_letters(drafts, left_out, notes, patterns)
    return drafts


def _without_footnote(cell: str, left_out: list[LeftOut]) -> str:
    """The cell without a footnote's letter, unless that is s, d, t or q, which are interpreted with the others."""
    match = _FOOTNOTE.search(cell)
    if match is None or match[2] in "sdtq":
        return cell
    left_out.append(LeftOut(cell, "a footnote mark; the shift is kept"))
    return cell[: match.start()] + match[1]
