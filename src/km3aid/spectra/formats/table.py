"""CSV and TSV: one peak in each row, the columns named by a header in any order or recognised by their content."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.formats.product_cells import count_of_positions, read_cells
from km3aid.spectra.formats.spectrum_rows import has_spectrum_rows, read_spectrum_rows
from km3aid.spectra.formats.table_layout import NO_VALUE, Layout, layouts_of
from km3aid.spectra.formats.table_markup import as_rows
from km3aid.spectra.formats.table_rows import Header, Row, has_columns, has_header, table_rows
from km3aid.spectra.instruments.nucleus import proton_doubt
from km3aid.spectra.solvents import find_solvent
from km3aid.spectra.spectrum import LeftOut, Multiplicity, Peak, Spectrum, peak_at
from km3aid.spectra.text.peak_text import read_peak_text
from km3aid.spectra.text.remarks import parse_multiplicity
from km3aid.spectra.text.sections import is_journal

_FLOAT = re.compile(r"[-+]?[0-9]*\.?[0-9]+(?:[eE][-+]?[0-9]+)?|[-+]?[0-9]+\.")


def is_table(head: list[str]) -> bool:
    """Whether the first lines have the header or the columns of a table of peaks."""
    rows = as_rows(head)
    return has_header(rows) or (has_columns(rows) and not is_journal(head))


def read_table(lines: Iterable[str], where: str) -> Iterator[Spectrum]:
    """Read a table, delimited by tabs, semicolons, commas or spaces, in Markdown or HTML, or TopSpin's listing.

    Several columns of δC, of several compounds, give a spectrum each, and so does each row that holds a whole list.
    Raises `SpectrumFormatError` with the line and the cell where a value is not a number.
    """
    header, rows = table_rows(as_rows(list(lines)), where)
    if not rows:
        raise SpectrumFormatError(f"{where}: the table has no row; expected one peak in each row")
    if has_spectrum_rows(header, rows):
        yield from read_spectrum_rows(header, rows, where)
        return
    layouts = layouts_of(header, rows, where)
    for layout in layouts:
        of = f", column {header.names[layout.columns['shift']]!r}" if len(layouts) > 1 else ""
        yield _spectrum(header, rows, layout, f"{where}{of}")


def _spectrum(header: Header, rows: list[Row], layout: Layout, where: str) -> Spectrum:
    peaks: list[Peak] = []
    left_out = list(layout.left_out)
    notes: list[str] = []
    kept: list[tuple[str, dict[str, str]]] = []
    for row in rows:
        at = f"{where}, line {row.line}"
        if header.names and any(cell.strip() for cell in row.cells[len(header.names) :]):
            raise SpectrumFormatError(
                f"{at}: {len(row.cells)} cells, but the header names {len(header.names)}; "
                "put numbers with a decimal comma in quotes, or separate the columns by semicolons"
            )
        cell = {name: row.cells[i].strip() if i < len(row.cells) else "" for name, i in layout.columns.items()}
        if reason := _reason_to_skip(cell):
            if any(cell.values()):
                left_out.append(LeftOut(", ".join(row.cells), reason))
        else:
            kept.append((at, cell))
    if layout.carbon:
        drafts = read_cells([(at, cell["shift"]) for at, cell in kept], layout.mark, left_out, notes)
        bare = [draft.to_peak(at) for draft, (at, _) in zip(drafts, kept, strict=True)]
    else:
        bare = [_bare_peak(cell["shift"], layout, at, left_out) for at, cell in kept]
    peaks = [_peak(peak, cell, layout, at, left_out) for peak, (at, cell) in zip(bare, kept, strict=True)]
    if not peaks:
        raise SpectrumFormatError(f"{where}: no row of the table has a shift; expected one peak in each row")
    if doubt := proton_doubt(peak.shift_ppm for peak in peaks):
        notes.append(f"{doubt}; check that the table is of 13C")
    if len({peak.intensity > 0 for peak in peaks if peak.intensity}) == 2:
        notes.append(
            "intensities of both signs, as in DEPT and APT; if it is one, give the plain 13C spectrum, and this "
            "one with --dept135 or --apt"
        )
    solvent = find_solvent(" ".join([*header.above, *header.names])) if layout.carbon else None
    return Spectrum(tuple(peaks), layout.compound, solvent, tuple(left_out), notes=tuple(notes))


def _reason_to_skip(cell: dict[str, str]) -> str | None:
    """Why a row is no peak: it has no shift, or is marked as a signal of the solvent or an impurity."""
    if cell["shift"].lower() in NO_VALUE:
        return "the row has no shift"
    if cell.get("aside"):
        return f"set aside: {cell['aside']}"
    kind = cell.get("multiplicity", "").lower()
    return f"marked as {kind}" if kind in ("solvent", "impurity", "reference", "artifact") else None


def _bare_peak(cell: str, layout: Layout, where: str, left_out: list[LeftOut]) -> Peak:
    if _FLOAT.fullmatch(cell) and layout.mark == ".":
        return peak_at(where, float(cell))
    found = read_peak_text(cell, where, layout.mark)
    if len(found.drafts) != 1:
        raise SpectrumFormatError(f"{where}: {cell!r} has {len(found.drafts)} shifts; expected one")
    left_out.extend(found.left_out)
    return found.drafts[0].to_peak(where)


def _peak(peak: Peak, cell: dict[str, str], layout: Layout, where: str, left_out: list[LeftOut]) -> Peak:
    """The peak of one row with what its other cells say."""
    multiplicity = _multiplicity(cell.get("multiplicity", ""), where, left_out)
    count = _count(cell.get("count", ""), where)
    for name, inside, beside in (("multiplicity", peak.multiplicity, multiplicity), ("count", peak.count, count)):
        if inside is not None and beside is not None and inside != beside:
            raise SpectrumFormatError(f"{where}: two {name} values, {inside} and {beside}; give one")
    return replace(
        peak,
        multiplicity=multiplicity or peak.multiplicity,
        count=count or peak.count or count_of_positions(cell.get("label", "")),
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
