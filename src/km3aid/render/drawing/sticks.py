"""A spectrum as sticks on an axis from high to low shift, the number of each peak above its stick."""

from __future__ import annotations

from collections.abc import Sequence

from km3aid.render.drawing.axis import MARGIN, draw_axis, place_on, shown_range
from km3aid.render.drawing.marks import Mark as PeakMark
from km3aid.render.drawing.marks import confidence_colour
from km3aid.render.drawing.scene import INK, Item, Line, Mark, Shape, Text, width_of

HEIGHT = 190.0
PREDICTED = "#2b6cb0"
_NUMBER_SIZE = 11.0


def draw_sticks(marks: Sequence[PeakMark], width: float, top: float) -> list[Item]:
    """The spectrum in a band of `HEIGHT` whose upper edge is at `top`."""
    base, head = top + HEIGHT - 46, top + 46.0
    low, high = shown_range([m.shift_ppm for m in marks])
    items = draw_axis(low, high, width, base)
    ordered = sorted(marks, key=lambda m: -m.shift_ppm)
    xs = [place_on(m.shift_ppm, low, high, width) for m in ordered]
    gap = max((width_of(str(m.number), _NUMBER_SIZE) for m in ordered), default=0.0) + 7
    places = spread(xs, gap, MARGIN / 2, width - MARGIN / 2)
    for mark, x, place in zip(ordered, xs, places, strict=True):
        colour = confidence_colour(mark.confidence)
        shapes: list[Shape] = [Line(x, base, x, head, colour, 1.6)]
        if abs(place - x) > 0.5:  # a leader from the stick to its number
            shapes.append(Line(x, head, place, head - 14, colour, 0.8))
        else:
            shapes.append(Line(x, head, x, head - 14, colour, 0.8))
        shapes.append(Text(place, head - 18, str(mark.number), "middle", _NUMBER_SIZE, colour, bold=True, halo=False))
        items.append(Mark(mark.number, mark.title, tuple(shapes)))
    return items


def draw_mirror(observed: Sequence[float], predicted: Sequence[float], width: float, height: float) -> list[Item]:
    """Observed shifts as sticks above a line and predicted ones below it, over a common axis."""
    base = height - 22
    middle = base / 2
    low, high = shown_range([*observed, *predicted])
    items = draw_axis(low, high, width, base, title=False)
    items.append(Line(MARGIN, middle, width - MARGIN, middle, INK, 0.6))
    for shifts, end, colour in ((observed, 4.0, INK), (predicted, base - 4, PREDICTED)):
        for shift in shifts:
            x = place_on(shift, low, high, width)
            items.append(Line(x, middle, x, end, colour, 1.6))
    return items


def spread(wanted: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Ascending positions at least `gap` apart, as close as possible (least squares) to the ascending `wanted`.

    Where the room between `low` and `high` is too short, they stand closer than `gap`.

    >>> spread([10.0, 10.0], 4.0, 0.0, 100.0)
    [8.0, 12.0]
    """
    if not wanted:
        return []
    gap = min(gap, (high - low) / max(len(wanted) - 1, 1))
    blocks: list[tuple[float, int]] = []  # (sum, count) of positions less the gaps before them: pool adjacent violators
    for n, x in enumerate(wanted):
        total, count = x - n * gap, 1
        while blocks and blocks[-1][0] / blocks[-1][1] > total / count:
            other, more = blocks.pop()
            total, count = total + other, count + more
        blocks.append((total, count))
    limit = high - gap * (len(wanted) - 1)
    flat = [min(max(total / count, low), limit) for total, count in blocks for _ in range(count)]
    return [x + n * gap for n, x in enumerate(flat)]
