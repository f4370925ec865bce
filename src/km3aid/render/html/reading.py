"""The report of a spectrum as it was read: its picture, its lines, what was decided and what was left out."""

from __future__ import annotations

from html import escape

from km3aid.render.drawing.curve import COLOURS, reading_picture
from km3aid.render.drawing.svg import ON_PAGE, svg
from km3aid.render.reading import role_of
from km3aid.requests.conditions import remarks
from km3aid.spectra.spectrum import Spectrum, groups_of

_COLUMNS = ("line (from 1)", "shift / ppm", "type", "carbons", "height", "set aside because")


def reading_report(spectrum: Spectrum) -> str:
    """The report; pointing at a row lights up its line."""
    rows = []
    for number, peak in enumerate(spectrum, 1):
        cells = (
            str(number),
            f"{peak.shift_ppm:.2f}",
            groups_of(peak.multiplicity) if peak.multiplicity else "",
            "" if peak.count is None else str(peak.count),
            "" if peak.intensity is None else f"{peak.intensity:.3g}",
            peak.aside or "",
        )
        swatch = f'<span class="swatch" style="background:{COLOURS[role_of(peak)]}"></span>'
        told = "</td><td>".join(map(escape, cells))
        rows.append(f'<tr data-mark="{number}" tabindex="0"><td>{swatch}{told}</td></tr>')
    head = "".join(f"<th>{escape(c)}</th>" for c in _COLUMNS)
    said = "".join(f"<li>{escape(remark)}</li>" for remark in remarks(spectrum, len(spectrum.left_out)))
    return (
        f'<div class="wide">{svg(reading_picture(spectrum), ON_PAGE)}</div>{f"<ul>{said}</ul>" if said else ""}'
        f"<table><thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody></table>"
    )
