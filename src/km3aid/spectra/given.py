"""Spectra as Python programs hold them: our own, lists of shifts, and data frames of pandas, Polars or Arrow."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol, runtime_checkable

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.formats.column_names import column_of
from km3aid.spectra.formats.json_records import spectrum_from_dict
from km3aid.spectra.formats.table import read_table
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.text.inline import parse_peaks

_WHOLE = ("peaks", "report")  # columns whose cells hold a whole spectrum
_IDS = ("id", "spectrum", "sample", "compound", "name")


@runtime_checkable
class Frame(Protocol):
    """A table of pandas, Polars, DuckDB or Arrow."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object: ...


AnySpectrum = Spectrum | Sequence[float] | Frame  # a list is of shifts in ppm


def spectrum_of(given: AnySpectrum) -> Spectrum:
    """The one spectrum that is given; raises `SpectrumFormatError`.

    >>> len(spectrum_of([58.2, 18.1]))
    2
    """
    if isinstance(given, Spectrum):
        return given
    if isinstance(given, Frame):
        spectra = spectra_of_frame(given)
        if len(spectra) != 1:
            raise SpectrumFormatError(f"the frame holds {len(spectra)} spectra; give one, or use `search`")
        return spectra[0]
    return _of_shifts(given)


def spectra_of_frame(frame: Frame) -> list[Spectrum]:
    """The spectra of a frame.

    With a column `report` or `peaks` each row is a spectrum: a text, or a list of shifts. Otherwise each row is a peak,
    in columns with the names that CSV files may have, and a column `id` tells several spectra apart. Raises
    `SpectrumFormatError`.

    >>> import pyarrow as pa
    >>> [s.id for s in spectra_of_frame(pa.table({"id": ["a", "a", "b"], "ppm": [58.2, 18.1, 21.0]}))]
    ['a', 'b']
    """
    import pyarrow as pa

    rows: list[dict[str, Any]] = pa.table(frame).to_pylist()
    if not rows:
        raise SpectrumFormatError("the frame has no row; expected a peak, or a spectrum, in each")
    names = list(rows[0])
    if any(name in names for name in _WHOLE):
        return [_of_row(row, f"row {number}") for number, row in enumerate(rows)]
    if not any(column_of(name) == "shift" for name in names):
        raise SpectrumFormatError(
            f"the frame has no column of shifts among {', '.join(map(str, names))}; call one 'ppm', "
            "or give a spectrum in each row, in a column 'peaks' or 'report'"
        )
    named = next((name for name in names if name.lower() in _IDS), None)
    groups: dict[Any, list[dict[str, Any]]] = {}
    for row in rows:
        groups.setdefault(row[named] if named else None, []).append(row)
    return [_of_peaks(group, key, [n for n in names if n != named]) for key, group in groups.items()]


def _of_row(row: Mapping[str, Any], where: str) -> Spectrum:
    cells = {key: value for key, value in row.items() if value is not None}
    if isinstance(text := cells.get("peaks"), str):
        return replace(parse_peaks(text, where), id=_id(cells.get("id")), solvent=cells.get("solvent"))
    spectrum = spectrum_from_dict({**cells, "id": _id(cells.get("id"))}, where)
    return replace(spectrum, one_per_carbon=bool(cells.get("one_per_carbon")))


def _of_peaks(rows: Iterable[Mapping[str, Any]], key: Any, names: Sequence[str]) -> Spectrum:
    """The peaks of one spectrum, read as a table is read."""
    where = "the frame" if key is None else f"spectrum {key}"
    known = [name for name in names if column_of(name) is not None]
    text = io.StringIO()
    writer = csv.writer(text, delimiter="\t", lineterminator="\n")
    writer.writerow(known)
    writer.writerows([_cell(row[name]) for name in known] for row in rows)
    (spectrum,) = read_table(text.getvalue().splitlines(keepends=True), where)
    return replace(spectrum, id=_id(key))


def _cell(value: Any) -> str:
    return "" if value is None or value != value else str(value)  # NaN is what pandas has for nothing


def _id(value: Any) -> str | None:
    return None if value is None else str(value)


def _of_shifts(shifts: Iterable[Any]) -> Spectrum:
    try:
        return Spectrum.from_shifts(shifts)
    except (TypeError, ValueError) as error:
        raise SpectrumFormatError(
            f"a spectrum as {type(shifts).__name__} ({error}); give a Spectrum, shifts in ppm or a data frame"
        ) from error
