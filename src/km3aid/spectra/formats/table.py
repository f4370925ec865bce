"""CSV and TSV: one peak in each row, the columns named by a header in any order or recognised by their content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.formats.table_layout import NO_VALUE, Layout, layout_of
from km3aid.spectra.formats.table_rows import Row, has_columns, has_header, table_rows
from km3aid.spectra.instruments.nucleus import proton_doubt
from km3aid.spectra.spectrum import LeftOut, Multiplicity, Peak, Spectrum, peak_at
from km3aid.spectra.text.journal import is_journal
from km3aid.spectra.text.peak_text import read_peak_text
from km3aid.spectra.text.remarks import parse_multiplicity

_FLOAT = re.compile(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+\.")


def is_table(head: list[str]) -> bool:
    """Whether the first lines have the header or the columns of a table of peaks."""
    return has_header(head) or (has_columns(head) and not is_journal(head))


def read_table(lines: Iterable[str], where: str) -> Iterator[Spectrum]:
    """Read the one spectrum of a table, delimited by tabs, semicolons, commas or spaces.

    Raises `SpectrumFormatError` with the line and the cell where a value is not a number.
    """
    names, rows = table_rows(list(lines), where)
    if not rows:
        raise SpectrumFormatError(f"{where}: the table has no row; expected one peak in each row")
    layout = layout_of(names, rows, where)
    peaks: list[Peak] = []
    left_out = list(layout.left_out)
    for row in rows:
        at = f"{where}, line {row.line}"
        if names and any(cell.strip() for cell in row.cells[len(names) :]):
            raise SpectrumFormatError(
                f"{at}: {len(row.cells)} cells, but the header names {len(names)}; "
                "put numbers with a decimal comma in quotes, or separate the columns by semicolons"
            )
        peak = _peak(row, layout, at, left_out)
        if peak is not None:
            peaks.append(peak)
    if not peaks:
        raise SpectrumFormatError(f"{where}: no row of the table has a shift; expected one peak in each row")
    doubt = proton_doubt(peak.shift_ppm for peak in peaks)
    notes = (f"{doubt}; check that the table is of 13C",) if doubt else ()
    yield Spectrum(tuple(peaks), left_out=tuple(left_out), notes=notes)


def _peak(row: Row, layout: Layout, where: str, left_out: list[LeftOut]) -> Peak | None:
    """The peak of one row, or None where it has no shift or is marked as a signal of the solvent or an impurity."""
    cell = {name: row.cells[i].strip() if i < len(row.cells) else "" for name, i in layout.columns.items()}
    if cell["shift"].lower() in NO_VALUE:
        if any(cell.values()):
            left_out.append(LeftOut(", ".join(row.cells), "the row has no shift"))
        return None
    if cell.get("multiplicity", "").lower() in ("solvent", "impurity", "reference", "artifact"):
        left_out.append(LeftOut(", ".join(row.cells), f"marked as {cell['multiplicity'].lower()}"))
        return None
    if _FLOAT.fullmatch(cell["shift"]) and layout.mark == ".":
        peak = peak_at(where, float(cell["shift"]))
    else:
        found = read_peak_text(cell["shift"], where, layout.mark)
        if len(found.drafts) != 1:
            raise SpectrumFormatError(f"{where}: {cell['shift']!r} has {len(found.drafts)} shifts; expected one")
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


def _multiplicity(cell: str, where: str, left_out: list[LeftOut]) -> Multiplicity | None:
    if cell.lower() in NO_VALUE or cell.lower() == "compound":
        return None
    multiplicity = parse_multiplicity(cell)
    if multiplicity is None:
        reason = "not S, D, T, Q or C, CH, CH2, CH3; the multiplicity stays unknown"
        left_out.append(LeftOut(f"{cell} ({where.rpartition(', ')[2]})", reason))
    return multiplicity


def _count(cell: str, where: str) -> int | None:
    if cell.lower() in NO_VALUE:
        return None
    match = re.fullmatch(r"([0-9]{1,4})(?:[.,]0+)?\s*C?", cell)
    if match is None or int(match[1]) < 1:
        raise SpectrumFormatError(f"{where}: count {cell!r}; expected a whole number of carbons, 1 or more")
    return int(match[1])


def _intensity(cell: str, mark: str, where: str, left_out: list[LeftOut]) -> float | None:
    if cell.lower() in NO_VALUE:
        return None
    thousands = "," if mark == "." else r"\."
    plain = cell
    if re.fullmatch(rf"[-+]?[0-9]{{1,3}}(?:{thousands}[0-9]{{3}})+(?:{re.escape(mark)}[0-9]+)?", cell):
        plain = re.sub(thousands, "", cell)
    plain = plain.replace(mark, ".")
    if _FLOAT.fullmatch(plain):
        return float(plain)
    left_out.append(LeftOut(f"{cell} ({where.rpartition(', ')[2]})", "not a number; the intensity stays unknown"))
    return None
