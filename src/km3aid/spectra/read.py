"""Recognise the format of a source from its content, and hand it to the reader of that format."""

from __future__ import annotations

import io
import re
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.formats.archive import member_names, read_members
from km3aid.spectra.formats.json_peaks import read_json, read_json_lines
from km3aid.spectra.formats.nmrium import is_nmrium, read_nmrium
from km3aid.spectra.formats.peaklist_xml import is_peaklist_xml, read_peaklist_xml
from km3aid.spectra.formats.sd_file import read_sd_spectra
from km3aid.spectra.formats.table import has_columns, has_header, read_table
from km3aid.spectra.formats.xlsx import read_xlsx
from km3aid.spectra.instruments.folders import kind_of_folder, read_bruker, read_varian
from km3aid.spectra.instruments.jcamp import is_jcamp, read_jcamp
from km3aid.spectra.instruments.jeol import is_jeol, read_jeol
from km3aid.spectra.source import (
    Source,
    bounded,
    checked,
    first_bytes,
    name_of,
    open_binary,
    text_lines,
    whole,
)
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.text.journal import looks_like_journal, read_journal
from km3aid.spectra.text.plain_list import check_not_a_table, read_plain_list

Found = Iterator[Spectrum | SpectrumFormatError]

_HEAD_LINES = 200
_ZIP = b"PK\x03\x04"
_SPECTROMETER_FILES = ("fid", "1r", "acqus", "procs", "procpar")


class Format(NamedTuple):
    """One format of text: what it is in words, how to tell it from the first lines, and its reader."""

    description: str
    recognise: Callable[[list[str]], bool]
    read: Callable[[Iterable[str], str], Found]
    streams: bool = False


def _first_mark(head: list[str]) -> str:
    return "".join(head).lstrip()[:1]


def _is_sd(head: list[str]) -> bool:
    return any(re.search(r"V[23]000\s*$|^\$\$\$\$|^>\s.*<.+>|^M  END", line) for line in head)


def _is_nmredata(head: list[str]) -> bool:
    return any(re.match(r">\s.*<NMREDATA_", line, re.IGNORECASE) for line in head)


def _read_jsonl(lines: Iterable[str], where: str) -> Found:
    return read_json_lines(((n, line) for n, line in enumerate(lines, 1) if line.strip()), where)


# In the order of recognition: each is asked in turn, and the last takes what no other wanted.
FORMATS: dict[str, Format] = {
    "nmrium": Format("JSON of NMRium", is_nmrium, read_nmrium),
    "json": Format("JSON or JSON lines", lambda head: _first_mark(head) in ("{", "["), read_json, streams=True),
    "jsonl": Format("JSON lines, each an object of the batch contract", lambda head: False, _read_jsonl, streams=True),
    "nmredata": Format("SD file with NMReDATA", _is_nmredata, read_sd_spectra, streams=True),
    "nmrshiftdb2": Format("SD file of nmrshiftdb2", _is_sd, read_sd_spectra, streams=True),
    "jcamp": Format("JCAMP-DX", is_jcamp, read_jcamp),
    "peaklist": Format("Bruker's peaklist.xml", is_peaklist_xml, read_peaklist_xml),
    "csv": Format("CSV or TSV, with or without a header", lambda h: has_header(h) or has_columns(h), read_table),
    "journal": Format("13C line of a publication", lambda head: looks_like_journal("".join(head)), read_journal),
    "list": Format("shifts, one or many a line", lambda head: True, read_plain_list),
}
# What is no text is told by its first bytes, or by the files of a folder.
BINARY_FORMATS = {
    "xlsx": "Excel workbook",
    "bruker": "Bruker folder",
    "varian": "Varian or Agilent folder",
    "jeol": "JEOL Delta file",
}


def read_spectra(source: Source, input_format: str | None = None) -> list[Spectrum]:
    """Read all spectra of a file or folder, of standard input (`-`) or of an open text stream, plain or gz.

    The format is recognised from the content unless `input_format` names one of `FORMATS` or `BINARY_FORMATS`. Raises
    `SpectrumFormatError` at the first thing that cannot be read.

    >>> [peak.shift_ppm for peak in read_spectra(io.StringIO("170.2 21.0"))[0]]
    [170.2, 21.0]
    """
    return list(iter_spectra(source, input_format))


def iter_spectra(
    source: Source,
    input_format: str | None = None,
    on_error: Callable[[SpectrumFormatError], None] | None = None,
) -> Iterator[Spectrum]:
    """Stream the spectra of a source as `read_spectra` does, without holding a large file in memory.

    Where `on_error` is given, it gets the error of each bad record of a JSON lines or SD file, and reading goes on.
    """
    known = (*FORMATS, *BINARY_FORMATS)
    if input_format is not None and input_format not in known:
        raise SpectrumFormatError(f"unknown input format {input_format!r}; known: {', '.join(known)}")
    return _iterate(source, input_format, on_error)


def _iterate(
    source: Source, input_format: str | None, on_error: Callable[[SpectrumFormatError], None] | None
) -> Iterator[Spectrum]:
    found = False
    with ExitStack() as stack:
        for item in _items(source, input_format, name_of(source), stack):
            found = True
            if isinstance(item, Spectrum):
                yield item
            elif on_error is None:
                raise item
            else:
                on_error(item)
    if not found:
        raise SpectrumFormatError(f"{name_of(source)}: no spectrum found")


def _items(source: Source, input_format: str | None, where: str, stack: ExitStack) -> Found:
    if not isinstance(source, str | Path):
        return _text(checked(source, where), input_format, where)
    folder = _folder(source, where)
    if folder is not None:
        return _of_folder(folder, input_format, where)
    binary = open_binary(source, where, stack)
    if binary is None:
        return _text(checked(sys.stdin, where), input_format, where)
    start = first_bytes(binary, where)
    if start.startswith(_ZIP):
        return _of_archive(whole(binary, where), where)
    if is_jeol(start):
        return read_jeol(whole(binary, where), where, None if str(source) == "-" else Path(source).stem)
    if input_format in BINARY_FORMATS:
        raise SpectrumFormatError(f"{where}: no {BINARY_FORMATS[input_format]}")
    return _text(text_lines(binary, where, stack), input_format, where)


def _text(lines: Iterator[str], input_format: str | None, where: str) -> Found:
    head = []
    for line in lines:
        head.append(line)
        if len(head) == _HEAD_LINES:
            break
    form = FORMATS[input_format or _recognise(head, where)]
    every = chain(head, lines)
    return form.read(every if form.streams else bounded(every, where), where)


def _recognise(head: list[str], where: str) -> str:
    if not any(line.strip() for line in head):
        raise SpectrumFormatError(f"{where}: empty; expected a spectrum in one of the formats {', '.join(FORMATS)}")
    name = next(name for name, form in FORMATS.items() if form.recognise(head))
    if name == "list":
        check_not_a_table(head, where)
    return name


def _folder(source: str | Path, where: str) -> Path | None:
    """The folder that is meant: the source itself, or the one of a spectrometer's file."""
    path = Path(source)
    try:
        if path.is_dir():
            return path
        if path.name in _SPECTROMETER_FILES and path.is_file() and kind_of_folder(path.absolute().parent):
            return path.absolute().parent
    except (OSError, ValueError) as error:
        raise SpectrumFormatError(f"{where}: cannot be opened: {error}") from None
    return None


def _of_folder(folder: Path, input_format: str | None, where: str) -> Found:
    kind = input_format or kind_of_folder(folder)
    if kind == "bruker":
        return read_bruker(folder, where)
    if kind == "varian":
        return read_varian(folder, where)
    raise SpectrumFormatError(
        f"{where}: is a folder, but of neither Bruker (1r, acqus) nor Varian (fid, procpar); "
        "expected one experiment, or a file with a spectrum"
    )


def _of_archive(data: bytes, where: str) -> Found:
    """A workbook, an archive of NMRium, or a packed NMReDATA record, which holds the raw spectra as well."""
    names = member_names(data)
    records = [n for n in names if re.search(r"(?:^|/)(?!\.)[^/]+\.sdf?$", n) and not n.startswith("__MACOSX")]
    if "state.json" in names:
        (text,) = read_members(data, lambda name: name == "state.json", where).values()
        return read_nmrium([text.decode("utf-8", errors="replace")], where)
    if any(name.startswith("xl/") for name in names):
        return read_xlsx(data, where)
    if len(records) == 1:
        (text,) = read_members(data, lambda name: name == records[0], where).values()
        return read_sd_spectra(io.StringIO(text.decode("utf-8", errors="replace")), f"{where}, {records[0]}")
    raise SpectrumFormatError(
        f"{where}: a zip archive or an Office document, not text; give a workbook (.xlsx) or unpack the archive"
    )
