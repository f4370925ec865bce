"""XLSX: the first sheet that holds a table of peaks, read as the same text that a CSV export has."""

from __future__ import annotations

import io
import warnings
import zipfile
from collections.abc import Iterator
from itertools import islice

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.source import MOST_BYTES
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.table import read_table

_MOST_ROWS, _MOST_COLUMNS = 20_000, 64


def read_xlsx(data: bytes, where: str) -> Iterator[Spectrum]:
    """Read the one spectrum of a workbook; formulas count by the values that were saved with them.

    Raises `SpectrumFormatError` for a workbook with document types or of which no sheet holds a table of peaks.
    """
    from openpyxl import load_workbook

    _check_archive(data, where)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
            sheets = {sheet.title: _lines(sheet) for sheet in book.worksheets[:20]}
    except MemoryError:
        raise
    except Exception as error:  # openpyxl raises whatever the damage leads to
        raise SpectrumFormatError(f"{where}: not a readable workbook ({type(error).__name__}: {error})") from None
    reasons = []
    for title, lines in sheets.items():
        try:
            yield from read_table(lines, f"{where}, sheet {title!r}")
        except SpectrumFormatError as error:
            reasons.append(str(error))
        else:
            return
    raise SpectrumFormatError(reasons[0] if reasons else f"{where}: the workbook has no sheet")


def _lines(sheet: object) -> list[str]:
    rows = sheet.iter_rows(max_row=_MOST_ROWS, max_col=_MOST_COLUMNS, values_only=True)  # type: ignore[attr-defined]
    cells = [["" if cell is None else " ".join(str(cell).split()) for cell in row] for row in islice(rows, _MOST_ROWS)]
    width = max((i + 1 for row in cells for i, cell in enumerate(row) if cell), default=0)
    return ["\t".join(row[:width]) + "\n" if any(row) else "\n" for row in cells]


def _check_archive(data: bytes, where: str) -> None:
    """Refuse an archive that unpacks to more than fits, or whose XML declares a document type."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > MOST_BYTES:
                raise SpectrumFormatError(f"{where}: unpacks to more than {MOST_BYTES >> 20} MiB")
            for member in archive.infolist():
                if member.filename.endswith((".xml", ".rels")) and b"<!DOCTYPE" in archive.read(member):
                    raise SpectrumFormatError(f"{where}: {member.filename} declares a document type; it is no workbook")
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError, KeyError) as error:
        raise SpectrumFormatError(f"{where}: a damaged zip archive ({error})") from None
    except Exception as error:
        if isinstance(error, SpectrumFormatError):
            raise
        raise SpectrumFormatError(f"{where}: a damaged zip archive ({type(error).__name__})") from None
