"""A picture as lines, areas and words, which `svg`, `png` and `pdf` paint. Lengths are pixels, y downwards.

A colour is `#rrggbb`, or `INK` or `PAPER`, for which the painter chooses a colour.
"""

from __future__ import annotations

from typing import NamedTuple

INK, PAPER = "ink", "paper"
ON_PAPER = {INK: "#111111", PAPER: "#ffffff"}
_LOWERED = {c: str(n) for n, c in enumerate("₀₁₂₃₄₅₆₇₈₉")}
_RAISED = {c: str(n) for n, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")} | {"⁺": "+", "⁻": "–"}


class Line(NamedTuple):
    x1: float
    y1: float
    x2: float
    y2: float
    colour: str
    width: float


class Polygon(NamedTuple):
    points: tuple[tuple[float, float], ...]
    colour: str


class Disc(NamedTuple):
    """A translucent disc."""

    x: float
    y: float
    radius: float
    colour: str


class Text(NamedTuple):
    """Words whose start, middle or end (`anchor`) lies at (x, y) on the baseline; a `halo` clears what is behind."""

    x: float
    y: float
    text: str
    anchor: str
    size: float
    colour: str
    bold: bool = False
    halo: bool = True


class Mark(NamedTuple):
    """Shapes of one line of the spectrum, highlighted together; `title` is shown on hover."""

    number: int
    title: str
    shapes: tuple[Line | Polygon | Disc | Text, ...]


Shape = Line | Polygon | Disc | Text
Item = Shape | Mark


class Scene(NamedTuple):
    width: float
    height: float
    title: str
    items: tuple[Item, ...]

    def shapes(self) -> list[Shape]:
        """All shapes, those of marks included, in the order of painting."""
        return [s for item in self.items for s in (item.shapes if isinstance(item, Mark) else (item,))]


class Run(NamedTuple):
    """Characters on one level: −1 lowered, 0 on the baseline, 1 raised."""

    text: str
    level: int


def runs(text: str) -> list[Run]:
    """`text` with its superscripts and subscripts as runs, since few fonts have these characters.

    >>> runs("CH₃")
    [Run(text='CH', level=0), Run(text='3', level=-1)]
    """
    found: list[Run] = []
    for character in text:
        level = -1 if character in _LOWERED else 1 if character in _RAISED else 0
        plain = _LOWERED.get(character) or _RAISED.get(character) or character
        if found and found[-1].level == level:
            found[-1] = Run(found[-1].text + plain, level)
        else:
            found.append(Run(plain, level))
    return found


RUN_SIZE = 0.7  # of a raised or lowered character, relative to its neighbours
RUN_SHIFT = {-1: 0.2, 0: 0.0, 1: -0.38}  # downwards, relative to the size
EM = 0.56  # mean width of a character, relative to the size: enough to keep labels apart


def width_of(text: str, size: float) -> float:
    """The approximate width of `text`."""
    return sum(len(r.text) * size * EM * (RUN_SIZE if r.level else 1) for r in runs(text))
