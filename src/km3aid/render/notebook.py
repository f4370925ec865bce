"""Answers and spectra in notebooks: a part of a page for each, and rows for a data frame."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from km3aid.drawn import Drawn
from km3aid.engine.results import Answers, Asked, Assignment, Hits, Prediction, Verification
from km3aid.errors import Km3aidError
from km3aid.render.drawing.curve import reading_picture
from km3aid.render.drawing.svg import ON_PAGE, svg
from km3aid.render.html.page import fragment
from km3aid.requests.answers import Case, Reading
from km3aid.spectra.spectrum import Spectrum

_NO_COLUMNS: dict[type, tuple[str, ...]] = {
    Assignment: (
        "id",
        "smiles",
        "peak",
        "shift_ppm",
        "atoms",
        "predicted_ppm",
        "std_ppm",
        "confidence",
        "interchangeable_with",
    ),
    Hits: ("id", "rank", "smiles", "name", "score", "probability", "graph_score", "match_score", "members"),
    Verification: ("id", "smiles", "verdict", "probability", "name", "score", "significance", "detail"),
    Prediction: ("smiles", "atoms", "shift_ppm", "std_ppm", "multiplicity", "interval_95_ppm"),
}  # of an answer without a row


def html_of(shown: Drawn) -> str | None:
    """HTML for a notebook; None where what was asked is not known and nothing can be drawn."""
    try:
        if isinstance(shown, Answers):
            return fragment([_case(answer) for answer in shown]) if shown else None
        above = _observed(shown.asked) if isinstance(shown, Hits) else ""
        return fragment([_case(shown)], above)
    except Km3aidError:  # no structure or no spectrum for the picture: the text of the object has to do
        return None


def frame_of(shown: Drawn) -> Any:
    """A pandas frame, or an Arrow table where pandas is not installed; counted from 0."""
    import pyarrow as pa

    answers = list(shown) if isinstance(shown, Answers) else [shown]
    rows = [row for answer in answers for row in rows_of(answer)]
    kind = type(answers[0]) if answers else Hits
    table = pa.Table.from_pylist(rows) if rows else pa.table({name: pa.nulls(0) for name in _NO_COLUMNS.get(kind, ())})
    try:
        import pandas as pd
    except ModuleNotFoundError:
        return table
    return table.to_pandas(types_mapper={pa.int64(): pd.Int64Dtype()}.get)


def rows_of(shown: Drawn) -> list[dict[str, Any]]:
    """The rows of one answer or spectrum."""
    match shown:
        case Assignment():
            return _assignment_rows(shown)
        case Hits():
            hits = [{**asdict(hit), "members": [member.smiles for member in hit.members]} for hit in shown.hits]
            return [{"id": shown.id, **hit} for hit in hits]
        case Verification():
            whole = {"smiles": shown.smiles, "verdict": str(shown.verdict), "probability": shown.probability}
            return [{"id": shown.id, **whole, **asdict(check)} for check in shown.tests]
        case Prediction():
            return [{"smiles": shown.smiles, **asdict(carbon)} for carbon in shown.carbons]
        case Spectrum():
            return [{"id": shown.id, "peak": n, **asdict(peak)} for n, peak in enumerate(shown)]
    raise TypeError(f"{type(shown).__name__} has no rows")


def _assignment_rows(answer: Assignment) -> list[dict[str, Any]]:
    """A row for each peak in the order of the spectrum, then one for each carbon without a peak."""
    whole = {"id": answer.id, "smiles": answer.smiles}
    told = ("predicted_ppm", "std_ppm", "confidence", "interchangeable_with")
    empty: dict[str, Any] = {"atoms": [], **dict.fromkeys(told)}
    spectrum = answer.asked and answer.asked.spectrum
    rows: dict[int, dict[str, Any]] = {
        n: {**whole, "peak": n, "shift_ppm": p.shift_ppm, **empty} for n, p in enumerate(spectrum or ())
    }
    for peak in answer.assignments:
        own = {name: getattr(peak, name) for name in told} | {"interchangeable_with": list(peak.interchangeable_with)}
        rows[peak.peak] = {**whole, "peak": peak.peak, "shift_ppm": peak.shift_ppm, "atoms": list(peak.atoms), **own}
    alone = [{**whole, "peak": None, "shift_ppm": None, **empty, "atoms": [a]} for a in answer.unobserved_atoms]
    return [rows[n] for n in sorted(rows)] + alone


def _case(shown: Drawn) -> Case:
    if isinstance(shown, Spectrum):
        return Case(Reading(shown), spectrum=shown)
    if not isinstance(shown, Assignment | Hits | Verification | Prediction):
        raise TypeError(f"{type(shown).__name__} cannot be drawn")
    asked = shown.asked or Asked()
    structure = asked.structure or (None if isinstance(shown, Hits) else shown.smiles)
    return Case(shown, structure, asked.spectrum)


def _observed(asked: Asked | None) -> str:
    """The spectrum that was searched, above its hits."""
    return svg(reading_picture(asked.spectrum), ON_PAGE) if asked and asked.spectrum else ""
