"""Parquet: a row for each answer with the fields of its JSON, lists nested, and `error` for a record that failed."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from km3aid.engine.results import Assignment, Elucidation, Hits, Prediction, Verification
from km3aid.requests.answers import Case

_TEXT, _INT, _REAL = pa.string(), pa.int32(), pa.float64()
_ALTERNATIVE = pa.struct({"atoms": pa.list_(_INT), "confidence": _REAL})
_PEAK = pa.struct(
    {
        "peak": _INT,
        "shift_ppm": _REAL,
        "atoms": pa.list_(_INT),
        "predicted_ppm": _REAL,
        "confidence": _REAL,
        "alternatives": pa.list_(_ALTERNATIVE),
        "std_ppm": _REAL,
        "interchangeable_with": pa.list_(_INT),
    }
)
_MEMBER = pa.struct({"smiles": _TEXT, "name": _TEXT, "score": _REAL, "probability": _REAL})
_HIT_FIELDS = {
    "rank": _INT,
    "smiles": _TEXT,
    "name": _TEXT,
    "score": _REAL,
    "probability": _REAL,
    "graph_score": _REAL,
    "match_score": _REAL,
    "members": pa.list_(_MEMBER),
}
_HIT = pa.struct(_HIT_FIELDS)
_PROPOSAL = pa.struct(
    _HIT_FIELDS
    | {
        "origin": _TEXT,
        "novel": pa.bool_(),
        "formula": _TEXT,
        "unusual": _REAL,
        "assignments": pa.list_(_PEAK),
    }
)
_SHARED = pa.struct({"smiles": _TEXT, "atoms": pa.list_(_INT), "share": _REAL, "proposals": _INT})
_CARBON = pa.struct(
    {"atoms": pa.list_(_INT), "shift_ppm": _REAL, "std_ppm": _REAL, "multiplicity": _TEXT, "interval_95_ppm": _REAL}
)
_CHECK = pa.struct({"name": _TEXT, "score": _REAL, "significance": _REAL, "detail": _TEXT})
_MISFIT = pa.struct(
    {
        "peak": _INT,
        "atoms": pa.list_(_INT),
        "observed_ppm": _REAL,
        "predicted_ppm": _REAL,
        "std_ppm": _REAL,
        "p_value": _REAL,
    }
)
_RIVAL = pa.struct({"smiles": _TEXT, "name": _TEXT, "ahead": _REAL})
SCHEMAS: dict[type, Any] = {
    Verification: pa.schema(
        {
            "id": _TEXT,
            "smiles": _TEXT,
            "verdict": _TEXT,
            "probability": _REAL,
            "tests": pa.list_(_CHECK),
            "misfits": pa.list_(_MISFIT),
            "rivals": pa.list_(_RIVAL),
            "compared": _INT,
            "elapsed_ms": _REAL,
            "warnings": pa.list_(_TEXT),
            "configurations": pa.list_(_MEMBER),
            "error": _TEXT,
        }
    ),
    Assignment: pa.schema(
        {
            "id": _TEXT,
            "smiles": _TEXT,
            "assignments": pa.list_(_PEAK),
            "unassigned_peaks": pa.list_(_INT),
            "unobserved_atoms": pa.list_(_INT),
            "score": _REAL,
            "warnings": pa.list_(_TEXT),
            "verdict": _TEXT,
            "probability": _REAL,
            "error": _TEXT,
        }
    ),
    Hits: pa.schema(
        {
            "id": _TEXT,
            "hits": pa.list_(_HIT),
            "candidates": pa.int64(),
            "elapsed_ms": _REAL,
            "warnings": pa.list_(_TEXT),
            "present": _REAL,
            "error": _TEXT,
        }
    ),
    Elucidation: pa.schema(
        {
            "id": _TEXT,
            "hits": pa.list_(_PROPOSAL),
            "candidates": pa.int64(),
            "elapsed_ms": _REAL,
            "warnings": pa.list_(_TEXT),
            "present": _REAL,
            "estimated": pa.int64(),
            "exhausted": pa.bool_(),
            "shared": _SHARED,
            "error": _TEXT,
        }
    ),
    Prediction: pa.schema({"smiles": _TEXT, "carbons": pa.list_(_CARBON), "warnings": pa.list_(_TEXT), "error": _TEXT}),
}


def write_parquet(cases: Sequence[Case]) -> bytes:
    """All answers as one table."""
    buffer = io.BytesIO()
    with open_parquet(buffer, type(cases[0].answer)) as put:
        put(cases)
    return buffer.getvalue()


@contextmanager
def open_parquet(file: BinaryIO, kind: type) -> Iterator[Callable[[Sequence[Case]], object]]:
    """The same for a batch that is written group by group."""
    schema = SCHEMAS[kind]
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        yield lambda cases: writer.write_table(pa.Table.from_pylist([c.answer.to_dict() for c in cases], schema))
