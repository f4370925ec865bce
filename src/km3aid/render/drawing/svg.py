"""A picture as an SVG document; the elements of a mark carry `data-mark`, so that a page can highlight them."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from km3aid.render.drawing.picture import picture
from km3aid.render.drawing.scene import (
    INK,
    ON_PAPER,
    PAPER,
    RUN_SHIFT,
    RUN_SIZE,
    Disc,
    Line,
    Mark,
    Polygon,
    Scene,
    Shape,
    Text,
    runs,
)
from km3aid.requests.answers import Case

ON_PAGE = {INK: "var(--ink)", PAPER: "var(--paper)"}  # set by the style of the page, for light and dark
_STYLE = (
    "text{font-family:Helvetica,Arial,sans-serif}"
    ".mark.lit circle{stroke:currentColor;stroke-width:2.5}.mark.lit line{stroke-width:4}.mark.lit text{font-size:14px}"
)


def write_svg(cases: Sequence[Case]) -> bytes:
    """The picture of one answer."""
    return svg(picture(cases[0])).encode()


def svg(scene: Scene, colours: dict[str, str] = ON_PAPER) -> str:
    """The SVG document as text."""
    drawn = "".join(_mark(i, colours) if isinstance(i, Mark) else _shape(i, colours) for i in scene.items)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {scene.width:.0f} {scene.height:.0f}" role="img" '
        f'width="{scene.width:.0f}" height="{scene.height:.0f}"><title>{escape(scene.title)}</title>'
        f'<style>{_STYLE}</style><rect width="100%" height="100%" fill="{colours[PAPER]}"/>{drawn}</svg>\n'
    )


def _mark(mark: Mark, colours: dict[str, str]) -> str:
    inner = "".join(_shape(s, colours) for s in mark.shapes)
    return f'<g class="mark" data-mark="{mark.number}"><title>{escape(mark.title)}</title>{inner}</g>'


def _shape(shape: Shape, colours: dict[str, str]) -> str:
    colour = colours.get(shape.colour, shape.colour)
    if isinstance(shape, Line):
        return (
            f'<line x1="{shape.x1:.1f}" y1="{shape.y1:.1f}" x2="{shape.x2:.1f}" y2="{shape.y2:.1f}" '
            f'stroke="{colour}" stroke-width="{shape.width:g}" stroke-linecap="round"/>'
        )
    if isinstance(shape, Polygon):
        points = " ".join(f"{x:.1f},{y:.1f}" for x, y in shape.points)
        return f'<polygon points="{points}" fill="{colour}"/>'
    if isinstance(shape, Disc):
        place = f'cx="{shape.x:.1f}" cy="{shape.y:.1f}" r="{shape.radius:.1f}"'
        return f'<circle {place} fill="{colour}" fill-opacity="0.35"/>'
    return _text(shape, colour, colours[PAPER])


def _text(shape: Text, colour: str, paper: str) -> str:
    bold = ' font-weight="bold"' if shape.bold else ""
    place = f'x="{shape.x:.1f}" y="{shape.y:.1f}" text-anchor="{shape.anchor}" font-size="{shape.size:.3g}"{bold}'
    words, level = "", 0.0
    for run in runs(shape.text):
        shift = RUN_SHIFT[run.level] * shape.size
        if run.level or level:
            size = f' font-size="{RUN_SIZE * shape.size:.3g}"' if run.level else ""
            words += f'<tspan dy="{shift - level:.3g}"{size}>{escape(run.text)}</tspan>'
        else:
            words += escape(run.text)
        level = shift
    drawn = f'<text {place} fill="{colour}">{words}</text>'
    if not shape.halo:
        return drawn
    return f'<text {place} fill="{paper}" stroke="{paper}" stroke-width="4" aria-hidden="true">{words}</text>{drawn}'
