"""CSV: a header, and one row per peak, hit or carbon class."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from km3aid.render.rows import COLUMNS, answer_rows
from km3aid.requests.answers import Case


def write_csv(cases: Sequence[Case]) -> bytes:
    """The rows of all answers under one header; read back as a spectrum, an assignment gives the same peaks."""
    kind = type(cases[0].answer)
    return csv_header(COLUMNS[kind]) + csv_rows(cases, COLUMNS[kind])


def csv_header(columns: Sequence[str]) -> bytes:
    return (",".join(columns) + "\n").encode()


def csv_rows(cases: Sequence[Case], columns: Sequence[str]) -> bytes:
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n", extrasaction="ignore")
    for case in cases:
        for row in answer_rows(case):
            writer.writerow({k: " ".join(v.split()) if isinstance(v, str) else v for k, v in row.items()})
    return buffer.getvalue().encode()
