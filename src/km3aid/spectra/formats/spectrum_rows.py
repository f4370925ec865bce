"""Tables with a whole spectrum in each row: a compound, and its 13C line or its list of shifts."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.formats.column_names import kinds_of
from km3aid.spectra.formats.table_rows import Header, Row
from km3aid.spectra.spectrum import LeftOut, Spectrum
from km3aid.spectra.text.inline import parse_peaks
from km3aid.spectra.text.journal import parse_journal
from km3aid.spectra.text.sections import is_journal

_LIST = re.compile(
    r"[0-9]{1,3}(?:\.[0-9]+)?\s*(?:\([^()]*\))?(?:[,;]\s*-?[0-9]{1,3}(?:\.[0-9]+)?\s*(?:\([^()]*\))?){2,}[.,;]?"
)


def has_spectrum_rows(header: Header, rows: list[Row]) -> bool:
    """Whether every cell of the column of shifts holds a 13C line or three or more shifts."""
    if (column := _column(header)) is None:
        return False
    cells = [text for row in rows if (text := _text(row, column, header))]
    return bool(cells) and all(is_journal([cell]) or _LIST.fullmatch(cell) for cell in cells)


def read_spectrum_rows(header: Header, rows: list[Row], where: str) -> Iterator[Spectrum]:
    """Read each row as a spectrum; its id is in the first other column that has a text."""
    column = _column(header) or 0
    for row in rows:
        at = f"{where}, line {row.line}"
        if not (text := _text(row, column, header)):
            continue
        try:
            spectrum = parse_journal(text, at) if is_journal([text]) else parse_peaks(text, at)
        except SpectrumFormatError as error:
            raise SpectrumFormatError(f"{error} (the row holds a whole spectrum)") from None
        others = [name for i, name in enumerate(header.names) if i != column and name]
        left_out = tuple(LeftOut(f"column {name!r}", "beside the spectrum; not read") for name in others[1:])
        yield replace(spectrum, id=_id(row, column), left_out=(*spectrum.left_out, *left_out))


def _column(header: Header) -> int | None:
    shifts = [i for i, kind in enumerate(kinds_of(header.names)) if kind == "shift"]
    return shifts[0] if len(shifts) == 1 else None


def _text(row: Row, column: int, header: Header) -> str:
    """The cell of the spectrum; the last column takes the cells beyond it, which its commas made."""
    last = len(header.names) == column + 1 and all(re.fullmatch(r"\s*-?[0-9.]+\s*", c) for c in row.cells[column:])
    return ", ".join(row.cells[column:] if last else row.cells[column : column + 1]).strip()


def _id(row: Row, column: int) -> str | None:
    others = (cell.strip() for i, cell in enumerate(row.cells[: column + 1] or row.cells) if i != column)
    return next((cell[:80] for cell in others if cell), None)
