"""An answer as flat rows, one per peak, hit or carbon class: what CSV and the terminal's table show."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from km3aid.engine.results import Assignment, Hits, Prediction
from km3aid.requests.answers import Case

_ASSIGNMENT = (
    "peak", "shift_ppm", "multiplicity", "count", "intensity", "atoms", "predicted_ppm", "confidence", "alternatives",
    "id",
)  # fmt: skip
_HITS = ("id", "rank", "smiles", "name", "score", "probability", "graph_score", "match_score")
_PREDICTION = ("smiles", "atoms", "shift_ppm", "std_ppm", "multiplicity")
COLUMNS: dict[type, tuple[str, ...]] = {Assignment: _ASSIGNMENT, Hits: _HITS, Prediction: _PREDICTION}


def answer_rows(case: Case) -> list[dict[str, Any]]:
    """The rows of one answer, with the keys of `COLUMNS`; atoms count from 0. A failure has the keys id and error."""
    answer = case.answer
    if isinstance(answer, Assignment):
        return _assignment_rows(case, answer)
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
    if isinstance(answer, Prediction):
        return [
            {
                "smiles": answer.smiles,
                "atoms": _numbers(c.atoms),
                "shift_ppm": c.shift_ppm,
                "std_ppm": c.std_ppm,
                "multiplicity": c.multiplicity,
            }
            for c in answer.carbons
        ]
    return [answer.to_dict()]


def _assignment_rows(case: Case, answer: Assignment) -> list[dict[str, Any]]:
    """Every peak of the spectrum, assigned or not, then every carbon without a peak."""
    assigned = {a.peak: a for a in answer.assignments}
    peaks: dict[int, dict[str, Any]] = {a.peak: {"shift_ppm": a.shift_ppm} for a in answer.assignments}
    if case.spectrum is not None:
        peaks = {
            n: {
                "shift_ppm": p.shift_ppm,
                "multiplicity": p.multiplicity,
                "count": p.count,
                "intensity": p.intensity,
            }
            for n, p in enumerate(case.spectrum)
        }
    rows: list[dict[str, Any]] = []
    for number in sorted({*peaks, *answer.unassigned_peaks}):
        row: dict[str, Any] = {**dict.fromkeys(_ASSIGNMENT), "peak": number, **peaks.get(number, {}), "id": answer.id}
        if found := assigned.get(number):
            row["atoms"] = _numbers(found.atoms)
            row["predicted_ppm"], row["confidence"] = found.predicted_ppm, found.confidence
            row["alternatives"] = "; ".join(f"{_numbers(o.atoms)} ({o.confidence:.2f})" for o in found.alternatives)
        rows.append(row)
    alone = [{**dict.fromkeys(_ASSIGNMENT), "atoms": str(i), "id": answer.id} for i in answer.unobserved_atoms]
    return rows + alone


def _numbers(atoms: Sequence[int]) -> str:
    return " ".join(map(str, atoms))
