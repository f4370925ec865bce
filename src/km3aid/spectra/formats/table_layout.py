"""The layout of a table of peaks: which column holds what."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.formats.column_names import column_of
from km3aid.spectra.formats.table_rows import Row, is_numbering
from km3aid.spectra.spectrum import LeftOut
from km3aid.spectra.text.remarks import parse_multiplicity

NO_VALUE = {"", "-", "--", "n/a", "na", "nan", "none", "null", "nd", "n.d.", "n.o."}


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column holds what, and what is not read."""

    columns: dict[str, int]  # shift, multiplicity, count, intensity → 0-based column
    mark: str  # of decimals
    left_out: tuple[LeftOut, ...]


def layout_of(names: list[str], rows: list[Row], where: str) -> Layout:
    """The layout by the `names` of the header, or without them by the content; raises `SpectrumFormatError`."""
    layout = _layout_of_header(names, rows, where) if names else _layout_of_content(rows, where)
    return _without_singlets(layout, rows)


def _layout_of_header(names: list[str], rows: list[Row], where: str) -> Layout:
    columns: dict[str, int] = {}
    left_out = []
    for index, name in enumerate(names):
        column = column_of(name)
        if column is None:
            left_out.append(LeftOut(f"column {name!r}", "no shift, multiplicity, count or intensity"))
        elif column in columns and column != "shift":
            left_out.append(LeftOut(f"column {name!r}", f"the {column} is already in {names[columns[column]]!r}"))
        elif column in columns:
            raise SpectrumFormatError(
                f"{where}: the columns {names[columns[column]]!r} and {name!r} both name the {column}; keep one"
            )
        else:
            columns[column] = index
    return Layout(columns, _mark(rows, columns["shift"], where), tuple(left_out))


def _layout_of_content(rows: list[Row], where: str) -> Layout:
    """The shift comes first, or after the numbers 1, 2, 3, …; words are multiplicities, small whole numbers counts,
    multiples of the shift are in Hz, other numbers intensities."""
    first = int(is_numbering([row.cells[0] for row in rows]) and all(len(row.cells) > 1 for row in rows))
    columns = {"shift": first}
    left_out = [LeftOut("column 1", "numbers the rows")] if first else []
    for index in range(first + 1, max(len(row.cells) for row in rows)):
        if _is_multiple(rows, first, index):
            left_out.append(LeftOut(f"column {index + 1}", "the shift again, in Hz"))
            continue
        cells = [row.cells[index] for row in rows if index < len(row.cells) and row.cells[index]]
        if all(map(parse_multiplicity, cells)):
            name = "multiplicity"
        elif all(re.fullmatch(r"[1-9][0-9]?", cell) for cell in cells):
            name = "count"
        else:
            name = "intensity"
        if name in columns:
            left_out.append(LeftOut(f"column {index + 1}", f"no header, and the {name} is in an earlier column"))
        else:
            columns[name] = index
            left_out.append(LeftOut(f"column {index + 1}", f"no header names it; it is taken as the {name}"))
    return Layout(columns, _mark(rows, first, where), tuple(left_out))


def _without_singlets(layout: Layout, rows: list[Row]) -> Layout:
    """The layout without a multiplicity that is `s` in every row: in a decoupled spectrum all lines are singlets."""
    index = layout.columns.get("multiplicity")
    if index is None:
        return layout
    words = [row.cells[index] for row in rows if index < len(row.cells) and row.cells[index].lower() not in NO_VALUE]
    if len(words) < 2 or set(words) != {"s"}:
        return layout
    reason = "is s in every row, as in any decoupled spectrum; it does not give the attached hydrogens"
    columns = {name: i for name, i in layout.columns.items() if i != index}
    return replace(layout, columns=columns, left_out=(*layout.left_out, LeftOut(f"column {index + 1}", reason)))


def _is_multiple(rows: list[Row], shift: int, other: int) -> bool:
    """Whether a column is the shift column times a spectrometer's frequency."""
    try:
        pairs = [[float(row.cells[i].replace(",", ".")) for i in (shift, other)] for row in rows]
    except (ValueError, IndexError):
        return False
    ratios = [b / a for a, b in pairs if abs(a) > 5]
    return len(ratios) > 2 and min(ratios) > 10 and max(ratios) / min(ratios) < 1.001


def _mark(rows: list[Row], shift: int, where: str) -> str:
    """The decimal mark of the shift column; a cell has one shift, so a comma in it can be nothing else."""
    cells = [(row.line, row.cells[shift]) for row in rows if shift < len(row.cells)]
    commas = [line for line, cell in cells if re.search(r"[0-9],[0-9]", cell)]
    points = [line for line, cell in cells if re.search(r"[0-9]\.[0-9]", cell)]
    if commas and points:
        raise SpectrumFormatError(
            f"{where}: decimal points (line {points[0]}) and decimal commas (line {commas[0]}) in one column; use one"
        )
    return "," if commas else "."
