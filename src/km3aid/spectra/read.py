"""Every input format, recognised from the content of a source and handed to its reader.

A new format is a file with its reader, and a row in one of the tables below: `FORMATS` for text, `FILES` for other
files, `ARCHIVES` for members of a zip archive, `FOLDERS`. Each table is in the order of recognition. Readers of text
that other packages bring (`km3aid.plugins`) are asked first.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from itertools import chain, islice
from pathlib import Path
from typing import Any, Generic, NamedTuple, TypeVar

from km3aid.errors import SpectrumFormatError
from km3aid.plugins import READERS, plugged
from km3aid.spectra.formats.archive import member_names
from km3aid.spectra.formats.doubts import check_list, check_table, refuse_unread
from km3aid.spectra.formats.json_records import is_json, read_json, read_json_lines
from km3aid.spectra.formats.nmredata import is_nmredata
from km3aid.spectra.formats.nmrium import is_nmrium, is_nmrium_archive, read_nmrium, read_nmrium_archive
from km3aid.spectra.formats.peaklist_xml import is_peaklist_xml, read_peaklist_xml
from km3aid.spectra.formats.sd_file import is_sd_archive, is_sd_file, read_sd_archive, read_sd_spectra
from km3aid.spectra.formats.table import is_table, read_table
from km3aid.spectra.formats.xlsx import is_xlsx, read_xlsx
from km3aid.spectra.instruments.bruker import is_bruker, read_bruker
from km3aid.spectra.instruments.experiments import (
    has_experiments,
    has_packed_experiments,
    read_experiments,
    read_packed_experiments,
)
from km3aid.spectra.instruments.jcamp import is_jcamp, read_jcamp
from km3aid.spectra.instruments.jeol import is_jeol, read_jeol
from km3aid.spectra.instruments.varian import is_varian, read_varian
from km3aid.spectra.measured import usable
from km3aid.spectra.signs import with_angle
from km3aid.spectra.source import Source, bounded, checked, first_bytes, name_of, open_binary, text_lines, whole
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.text.journal import read_journal
from km3aid.spectra.text.plain_list import read_plain_list
from km3aid.spectra.text.sections import is_journal
from km3aid.spectra.wanted import ANYTHING, Wanted

Read = Iterator[Spectrum | SpectrumFormatError]  # an error takes the place of a bad record
Seen = TypeVar("Seen")

_log = logging.getLogger(__name__)
_HEAD_LINES = 200
_ZIP = b"PK\x03\x04"
_SPECTROMETER_FILES = ("fid", "1r", "acqus", "procs", "procpar")  # each names its folder


class Format(NamedTuple, Generic[Seen]):
    """One input format; its reader takes the source, its name in messages, and with `measured` what is `Wanted`."""

    description: str
    recognise: Callable[[Seen], bool]
    read: Callable[..., Read]
    streams: bool = False  # whether the reader of a text holds one record at a time
    doubt: Callable[[Seen, str], None] | None = None  # raises where what was recognised may be another format
    measured: bool = False
    several: bool = False  # whether a source holds several experiments, of which one is read

    def spectra(self, source: Any, where: str, wanted: Wanted) -> Read:
        """The spectra of a source; raises `SpectrumFormatError`."""
        if wanted.experiment is not None and not self.several:
            raise SpectrumFormatError(
                f"{where}: holds no experiments to choose from ({self.description}); leave out --experiment"
            )
        return self.read(source, where, wanted) if self.measured else self.read(source, where)


class Named(NamedTuple):
    """The content of a binary file."""

    content: bytes
    name: str | None  # of the file, without its ending


def _read_jeol(file: Named, where: str, wanted: Wanted) -> Read:
    return read_jeol(file.content, file.name, where, wanted)


Text = Format[list[str]]  # seen: the first lines; the reader gets all lines
File = Format[bytes]  # seen: the first bytes; the reader gets a `Named` content
Archive = Format[list[str]]  # seen: the names of the members; the reader gets the bytes
Folder = Format[Path]

FORMATS: dict[str, Text] = {
    "nmrium": Format("JSON of NMRium", is_nmrium, read_nmrium),
    "json": Format("JSON or JSON lines", is_json, read_json, streams=True),
    "jsonl": Format("JSON lines, each a record of a batch", lambda _: False, read_json_lines, streams=True),
    "nmredata": Format("SD file with NMReDATA", is_nmredata, read_sd_spectra, streams=True),
    "nmrshiftdb2": Format("SD file of nmrshiftdb2", is_sd_file, read_sd_spectra, streams=True),
    "jcamp": Format("JCAMP-DX", is_jcamp, read_jcamp, measured=True),
    "peaklist": Format("Bruker's peaklist.xml", is_peaklist_xml, read_peaklist_xml),
    "csv": Format("CSV or TSV, with or without a header", is_table, read_table, doubt=check_table),
    "journal": Format("13C line of a publication", is_journal, read_journal, doubt=refuse_unread),
    "list": Format("shifts, one or more on each line", lambda _: True, read_plain_list, doubt=check_list),
}
FILES: dict[str, File] = {
    "jeol": Format("JEOL Delta file", is_jeol, _read_jeol, measured=True),
}
ARCHIVES: dict[str, Archive] = {
    "nmrium": Format("archive of NMRium", is_nmrium_archive, read_nmrium_archive),
    "xlsx": Format("Excel workbook", is_xlsx, read_xlsx),
    "nmredata": Format("packed NMReDATA record", is_sd_archive, read_sd_archive),
    "experiments": Format(
        "archive of experiments", has_packed_experiments, read_packed_experiments, measured=True, several=True
    ),
}
FOLDERS: dict[str, Folder] = {
    "bruker": Format("Bruker folder", is_bruker, read_bruker, measured=True),
    "varian": Format("Varian or Agilent folder", is_varian, read_varian, measured=True),
    "experiments": Format("folder of experiments", has_experiments, read_experiments, measured=True, several=True),
}
BINARY_FORMATS: dict[str, Format[Any]] = {**FILES, **ARCHIVES, **FOLDERS}


@cache
def text_formats() -> dict[str, Text]:
    """The formats of texts in the order of recognition: those of other packages, then `FORMATS`."""
    others: dict[str, Text] = plugged(READERS, Format)
    return {**{name: row for name, row in others.items() if name not in FORMATS}, **FORMATS}


def read_spectra(source: Source, input_format: str | None = None, wanted: Wanted = ANYTHING) -> list[Spectrum]:
    """Read all spectra of a file or folder, of standard input (`-`) or of an open text stream, plain or gzipped.

    The format is recognised from the content unless `input_format` names one of `FORMATS` or `BINARY_FORMATS`; `wanted`
    chooses among several experiments. Raises `SpectrumFormatError` at the first thing that cannot be read or used.

    >>> from io import StringIO
    >>> [peak.shift_ppm for peak in read_spectra(StringIO("170.2 21.0"))[0]]
    [170.2, 21.0]
    """
    return list(iter_spectra(source, input_format, wanted=wanted))


def iter_spectra(
    source: Source,
    input_format: str | None = None,
    on_error: Callable[[SpectrumFormatError], None] | None = None,
    wanted: Wanted = ANYTHING,
) -> Iterator[Spectrum]:
    """Stream the spectra of a source as `read_spectra` does, without holding a large file in memory.

    With `on_error`, which gets the error of each bad record of a JSON lines or SD file, reading goes on past it.
    """
    known = dict.fromkeys((*text_formats(), *BINARY_FORMATS))
    if input_format is not None and input_format not in known:
        raise SpectrumFormatError(f"unknown input format {input_format!r}; known: {', '.join(known)}")
    return _iterate(source, input_format, on_error, wanted)


def _iterate(
    source: Source, input_format: str | None, on_error: Callable[[SpectrumFormatError], None] | None, wanted: Wanted
) -> Iterator[Spectrum]:
    empty = True
    where = name_of(source)
    with ExitStack() as stack:
        for item in _read(source, input_format, where, stack, wanted):
            empty = False
            try:
                if isinstance(item, SpectrumFormatError):
                    raise item
                spectrum = usable(with_angle(item), where, wanted)
            except SpectrumFormatError as error:
                if on_error is None:
                    raise
                on_error(error)
                continue
            _log.info("%s: %d peaks, %s", where, len(spectrum), spectrum.experiment.value)
            yield spectrum
    if empty:
        raise SpectrumFormatError(f"{where}: no spectrum found")


def _read(source: Source, input_format: str | None, where: str, stack: ExitStack, wanted: Wanted) -> Read:
    if not isinstance(source, str | Path):
        return _read_text(checked(source, where), input_format, where, wanted)
    if (folder := _folder_of(source, where)) is not None:
        return _read_folder(folder, input_format, where, wanted)
    if (binary := open_binary(source, where, stack)) is None:
        return _read_text(checked(sys.stdin, where), input_format, where, wanted)
    start = first_bytes(binary, where)
    if start.startswith(_ZIP):
        return _read_archive(whole(binary, where), where, wanted)
    if file := _recognised(FILES, start):
        named = Named(whole(binary, where), None if str(source) == "-" else Path(source).stem)
        return file.spectra(named, where, wanted)
    if input_format is not None and input_format not in text_formats():
        expected = BINARY_FORMATS[input_format].description
        raise SpectrumFormatError(f"{where}: not recognised as the input format {input_format!r} ({expected})")
    return _read_text(text_lines(binary, where, stack), input_format, where, wanted)


def _recognised(table: dict[str, Format[Seen]], seen: Seen) -> Format[Seen] | None:
    return next((row for row in table.values() if row.recognise(seen)), None)


def _read_text(lines: Iterator[str], input_format: str | None, where: str, wanted: Wanted) -> Read:
    head = list(islice(lines, _HEAD_LINES))
    row = text_formats()[input_format] if input_format else _text_format(head, where)
    _log.debug("%s: read as %s", where, row.description)
    every = chain(head, lines)
    return row.spectra(every if row.streams else bounded(every, where), where, wanted)


def _text_format(head: list[str], where: str) -> Text:
    row = _recognised(text_formats(), head) if any(line.strip() for line in head) else None
    if row is None:
        raise SpectrumFormatError(
            f"{where}: empty; expected a spectrum in one of the formats {', '.join(text_formats())}"
        )
    if row.doubt:
        row.doubt(head, where)
    return row


def _folder_of(source: str | Path, where: str) -> Path | None:
    """The folder that is meant: the source itself, or that of a spectrometer's file."""
    path = Path(source)
    try:
        if path.is_dir():
            return path
        folder = path.absolute().parent
        if path.name in _SPECTROMETER_FILES and path.is_file() and (is_bruker(folder) or is_varian(folder)):
            return folder
    except (OSError, ValueError) as error:
        raise SpectrumFormatError(f"{where}: cannot be opened: {error}") from None
    return None


def _read_folder(folder: Path, input_format: str | None, where: str, wanted: Wanted) -> Read:
    row = FOLDERS.get(input_format) if input_format else _recognised(FOLDERS, folder)
    if row is None:
        raise SpectrumFormatError(
            f"{where}: is a folder, without experiments of Bruker (1r, acqus), Varian (fid, procpar), JEOL (.jdf) or "
            "JCAMP-DX (.dx); expected one with a 13C spectrum, or a file"
        )
    return row.spectra(folder, where, wanted)


def _read_archive(data: bytes, where: str, wanted: Wanted) -> Read:
    row = _recognised(ARCHIVES, member_names(data))
    if row is None:
        raise SpectrumFormatError(
            f"{where}: a zip archive or an Office document, not text, without a known spectrum; unpack the archive"
        )
    return row.spectra(data, where, wanted)
