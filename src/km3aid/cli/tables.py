"""Answers as tables for the terminal; peaks and atoms count from 1."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from km3aid.engine.results import Assignment, Elucidation, Hits, Prediction, Verification
from km3aid.render.reading import reading_title
from km3aid.render.rows import answer_rows
from km3aid.render.verdicts import effort_line, hits_lines, misfit_lines, rival_lines, verdict_line
from km3aid.requests.answers import Case, Reading
from km3aid.requests.conditions import remarks

_LARGE = 1e5  # in the unit of a spectrometer, for instance
_WIDTH = 140  # of what is not written to a terminal
_ELSEWHERE: dict[type, tuple[str, ...]] = {  # columns of which title or footer tell
    Prediction: ("smiles",),
    Hits: ("present", "members"),
    Elucidation: ("present", "graph_score", "match_score"),
    Reading: ("id",),
    Verification: ("smiles", "verdict", "probability"),
}


def tables(cases: Iterable[Case], terminal: bool) -> str:
    """A table for each answer, as wide and as coloured as the terminal allows, or plain."""
    buffer = io.StringIO()
    console = Console(file=buffer, force_terminal=terminal, width=None if terminal else _WIDTH)
    for case in cases:
        console.print(_table(case))
        if footer := _footer(case.answer):
            console.print(footer)
    return buffer.getvalue()


def _table(case: Case) -> Table:
    """The rows of an answer without the columns that are empty."""
    rows = answer_rows(case)
    told = [k for k in (rows[0] if rows else {}) if k not in _ELSEWHERE.get(type(case.answer), ())]
    shown = [k for k in told if any(row[k] not in (None, "") for row in rows)]
    table = Table(title=escape(_title(case)), title_justify="left", header_style="bold")
    for key in shown:
        table.add_column(key, justify="right" if isinstance(rows[0][key], float | int) else "left")
    for row in rows:
        table.add_row(*(_cell(row[key]) for key in shown))
    return table


def _title(case: Case) -> str:
    if isinstance(case.answer, Elucidation):
        return effort_line(case.answer)
    if isinstance(case.answer, Hits):
        return f"{case.answer.candidates:,} candidates, {case.answer.elapsed_ms:.0f} ms"
    if isinstance(case.answer, Reading):
        return reading_title(case.answer.spectrum)
    smiles = str(getattr(case.answer, "smiles", ""))
    verdict = verdict_line(case.answer) if isinstance(case.answer, Assignment | Verification) else ""
    return f"{smiles}\n{verdict}" if verdict else smiles


def _footer(answer: Any) -> str:
    if isinstance(answer, Hits):
        return escape("\n".join(hits_lines(answer)))
    if isinstance(answer, Reading):
        return escape("\n".join(remarks(answer.spectrum)))
    if isinstance(answer, Verification):
        return escape("\n".join([*misfit_lines(answer), *rival_lines(answer)]))
    if isinstance(answer, Prediction):
        return "atoms count from 1"
    if not isinstance(answer, Assignment):
        return ""
    alone = {"peaks without carbon": answer.unassigned_peaks, "atoms without peak": answer.unobserved_atoms}
    said = [f"{what}: {_from_one(numbers)}" for what, numbers in alone.items() if numbers]
    return "; ".join([*said, "peaks and atoms count from 1"])


def _from_one(numbers: Sequence[int]) -> str:
    return " ".join(str(n + 1) for n in numbers)


def _cell(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.2f}" if abs(value) < _LARGE else f"{value:.3g}"
    return "" if value is None else escape(str(value))
