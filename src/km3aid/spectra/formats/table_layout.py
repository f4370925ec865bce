"""The layout of a table of peaks: which column holds what."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.formats.column_names import carbon_compound, kinds_of
from km3aid.spectra.formats.table_rows import Header, Row, cells_of, is_numbering
from km3aid.spectra.spectrum import LeftOut
from km3aid.spectra.text.characters import normalise
from km3aid.spectra.text.remarks import parse_multiplicity

_MOST_COMPOUNDS = 100
NO_VALUE = {"", "-", "--", "n/a", "na", "nan", "none", "null", "nd", "n.d.", "n.o.", "ppm", "(ppm)", "[ppm]"}


@dataclass(frozen=True, slots=True)
class Layout:
    """Which column holds what, and what is not read."""

    columns: dict[str, int]  # shift, multiplicity, count, intensity, label → 0-based column
    mark: str  # of decimals
    left_out: tuple[LeftOut, ...]
    compound: str | None = None  # the name of its compound, in a table of several
    carbon: bool = False  # whether the header says δC


def layouts_of(header: Header, rows: list[Row], where: str) -> list[Layout]:
    """The layout of each spectrum: by the header, where columns of δC are of several compounds, or by the content.

    Raises `SpectrumFormatError` where two columns of another kind name the shift.
    """
    if not header.names:
        layouts = [_layout_of_content(rows, where)]
    else:
        compounds = {i: name for i, n in enumerate(header.names) if (name := carbon_compound(n)) is not None}
        if len(compounds) > _MOST_COMPOUNDS:
            raise SpectrumFormatError(f"{where}: {len(compounds)} columns of δC; give {_MOST_COMPOUNDS} at most")
        layouts = [_layout_of_header(names, rows, where) for names in _parted(header.names, list(compounds))]
        if len(compounds) > 1:
            named = zip(layouts, compounds.items(), strict=True)
            layouts = [replace(one, compound=name or _name_above(header, i)) for one, (i, name) in named]
    return [_without_singlets(layout, rows) for layout in layouts]


def _parted(names: list[str], shifts: list[int]) -> list[list[str | None]]:
    """The names of the columns for each column of δC: its own up to the next one, and those before the first."""
    if len(shifts) < 2:
        return [list(names)]
    types = [i for i, kind in enumerate(kinds_of(names)) if kind == "multiplicity"]
    shared = types if len(types) == 1 else []
    ends = [*shifts[1:], len(names)]
    return [
        [name if i < shifts[0] or begin <= i < end or i in shared else None for i, name in enumerate(names)]
        for begin, end in zip(shifts, ends, strict=True)
    ]


def _name_above(header: Header, column: int) -> str:
    """The compound named above a column of δC, or above the columns before it that it belongs to."""
    for line in reversed([line for line in header.above if line.strip()][-2:]):
        cells = cells_of(normalise(line), header.delimiter)
        if len(cells) > 1 and (found := next((cell for cell in reversed(cells[: column + 1]) if cell), "")):
            return re.sub(r"\s+", " ", found)[:80]
    return f"column {column + 1}"


def _layout_of_header(names: Sequence[str | None], rows: list[Row], where: str) -> Layout:
    columns: dict[str, int] = {}
    left_out = []
    kinds = kinds_of(names)
    for index, (name, kind) in enumerate(zip(names, kinds, strict=True)):
        if name is None:
            continue
        if kind is None or kind == "label":
            left_out.append(LeftOut(f"column {name!r}", "no shift, multiplicity, count or intensity"))
        if kind in columns and kind == "shift":
            raise SpectrumFormatError(
                f"{where}: the columns {names[columns[kind]]!r} and {name!r} both name the {kind}; keep one"
            )
        if kind in columns and kind != "label":
            left_out.append(LeftOut(f"column {name!r}", f"the {kind} is already in {names[columns[kind]]!r}"))
        elif kind is not None:
            columns.setdefault(kind, index)
    carbon = carbon_compound(names[columns["shift"]] or "") is not None
    return Layout(columns, _mark(rows, columns["shift"], where), tuple(left_out), carbon=carbon)


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
