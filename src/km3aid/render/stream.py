"""Answers of a batch, written as they come: a failure takes its answer's place, and order is kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from km3aid.errors import ConfigError
from km3aid.render.export import FORMATS, check_format, writer_of
from km3aid.render.formats.csv_table import csv_header, csv_rows
from km3aid.render.rows import COLUMNS
from km3aid.requests.answers import Case, Failure

_ROWS_TOGETHER = 1000


class Stream(Protocol):
    """Takes the answers, one by one or in groups."""

    def write(self, cases: Sequence[Case]) -> None: ...


@contextmanager
def open_stream(format: str, kind: type, file: BinaryIO) -> Iterator[Stream]:
    """A stream of answers of one kind into `file`; raises `ConfigError` where the format cannot take it.

    JSON lines, CSV, journal lines, NMReDATA and Parquet are written as they come; a failed record has an `error` in
    JSON, CSV and Parquet and no place in the others. HTML and JSON are written at the end.
    """
    check_format(format, kind)
    if not FORMATS[format].several:
        raise ConfigError(f"{format}: shows one answer; for a batch take html")
    if format == "parquet":
        from km3aid.render.formats.parquet import open_parquet, parquet_table

        with open_parquet(file, kind) as writer:
            held = _Held(lambda cases: writer.write_table(parquet_table(cases, kind)), _ROWS_TOGETHER)
            try:
                yield held
            finally:
                held.flush()
        return
    if format == "csv":
        columns = (*COLUMNS[kind], "error") if "id" in COLUMNS[kind] else (*COLUMNS[kind], "id", "error")
        file.write(csv_header(columns))
        yield _Direct(lambda cases: csv_rows(cases, columns), file)
        return
    write = writer_of(format)
    if format == "jsonl":
        yield _Direct(write, file)
    elif format in ("journal", "nmredata"):
        yield _Direct(lambda cases: write([c for c in cases if not isinstance(c.answer, Failure)]), file)
    else:
        said = format in ("json", "html")
        held = _Held(lambda cases: file.write(write([c for c in cases if said or not isinstance(c.answer, Failure)])))
        yield held
        held.flush()


class _Direct:
    """Writes at once."""

    def __init__(self, form: Callable[[Sequence[Case]], bytes], file: BinaryIO) -> None:
        self._form, self._file = form, file

    def write(self, cases: Sequence[Case]) -> None:
        self._file.write(self._form(cases))
        self._file.flush()


class _Held:
    """Keeps answers until there are enough, or until the end."""

    def __init__(self, put: Callable[[Sequence[Case]], object], enough: int | None = None) -> None:
        self._put, self._enough = put, enough
        self._cases: list[Case] = []

    def write(self, cases: Sequence[Case]) -> None:
        self._cases += cases
        if self._enough is not None and len(self._cases) >= self._enough:
            self.flush()

    def flush(self) -> None:
        if self._cases:
            self._put(self._cases)
            self._cases = []
