"""Open a source, recognise its format from its content, and hand it to the reader of that format."""

from __future__ import annotations

import codecs
import gzip
import io
import re
import sys
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from typing import Any, BinaryIO, NamedTuple, TextIO, cast

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.batch_json import read_json, read_json_lines
from km3aid.spectra.journal import looks_like_journal, read_journal
from km3aid.spectra.plain_list import check_not_a_table, read_plain_list
from km3aid.spectra.sd_file import read_sd_spectra
from km3aid.spectra.spectrum import Spectrum
from km3aid.spectra.table import has_columns, has_header, read_table

Reader = Callable[[Iterable[str], str], Iterator[Spectrum | SpectrumFormatError]]

_HEAD_LINES = 200
_GZIP = b"\x1f\x8b"
_BINARY_KINDS = {b"PK\x03\x04": "a zip archive or an Office document", b"%PDF": "a PDF document"}


class Format(NamedTuple):
    """One input format: what it is in words, how to tell it from the first lines, and its reader."""

    description: str
    recognise: Callable[[list[str]], bool]
    read: Reader


def _first_mark(head: list[str]) -> str:
    return "".join(head).lstrip()[:1]


def _is_sd(head: list[str]) -> bool:
    return any(re.search(r"V[23]000\s*$|^\$\$\$\$|^>\s.*<.+>|^M  END", line) for line in head)


def _read_jsonl(lines: Iterable[str], where: str) -> Iterator[Spectrum | SpectrumFormatError]:
    return read_json_lines(((n, line) for n, line in enumerate(lines, 1) if line.strip()), where)


# In the order of recognition: each is asked in turn, and the last takes what no other wanted.
FORMATS: dict[str, Format] = {
    "json": Format("JSON or JSON lines", lambda head: _first_mark(head) in ("{", "["), read_json),
    "jsonl": Format("JSON lines, each an object of the batch contract", lambda head: False, _read_jsonl),
    "nmrshiftdb2": Format("SD file of nmrshiftdb2", _is_sd, read_sd_spectra),
    "csv": Format("CSV or TSV, with or without a header", lambda h: has_header(h) or has_columns(h), read_table),
    "journal": Format("13C line of a publication", lambda head: looks_like_journal("".join(head)), read_journal),
    "list": Format("shifts, one or many a line", lambda head: True, read_plain_list),
}


def read_spectra(source: str | Path | TextIO, input_format: str | None = None) -> list[Spectrum]:
    """Read all spectra of a file, of standard input (`-`) or of an open text stream, plain or gz.

    The format is recognised from the content unless `input_format` names one of `FORMATS`. Raises
    `SpectrumFormatError` at the first thing that cannot be read.

    >>> [peak.shift_ppm for peak in read_spectra(io.StringIO("170.2 21.0"))[0]]
    [170.2, 21.0]
    """
    return list(iter_spectra(source, input_format))


def iter_spectra(
    source: str | Path | TextIO,
    input_format: str | None = None,
    on_error: Callable[[SpectrumFormatError], None] | None = None,
) -> Iterator[Spectrum]:
    """Stream the spectra of a source as `read_spectra` does, without holding a large file in memory.

    Where `on_error` is given, it gets the error of each bad record of a JSON lines or SD file, and reading goes on.
    """
    if input_format is not None and input_format not in FORMATS:
        raise SpectrumFormatError(f"unknown input format {input_format!r}; known: {', '.join(FORMATS)}")
    return _iterate(source, input_format, on_error)


def _iterate(
    source: str | Path | TextIO,
    input_format: str | None,
    on_error: Callable[[SpectrumFormatError], None] | None,
) -> Iterator[Spectrum]:
    where = _name(source)
    found = False
    with ExitStack() as stack:
        lines = _checked(_open(source, where, stack), where)
        head = []
        for line in lines:
            head.append(line)
            if len(head) == _HEAD_LINES:
                break
        name = input_format or _recognise(head, where)
        for item in FORMATS[name].read(chain(head, lines), where):
            found = True
            if isinstance(item, Spectrum):
                yield item
            elif on_error is None:
                raise item
            else:
                on_error(item)
    if not found:
        raise SpectrumFormatError(f"{where}: no spectrum found; read as {name} ({FORMATS[name].description})")


def _recognise(head: list[str], where: str) -> str:
    if not any(line.strip() for line in head):
        raise SpectrumFormatError(f"{where}: empty; expected a spectrum in one of the formats {', '.join(FORMATS)}")
    name = next(name for name, form in FORMATS.items() if form.recognise(head))
    if name == "list":
        check_not_a_table(head, where)
    return name


def _name(source: str | Path | TextIO) -> str:
    if isinstance(source, str | Path):
        return "standard input" if str(source) == "-" else str(source)
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else "text stream"


def _open(source: str | Path | TextIO, where: str, stack: ExitStack) -> TextIO:
    if not isinstance(source, str | Path):
        return source
    if str(source) == "-":
        binary = getattr(sys.stdin, "buffer", None)
        return sys.stdin if binary is None else _decoded(binary, where, stack)
    try:
        return _decoded(stack.enter_context(open(source, "rb")), where, stack)
    except FileNotFoundError:
        raise SpectrumFormatError(
            f"{where}: no such file; give a file of shifts, '-' for standard input, or the shifts themselves as --peaks"
        ) from None
    except IsADirectoryError:
        raise SpectrumFormatError(f"{where}: is a folder; expected a file with a spectrum") from None
    except (OSError, ValueError) as error:
        raise SpectrumFormatError(f"{where}: cannot be opened: {getattr(error, 'strerror', None) or error}") from None


def _decoded(binary: BinaryIO, where: str, stack: ExitStack) -> TextIO:
    """The text of a binary stream: gz is unpacked; UTF-8, or UTF-16 with its byte order mark."""
    stream = _peekable(binary, stack)
    try:
        if stream.peek(2)[:2] == _GZIP:
            stream = _peekable(stack.enter_context(gzip.GzipFile(fileobj=stream)), stack)
        probe = stream.peek()
    except (OSError, EOFError, zlib.error) as error:
        raise SpectrumFormatError(f"{where}: cannot be read: {error}; the file is damaged or cut off") from None
    utf_16 = probe.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    kind = next((kind for start, kind in _BINARY_KINDS.items() if probe.startswith(start)), None)
    if kind or (b"\x00" in probe and not utf_16):
        raise SpectrumFormatError(
            f"{where}: {kind or 'a binary file'}, not text; export the peak list as text, CSV or JSON"
        )
    text = io.TextIOWrapper(stream, "utf-16" if utf_16 else "utf-8-sig", errors="strict" if utf_16 else _WINDOWS)
    stack.callback(text.detach)  # else the wrapper would close standard input with itself
    return text


def _peekable(binary: BinaryIO | gzip.GzipFile, stack: ExitStack) -> io.BufferedReader:
    if isinstance(binary, io.BufferedReader):
        return binary
    reader: io.BufferedReader = io.BufferedReader(cast(Any, binary))
    stack.callback(reader.detach)
    return reader


def _windows_text(error: UnicodeError) -> tuple[str, int]:
    """Read the bytes that are not UTF-8 as Windows text; digits are the same in both."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


_WINDOWS = "km3aid.windows-text"
codecs.register_error(_WINDOWS, _windows_text)


def _checked(stream: Iterable[str | bytes], where: str) -> Iterator[str]:
    """The lines of `stream`; damage and closed streams become a `SpectrumFormatError`."""
    number = 0
    try:
        for line in stream:
            number += 1
            if isinstance(line, bytes):
                raise SpectrumFormatError(f"{where}: the stream gives bytes; open it as text")
            yield line if number > 1 else line.removeprefix("\ufeff")
    except (OSError, EOFError, zlib.error, UnicodeError, ValueError) as error:
        raise SpectrumFormatError(
            f"{where}, line {number + 1}: cannot be read on: {error}; the file is damaged or cut off"
        ) from None
