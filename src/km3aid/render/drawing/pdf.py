"""Pictures as a PDF with vector lines and embedded fonts, a page for each answer."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache
from typing import Any

from reportlab.lib.colors import HexColor
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from km3aid import __version__
from km3aid.render.drawing.fonts import BOLD, REGULAR
from km3aid.render.drawing.picture import picture
from km3aid.render.drawing.scene import (
    ON_PAPER,
    PAPER,
    RUN_SHIFT,
    RUN_SIZE,
    Disc,
    Line,
    Polygon,
    Scene,
    Shape,
    Text,
    runs,
)
from km3aid.requests.answers import Case

_POINTS = 0.75  # per pixel


def write_pdf(cases: Sequence[Case]) -> bytes:
    """The pictures of one or more answers."""
    return pdf([picture(case) for case in cases])


def pdf(scenes: Sequence[Scene]) -> bytes:
    """A page for each scene, of the size of the scene."""
    _register_fonts()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True, pageCompression=1)
    canvas.setTitle(scenes[0].title)
    canvas.setCreator(f"km3aid {__version__}")
    for scene in scenes:
        canvas.setPageSize((scene.width * _POINTS, scene.height * _POINTS))
        canvas.translate(0, scene.height * _POINTS)
        canvas.scale(_POINTS, -_POINTS)  # to pixels, y downwards
        canvas.setLineCap(1)
        for shape in scene.shapes():
            _paint(canvas, shape)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@cache
def _register_fonts() -> None:
    pdfmetrics.registerFont(TTFont("Vera", REGULAR))
    pdfmetrics.registerFont(TTFont("Vera-Bold", BOLD))


def _paint(canvas: Any, shape: Shape) -> None:
    colour = HexColor(ON_PAPER.get(shape.colour, shape.colour))
    canvas.setStrokeColor(colour)
    canvas.setFillColor(colour)
    if isinstance(shape, Line):
        canvas.setLineWidth(shape.width)
        canvas.line(shape.x1, shape.y1, shape.x2, shape.y2)
    elif isinstance(shape, Polygon):
        path = canvas.beginPath()
        path.moveTo(*shape.points[0])
        for point in shape.points[1:]:
            path.lineTo(*point)
        path.close()
        canvas.drawPath(path, stroke=0, fill=1)
    elif isinstance(shape, Disc):
        canvas.setFillAlpha(0.35)
        canvas.circle(shape.x, shape.y, shape.radius, stroke=0, fill=1)
        canvas.setFillAlpha(1)
    else:
        _write(canvas, shape, colour)


def _write(canvas: Any, text: Text, colour: Any) -> None:
    font = "Vera-Bold" if text.bold else "Vera"
    parts = [(r, text.size * (RUN_SIZE if r.level else 1)) for r in runs(text.text)]
    total = sum(pdfmetrics.stringWidth(r.text, font, size) for r, size in parts)
    first = text.x - {"start": 0.0, "middle": total / 2, "end": total}[text.anchor]
    for halo in (True, False) if text.halo else (False,):
        x = first
        for run, size in parts:
            canvas.saveState()
            canvas.translate(x, text.y + RUN_SHIFT[run.level] * text.size)
            canvas.scale(1, -1)
            words = canvas.beginText(0, 0)
            words.setFont(font, size)
            if halo:
                canvas.setStrokeColor(HexColor(ON_PAPER[PAPER]))
                canvas.setLineWidth(4)
                canvas.setLineJoin(1)
                words.setTextRenderMode(1)
            else:
                canvas.setFillColor(colour)
            words.textOut(run.text)
            canvas.drawText(words)
            canvas.restoreState()
            x += pdfmetrics.stringWidth(run.text, font, size)
