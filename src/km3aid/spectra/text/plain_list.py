"""The plain list: one or more shifts on each line, with `#` comments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.spectrum import LeftOut, Peak, Spectrum
from km3aid.spectra.text.characters import decimal_mark, normalise
from km3aid.spectra.text.peak_text import read_peak_text


def read_plain_list(lines: Iterable[str], where: str) -> Iterator[Spectrum]:
    """Read the one spectrum of a plain list, each line as in `parse_peaks`."""
    rows = [(number, normalise(line).partition("#")[0].strip()) for number, line in enumerate(lines, 1)]
    rows = [(number, row) for number, row in rows if row]
    mark = decimal_mark("\n".join(row for _, row in rows), where)
    peaks: list[Peak] = []
    left_out: list[LeftOut] = []
    for number, row in rows:
        at = f"{where}, line {number} (read as a plain list)"
        found = read_peak_text(row, at, mark)
        peaks.extend(draft.to_peak(at) for draft in found.drafts)
        left_out.extend(found.left_out)
    if not peaks:
        raise SpectrumFormatError(f"{where}: the list is empty; expected shifts in ppm, one or more on each line")
    yield Spectrum(tuple(peaks), left_out=tuple(left_out))


def check_not_a_table(lines: Iterable[str], where: str) -> None:
    """Raise `SpectrumFormatError` for bare numbers that may as well be columns of shift, count or intensity.

    Rows of two to four numbers are a list where they rise or fall throughout; otherwise only the user can tell.
    """
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
