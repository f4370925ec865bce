"""A structure as shapes: bonds, atom labels, and the numbers of the peaks beside their carbons."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from km3aid.molecules import Drawing
from km3aid.render.drawing.marks import Mark as PeakMark
from km3aid.render.drawing.marks import confidence_colour
from km3aid.render.drawing.scene import INK, Disc, Item, Line, Mark, Polygon, Shape, Text, width_of

BOND = 46.0  # pixels, at most
MARGIN = 42.0
_NUMBER_SIZE = 11.0
_LABEL_SIZE = 15.0
_REACHES = (14.0, 18.0, 23.0)  # distances of a number from its atom
_DIRECTIONS = 24
_NEAR = 60.0

Point = tuple[float, float]


class Placed(NamedTuple):
    """The positions of the atoms on the picture, in pixels."""

    points: list[Point]
    scale: float
    height: float


def draw_structure(
    drawing: Drawing, marks: Sequence[PeakMark], width: float, margin: float = MARGIN
) -> tuple[list[Item], float]:
    """The shapes of the structure in a band of that `width`, and the height of the band."""
    placed = _place(drawing, width, margin)
    size = _LABEL_SIZE * max(placed.scale / BOND, 0.72)
    labels = [a.label for a in drawing.atoms]
    items: list[Item] = []
    for b in drawing.bonds:
        items += _bond(placed, labels, b.begin, b.end, b.order, b.kind, b.side)
    for (x, y), atom in zip(placed.points, drawing.atoms, strict=True):
        if atom.label:
            dx, anchor = (0.37 * size, "end") if atom.backwards else (-0.37 * size, "start")
            items.append(Text(x + dx, y + 0.34 * size, atom.label, anchor, size, INK))
    return items + _numbers(drawing, marks, placed, size), placed.height


def _place(drawing: Drawing, width: float, margin: float) -> Placed:
    xs, ys = [a.x for a in drawing.atoms], [a.y for a in drawing.atoms]
    span = max(max(xs) - min(xs), 0.1)
    scale = min(BOND, (width - 2 * margin) / span)
    left = (width - span * scale) / 2
    points = [(left + (x - min(xs)) * scale, margin + (max(ys) - y) * scale) for x, y in zip(xs, ys, strict=True)]
    return Placed(points, scale, 2 * margin + (max(ys) - min(ys)) * scale)


def _numbers(drawing: Drawing, marks: Sequence[PeakMark], placed: Placed, size: float) -> list[Item]:
    """The number of each peak, where bonds, atoms and the numbers before it leave most room."""
    position = {a.atom: n for n, a in enumerate(drawing.atoms)}
    bonds = [(placed.points[b.begin], placed.points[b.end]) for b in drawing.bonds]
    # (x of the middle, y, width) of each label
    taken = [
        (x + (-1 if a.backwards else 1) * max(width_of(a.label, size) / 2 - 0.37 * size, 0), y, width_of(a.label, size))
        for (x, y), a in zip(placed.points, drawing.atoms, strict=True)
        if a.label
    ]
    around: dict[int, list[Point]] = {}
    for b in drawing.bonds:
        around.setdefault(b.begin, []).append(placed.points[b.end])
        around.setdefault(b.end, []).append(placed.points[b.begin])
    items: list[Item] = []
    for mark in marks:
        for atom in mark.atoms:
            at = placed.points[position[atom]]
            text = str(mark.number)
            wide = width_of(text, _NUMBER_SIZE)
            x, y = _roomiest(at, around.get(position[atom], []), bonds, taken, wide)
            taken.append((x, y, wide))
            colour = confidence_colour(mark.confidence)
            shapes: tuple[Shape, ...] = (
                Disc(*at, 6.0 * max(placed.scale / BOND, 0.6), colour),
                Text(x, y + 4, text, "middle", _NUMBER_SIZE, colour, bold=True),
            )
            items.append(Mark(mark.number, mark.title, shapes))
    return items


def _roomiest(
    at: Point,
    around: Sequence[Point],
    bonds: Sequence[tuple[Point, Point]],
    taken: Sequence[tuple[float, float, float]],
    wide: float,
) -> Point:
    angles = sorted(math.atan2(y - at[1], x - at[0]) for x, y in around) or [math.pi / 2]
    free = max((b - a, (a + b) / 2) for a, b in pairwise([*angles, angles[0] + 2 * math.pi]))[1]
    near = [(p, q) for p, q in bonds if min(math.dist(p, at), math.dist(q, at)) < _NEAR]
    close = [t for t in taken if math.dist(t[:2], at) < _NEAR]
    best, lowest = at, math.inf
    for reach in _REACHES:
        for step in range(_DIRECTIONS):
            turn = 2 * math.pi * step / _DIRECTIONS
            x, y = at[0] + (reach + wide / 6) * math.cos(free + turn), at[1] + reach * math.sin(free + turn)
            cost = 0.06 * (reach - _REACHES[0]) + 0.12 * min(turn, 2 * math.pi - turn)
            cost += sum(max(0.0, 8.0 + wide / 6 - _distance((x, y), p, q)) for p, q in near)
            cost += sum(3.0 for tx, ty, w in close if abs(x - tx) < (w + wide) / 2 + 1 and abs(y - ty) < 12)
            if cost < lowest:
                best, lowest = (x, y), cost
    return best


def _distance(point: Point, a: Point, b: Point) -> float:
    """From `point` to the segment between `a` and `b`."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy or 1.0
    t = min(max(((point[0] - a[0]) * dx + (point[1] - a[1]) * dy) / length, 0.0), 1.0)
    return math.hypot(point[0] - a[0] - t * dx, point[1] - a[1] - t * dy)


def _bond(placed: Placed, labels: list[str], begin: int, end: int, order: int, kind: str, side: int) -> list[Shape]:
    scale = placed.scale
    (x1, y1), (x2, y2) = placed.points[begin], placed.points[end]
    length = math.hypot(x2 - x1, y2 - y1) or 1.0
    ux, uy = (x2 - x1) / length, (y2 - y1) / length
    gap1, gap2 = (min(11.0, 0.3 * length) if labels[i] else 0.0 for i in (begin, end))
    x1, y1, x2, y2 = x1 + ux * gap1, y1 + uy * gap1, x2 - ux * gap2, y2 - uy * gap2
    nx, ny = uy, -ux  # to the left of the bond on the page, where y points down
    half = 0.087 * scale
    if kind == "wedge":
        return [Polygon(((x1, y1), (x2 + half * nx, y2 + half * ny), (x2 - half * nx, y2 - half * ny)), INK)]
    if kind == "hash":
        steps = [(i + 1) / 7 for i in range(7)]
        return [_line(x1 + (x2 - x1) * t, y1 + (y2 - y1) * t, half * t * nx, half * t * ny, spread=True) for t in steps]
    apart = 0.11 * scale
    offsets = {1: [0.0], 2: [0.0, side * apart] if side else [-apart / 2, apart / 2], 3: [-apart, 0.0, apart]}
    lines: list[Shape] = []
    for offset in offsets[min(order, 3)]:
        inner = 0.12 * length if side and offset else 0.0
        ox, oy = nx * offset, ny * offset
        ax, ay, bx, by = x1 + ox + ux * inner, y1 + oy + uy * inner, x2 + ox - ux * inner, y2 + oy - uy * inner
        lines.append(_line(ax, ay, bx - ax, by - ay))
    return lines


def _line(x: float, y: float, dx: float, dy: float, spread: bool = False) -> Line:
    x1, y1 = (x - dx, y - dy) if spread else (x, y)
    return Line(x1, y1, x + dx, y + dy, INK, 1.6)
