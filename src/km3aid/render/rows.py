"""An answer as flat rows for people, one for each peak, hit or carbon class: CSV and the terminal's table."""

from __future__ import annotations

from typing import Any

from km3aid.engine.results import Assignment, Elucidation, Hit, Hits, Prediction, Proposal, Verification
from km3aid.render.numbering import atoms_from_1
from km3aid.requests.answers import Case, Reading

_ASSIGNMENT = (
    "peak_from_1", "shift_ppm", "multiplicity", "count", "intensity", "atoms_from_1", "predicted_ppm", "std_ppm",
    "confidence", "alternatives_from_1", "interchangeable_from_1", "id",
)  # fmt: skip
_HITS = ("id", "rank", "smiles", "name", "score", "probability", "graph_score", "match_score", "members", "present")
_PROPOSALS = (*_HITS[:3], "formula", "origin", "novel", *_HITS[4:8], "unusual", "present")
_VERIFICATION = ("id", "smiles", "verdict", "probability", "test", "score", "significance", "detail")
_PREDICTION = ("smiles", "atoms_from_1", "shift_ppm", "std_ppm", "interval_95_ppm", "multiplicity")
_READING = ("id", "peak_from_1", "shift_ppm", "multiplicity", "count", "intensity", "aside")
COLUMNS: dict[type, tuple[str, ...]] = {
    Assignment: _ASSIGNMENT,
    Verification: _VERIFICATION,
    Hits: _HITS,
    Elucidation: _PROPOSALS,
    Prediction: _PREDICTION,
    Reading: _READING,
}


def answer_rows(case: Case) -> list[dict[str, Any]]:
    """The rows of one answer, with the keys of `COLUMNS`. A failure has one row, with the keys id and error."""
    answer = case.answer
    if isinstance(answer, Assignment):
        return _assignment_rows(case, answer)
    if isinstance(answer, Verification):
        whole = {"id": answer.id, "smiles": answer.smiles, "verdict": answer.verdict, "probability": answer.probability}
        return [
            {
                **whole,
                "test": check.name,
                "score": round(check.score, 2),
                "significance": round(check.significance, 2),
                "detail": check.detail,
            }
            for check in answer.tests
        ]
    if isinstance(answer, Reading):
        return [
            {
                "id": answer.id,
                "peak_from_1": number,
                "shift_ppm": p.shift_ppm,
                "multiplicity": p.multiplicity,
                "count": p.count,
                "intensity": p.intensity,
                "aside": p.aside,
            }
            for number, p in enumerate(answer.spectrum, 1)
        ]
    if isinstance(answer, Elucidation):
        return [_proposal_row(answer, h) for h in answer.hits if isinstance(h, Proposal)]
    if isinstance(answer, Hits):
        return [_hit_row(answer, h) for h in answer.hits]
    if isinstance(answer, Prediction):
        return [
            {
                "smiles": answer.smiles,
                "atoms_from_1": atoms_from_1(c.atoms),
                "shift_ppm": c.shift_ppm,
                "std_ppm": c.std_ppm,
                "interval_95_ppm": c.interval_95_ppm,
                "multiplicity": c.multiplicity,
            }
            for c in answer.carbons
        ]
    return [answer.to_dict()]


def _hit_row(answer: Hits, hit: Hit) -> dict[str, Any]:
    return {
        "id": answer.id,
        "rank": hit.rank,
        "smiles": hit.smiles,
        "name": hit.name,
        "score": round(hit.score, 3),
        "probability": round(hit.probability, 4),
        "graph_score": round(hit.graph_score, 4),
        "match_score": round(hit.match_score, 3),
        "members": " ".join(m.smiles for m in hit.members),
        "present": None if answer.present is None else round(answer.present, 4),
    }


def _proposal_row(answer: Elucidation, proposal: Proposal) -> dict[str, Any]:
    return {
        "id": answer.id,
        "rank": proposal.rank,
        "smiles": proposal.smiles,
        "formula": proposal.formula,
        "origin": proposal.origin,
        "novel": proposal.novel,
        "score": round(proposal.score, 3),
        "probability": round(proposal.probability, 4),
        "graph_score": round(proposal.graph_score, 4),
        "match_score": round(proposal.match_score, 3),
        "unusual": proposal.unusual,
        "present": None if answer.present is None else round(answer.present, 4),
    }


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
    for peak in sorted({*peaks, *answer.unassigned_peaks}):
        row = {**dict.fromkeys(_ASSIGNMENT), "peak_from_1": peak + 1, **peaks.get(peak, {}), "id": answer.id}
        if own := assigned.get(peak):
            row["atoms_from_1"] = atoms_from_1(own.atoms)
            row |= {"predicted_ppm": own.predicted_ppm, "std_ppm": own.std_ppm, "confidence": own.confidence}
            row["interchangeable_from_1"] = ", ".join(str(other + 1) for other in own.interchangeable_with)
            row["alternatives_from_1"] = "; ".join(
                f"{atoms_from_1(o.atoms)} ({o.confidence:.2f})" for o in own.alternatives
            )
        rows.append(row)
    alone = [
        {**dict.fromkeys(_ASSIGNMENT), "atoms_from_1": atoms_from_1([atom]), "id": answer.id}
        for atom in answer.unobserved_atoms
    ]
    return rows + alone
