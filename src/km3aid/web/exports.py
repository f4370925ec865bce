"""An answer as a file: which output formats the service offers, and for which task."""

from __future__ import annotations

from km3aid.engine.results import Assignment, Elucidation, Hits, Prediction, Verification
from km3aid.render.export import Document
from km3aid.render.export import export as write
from km3aid.render.registry import formats as known
from km3aid.requests.answers import Case

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
