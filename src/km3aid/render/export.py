"""An answer, or several of one kind, as a document in any of the output formats."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

from km3aid.engine.results import Assignment
from km3aid.errors import ConfigError
from km3aid.render.registry import check_format, load
from km3aid.requests.answers import Case

Writer = Callable[[Sequence[Case]], bytes]


class Document(NamedTuple):
    """A written answer; `suffix` is that of a file for it."""

    content: bytes
    media_type: str
    suffix: str


def export(cases: Case | Sequence[Case], format: str) -> Document:
    """An answer, or several of one kind, in one of `registry.FORMATS`.

    Formats that show the structure or the spectrum need them in the `Case`. Raises `ConfigError` where the format is
    unknown or cannot show such an answer.

    >>> from km3aid.engine.results import PredictedCarbon, Prediction
    >>> ethanol = Prediction("CCO", (PredictedCarbon((1,), 57.9, 1.0, "T"), PredictedCarbon((0,), 18.3, 1.0, "Q")))
    >>> export(Case(ethanol, "CCO"), "journal").content.decode()
    '13C NMR (predicted) δ 57.9 (C-2), 18.3 (C-1).\\n'
    """
    given = [cases] if isinstance(cases, Case) else list(cases)
    if not given:
        raise ConfigError("there is no answer to write")
    kind = type(given[0].answer)
    row = check_format(format, kind, len(given))
    if any(type(case.answer) is not kind for case in given):
        raise ConfigError("one file takes answers of one kind; write a file for each kind")
    if kind is Assignment and row.needs_input and any(c.spectrum is None or c.structure is None for c in given):
        raise ConfigError(f"{format}: needs the structure and the spectrum beside the assignment")
    writer: Writer = load(row.writer)
    return Document(writer(given), row.media_type, row.suffixes[0])
