"""Sources as lines of text or as bytes: unpacked from gzip, decoded, and limited in size."""

from __future__ import annotations

import codecs
import gzip
import io
import sys
import zlib
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, TextIO, cast

from km3aid.errors import SpectrumFormatError
from km3aid.spectra.encodings import encoding_of

Source = str | Path | TextIO

MOST_BYTES = 128 << 20  # of anything held in memory as a whole
_LONGEST_LINE = 32 << 20  # characters
_CHUNK = 1 << 20
_GZIP = b"\x1f\x8b"
_BINARY_KINDS = {b"PK\x03\x04": "a zip archive or an Office document", b"%PDF": "a PDF document"}


def name_of(source: Source) -> str:
    """The name of the source in messages."""
    if isinstance(source, str | Path):
        return "standard input" if str(source) == "-" else str(source)
    name = getattr(source, "name", None)
    return name if isinstance(name, str) else "text stream"


def open_binary(source: str | Path, where: str, stack: ExitStack) -> io.BufferedReader | None:
    """The bytes of a file or of standard input, unpacked from gzip; None where standard input has only text."""
    if str(source) == "-":
        binary = getattr(sys.stdin, "buffer", None)
        return None if binary is None else _unpacked(binary, where, stack)
    try:
        return _unpacked(stack.enter_context(open(source, "rb")), where, stack)
    except FileNotFoundError:
        raise SpectrumFormatError(
            f"{where}: no such file; give a file, '-' for standard input, or the shifts themselves with --peaks"
        ) from None
    except (OSError, ValueError) as error:
        raise SpectrumFormatError(f"{where}: cannot be opened: {getattr(error, 'strerror', None) or error}") from None


def first_bytes(stream: io.BufferedReader, where: str) -> bytes:
    """The first bytes, without consuming them."""
    with _damage(where):
        return stream.peek(4096)[:4096]


@contextmanager
def _damage(where: str) -> Iterator[None]:
    try:
        yield
    except (OSError, EOFError, zlib.error) as error:
        raise SpectrumFormatError(f"{where}: cannot be read: {error}; the file is damaged or cut off") from None


def whole(stream: io.BufferedReader, where: str) -> bytes:
    """All bytes of a stream; raises `SpectrumFormatError` beyond `MOST_BYTES`."""
    with _damage(where):
        data = read_some(stream, MOST_BYTES)
    if len(data) > MOST_BYTES:
        raise SpectrumFormatError(f"{where}: larger than {MOST_BYTES >> 20} MiB; expected one spectrum")
    return data


def read_some(stream: IO[bytes], most_bytes: int) -> bytes:
    """A stream, read in chunks up to at most one beyond `most_bytes`, so that a false size cannot fill the memory."""
    data = bytearray()
    while len(data) <= most_bytes and (chunk := stream.read(_CHUNK)):
        data += chunk
    return bytes(data)


def text_lines(stream: io.BufferedReader, where: str, stack: ExitStack) -> Iterator[str]:
    """The lines of a binary stream: UTF-8, UTF-16 or another encoding that its first bytes show, else Windows-1252."""
    probe = first_bytes(stream, where)
    marked = probe.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    encoding = "utf-16" if marked else encoding_of(probe) or "utf-8-sig"
    utf_16 = encoding.startswith("utf-16")
    kind = next((kind for start, kind in _BINARY_KINDS.items() if probe.startswith(start)), None)
    if kind or (b"\x00" in probe and not utf_16):
        raise SpectrumFormatError(
            f"{where}: {kind or 'a binary file'}, not text; export the peak list as text, CSV or JSON"
        )
    errors = _WINDOWS if encoding == "utf-8-sig" else "strict" if utf_16 else "replace"
    text = io.TextIOWrapper(stream, encoding, errors=errors)
    stack.callback(text.detach)  # or the wrapper would close standard input
    return checked(iter(lambda: text.readline(_LONGEST_LINE), ""), where)


def open_lines(source: Source, where: str, stack: ExitStack) -> Iterator[str]:
    """The lines of a text file, of standard input (`-`) or of an open text stream."""
    if not isinstance(source, str | Path):
        return checked(source, where)
    binary = open_binary(source, where, stack)
    return checked(sys.stdin, where) if binary is None else text_lines(binary, where, stack)


def checked(stream: Iterable[str | bytes], where: str) -> Iterator[str]:
    """The lines of `stream`; damage, a closed stream and endless lines become a `SpectrumFormatError`."""
    number = 0
    try:
        for line in stream:
            number += 1
            if isinstance(line, bytes):
                raise SpectrumFormatError(f"{where}: the stream holds bytes; open it as text")
            if len(line) >= _LONGEST_LINE:
                raise SpectrumFormatError(f"{where}, line {number}: longer than {_LONGEST_LINE >> 20} MiB")
            yield line if number > 1 else line.removeprefix("\ufeff")
    except (OSError, EOFError, zlib.error, UnicodeError, ValueError) as error:
        raise SpectrumFormatError(
            f"{where}, line {number + 1}: cannot be read: {error}; the file is damaged or cut off"
        ) from None


def bounded(lines: Iterable[str], where: str) -> Iterator[str]:
    """`lines`, for a reader that holds them all; raises `SpectrumFormatError` beyond `MOST_BYTES` of text."""
    left = MOST_BYTES
    for line in lines:
        left -= len(line)
        if left < 0:
            raise SpectrumFormatError(f"{where}: more than {MOST_BYTES >> 20} MiB of text; expected one spectrum")
        yield line


def _unpacked(binary: BinaryIO, where: str, stack: ExitStack) -> io.BufferedReader:
    stream = _peekable(binary, stack)
    if first_bytes(stream, where)[:2] == _GZIP:
        return _peekable(stack.enter_context(gzip.GzipFile(fileobj=stream)), stack)
    return stream


def _peekable(binary: BinaryIO | gzip.GzipFile, stack: ExitStack) -> io.BufferedReader:
    if isinstance(binary, io.BufferedReader):
        return binary
    reader: io.BufferedReader = io.BufferedReader(cast(Any, binary))
    stack.callback(reader.detach)
    return reader


def _windows_text(error: UnicodeError) -> tuple[str, int]:
    """Decode bytes that are not UTF-8 as Windows-1252; digits are the same in both."""
    assert isinstance(error, UnicodeDecodeError)
    return error.object[error.start : error.end].decode("cp1252", errors="replace"), error.end


_WINDOWS = "km3aid.windows-text"
codecs.register_error(_WINDOWS, _windows_text)
