"""Print answers as a table, JSON, JSON lines or CSV, to the terminal or a file."""

from __future__ import annotations

import csv
import io
import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any, TypeVar

from km3aid.cli.options import Common, Format
from km3aid.engine.results import Assignment, Hits, Prediction
from km3aid.errors import ConfigError
from km3aid.spectra.spectrum import Spectrum

Answer = TypeVar("Answer", bound=Assignment | Hits)
_WARNED = 5


def emit(answers: Sequence[Assignment | Hits | Prediction], common: Common) -> None:
    """Print the answers in the wanted format."""
    wanted = common.format
    if wanted is None:
        wanted = Format.TABLE if common.out is None and sys.stdout.isatty() else Format.JSON
    if wanted is Format.TABLE:
        text = _tables(answers, common)
    elif wanted is Format.CSV:
        text = _csv([row for answer in answers for row in _rows(answer)])
    elif wanted is Format.JSONL:
        text = "".join(json.dumps(a.to_dict(), ensure_ascii=False) + "\n" for a in answers)
    else:
        values = [a.to_dict() for a in answers]
        text = json.dumps(values[0] if len(values) == 1 else values, indent=2, ensure_ascii=False) + "\n"
    write_text(text, common)
    if not common.quiet:
        for warning in [w for a in answers for w in getattr(a, "warnings", ())]:
            print(f"km3aid: warning: {warning}", file=sys.stderr)


def write_text(text: str, common: Common) -> None:
    """Write to `--out`, or to standard output."""
    if common.out is None:
        sys.stdout.write(text)
        sys.stdout.flush()
        return
    try:
        common.out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ConfigError(f"{common.out}: cannot be written ({error.strerror}); choose another --out") from error


def with_left_out(answer: Answer, spectrum: Spectrum) -> Answer:
    """The answer with what the reader of its spectrum decided and left out, as warnings."""
    left_out = tuple(f"left out {item.text!r}: {item.reason}" for item in spectrum.left_out)
    more = (f"… and {len(left_out) - _WARNED} more left out",) if len(left_out) > _WARNED else ()
    return replace(answer, warnings=(*answer.warnings, *spectrum.notes, *left_out[:_WARNED], *more))


def json_text(value: dict[str, Any]) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False) + "\n"


def _rows(answer: Assignment | Hits | Prediction) -> list[dict[str, Any]]:
    """One flat row per peak, hit or carbon class."""
    if isinstance(answer, Assignment):
        return [
            {
                "id": answer.id,
                "peak": a.peak,
                "shift_ppm": a.shift_ppm,
                "atoms": " ".join(map(str, a.atoms)),
                "predicted_ppm": a.predicted_ppm,
                "confidence": a.confidence,
                "alternatives": "; ".join(
                    f"{' '.join(map(str, o.atoms))} ({o.confidence:.2f})" for o in a.alternatives
                ),
            }
            for a in answer.assignments
        ]
    if isinstance(answer, Hits):
        return [
            {
                "id": answer.id,
                "rank": h.rank,
                "smiles": h.smiles,
                "name": h.name,
                "score": round(h.score, 3),
                "probability": round(h.probability, 4),
                "graph_score": round(h.graph_score, 4),
                "match_score": round(h.match_score, 3),
            }
            for h in answer.hits
        ]
    return [
        {
            "smiles": answer.smiles,
            "atoms": " ".join(map(str, c.atoms)),
            "shift_ppm": c.shift_ppm,
            "std_ppm": c.std_ppm,
            "multiplicity": c.multiplicity,
        }
        for c in answer.carbons
    ]


def _csv(rows: Sequence[dict[str, Any]]) -> str:
    buffer = io.StringIO()
    if rows:
        writer = csv.DictWriter(buffer, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return buffer.getvalue()


def _tables(answers: Iterable[Assignment | Hits | Prediction], common: Common) -> str:
    from rich.console import Console
    from rich.markup import escape
    from rich.table import Table

    buffer = io.StringIO()
    terminal = common.out is None and sys.stdout.isatty()
    console = Console(file=buffer, force_terminal=terminal, width=None if terminal else 140)
    for answer in answers:
        table = Table(title=escape(_title(answer)), title_justify="left", header_style="bold")
        rows = _rows(answer)
        shown = [
            key
            for key in (rows[0] if rows else {})
            if not (key == "smiles" and isinstance(answer, Prediction))
            and any(row[key] not in (None, "") for row in rows)
        ]
        for key in shown:
            table.add_column(key, justify="right" if isinstance(rows[0][key], float | int) else "left")
        for row in rows:
            table.add_row(*(_cell(row[key]) for key in shown))
        console.print(table)
        if isinstance(answer, Assignment) and (answer.unassigned_peaks or answer.unobserved_atoms):
            console.print(
                f"peaks without carbon: {list(answer.unassigned_peaks)}; atoms without peak: "
                f"{list(answer.unobserved_atoms)}"
            )
    return buffer.getvalue()


def _title(answer: Assignment | Hits | Prediction) -> str:
    if isinstance(answer, Hits):
        return f"{answer.candidates:,} candidates, {answer.elapsed_ms:.0f} ms"
    return answer.smiles


def _cell(value: Any) -> str:
    from rich.markup import escape

    return "" if value is None else escape(f"{value:.2f}" if isinstance(value, float) else str(value))
