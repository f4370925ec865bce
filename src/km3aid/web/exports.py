"""An answer as a file: which output formats the service offers, and for which task."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from typing import Any

from km3aid.config import from_dict
from km3aid.engine.results import Assignment, Elucidation, Hits, Prediction, Verification
from km3aid.render.export import Document
from km3aid.render.export import export as write
from km3aid.render.registry import formats as known
from km3aid.render.stream import open_stream
from km3aid.requests.answers import Case, Failure
from km3aid.requests.records import Line

_ANSWERS: dict[str, type] = {
    "assign": Assignment,
    "verify": Verification,
    "rank": Hits,
    "search": Hits,
    "elucidate": Elucidation,
    "predict": Prediction,
}


def formats() -> dict[str, list[str]]:
    """The formats in which the answer to each task can be had."""
    return {task: [name for name, form in known().items() if kind in form.answers] for task, kind in _ANSWERS.items()}


def export_case(case: Case, format: str) -> Document:
    """The answer in that format; raises `ConfigError` where it cannot be written so."""
    return write(case, format)


def export_answers(task: str, lines: Iterable[Line], answers: Iterable[str], format: str) -> Document:
    """The answers to the lines of a batch, JSON as they were sent, as one file.

    Failures stand in it where the format can hold them. Raises `ConfigError` where it takes a single answer.
    """
    row = known()[format]
    made = io.BytesIO()
    with open_stream(format, _ANSWERS[task], made) as stream:
        stream.write([_case(task, line, json.loads(answer)) for line, answer in zip(lines, answers, strict=False)])
    return Document(made.getvalue(), row.media_type, row.suffixes[0])


def _case(task: str, line: Line, answer: dict[str, Any]) -> Case:
    if "error" in answer:
        return Case(Failure(answer["id"], answer["error"]))
    record: Any = line.record
    structure = getattr(record, "smiles", None)
    return Case(from_dict(_ANSWERS[task], answer, "answer"), structure, record.spectrum())
