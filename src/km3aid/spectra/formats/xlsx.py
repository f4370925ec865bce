"""XLSX: the first sheet with a table of peaks, read as the text of its CSV export.

Sheets named after 13C come first, then those whose header names the shifts. A sheet named after another nucleus is not
read.
"""

from __future__ import annotations

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.formats.archive import read_members
from km3aid.spectra.formats.table import read_table
from km3aid.spectra.formats.table_rows import has_header
from km3aid.spectra.instruments.nucleus import names_carbon, other_nucleus_in
from km3aid.spectra.spectrum import LeftOut, Spectrum

_MOST_BYTES = 16 << 20  # unpacked; a table of peaks takes kilobytes
_NO_VALUE = "a formula was saved without its value: open the workbook, let it compute and save it again"
_MOST_SHEETS, _MOST_ROWS, _MOST_COLUMNS = 20, 10_000, 64


def is_xlsx(names: list[str]) -> bool:
    """Whether a zip archive is a workbook."""
    return any(name.startswith("xl/") for name in names)


def read_xlsx(data: bytes, where: str) -> Iterator[Spectrum]:
    """Read the spectra of one sheet of a workbook; formulas have the values saved with them, or are an error.

    Raises `SpectrumFormatError` for a workbook that declares document types or has no table of peaks.
    """
    from openpyxl import load_workbook

    copy = _honest_copy(data, where)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(copy, read_only=True, data_only=True, keep_links=False)
            formulas = load_workbook(copy, read_only=True, keep_links=False)
            both = zip(book.worksheets[:_MOST_SHEETS], formulas.worksheets, strict=False)
            sheets = {sheet.title: _lines(sheet, other) for sheet, other in both}
    except MemoryError:
        raise
    except Exception as error:  # openpyxl raises all kinds of errors on damage
        raise SpectrumFormatError(f"{where}: not a readable workbook ({type(error).__name__}: {error})") from None
    yield from _first_with_peaks(sheets, where)


def _first_with_peaks(sheets: dict[str, list[str]], where: str) -> Iterator[Spectrum]:
    others = {title: nucleus for title in sheets if (nucleus := other_nucleus_in(title))}
    left_out = tuple(LeftOut(f"sheet {title!r}", f"named after {nucleus}") for title, nucleus in others.items())
    reasons = [
        f"{where}, sheet {title!r}: named after {nucleus}; expected 13C; if its shifts are of 13C, rename the sheet"
        for title, nucleus in others.items()
    ]
    for title in sorted(sheets.keys() - others, key=lambda title: _rank(title, sheets)):
        try:
            for spectrum in list(read_table(sheets[title], f"{where}, sheet {title!r}")):
                yield replace(spectrum, left_out=(*spectrum.left_out, *left_out))
        except SpectrumFormatError as error:
            reasons.append(f"{error}; {_NO_VALUE}" if "'=" in str(error) else str(error))
        else:
            return
    more = f" ({len(reasons) - 1} other sheets have no 13C peaks either)" if len(reasons) > 1 else ""
    raise SpectrumFormatError(f"{reasons[0]}{more}" if reasons else f"{where}: the workbook has no sheet")


def _rank(title: str, sheets: dict[str, list[str]]) -> tuple[bool, bool, int]:
    return not names_carbon(title), not has_header(sheets[title]), list(sheets).index(title)


def _lines(sheet: Any, formulas: Any) -> list[str]:
    """The rows of a sheet as text; a formula that was saved without its value stands for itself."""
    limits = {"max_row": _MOST_ROWS, "max_col": _MOST_COLUMNS, "values_only": True}
    found = map(_with_formulas, sheet.iter_rows(**limits), formulas.iter_rows(**limits))
    gap: tuple[Any, ...] = ()  # openpyxl pads empty rows, which costs time
    rows = [gap if row.count(None) == len(row) else row for row in islice(found, _MOST_ROWS)]
    typed = any(isinstance(cell, float) for row in rows for cell in row)
    cells = [["" if cell is None else _text(cell, typed) for cell in row] for row in rows]
    width = max((i + 1 for row in cells for i, cell in enumerate(row) if cell), default=0)
    return ["\t".join(row[:width]) + "\n" if any(row) else "\n" for row in cells]


def _with_formulas(values: tuple[Any, ...], formulas: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(values) != len(formulas) or not any(isinstance(cell, str) and cell[:1] == "=" for cell in formulas):
        return values
    pairs = zip(values, formulas, strict=True)
    return tuple(f if v is None and str(f)[:1] == "=" else v for v, f in pairs)


def _text(cell: object, typed: bool) -> str:
    """A cell as text; where other cells are stored as numbers, a comma between digits is a decimal comma."""
    text = " ".join(str(cell).split())
    return text.replace(",", ".") if typed and re.fullmatch(r"[-+]?[0-9]{1,3},[0-9]{1,4}", text) else text


def _honest_copy(data: bytes, where: str) -> io.BytesIO:
    """The XML of a workbook, packed again with true sizes; refuses a declared document type."""
    copy = io.BytesIO()
    with zipfile.ZipFile(copy, "w") as archive:
        for name, content in read_members(data, lambda n: n.endswith((".xml", ".rels")), where, _MOST_BYTES).items():
            if b"<!DOCTYPE" in content.replace(b"\0", b""):
                raise SpectrumFormatError(f"{where}: {name} declares a document type, which no workbook needs")
            archive.writestr(name, content)
    return copy
