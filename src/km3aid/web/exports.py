"""An answer as a file: which of the output formats the service offers for what."""

from __future__ import annotations

from km3aid.engine import Assignment, Hits, Prediction
from km3aid.render.export import Document
from km3aid.render.export import export as write
from km3aid.render.registry import FORMATS
from km3aid.requests.answers import Case
from km3aid.spectra import Spectrum

_KINDS: dict[str, type] = {"assign": Assignment, "rank": Hits, "search": Hits, "predict": Prediction}


def formats(task: str) -> list[str]:
    """The formats that an answer of `task` can be had in."""
    return [name for name, form in FORMATS.items() if _KINDS[task] in form.answers]


def export_answer(
    wanted: str, answer: Assignment | Hits | Prediction, structure: str | None, spectrum: Spectrum | None
) -> Document:
    """The answer in the format `wanted`; raises `ConfigError` where it cannot be written so."""
    return write(Case(answer, structure, spectrum), wanted)
