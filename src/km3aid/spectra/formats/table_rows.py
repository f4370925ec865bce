"""The rows of a table of peaks: its delimiter, its header and its cells."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.formats.column_names import carbon_compound, column_of, is_compound, kinds_of
from km3aid.spectra.text.characters import mask_brackets, normalise
from km3aid.spectra.text.remarks import parse_multiplicity

_VALUE = re.compile(r"[0-9]\.[0-9]|MHz|(?:^|[,;\t])\s*[0-9]+\s*(?:$|[,;\t])")  # in data, not in a header
_PREAMBLE = 20  # lines of title and parameters that may come before the header
_PLAIN_NUMBER = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?")
_OF_CARBON = re.compile(r"(?<![0-9])13\s?C(?![0-9a-z])|δ\s?_?C")
_OF_PROTONS = re.compile(r"(?<![0-9])1\s?H(?![0-9a-z])|δ\s?_?H")


class Header(NamedTuple):
    """The line that names the columns, and what stands above them."""

    line: int  # from 1; the rows begin after it
    names: list[str]
    delimiter: str | None
    above: tuple[str, ...] = ()  # the lines before it


class Row(NamedTuple):
    """The cells of one line of the file."""

    line: int  # from 1
    cells: list[str]


def has_header(lines: Iterable[str]) -> bool:
    """Whether the first line that is neither blank nor a comment names a column of shifts.

    >>> has_header(["Type;δ (ppm)", "C;170.2"])
    True
    """
    return _find_header(list(lines)) is not None


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
    if others and is_numbering([row[0] for row in cells]):
        number = _PLAIN_NUMBER if delimiter in "\t;" else re.compile(r"[0-9]{1,3}\.[0-9]+")
        return all(number.fullmatch(cell) for cell in others[0])
    return any(any(column) and all(not c or parse_multiplicity(c) for c in column) for column in others)


def table_rows(text: list[str], where: str) -> tuple[Header, list[Row]]:
    """The header, without names where there is none, and the rows."""
    header = _find_header(text)
    if header is None:
        first = next((line for line in text if _is_data(line)), "")
        header = Header(0, [], _delimiter(first))
    return header, list(_rows(text, header.line, header.delimiter, where))


def cells_of(line: str, delimiter: str | None) -> list[str]:
    """The cells of a line; a delimiter of a space stands for any run of spaces, None for a single column."""
    if delimiter in (None, " "):
        return line.split() if delimiter else [line.strip()]
    return [cell.strip() for cell in next(csv.reader([line.strip("\r\n")], delimiter=delimiter), [])]


def _is_data(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _delimiter(line: str) -> str | None:
    """The delimiter of `line`, outside brackets if there is one."""
    masked = mask_brackets(line.strip())
    return next((mark for text in (masked, line.strip()) for mark in "\t;, " if mark in text), None)


def _rows(text: list[str], start: int, delimiter: str | None, where: str) -> Iterator[Row]:
    for number, line in enumerate(text[start:], start + 1):
        if _is_data(line):
            try:
                yield Row(number, cells_of(normalise(line), delimiter))
            except csv.Error as error:
                raise SpectrumFormatError(f"{where}, line {number}: not a line of a table: {error}") from None


def _find_header(lines: list[str]) -> Header | None:
    """The header, if one comes before the data; after a `#` it may name only known columns."""
    titled = False  # whether other lines come before
    for number, line in enumerate(lines, 1):
        comment = line.lstrip().startswith("#") and not re.match(r"\s*#[\t;,]", line)
        plain = (line.lstrip("# ") if comment else line).strip("\r\n").rstrip(" ")
        for delimiter in dict.fromkeys((_delimiter(plain), None)):
            names = _names(plain, delimiter)
            if (of_compounds := _named_by_compounds(names, lines, number)) is not None:
                return Header(number, of_compounds, delimiter, tuple(lines[: number - 1]))
            found = kinds_of(names)
            if len(names) == 1 and not _begins_with_a_number(islice(lines, number, None)):
                continue  # a heading of prose
            known = None not in found and (not comment or len(found) > 1)
            if number > 1 and not comment and titled and len(found) - found.count(None) < 2:
                continue  # after other lines a header must name two known columns
            if "shift" in found and (known if comment or delimiter == " " else _is_free_of_values(plain, names)):
                return _with_line_below(Header(number, names, delimiter, tuple(lines[: number - 1])), lines)
        if (
            plain.strip()
            and not comment
            and not (number <= _PREAMBLE and re.match(r"[^0-9]*$|[^0-9\s,;]|\s*[\t;,]", plain))
        ):
            return None
        titled = titled or (bool(plain.strip()) and not comment)
    return None


def _is_free_of_values(line: str, names: list[str]) -> bool:
    """Whether a line has no value, but for the frequency and the compounds of columns of δC."""
    if any(carbon_compound(name) is not None for name in names):
        return not re.search(r"[0-9]\.[0-9]", mask_brackets(line))
    return not _VALUE.search(line)


def _named_by_compounds(names: list[str], lines: list[str], number: int) -> list[str] | None:
    """The names of columns headed by the numbers of compounds, below a title that says 13C."""
    if len(names) < 2 or column_of(names[0]) != "label" or not all(map(is_compound, names[1:])):
        return None
    title = normalise("".join(lines[max(0, number - _PREAMBLE) : number - 1]))
    if not _OF_CARBON.search(title) or _OF_PROTONS.search(title):
        return None
    return [names[0], *(f"δC {name}" for name in names[1:])]


def _with_line_below(header: Header, lines: list[str]) -> Header:
    """The header with the compounds named in the line below it: `δC` over two columns, `1` and `2` below."""
    below = lines[header.line] if header.line < len(lines) else ""
    cells = _names(normalise(below), header.delimiter)
    given = [cell for cell in cells if cell]
    if not given or cells[0] or not all(map(is_compound, given)):
        return header
    names, group = [], ""
    for index in range(max(len(cells), len(header.names))):
        name = header.names[index] if index < len(header.names) else ""
        group = name or group
        names.append(f"{group} {cells[index]}" if index < len(cells) and cells[index] else name)
    return header._replace(line=header.line + 1, names=names)


def _begins_with_a_number(lines: Iterable[str]) -> bool:
    """Whether the first line that is neither blank nor a comment is a row of a single column."""
    first = normalise(next(filter(_is_data, lines), "1"))
    return re.match(r"\s*[\"'+-]?[0-9]", first) is not None and "MHz" not in first


def _names(line: str, delimiter: str | None) -> list[str]:
    try:
        return cells_of(line, delimiter)
    except csv.Error:
        return []


def is_numbering(cells: Sequence[str]) -> bool:
    """Whether the cells of at least three rows count 1, 2, 3, …"""
    return len(cells) > 2 and list(cells) == [str(n) for n in range(1, len(cells) + 1)]
