"""Write pictures: an SVG file, or a page of its own that needs nothing else."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from pathlib import Path

from km3aid.engine.encoder import parse_structure
from km3aid.engine.results import Assignment, Prediction
from km3aid.errors import ConfigError
from km3aid.molecules import lay_out
from km3aid.render.marks import ASSIGNMENT_COLUMNS, PREDICTION_COLUMNS, Mark, assignment_marks, prediction_marks
from km3aid.render.svg import confidence_colour, picture
from km3aid.spectra.spectrum import Spectrum

_STYLE = """
:root{color-scheme:light dark}
body{font-family:Helvetica,Arial,sans-serif;margin:1.5rem auto;max-width:60rem;padding:0 1rem}
h1{font-size:1.1rem;overflow-wrap:anywhere}svg{max-width:100%;height:auto;border-radius:6px}
table{border-collapse:collapse;width:100%;margin-top:1rem;font-variant-numeric:tabular-nums}
th,td{padding:.3rem .6rem;text-align:left;border-bottom:1px solid #8884}
tr.lit,tr:focus{background:#fc36;outline:none}[data-mark]{cursor:pointer}
.swatch{display:inline-block;width:.7em;height:.7em;border-radius:50%;margin-right:.4em}
"""
_SCRIPT = """
const all=[...document.querySelectorAll('[data-mark]')];
function light(n){all.forEach(e=>e.classList.toggle('lit',e.dataset.mark===n))}
all.forEach(e=>{for(const[on,off]of[['mouseenter','mouseleave'],['focus','blur']]){
e.addEventListener(on,()=>light(e.dataset.mark));e.addEventListener(off,()=>light(null))}});
"""


def write_assignment(
    structure: str, spectrum: Spectrum, answer: Assignment, *, svg: Path | None = None, html: Path | None = None
) -> None:
    """Draw which peak belongs to which carbon; `structure` is the text that was assigned."""
    notes = list(answer.warnings)
    _write(structure, assignment_marks(spectrum, answer), ASSIGNMENT_COLUMNS, answer.smiles, notes, svg, html)


def write_prediction(structure: str, answer: Prediction, *, svg: Path | None = None, html: Path | None = None) -> None:
    """Draw the predicted spectrum of a structure."""
    _write(structure, prediction_marks(answer), PREDICTION_COLUMNS, answer.smiles, [], svg, html)


def _write(
    structure: str,
    marks: Sequence[Mark],
    columns: Sequence[str],
    title: str,
    notes: Sequence[str],
    svg: Path | None,
    html: Path | None,
) -> None:
    drawn = picture(lay_out(parse_structure(structure)), marks, title)
    for path, text in ((svg, drawn), (html, _page(drawn, marks, columns, title, notes))):
        if path is not None:
            try:
                path.write_text(text, encoding="utf-8")
            except OSError as error:
                raise ConfigError(f"{path}: cannot be written ({error.strerror}); choose another file") from error


def _page(drawn: str, marks: Sequence[Mark], columns: Sequence[str], title: str, notes: Sequence[str]) -> str:
    head = "".join(f"<th>{escape(c)}</th>" for c in columns)
    rows = "".join(
        f'<tr data-mark="{m.number}" tabindex="0"><td><span class="swatch" '
        f'style="background:{confidence_colour(m.confidence)}"></span>'
        + "</td><td>".join(escape(c) for c in m.columns)
        + "</td></tr>"
        for m in marks
    )
    listed = "".join(f"<li>{escape(n)}</li>" for n in notes)
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width,initial-scale=1"><style>{_STYLE}</style></head><body>'
        f"<h1>{escape(title)}</h1>{drawn}<table><thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"
        f"{f'<ul>{listed}</ul>' if listed else ''}<script>{_SCRIPT}</script></body></html>\n"
    )
