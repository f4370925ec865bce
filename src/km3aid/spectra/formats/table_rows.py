"""The rows of a table of peaks: its delimiter, its header and its cells."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.formats.column_names import column_of
from km3aid.spectra.text.characters import normalise
from km3aid.spectra.text.remarks import parse_multiplicity

_VALUE = re.compile(r"[0-9]\.[0-9]|MHz|(?:^|[,;\t])\s*[0-9]+\s*(?:$|[,;\t])")  # in data, not in a header
_PREAMBLE = 20  # lines of title and parameters that may come before the header
_PLAIN_NUMBER = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?")


class Header(NamedTuple):
    """The line that names the columns."""

    line: int  # from 1
    names: list[str]
    delimiter: str | None


class Row(NamedTuple):
    """The cells of one line of the file."""

    line: int  # from 1
    cells: list[str]


def has_header(lines: Iterable[str]) -> bool:
    """Whether the first line that is neither blank nor a comment names a column of shifts.

    >>> has_header(["Type;δ (ppm)", "C;170.2"])
    True
    """
    return _find_header(lines) is not None


def has_columns(lines: Iterable[str]) -> bool:
    """Whether lines without a header are rows of peaks: a shift first and multiplicities in one later column.

    Rows numbered 1, 2, 3, … before the shift count as well.
    """
    rows = [line for line in map(normalise, lines) if line.strip() and not line.startswith("#")]
    if not rows or (delimiter := _delimiter(rows[0])) is None:
        return False
    cells = [[cell.strip() for cell in row.rstrip("\r\n").split(delimiter)] for row in rows]
    if {len(row) for row in cells} - {len(cells[0])} or not all(_PLAIN_NUMBER.fullmatch(row[0]) for row in cells):
        return False
    others = list(zip(*cells, strict=True))[1:]
    if delimiter in "\t;" and others and is_numbering([row[0] for row in cells]):
        return all(_PLAIN_NUMBER.fullmatch(cell) for cell in others[0])
    return any(any(column) and all(not c or parse_multiplicity(c) for c in column) for column in others)


def table_rows(text: list[str], where: str) -> tuple[list[str], list[Row]]:
    """The names in the header, empty without one, and the rows."""
    header = _find_header(text)
    if header is None:
        first = next((line for line in text if _is_data(line)), "")
        header = Header(0, [], _delimiter(first))
    return header.names, list(_rows(text, header.line, header.delimiter, where))


def _is_data(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _delimiter(line: str) -> str | None:
    """The delimiter of `line`: a space stands for any run of spaces, None for a single column."""
    return next((mark for mark in "\t;, " if mark in line.strip()), None)


def _cells(line: str, delimiter: str | None) -> list[str]:
    if delimiter in (None, " "):
        return line.split() if delimiter else [line.strip()]
    return [cell.strip() for cell in next(csv.reader([line.strip("\r\n")], delimiter=delimiter), [])]


def _rows(text: list[str], start: int, delimiter: str | None, where: str) -> Iterator[Row]:
    for number, line in enumerate(text[start:], start + 1):
        if _is_data(line):
            try:
                yield Row(number, _cells(normalise(line), delimiter))
            except csv.Error as error:
                raise SpectrumFormatError(f"{where}, line {number}: not a line of a table: {error}") from None


def _find_header(lines: Iterable[str]) -> Header | None:
    """The header, if one comes before the data; after a `#` it may name only known columns."""
    titled = False  # whether other lines come before
    lines = list(lines)
    for number, line in enumerate(lines, 1):
        comment = line.lstrip().startswith("#") and not re.match(r"\s*#[\t;,]", line)
        plain = (line.lstrip("# ") if comment else line).strip("\r\n").rstrip(" ")
        for delimiter in dict.fromkeys((_delimiter(plain), None)):
            names = _names(plain, delimiter)
            found = [column_of(name) for name in names]
            if len(names) == 1 and not _begins_with_a_number(lines[number:]):
                continue  # a heading of prose
            known = None not in found and (not comment or len(found) > 1)
            if number > 1 and not comment and titled and len(found) - found.count(None) < 2:
                continue  # after other lines a header must name two known columns
            if "shift" in found and (known if comment or delimiter == " " else not _VALUE.search(plain)):
                return Header(number, names, delimiter)
        if plain.strip() and not comment and not (number <= _PREAMBLE and re.match(r"[^0-9]*$|[^0-9\s,;]", plain)):
            return None
        titled = titled or (bool(plain.strip()) and not comment)
    return None


def _begins_with_a_number(lines: list[str]) -> bool:
    """Whether the first line that is neither blank nor a comment is a row of a single column."""
    first = normalise(next(filter(_is_data, lines), "1"))
    return re.match(r"\s*[\"'+-]?[0-9]", first) is not None and "MHz" not in first


def _names(line: str, delimiter: str | None) -> list[str]:
    try:
        return _cells(line, delimiter)
    except csv.Error:
        return []


def is_numbering(cells: Sequence[str]) -> bool:
    """Whether the cells of at least three rows count 1, 2, 3, …"""
    return len(cells) > 2 and list(cells) == [str(n) for n in range(1, len(cells) + 1)]
