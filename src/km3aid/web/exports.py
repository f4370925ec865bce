"""An answer as a file: the one place that says which formats the service writes."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

from km3aid.engine import Assignment, Hits, Prediction
from km3aid.errors import ConfigError
from km3aid.render import write_assignment, write_prediction
from km3aid.spectra import Spectrum

MEDIA_TYPES = {
    "json": "application/json",
    "jsonl": "application/x-ndjson",
    "csv": "text/csv; charset=utf-8",
    "svg": "image/svg+xml",
    "html": "text/html; charset=utf-8",
}
PICTURES = ("svg", "html")


def formats(task: str) -> list[str]:
    """The formats that an answer of `task` can be had in."""
    return [f for f in MEDIA_TYPES if task in ("assign", "predict") or f not in PICTURES]


def export_answer(
    wanted: str, answer: Assignment | Hits | Prediction, structure: str | None, spectrum: Spectrum | None
) -> tuple[str, str]:
    """The answer in the format `wanted` and its media type; raises `ConfigError` where it cannot be written so."""
    values = answer.to_dict()
    if wanted == "json":
        content = json.dumps(values, indent=2, ensure_ascii=False) + "\n"
    elif wanted == "jsonl":
        content = json.dumps(values, ensure_ascii=False) + "\n"
    elif wanted == "csv":
        content = _csv(values)
    elif wanted in PICTURES and structure is not None and not isinstance(answer, Hits):
        content = _picture(wanted, answer, structure, spectrum)
    else:
        raise ConfigError(f"{wanted!r} cannot be written for this answer; known: {', '.join(MEDIA_TYPES)}")
    return content, MEDIA_TYPES[wanted]


def _picture(wanted: str, answer: Assignment | Prediction, structure: str, spectrum: Spectrum | None) -> str:
    with tempfile.TemporaryDirectory(prefix="km3aid-") as folder:
        path = Path(folder) / f"picture.{wanted}"
        if isinstance(answer, Assignment):
            assert spectrum is not None
            write_assignment(structure, spectrum, answer, **{wanted: path})
        else:
            write_prediction(structure, answer, **{wanted: path})
        return path.read_text(encoding="utf-8")


def _csv(values: dict[str, Any]) -> str:
    """One row per peak, hit or carbon class: the lists of the JSON joined by spaces."""
    rows = next(values[key] for key in ("assignments", "hits", "carbons") if key in values)
    buffer = io.StringIO()
    if rows:
        writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows({key: _cell(value) for key, value in row.items()} for row in rows)
    return buffer.getvalue()


def _cell(value: Any) -> Any:
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return "; ".join(f"{_cell(o['atoms'])} ({o['confidence']:.2f})" for o in value)
    return " ".join(map(str, value)) if isinstance(value, list) else value
