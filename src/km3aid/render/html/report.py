"""The parts of a page: picture, table of peaks and matrix of an assignment; the hits of a search."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from km3aid.engine.results import (
    Assignment,
    Elucidation,
    Hit,
    Hits,
    Matrix,
    Prediction,
    Proposal,
    SharedPart,
    Verification,
)
from km3aid.errors import MoleculeError
from km3aid.render.drawing.marks import ASSIGNMENT_COLUMNS, PREDICTION_COLUMNS, Mark, confidence_colour, marks_of
from km3aid.render.drawing.picture import comparison, picture, sketch
from km3aid.render.drawing.scene import Scene
from km3aid.render.drawing.sticks import PREDICTED
from km3aid.render.drawing.svg import ON_PAGE, svg
from km3aid.render.numbering import atoms_from_1
from km3aid.render.verdicts import (
    effort_line,
    misfit_lines,
    none_of_these,
    rival_lines,
    shared_line,
    verdict_line,
)
from km3aid.requests.answers import Case


def assignment_report(case: Case, number: int) -> str:
    """Picture and table of an assignment or a prediction, and the matrix where there is one.

    `number` is that of the answer on its page, so that no two switches share an id.
    """
    marks = marks_of(case)
    columns = PREDICTION_COLUMNS if isinstance(case.answer, Prediction) else ASSIGNMENT_COLUMNS
    table = _peak_table(marks, columns)
    matrix = _matrix(case.answer, case.matrix, number) if case.matrix and isinstance(case.answer, Assignment) else ""
    verdict = _verdict(case.answer) if isinstance(case.answer, Assignment) else ""
    return f'{verdict}<div class="wide">{_drawn(picture(case))}</div>{table}{matrix}'


def hits_report(case: Case, answer: Hits) -> str:
    """A row for each hit: structure, probability, and the observed shifts above the predicted where both are known."""
    summary = f"{answer.candidates:,} candidates, {answer.elapsed_ms:.0f} ms"
    if isinstance(answer, Elucidation):
        summary = effort_line(answer)
    compared = case.spectrum is not None and len(case.predictions) > 0
    key = (
        f'<p class="quiet">{escape(summary)}. Sticks: observed above, '
        f'<span style="color:{PREDICTED}">predicted</span> below.</p>'
        if compared
        else f'<p class="quiet">{escape(summary)}</p>'
    )
    rows = []
    for n, hit in enumerate(answer.hits):
        sticks = ""
        if case.spectrum is not None and n < len(case.predictions):
            shifts = [c.shift_ppm for c in case.predictions[n].carbons]
            sticks = _drawn(comparison([p.shift_ppm for p in case.spectrum], shifts))
        name = f"<strong>{escape(hit.name)}</strong><br>" if hit.name else ""
        rows.append(
            f"<tr><td>{hit.rank}</td><td>{_drawn(sketch(hit.smiles))}</td>"
            f'<td class="smiles">{name}{escape(hit.smiles)}<br>probability {hit.probability:.1%}<br>'
            f'<span class="quiet">score {hit.score:.2f}: graph {hit.graph_score:.3f}, match {hit.match_score:.1f}'
            f"</span>{_origin(hit)}</td><td>{sticks}</td></tr>"
        )
    absent = "" if answer.present is None else f"<p><strong>{escape(none_of_these(answer.present))}</strong></p>"
    shared = answer.shared if isinstance(answer, Elucidation) else None
    return f"{key}<table>{''.join(rows)}</table>{_shared(shared)}{absent}"


def _origin(hit: Hit) -> str:
    """Where a proposal comes from, and whether it is new."""
    if not isinstance(hit, Proposal):
        return ""
    new = "in no library entry" if hit.novel else "in the library"
    unusual = f"; unusual by {hit.unusual:.1f}" if hit.unusual else ""
    return f'<br><span class="quiet">{escape(hit.formula)}, {new}; from {escape(hit.origin)}{unusual}</span>'


def _shared(shared: SharedPart | None) -> str:
    """What the likeliest proposals share, drawn where it can stand by itself."""
    if shared is None:
        return ""
    try:
        drawn = _drawn(sketch(shared.smiles)) if shared.proposals > 1 else ""
    except MoleculeError:  # a part cut out of an aromatic ring system
        drawn = ""
    return f"<h2>Certain</h2><p>{escape(shared_line(shared))}</p>{drawn}"


def verification_report(answer: Verification) -> str:
    """The verdict, its tests, and what speaks against the structure."""
    rows = "".join(
        f"<tr><td>{escape(check.name)}</td><td>{check.score:+.2f}</td><td>{check.significance:.2f}</td>"
        f"<td>{escape(check.detail)}</td></tr>"
        for check in answer.tests
    )
    against = "".join(f"<li>{escape(line)}</li>" for line in [*misfit_lines(answer), *rival_lines(answer)])
    return (
        f"{_verdict(answer)}{_drawn(sketch(answer.smiles))}"
        "<table><thead><tr><th>test</th><th>score −1…1</th><th>significance 0…1</th><th></th></tr></thead>"
        f"<tbody>{rows}</tbody></table>{f'<ul>{against}</ul>' if against else ''}"
    )


def mean_confidence(answer: Assignment) -> float:
    """Mean confidence of the assigned peaks; 0 where none is assigned."""
    confidences = [a.confidence for a in answer.assignments]
    return sum(confidences) / len(confidences) if confidences else 0.0


def _verdict(answer: Assignment | Verification) -> str:
    line = verdict_line(answer)
    return f'<p class="verdict {answer.verdict}">{escape(line)}</p>' if line else ""


def _drawn(scene: Scene) -> str:
    return svg(scene, ON_PAGE)


def _peak_table(marks: Sequence[Mark], columns: Sequence[str]) -> str:
    head = "".join(f"<th>{escape(c)}</th>" for c in columns)
    rows = "".join(
        f'<tr data-mark="{m.number}" tabindex="0"><td><span class="swatch" '
        f'style="background:{confidence_colour(m.confidence)}"></span>'
        + "</td><td>".join(escape(c) for c in m.columns)
        + "</td></tr>"
        for m in marks
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _matrix(answer: Assignment, matrix: Matrix, number: int) -> str:
    """Peaks by carbon classes, highest predicted shift first: the probability in percent, or the cost in nats."""
    order = sorted(range(len(matrix.atoms)), key=lambda k: -matrix.predicted_ppm[k])
    chosen = {a.peak: set(a.atoms) for a in answer.assignments}
    head = "".join(f"<th>{atoms_from_1(matrix.atoms[k])}<br>{matrix.predicted_ppm[k]:.1f}</th>" for k in order)
    rows = []
    for p, (costs, probabilities) in enumerate(zip(matrix.cost, matrix.probability, strict=True)):
        own = chosen.get(p, set())
        cells = "".join(
            f'<td style="--p:{100 * probabilities[k]:.0f}"{" class=chosen" if own & set(matrix.atoms[k]) else ""}>'
            f"<b>{_percent(probabilities[k])}</b><i>{costs[k]:.1f}</i></td>"
            for k in order
        )
        rows.append(f'<tr data-mark="{p + 1}"><th>peak {p + 1}</th>{cells}</tr>')
    part = f"costs-{number}"
    return (
        f'<h2>Every peak at every carbon</h2><input type="checkbox" class="costs" id="{part}">'
        f'<label for="{part}"> costs (negative log-likelihood) instead of probabilities (%)</label>'
        f'<div class="wide"><table class="matrix"><thead><tr><th>atoms (from 1)<br>predicted / ppm</th>{head}</tr>'
        f"</thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _percent(probability: float) -> str:
    return f"{100 * probability:.0f}" if probability >= 0.01 else ""
