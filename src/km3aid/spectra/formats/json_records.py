"""JSON and JSON lines: records of a batch, bare lists of shifts, or lists of either."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from itertools import chain, islice
from typing import Any

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.spectrum import LeftOut, Peak, Spectrum, peak_at
from km3aid.spectra.text.inline import parse_peaks
from km3aid.spectra.text.journal import read_journal
from km3aid.spectra.text.remarks import parse_multiplicity
from km3aid.spectra.text.sections import is_journal

_JSON = re.compile(
    r"""\s*(?:\{\s*(?:["}]|$)|\[(?:[-+0-9.,eE\s]|null|NaN)*(?:[\[{"]|$|\]\s*(?:[,\]]|$)))""", re.MULTILINE
)
_PEAK_KEYS = {"ppm", "multiplicity", "count", "intensity"}
_EXPECTED = 'expected {"id": …, "peaks": [{"ppm": 170.2}, …]}, {"report": "13C NMR …"} or a list of shifts in ppm'


def spectrum_from_dict(obj: Mapping[str, Any], where: str) -> Spectrum:
    """The spectrum of one batch record: its `peaks` or `report`, and optionally `id` and `solvent`.

    Other keys (`smiles`, `candidates`, …) are ignored. Raises `SpectrumFormatError` that begins with `where`.

    >>> spectrum_from_dict({"id": "a", "peaks": [{"ppm": 21.0, "multiplicity": "Q"}]}, "line 1").peaks[0].hydrogens
    3
    """
    peaks, report = obj.get("peaks"), obj.get("report")
    if (peaks is None) == (report is None):
        found = "both 'peaks' and 'report'" if peaks is not None else "neither 'peaks' nor 'report'"
        raise SpectrumFormatError(f"{where}: {found}; {_EXPECTED}")
    name, solvent = _text(obj, "id", where), _text(obj, "solvent", where)
    if report is None:
        return _spectrum_of_peaks(peaks, where, name, solvent)
    if not isinstance(report, str):
        raise SpectrumFormatError(f"{where}: 'report' is {_shown(report)}; expected a text such as '13C NMR … δ 170.1'")
    spectrum = _spectrum_of_report(report, f"{where}, report")
    return replace(spectrum, id=name, solvent=solvent or spectrum.solvent)


def is_json(head: list[str]) -> bool:
    """Whether a text begins as a JSON object or list, not as a name such as `[1,1'-biphenyl]-4-ol`."""
    return _JSON.match("".join(head)) is not None


def read_json(lines: Iterable[str], where: str) -> Iterator[Spectrum | SpectrumFormatError]:
    """Read JSON lines one by one, or one JSON text of several lines.

    A bad line yields an error in its place, and reading goes on.
    """
    numbered = _numbered(lines)
    head = list(islice(numbered, 2))
    if not head:
        raise SpectrumFormatError(f"{where}: empty; {_EXPECTED}")
    rows = chain(head, numbered)
    last = head[-1][1]
    if len(head) == 1 or _is_whole(head[0][1]) or (_is_whole(last) and last.lstrip()[0] in "{["):
        yield from _spectra_of_lines(rows, where)
        return
    text = "".join(line for _, line in rows)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SpectrumFormatError(_not_json(where, error, head[0][0] - 1)) from None
    yield from _spectra(value, where)


def read_json_lines(lines: Iterable[str], where: str) -> Iterator[Spectrum | SpectrumFormatError]:
    """Read JSON lines, also where the first one is damaged; a bad line yields an error in its place."""
    return _spectra_of_lines(_numbered(lines), where)


def _numbered(lines: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, with their numbers from 1."""
    return ((number, line) for number, line in enumerate(lines, 1) if line.strip())


def _spectra_of_lines(numbered: Iterable[tuple[int, str]], where: str) -> Iterator[Spectrum | SpectrumFormatError]:
    for number, line in numbered:
        at = f"{where}, line {number}"
        try:
            value = json.loads(line)
        except (ValueError, RecursionError) as error:
            yield SpectrumFormatError(_not_json(at, error))
            continue
        yield from _spectra(value, at)


def _is_whole(line: str) -> bool:
    try:
        json.loads(line)
    except (ValueError, RecursionError):
        return False
    return True


def _not_json(where: str, error: Exception, lines_before: int = 0) -> str:
    if isinstance(error, json.JSONDecodeError):
        line = f"line {error.lineno + lines_before}, " if error.doc.strip().count("\n") else ""
        return f"{where}: {line}column {error.colno}: not valid JSON ({error.msg}); the text may be cut off"
    return f"{where}: not valid JSON ({type(error).__name__}); {_EXPECTED}"


def _spectra(value: Any, where: str) -> Iterator[Spectrum | SpectrumFormatError]:
    """The spectra of one JSON value: an object, a list of shifts or peaks, or a list of these."""
    many = isinstance(value, list) and bool(value) and all(_is_spectrum(item) for item in value)
    for position, item in enumerate(value if many else [value], 1):
        at = f"{where}, spectrum {position}" if many else where
        try:
            if isinstance(item, dict) and "ppm" not in item:
                yield spectrum_from_dict(item, at)
            elif isinstance(item, list):
                yield _spectrum_of_peaks(item, at)
            else:
                yield SpectrumFormatError(f"{at}: {_shown(item)}; {_EXPECTED}")
        except SpectrumFormatError as error:
            yield error


def _is_spectrum(item: Any) -> bool:
    return isinstance(item, list) or (isinstance(item, dict) and ("peaks" in item or "report" in item))


def _spectrum_of_report(report: str, where: str) -> Spectrum:
    if not is_journal([report]):
        return parse_peaks(report, where)
    spectra = list(read_journal(report.splitlines(keepends=True), where))
    if len(spectra) != 1:
        raise SpectrumFormatError(f"{where}: {len(spectra)} 13C peak lists; expected one, give each its own object")
    return spectra[0]


def _spectrum_of_peaks(peaks: Any, where: str, name: str | None = None, solvent: str | None = None) -> Spectrum:
    if not isinstance(peaks, list):
        raise SpectrumFormatError(f"{where}: 'peaks' is {_shown(peaks)}; {_EXPECTED}")
    if not peaks:
        raise SpectrumFormatError(f"{where}: the list of peaks is empty; expected at least one shift in ppm")
    left_out: list[LeftOut] = []
    read = [_peak(peak, f"{where}, peak {i}", left_out) for i, peak in enumerate(peaks, 1)]
    return Spectrum(tuple(read), name, solvent, tuple(left_out))


def _peak(value: Any, where: str, left_out: list[LeftOut]) -> Peak:
    fields = value if isinstance(value, dict) else {"ppm": value}
    if "ppm" not in fields:
        raise SpectrumFormatError(f"{where}: no 'ppm' among the keys {sorted(fields)}; expected {{\"ppm\": 170.2}}")
    for key in sorted(fields.keys() - _PEAK_KEYS):
        left_out.append(LeftOut(f"{where.rpartition(', ')[2]}: {key!r}", f"unknown key; known: {sorted(_PEAK_KEYS)}"))
    word, count = fields.get("multiplicity"), fields.get("count")
    multiplicity = parse_multiplicity(word) if isinstance(word, str) else None
    if word is not None and multiplicity is None:
        raise SpectrumFormatError(
            f"{where}: multiplicity {word!r}; expected S, D, T, Q, C, CH, CH2, CH3, a choice such as S/T, or null"
        )
    if count is not None and (not isinstance(count, int) or isinstance(count, bool)):
        raise SpectrumFormatError(f"{where}: count {count!r}; expected a whole number or null")
    shift = _number(fields["ppm"], "ppm", where)
    intensity = None if fields.get("intensity") is None else _number(fields["intensity"], "intensity", where)
    return peak_at(where, shift, multiplicity, count, intensity)


def _number(value: Any, key: str, where: str) -> float:
    if isinstance(value, int | float) and not isinstance(value, bool):
        try:
            return float(value)
        except OverflowError:
            pass
    raise SpectrumFormatError(f"{where}: {key} is {_shown(value)}; expected a number")


def _text(obj: Mapping[str, Any], key: str, where: str) -> str | None:
    value = obj.get(key)
    if value is None or isinstance(value, str):
        return value
    if key == "id" and isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise SpectrumFormatError(f"{where}: {key!r} is {_shown(value)}; expected a text")


def _shown(value: Any) -> str:
    """`value` as shown in a message, shortened."""
    text = repr(value) if not isinstance(value, int) or abs(value) < 10**20 else "a huge number"
    return text if len(text) <= 40 else text[:39] + "…"
