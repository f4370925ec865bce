"""The plain list: one or more shifts on each line, with `#` comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.instruments.nucleus import proton_doubt
from km3aid.spectra.spectrum import LeftOut, Peak, Spectrum
from km3aid.spectra.text.characters import decimal_mark, normalise
from km3aid.spectra.text.peak_text import read_peak_text
from km3aid.spectra.text.remarks import parse_multiplicity

_DP4 = re.compile(r"(?:-?[0-9]+(?:\.[0-9]+)?\((?:any|[A-Za-z]+[0-9]+(?: or [A-Za-z]+[0-9]+)*)\)[,;\s]*)+")
_LABEL_REASON = "a label; it gives neither count nor attached hydrogens"
_LABEL = r"[A-Za-z][\w'′″()=-]{0,14}|[0-9]{1,2}[a-z]?['′″]*-C"
_LABELLED = re.compile(rf"({_LABEL})(?:\s*[:=,;]\s*|\s+)([0-9].*)", re.DOTALL)
_NUMBERED = re.compile(r"(?<![\w.-])(C-?[0-9]{1,2}[a-z]?['′″]*)(?:\s*[:=]\s*|\s+)(?=[0-9]{1,3}\.[0-9])")


def read_plain_list(lines: Iterable[str], where: str) -> Iterator[Spectrum]:
    """Read the one spectrum of a plain list, each line as in `parse_peaks`."""
    every = [(number, normalise(line).partition("#")[0].strip()) for number, line in enumerate(lines, 1)]
    left_out: list[LeftOut] = []
    rows = _without_protons(every, left_out)
    rows = _without_labels(rows, where, left_out)
    mark = decimal_mark("\n".join(row for _, row in rows), where)
    peaks: list[Peak] = []
    for number, row in rows:
        at = f"{where}, line {number} (read as a plain list)"
        found = read_peak_text(row, at, mark)
        peaks.extend(draft.to_peak(at) for draft in found.drafts)
        left_out.extend(found.left_out)
    if not peaks:
        raise SpectrumFormatError(f"{where}: the list is empty; expected shifts in ppm, one or more on each line")
    doubt = proton_doubt(peak.shift_ppm for peak in peaks)
    notes = (f"{doubt}; check that the list is of 13C",) if doubt else ()
    yield Spectrum(tuple(peaks), left_out=tuple(left_out), notes=notes)


def _without_protons(rows: list[tuple[int, str]], left_out: list[LeftOut]) -> list[tuple[int, str]]:
    """The rows that are not blank, without what follows the first blank one in a file of DP4: shifts of 1H."""
    first = next((i for i, (_, row) in enumerate(rows) if row), 0)
    gap = next((i for i, (_, row) in enumerate(rows) if i > first and not row), len(rows))
    carbons = [row for _, row in rows[:gap] if row]
    if not (carbons and all(map(_DP4.fullmatch, carbons))):
        return [(number, row) for number, row in rows if row]
    for _, row in rows[gap:]:
        if row:
            left_out.append(LeftOut(row[:60], "after the first blank line of a file for DP4: 1H, or what is left out"))
    return [(number, row) for number, row in rows[:gap] if row]


def _without_labels(rows: list[tuple[int, str]], where: str, left_out: list[LeftOut]) -> list[tuple[int, str]]:
    """The rows without labels before the shifts, `C-1 171.4`; a multiplicity there goes behind its shift."""
    matches = [(number, _LABELLED.fullmatch(row)) for number, row in rows]
    if len(rows) < 2 or not all(match for _, match in matches):
        labels = [label for _, row in rows for label in _NUMBERED.findall(row)]
        left_out.extend(LeftOut(label, _LABEL_REASON) for label in labels)
        return [(number, _NUMBERED.sub("", row)) for number, row in rows] if labels else rows
    found = []
    for number, match in matches:
        assert match is not None
        label, shift = match.groups()
        if re.match(r"H-?[0-9]|[0-9]+-H", label):
            raise SpectrumFormatError(f"{where}, line {number}: {label!r} labels a shift of 1H; expected 13C")
        if multiplicity := parse_multiplicity(label):
            shift = f"{shift} {multiplicity}"
        else:
            left_out.append(LeftOut(label, _LABEL_REASON))
        found.append((number, shift))
    return found


def check_not_a_table(lines: Iterable[str], where: str) -> None:
    """Raise `SpectrumFormatError` for bare numbers that may as well be columns of shift, count or intensity.

    Rows of two to four numbers are a list where they rise or fall throughout; otherwise only the user can tell.
    """
    lines = list(lines)
    _check_unit(lines, where)
    plain = [normalise(line).partition("#")[0].strip(" \t\r\n,;") for line in lines]
    comma = decimal_mark("\n".join(plain), where) == ","
    rows = [re.split(r"[\s;]+" if comma else r"[\s,;]+", row) for row in plain if row]
    widths = {len(row) for row in rows}
    if len(rows) < 2 or len(widths) != 1 or not 2 <= widths.pop() <= 4:
        return
    try:
        values = [float(cell.replace(",", ".")) for row in rows for cell in row]
    except ValueError:
        return
    if values not in (sorted(values), sorted(values, reverse=True)):
        raise SpectrumFormatError(
            f"{where}: {len(rows[0])} numbers on every line may be {len(rows[0])} peaks or a shift with its count or "
            "intensity; add a header line such as 'shift,intensity', or choose the input format 'list' or 'csv'"
        )


def _check_unit(lines: list[str], where: str) -> None:
    """Raise `SpectrumFormatError` where a comment or a heading says that the numbers are in Hz."""
    for number, line in enumerate(lines, 1):
        if re.search(r"(?<![MGk])\bHz\b", line) and not re.search(r"ppm|J|[0-9]", line):
            raise SpectrumFormatError(
                f"{where}, line {number}: {line.strip()[:40]!r} says that the numbers are in Hz; expected ppm: "
                "divide them by the frequency of 13C in MHz"
            )
