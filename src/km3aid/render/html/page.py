"""A self-contained page: the report of one answer, or a table of many."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from km3aid.engine.results import Assignment, Hits, Verification
from km3aid.render.drawing.picture import sketch
from km3aid.render.drawing.svg import ON_PAGE, svg
from km3aid.render.html.reading import reading_report
from km3aid.render.html.report import assignment_report, hits_report, mean_confidence, verification_report
from km3aid.render.reading import reading_title
from km3aid.requests.answers import Answer, Case, Failure, Reading

_STYLE = """
:root{color-scheme:light dark;--ink:#111;--paper:#fff;--line:#8884;--lit:#fc36}
@media(prefers-color-scheme:dark){:root{--ink:#e8e8e8;--paper:#16191d}.mark,.swatch{filter:brightness(1.7)}}
body{font-family:Helvetica,Arial,sans-serif;margin:1.5rem auto;max-width:64rem;padding:0 1rem;
background:var(--paper);color:var(--ink)}
h1{font-size:1.2rem;overflow-wrap:anywhere}h2{font-size:1rem;margin-top:1.6rem}svg{max-width:100%;height:auto}
.wide{overflow-x:auto;text-align:center}.matrix{text-align:left}.wide>svg{max-width:none}
table{border-collapse:collapse;width:100%;margin-top:.6rem;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .6rem;text-align:left;border-bottom:1px solid var(--line);vertical-align:top}
td.smiles{overflow-wrap:anywhere;font-size:.85rem;max-width:18rem}
tr.lit,tr:focus,.matrix tr.lit th{background:var(--lit);outline:none}[data-mark]{cursor:pointer}
.swatch{display:inline-block;width:.7em;height:.7em;border-radius:50%;margin-right:.4em}
.matrix{width:auto;font-size:.75rem}.matrix th,.matrix td{padding:.15rem .3rem;text-align:right;white-space:nowrap}
.matrix td{background:color-mix(in srgb,#1c9c46 calc(var(--p)*.7%),transparent)}
.matrix td.chosen{outline:2px solid var(--ink);outline-offset:-2px}.matrix i{display:none;font-style:normal}
.costs:checked~.wide i{display:inline}.costs:checked~.wide b{display:none}.matrix b{font-weight:normal}
.verdict{font-weight:bold}.consistent{color:#1c9c46}.inconsistent{color:#c33}.undecided{color:#b8860b}
summary{cursor:pointer}.failed{color:#c33}.quiet{opacity:.7;font-size:.85rem}
"""
# The colours are those of JupyterLab, VS Code or the documentation, dark or light, where these say them.
_IN_NOTEBOOK = """
.km3aid{--ink:var(--jp-content-font-color1,var(--vscode-editor-foreground,var(--md-default-fg-color,#111)));
--paper:var(--jp-layout-color0,var(--vscode-editor-background,var(--md-default-bg-color,#fff)))}
.km3aid svg{max-width:100%;height:auto}.km3aid table{border-collapse:collapse;font-variant-numeric:tabular-nums}
.km3aid th,.km3aid td{padding:.2rem .6rem;text-align:left}.km3aid td.smiles{overflow-wrap:anywhere;max-width:18rem}
.km3aid .swatch{display:inline-block;width:.7em;height:.7em;border-radius:50%;margin-right:.4em}
.km3aid .verdict{font-weight:bold}.km3aid .consistent{color:#1c9c46}.km3aid .inconsistent,.km3aid .failed{color:#c33}
.km3aid .undecided{color:#b8860b}.km3aid .quiet{opacity:.7}
"""
_SCRIPT = """
for(const part of document.querySelectorAll('.report')){
const all=[...part.querySelectorAll('[data-mark]')];
const light=n=>all.forEach(e=>e.classList.toggle('lit',e.dataset.mark===n));
all.forEach(e=>{for(const[on,off]of[['mouseenter','mouseleave'],['focus','blur']]){
e.addEventListener(on,()=>light(e.dataset.mark));e.addEventListener(off,()=>light(null))}})}
"""


def write_html(cases: Sequence[Case]) -> bytes:
    """The report of one answer, or for several a table in which each row unfolds into its report."""
    if len(cases) == 1:
        title = _title(cases[0])
        body = f"<h1>{escape(title)}</h1>{_report(cases[0], 1)}{_circumstances(cases[0])}"
    else:
        title = f"{len(cases)} answers"
        body = f"<h1>{title}</h1>{_overview(cases)}"
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body>'
        f"{body}<script>{_SCRIPT}</script></body></html>\n"
    ).encode()


def fragment(cases: Sequence[Case], above: str = "") -> str:
    """What `write_html` puts into a page, for a notebook's: no title, no script, a style for itself alone."""
    body = _report(cases[0], 1) if len(cases) == 1 else _overview(cases)
    return f'<div class="km3aid"><style>{_IN_NOTEBOOK}</style>{above}{body}</div>'


def _circumstances(case: Case) -> str:
    rows = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in case.circumstances)
    return f'<table class="quiet">{rows}</table>' if rows else ""


def _title(case: Case) -> str:
    answer = case.answer
    if isinstance(answer, Failure):
        return answer.id or "no answer"
    if isinstance(answer, Reading):
        return reading_title(answer.spectrum)
    name = getattr(answer, "id", None)
    if isinstance(answer, Hits):
        return name or (answer.hits[0].smiles if answer.hits else "no hit")
    return f"{name}: {answer.smiles}" if name else answer.smiles


def _report(case: Case, number: int) -> str:
    if isinstance(case.answer, Failure):
        return f'<p class="failed">{escape(case.answer.error)}</p>'
    drawn = _drawn(case, case.answer, number)
    notes = getattr(case.answer, "warnings", ())
    listed = "".join(f"<li>{escape(n)}</li>" for n in notes)
    return f'<div class="report">{drawn}{f"<ul>{listed}</ul>" if listed else ""}</div>'


def _drawn(case: Case, answer: Answer, number: int) -> str:
    if isinstance(answer, Hits):
        return hits_report(case, answer)
    if isinstance(answer, Reading):
        return reading_report(answer.spectrum)
    return verification_report(answer) if isinstance(answer, Verification) else assignment_report(case, number)


def _overview(cases: Sequence[Case]) -> str:
    rows = "".join(_overview_row(number, case) for number, case in enumerate(cases, 1))
    head = "<th></th><th>id</th><th colspan=2>molecule</th><th>confidence</th>"
    return f"<table><thead><tr>{head}</tr></thead>{rows}</table>"


def _overview_row(number: int, case: Case) -> str:
    answer = case.answer
    if isinstance(answer, Failure):
        reason = f'<td colspan="3" class="failed">failed: {escape(answer.error)}</td>'
        return f"<tr><td>{number}</td><td>{escape(answer.id or '')}</td>{reason}</tr>"
    smiles, certainty = _summary(answer)
    drawn = svg(sketch(smiles), ON_PAGE) if smiles else ""
    return (
        f"<tr><td>{number}</td><td>{escape(getattr(answer, 'id', None) or '')}</td><td>{drawn}</td>"
        f'<td class="smiles">{escape(smiles)}</td><td>{escape(certainty)}</td></tr>'
        f'<tr><td></td><td colspan="4"><details><summary>report</summary>{_report(case, number)}</details></td></tr>'
    )


def _summary(answer: Answer) -> tuple[str, str]:
    """The molecule, and how certain the answer is."""
    if isinstance(answer, Hits):
        best = answer.hits[0] if answer.hits else None
        return (best.smiles, f"{best.probability:.0%}") if best else ("", "no hit")
    if isinstance(answer, Assignment):
        unmatched = f", {len(answer.unassigned_peaks)} peaks and {len(answer.unobserved_atoms)} carbons unmatched"
        rest = unmatched if answer.unassigned_peaks or answer.unobserved_atoms else ""
        return answer.smiles, f"mean {mean_confidence(answer):.0%}{rest}"
    if isinstance(answer, Verification):
        return answer.smiles, f"{answer.verdict}, {answer.probability:.0%}"
    if isinstance(answer, Reading):
        return "", f"{len(answer.spectrum.without_aside())} peaks"
    return answer.smiles, ""
