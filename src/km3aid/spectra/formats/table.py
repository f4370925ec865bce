"""CSV and TSV: one peak a row, the columns named by a header in any order, or known by their content."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.spectrum import LeftOut, Multiplicity, Peak, Spectrum
from km3aid.spectra.text.peak_text import normalise, read_peak_text
from km3aid.spectra.text.remarks import parse_multiplicity

# What columns may be called, without blanks, underscores, brackets and capitals.
_COLUMNS: dict[str, re.Pattern[str]] = {
    "shift": re.compile(
        r"(?:13c|c13)?(?:nmr)?(?:chemical)?shifts?(?:δ|delta)?(?:13c)?(?:ppm)?|(?:δ|delta)c?(?:13c)?(?:ppm)?|"
        r"(?:13c|c13)(?:nmr)?(?:δ|delta)?(?:ppm)?|ppm(?:shift)?|[νv]?f1(?:ppm)?|peakppm|positionppm|position|"
        r"(?:chem(?:ische)?)?verschiebung(?:δ|delta)?(?:13c)?(?:ppm)?|déplacement(?:chimique)?(?:ppm)?|"
        r"(?:desplazamiento|deslocamento)(?:qu[ií]mico)?(?:ppm)?|spostamentochimico(?:ppm)?|"
        r"хим(?:ический)?сдвиг(?:ppm|мд)?|化学位移(?:ppm)?|化学シフト(?:ppm)?|kemiskskift(?:ppm)?|"
        r"(?:kemialliset)?siirtym[äa]t?(?:ppm)?|przesuni[ęe]cie(?:chemiczne)?(?:ppm)?"
    ),
    "multiplicity": re.compile(
        r"multiplicit(?:y|ies)|mult|(?:carbon|c)?type|dept|multiplizität|multiplicité|multiplicidade?|molteplicità|"
        r"(?:c|kohlenstoff)?(?:typ|klasse)|(?:carbon)?class|tipo|峰型|多重度|多重性|мультиплетность"
    ),
    "count": re.compile(r"counts?|(?:n|num|numberof)?carbons|nc|anzahl|nombre|número|numero|碳数"),
    "intensity": re.compile(
        r"(?:rel|relative|abs|absolute)?intensit(?:y|ies)(?:rel|abs)?|int|height|intensität|höhe|intensité|hauteur|"
        r"intensidade?|altura|intensità|altezza|интенсивность|强度|強度"
    ),
}
_UNIT = re.compile(r"[(\[](?:ppm|a\.?u\.?|rel\.?|%|abs\.?)?[)\]]", re.IGNORECASE)
_VALUE = re.compile(r"[0-9]\.[0-9]|MHz|(?:^|[,;\t])\s*[0-9]+\s*(?:$|[,;\t])")  # stands in data, not in a header
_NO_VALUE = {"", "-", "--", "n/a", "na", "nan", "none", "null", "nd", "n.d.", "n.o."}
_PREAMBLE = 20  # lines of title and parameters that may stand before the header
_PLAIN_NUMBER = re.compile(r"[-+]?[0-9]+(?:[.,][0-9]+)?")
_FLOAT = re.compile(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+\.")


class Header(NamedTuple):
    """The line that names the columns: its number in the file from 1, the names and what parts them."""

    line: int
    names: list[str]
    delimiter: str | None


class Row(NamedTuple):
    """The cells of one line of the file, counted from 1."""

    line: int
    cells: list[str]


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column holds what, the decimal mark, and what was left out of account."""

    columns: dict[str, int]
    mark: str
    left_out: tuple[LeftOut, ...]


def has_header(lines: Iterable[str]) -> bool:
    """Whether the first line that is neither blank nor a comment names a column of shifts.

    >>> has_header(["Type;δ (ppm)", "C;170.2"])
    True
    """
    return _find_header(lines) is not None


def has_columns(lines: Iterable[str]) -> bool:
    """Whether lines without a header have a shift first and a multiplicity in the same later column of each."""
    rows = [line for line in map(normalise, lines) if line.strip() and not line.startswith("#")]
    if not rows or (delimiter := _delimiter(rows[0])) is None:
        return False
    cells = [[cell.strip() for cell in row.rstrip("\r\n").split(delimiter)] for row in rows]
    if {len(row) for row in cells} - {len(cells[0])} or not all(_PLAIN_NUMBER.fullmatch(row[0]) for row in cells):
        return False
    others = list(zip(*cells, strict=True))[1:]
    if delimiter in "\t;" and others and _is_numbering([row[0] for row in cells]):
        return all(_PLAIN_NUMBER.fullmatch(cell) for cell in others[0])
    return any(any(column) and all(not c or parse_multiplicity(c) for c in column) for column in others)


def read_table(lines: Iterable[str], where: str) -> Iterator[Spectrum]:
    """Read the one spectrum of a table; the delimiter is a tab, semicolon, comma or blanks.

    Raises `SpectrumFormatError` with the line and the cell for a value that is no number.
    """
    text = list(lines)
    header = _find_header(text)
    if header is None:
        delimiter = _delimiter(next((line for line in text if _is_data(line)), ""))
        rows = list(_rows(text, 0, delimiter, where))
    else:
        rows = list(_rows(text, header.line, header.delimiter, where))
    if not rows:
        raise SpectrumFormatError(f"{where}: the table has no row; expected one peak a row")
    names = header.names if header else []
    layout = _without_singlets(
        _layout_of_header(names, rows, where) if names else _layout_of_content(rows, where), rows
    )
    peaks: list[Peak] = []
    left_out = list(layout.left_out)
    for row in rows:
        at = f"{where}, line {row.line}"
        if names and any(cell.strip() for cell in row.cells[len(names) :]):
            raise SpectrumFormatError(
                f"{at}: {len(row.cells)} cells, but the header names {len(names)}; "
                "put numbers with a decimal comma in quotes, or part the columns by semicolons"
            )
        peak = _peak(row, layout, at, left_out)
        if peak is not None:
            peaks.append(peak)
    if not peaks:
        raise SpectrumFormatError(f"{where}: no row of the table holds a shift; expected one peak a row")
    yield Spectrum(tuple(peaks), left_out=tuple(left_out))


def _is_data(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#")


def _delimiter(line: str) -> str | None:
    """The delimiter of `line`; a blank stands for any run of blanks, None for a single column."""
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


def _column(name: str) -> str | None:
    """What a column called `name` holds."""
    if re.fullmatch(r"\s*[\[(]?ppm[\])]?\s*", name):
        return "shift"
    if re.search(r"\bHz\b", name):
        return None
    plain = _UNIT.sub("", normalise(name)).lower()
    key = re.sub(r"\W|_", "", plain)
    return next((column for column, names in _COLUMNS.items() if names.fullmatch(key)), None)


def _find_header(lines: Iterable[str]) -> Header | None:
    """The header, if the first line with content is one; behind a `#` it may name nothing but known columns."""
    titled = False  # whether lines of another kind stand before
    for number, line in enumerate(lines, 1):
        comment = line.lstrip().startswith("#") and not re.match(r"\s*#[\t;,]", line)
        plain = (line.lstrip("# ") if comment else line).strip("\r\n").rstrip(" ")
        for delimiter in dict.fromkeys((_delimiter(plain), None)):
            names = _names(plain, delimiter)
            found = [_column(name) for name in names]
            known = None not in found and (not comment or len(found) > 1)
            if number > 1 and not comment and titled and len(found) - found.count(None) < 2:
                continue  # behind other lines a header has to be plain
            if "shift" in found and (known if comment or delimiter == " " else not _VALUE.search(plain)):
                return Header(number, names, delimiter)
        if plain.strip() and not comment and not (number <= _PREAMBLE and re.match(r"[^0-9]*$|[^0-9\s,;]", plain)):
            return None
        titled = titled or (bool(plain.strip()) and not comment)
    return None


def _names(line: str, delimiter: str | None) -> list[str]:
    try:
        return _cells(line, delimiter)
    except csv.Error:
        return []


def _layout_of_header(names: list[str], rows: list[Row], where: str) -> Layout:
    columns: dict[str, int] = {}
    left_out = []
    for index, name in enumerate(names):
        column = _column(name)
        if column is None:
            left_out.append(LeftOut(f"column {name!r}", "holds neither shift, multiplicity, count nor intensity"))
        elif column in columns and column != "shift":
            left_out.append(LeftOut(f"column {name!r}", f"the {column} stands in {names[columns[column]]!r} already"))
        elif column in columns:
            raise SpectrumFormatError(
                f"{where}: the columns {names[columns[column]]!r} and {name!r} both name the {column}; keep one"
            )
        else:
            columns[column] = index
    return Layout(columns, _mark(rows, columns["shift"], where), tuple(left_out))


def _layout_of_content(rows: list[Row], where: str) -> Layout:
    """Without a header: the shift comes first, or behind the numbers 1, 2, 3, …; words are multiplicities, whole
    numbers counts, multiples of the shift are in Hz, others intensities."""
    first = int(_is_numbering([row.cells[0] for row in rows]) and all(len(row.cells) > 1 for row in rows))
    columns = {"shift": first}
    left_out = [LeftOut("column 1", "numbers the rows")] if first else []
    for index in range(first + 1, max(len(row.cells) for row in rows)):
        if _is_multiple(rows, first, index):
            left_out.append(LeftOut(f"column {index + 1}", "the shift once more, in Hz"))
            continue
        cells = [row.cells[index] for row in rows if index < len(row.cells) and row.cells[index]]
        if all(map(parse_multiplicity, cells)):
            name = "multiplicity"
        elif all(re.fullmatch(r"[1-9][0-9]?", cell) for cell in cells):
            name = "count"
        else:
            name = "intensity"
        if name in columns:
            left_out.append(LeftOut(f"column {index + 1}", f"no header, and the {name} stands in an earlier column"))
        else:
            columns[name] = index
            left_out.append(LeftOut(f"column {index + 1}", f"no header names it; it is taken for the {name}"))
    return Layout(columns, _mark(rows, first, where), tuple(left_out))


def _without_singlets(layout: Layout, rows: list[Row]) -> Layout:
    """The layout without a multiplicity that is `s` in every row, as the lines of decoupled spectra are called."""
    index = layout.columns.get("multiplicity")
    if index is None:
        return layout
    words = [row.cells[index] for row in rows if index < len(row.cells) and row.cells[index].lower() not in _NO_VALUE]
    if len(words) < 2 or set(words) != {"s"}:
        return layout
    reason = "is s in every row, as in any decoupled spectrum; it does not tell the attached hydrogens"
    columns = {name: i for name, i in layout.columns.items() if i != index}
    return replace(layout, columns=columns, left_out=(*layout.left_out, LeftOut(f"column {index + 1}", reason)))


def _is_numbering(cells: Sequence[str]) -> bool:
    """Whether the cells of at least three rows count 1, 2, 3, …"""
    return len(cells) > 2 and list(cells) == [str(n) for n in range(1, len(cells) + 1)]


def _is_multiple(rows: list[Row], shift: int, other: int) -> bool:
    """Whether a column is that of the shifts times a spectrometer's frequency."""
    try:
        pairs = [[float(row.cells[i].replace(",", ".")) for i in (shift, other)] for row in rows]
    except (ValueError, IndexError):
        return False
    ratios = [b / a for a, b in pairs if abs(a) > 5]
    return len(ratios) > 2 and min(ratios) > 10 and max(ratios) / min(ratios) < 1.001


def _mark(rows: list[Row], shift: int, where: str) -> str:
    """The decimal mark of the shift column; a cell holds one shift, so a comma within it can be nothing else."""
    cells = [(row.line, row.cells[shift]) for row in rows if shift < len(row.cells)]
    commas = [line for line, cell in cells if re.search(r"[0-9],[0-9]", cell)]
    points = [line for line, cell in cells if re.search(r"[0-9]\.[0-9]", cell)]
    if commas and points:
        raise SpectrumFormatError(
            f"{where}: decimal points (line {points[0]}) and decimal commas (line {commas[0]}) in one column; use one"
        )
    return "," if commas else "."


def _peak(row: Row, layout: Layout, where: str, left_out: list[LeftOut]) -> Peak | None:
    """The peak of one row, or None where its shift cell is empty or the row is marked as another's signal."""
    cell = {name: row.cells[i].strip() if i < len(row.cells) else "" for name, i in layout.columns.items()}
    if cell["shift"].lower() in _NO_VALUE:
        if any(cell.values()):
            left_out.append(LeftOut(", ".join(row.cells), "the row gives no shift"))
        return None
    if cell.get("multiplicity", "").lower() in ("solvent", "impurity", "reference", "artifact"):
        left_out.append(LeftOut(", ".join(row.cells), f"marked as {cell['multiplicity'].lower()}"))
        return None
    if _FLOAT.fullmatch(cell["shift"]) and layout.mark == ".":
        peak = _checked_peak(float(cell["shift"]), where)
    else:
        found = read_peak_text(cell["shift"], where, layout.mark)
        if len(found.drafts) != 1:
            raise SpectrumFormatError(f"{where}: {cell['shift']!r} holds {len(found.drafts)} shifts; expected one")
        peak = found.drafts[0].to_peak(where)
        left_out.extend(found.left_out)
    multiplicity = _multiplicity(cell.get("multiplicity", ""), where, left_out)
    count = _count(cell.get("count", ""), where)
    for name, inside, beside in (("multiplicity", peak.multiplicity, multiplicity), ("count", peak.count, count)):
        if inside is not None and beside is not None and inside != beside:
            raise SpectrumFormatError(f"{where}: two {name} values, {inside} and {beside}; give one")
    return replace(
        peak,
        multiplicity=multiplicity or peak.multiplicity,
        count=count or peak.count,
        intensity=_intensity(cell.get("intensity", ""), layout.mark, where, left_out),
    )


def _checked_peak(shift_ppm: float, where: str) -> Peak:
    try:
        return Peak(shift_ppm)
    except SpectrumFormatError as error:
        raise SpectrumFormatError(f"{where}: {error}") from None


def _multiplicity(cell: str, where: str, left_out: list[LeftOut]) -> Multiplicity | None:
    if cell.lower() in _NO_VALUE or cell.lower() == "compound":
        return None
    multiplicity = parse_multiplicity(cell)
    if multiplicity is None:
        reason = "not one of S, D, T, Q or C, CH, CH2, CH3; the multiplicity stays unknown"
        left_out.append(LeftOut(f"{cell} ({where.rpartition(', ')[2]})", reason))
    return multiplicity


def _count(cell: str, where: str) -> int | None:
    if cell.lower() in _NO_VALUE:
        return None
    match = re.fullmatch(r"([0-9]{1,4})(?:[.,]0+)?\s*C?", cell)
    if match is None or int(match[1]) < 1:
        raise SpectrumFormatError(f"{where}: count {cell!r}; expected a whole number of carbons, 1 or more")
    return int(match[1])


def _intensity(cell: str, mark: str, where: str, left_out: list[LeftOut]) -> float | None:
    if cell.lower() in _NO_VALUE:
        return None
    thousands = "," if mark == "." else r"\."
    plain = cell
    if re.fullmatch(rf"[-+]?[0-9]{{1,3}}(?:{thousands}[0-9]{{3}})+(?:{re.escape(mark)}[0-9]+)?", cell):
        plain = re.sub(thousands, "", cell)
    plain = plain.replace(mark, ".")
    if _FLOAT.fullmatch(plain):
        return float(plain)
    reason = "not a number; the intensity stays unknown"
    left_out.append(LeftOut(f"{cell} ({where.rpartition(', ')[2]})", reason))
    return None
