"""A picture as PNG, painted by Pillow at four times the scene's size and then halved, which smooths the edges."""

from __future__ import annotations

import io
from collections.abc import Sequence
from functools import cache

from PIL import Image, ImageDraw, ImageFont

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

_SCALE = 2  # pixels in the file per pixel of the scene
_FINER = 2  # painted pixels per pixel in the file
_DPI = 96 * _SCALE
_OPACITY = 0.35


def write_png(cases: Sequence[Case]) -> bytes:
    """The picture of one answer."""
    return png(picture(cases[0]))


def png(scene: Scene) -> bytes:
    """The scene at 192 dpi."""
    fine = _SCALE * _FINER
    image = Image.new("RGB", (round(scene.width * fine), round(scene.height * fine)), ON_PAPER[PAPER])
    draw = ImageDraw.Draw(image)
    for shape in scene.shapes():
        _paint(draw, shape, fine)
    buffer = io.BytesIO()
    image.reduce(_FINER).save(buffer, "PNG", optimize=True, dpi=(_DPI, _DPI))
    return buffer.getvalue()


def _paint(draw: ImageDraw.ImageDraw, shape: Shape, fine: int) -> None:
    colour = ON_PAPER.get(shape.colour, shape.colour)
    if isinstance(shape, Line):
        width = max(round(shape.width * fine), 1)
        ends = [(shape.x1 * fine, shape.y1 * fine), (shape.x2 * fine, shape.y2 * fine)]
        draw.line(ends, colour, width)
        for x, y in ends:  # round ends
            draw.circle((x, y), (width - 1) / 2, colour)
    elif isinstance(shape, Polygon):
        draw.polygon([(x * fine, y * fine) for x, y in shape.points], colour)
    elif isinstance(shape, Disc):
        draw.circle((shape.x * fine, shape.y * fine), shape.radius * fine, _pale(colour))
    else:
        _write(draw, shape, colour, fine)


def _pale(colour: str) -> str:
    """`colour` as it looks when translucent on white."""
    parts = [int(colour[i : i + 2], 16) for i in (1, 3, 5)]
    return "#" + "".join(f"{round(255 - _OPACITY * (255 - p)):02x}" for p in parts)


def _write(draw: ImageDraw.ImageDraw, text: Text, colour: str, fine: int) -> None:
    parts = [(r, _font(text.size * fine * (RUN_SIZE if r.level else 1), text.bold)) for r in runs(text.text)]
    total = sum(font.getlength(r.text) for r, font in parts)
    x = text.x * fine - {"start": 0.0, "middle": total / 2, "end": total}[text.anchor]
    places = []
    for run, font in parts:
        places.append((x, (text.y + RUN_SHIFT[run.level] * text.size) * fine, run.text, font))
        x += font.getlength(run.text)
    if text.halo:
        for x, y, words, font in places:
            draw.text((x, y), words, ON_PAPER[PAPER], font, "ls", stroke_width=2 * fine, stroke_fill=ON_PAPER[PAPER])
    for x, y, words, font in places:
        draw.text((x, y), words, colour, font, "ls")


@cache
def _font(size: float, bold: bool) -> ImageFont.FreeTypeFont:
    return ImageFont.truetype(BOLD if bold else REGULAR, size)
