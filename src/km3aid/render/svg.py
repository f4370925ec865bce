"""The picture itself: the structure with the numbers of its peaks, and the spectrum as sticks below it."""

from __future__ import annotations

import colorsys
import math
from collections.abc import Sequence
from html import escape
from itertools import pairwise

from km3aid.molecules import Drawing
from km3aid.render.marks import Mark

_BOND = 46.0  # pixels
_MARGIN = 42.0
_WIDTH, _SPECTRUM_HEIGHT = 760.0, 190.0
_NEUTRAL = "#4a5568"
_NUMBER = 'font-size="11" font-weight="bold"'
_STYLE = (
    "text{font-family:Helvetica,Arial,sans-serif}"
    ".mark.lit circle{stroke:#000;stroke-width:2.5}.mark.lit line{stroke-width:4}.mark.lit text{font-size:14px}"
)


def confidence_colour(confidence: float | None) -> str:
    """Red at 0.5 and below, through amber to green at 1, readable with the number beside it; grey without one.

    >>> confidence_colour(1.0)
    '#1c9c46'
    """
    if confidence is None:
        return _NEUTRAL
    hue = 140 / 360 * min(max((confidence - 0.5) / 0.5, 0.0), 1.0)
    return "#" + "".join(f"{round(255 * c):02x}" for c in colorsys.hls_to_rgb(hue, 0.36, 0.7))


def picture(drawing: Drawing, marks: Sequence[Mark], title: str) -> str:
    """One SVG document; elements of a mark carry `data-mark`, so that a page can light them up together."""
    structure, height = _structure(drawing, marks)
    total = height + _SPECTRUM_HEIGHT
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH:.0f} {total:.0f}" role="img" '
        f'width="{_WIDTH:.0f}" height="{total:.0f}"><title>{escape(title)}</title><style>{_STYLE}</style>'
        f'<rect width="100%" height="100%" fill="#fff"/>{structure}'
        f'<g transform="translate(0,{height:.0f})">{_spectrum(marks)}</g></svg>\n'
    )


def _structure(drawing: Drawing, marks: Sequence[Mark]) -> tuple[str, float]:
    """The structure's elements and the height that they take."""
    xs, ys = [a.x for a in drawing.atoms], [a.y for a in drawing.atoms]
    span = max(max(xs) - min(xs), 0.1)
    scale = min(_BOND, (_WIDTH - 2 * _MARGIN) / span)
    left = (_WIDTH - span * scale) / 2
    points = [(left + (x - min(xs)) * scale, _MARGIN + (max(ys) - y) * scale) for x, y in zip(xs, ys, strict=True)]
    labels = [a.label for a in drawing.atoms]
    parts = [_bond(points, labels, b.begin, b.end, b.order, b.kind, b.side, scale) for b in drawing.bonds]
    for (x, y), atom in zip(points, drawing.atoms, strict=True):
        if atom.label:
            at = (x + 5.5, "end") if atom.backwards else (x - 5.5, "start")
            parts.append(_text(at[0], y + 5, atom.label, at[1], "#111", 'font-size="15"'))
    where = {a.atom: p for a, p in zip(drawing.atoms, points, strict=True)}
    bonded = _neighbours(drawing, points)
    for mark in marks:
        parts += [_atom_mark(mark, where[i], bonded[i]) for i in mark.atoms]
    return "".join(parts), 2 * _MARGIN + (max(ys) - min(ys)) * scale


def _neighbours(drawing: Drawing, points: list[tuple[float, float]]) -> dict[int, list[tuple[float, float]]]:
    found: dict[int, list[tuple[float, float]]] = {a.atom: [] for a in drawing.atoms}
    for b in drawing.bonds:
        found[drawing.atoms[b.begin].atom].append(points[b.end])
        found[drawing.atoms[b.end].atom].append(points[b.begin])
    return found


def _atom_mark(mark: Mark, at: tuple[float, float], around: list[tuple[float, float]]) -> str:
    """The peak's number in the widest gap between the bonds of its atom."""
    angles = sorted(math.atan2(y - at[1], x - at[0]) for x, y in around) or [math.pi / 2]
    gaps = [(b - a, (a + b) / 2) for a, b in pairwise([*angles, angles[0] + 2 * math.pi])]
    free = max(gaps)[1]
    x, y = at[0] + 15 * math.cos(free), at[1] + 15 * math.sin(free)
    colour = confidence_colour(mark.confidence)
    return (
        f'<g class="mark" data-mark="{mark.number}"><title>{escape(mark.title)}</title>'
        f'<circle cx="{at[0]:.1f}" cy="{at[1]:.1f}" r="6" fill="{colour}" fill-opacity="0.35"/>'
        f"{_text(x, y + 4, str(mark.number), 'middle', colour, _NUMBER)}</g>"
    )


def _text(x: float, y: float, text: str, anchor: str, colour: str, how: str) -> str:
    """Text with a white edge, so that lines behind it do not run into it."""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {how}'
    edge = f'<text {place} fill="#fff" stroke="#fff" stroke-width="4" aria-hidden="true">{escape(text)}</text>'
    return f'{edge}<text {place} fill="{colour}">{escape(text)}</text>'


def _bond(
    points: list[tuple[float, float]],
    labels: list[str],
    begin: int,
    end: int,
    order: int,
    kind: str,
    side: int,
    scale: float,
) -> str:
    (x1, y1), (x2, y2) = points[begin], points[end]
    length = math.hypot(x2 - x1, y2 - y1) or 1.0
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    gap1, gap2 = (11 if labels[i] else 0 for i in (begin, end))
    x1, y1, x2, y2 = x1 + ux * gap1, y1 + uy * gap1, x2 - ux * gap2, y2 - uy * gap2
    nx, ny = uy, -ux  # to the left of the bond on the page, where y points down
    if kind == "wedge":
        corners = f"{x1:.1f},{y1:.1f} {x2 + 4 * nx:.1f},{y2 + 4 * ny:.1f} {x2 - 4 * nx:.1f},{y2 - 4 * ny:.1f}"
        return f'<polygon points="{corners}" fill="#111"/>'
    if kind == "hash":
        steps = [(i + 1) / 7 for i in range(7)]
        return "".join(
            _line(x1 + (x2 - x1) * t, y1 + (y2 - y1) * t, 4 * t * nx, 4 * t * ny, spread=True) for t in steps
        )
    apart = 0.11 * scale
    offsets = {1: [0.0], 2: [0.0, side * apart] if side else [-apart / 2, apart / 2], 3: [-apart, 0.0, apart]}
    lines = []
    for offset in offsets[min(order, 3)]:
        inner = 0.12 * length if side and offset else 0.0
        ox, oy = nx * offset, ny * offset
        ax, ay, bx, by = x1 + ox + ux * inner, y1 + oy + uy * inner, x2 + ox - ux * inner, y2 + oy - uy * inner
        lines.append(_line(ax, ay, bx - ax, by - ay))
    return "".join(lines)


def _line(x: float, y: float, dx: float, dy: float, spread: bool = False) -> str:
    x1, y1 = (x - dx, y - dy) if spread else (x, y)
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x + dx:.1f}" y2="{y + dy:.1f}" stroke="#111" stroke-width="1.6" '
        f'stroke-linecap="round"/>'
    )


def _spectrum(marks: Sequence[Mark]) -> str:
    """Sticks on an axis from high to low shift, with the peaks' numbers above them."""
    shifts = [m.shift_ppm for m in marks] or [0.0]
    high = 20 * math.ceil((max(shifts) + 8) / 20)
    low = min(20 * math.floor((min(shifts) - 8) / 20), 0)
    base, top = _SPECTRUM_HEIGHT - 46, 46.0

    def at(ppm: float) -> float:
        return _MARGIN + (high - ppm) / (high - low) * (_WIDTH - 2 * _MARGIN)

    parts = [f'<line x1="{_MARGIN}" y1="{base}" x2="{_WIDTH - _MARGIN}" y2="{base}" stroke="#111"/>']
    for tick in range(low, high + 1, 20):
        x = at(tick)
        parts.append(
            f'<line x1="{x:.1f}" y1="{base}" x2="{x:.1f}" y2="{base + 5}" stroke="#111"/>'
            f'<text x="{x:.1f}" y="{base + 18}" text-anchor="middle" font-size="11">{tick}</text>'
        )
    parts.append(f'<text x="{_WIDTH / 2}" y="{base + 36}" text-anchor="middle" font-size="12">δ(13C) / ppm</text>')
    placed: list[tuple[float, int]] = []
    for mark in sorted(marks, key=lambda m: -m.shift_ppm):
        x = at(mark.shift_ppm)
        taken = {level for other, level in placed if abs(x - other) < 14}
        level = min(set(range(4)) - taken, default=0)  # numbers of close peaks go one above the other
        placed.append((x, level))
        colour = confidence_colour(mark.confidence)
        parts.append(
            f'<g class="mark" data-mark="{mark.number}"><title>{escape(mark.title)}</title>'
            f'<line x1="{x:.1f}" y1="{base}" x2="{x:.1f}" y2="{top}" stroke="{colour}" stroke-width="2"/>'
            f"{_text(x, top - 5 - 12 * level, str(mark.number), 'middle', colour, _NUMBER)}</g>"
        )
    return "".join(parts)
