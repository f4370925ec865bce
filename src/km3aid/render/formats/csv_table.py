"""CSV: a header, then a row for each peak, hit or carbon class; peaks and atoms count from 1."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import BinaryIO

from km3aid.render.rows import COLUMNS, answer_rows
from km3aid.requests.answers import Case


def write_csv(cases: Sequence[Case]) -> bytes:
    """The rows of all answers under one header; read back as a spectrum, an assignment gives the same peaks."""
    columns = COLUMNS[type(cases[0].answer)]
    return _header(columns) + _rows(cases, columns)


@contextmanager
def open_csv(file: BinaryIO, kind: type) -> Iterator[Callable[[Sequence[Case]], object]]:
    """The same for a batch, with the columns `id` and `error` for what failed."""
    columns = tuple(dict.fromkeys((*COLUMNS[kind], "id", "error")))
    file.write(_header(columns))
    yield lambda cases: file.write(_rows(cases, columns))


def _header(columns: Sequence[str]) -> bytes:
    return (",".join(columns) + "\n").encode()


def _rows(cases: Sequence[Case], columns: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    for case in cases:
        for row in answer_rows(case):
            writer.writerow({k: " ".join(v.split()) if isinstance(v, str) else v for k, v in row.items()})
    return buffer.getvalue().encode()
