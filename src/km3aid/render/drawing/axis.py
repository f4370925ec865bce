"""The axis of a spectrum, from high to low shift."""

from __future__ import annotations

import math
from collections.abc import Sequence

from km3aid.render.drawing.scene import INK, Item, Line, Text

MARGIN = 42.0
_TICK_PPM = 20
_ROOM_PPM = 8


def shown_range(shifts: Sequence[float]) -> tuple[int, int]:
    """The lower and the upper end of an axis for lines at these shifts."""
    high = _TICK_PPM * math.ceil((max(shifts, default=0.0) + _ROOM_PPM) / _TICK_PPM)
    return min(_TICK_PPM * math.floor((min(shifts, default=0.0) - _ROOM_PPM) / _TICK_PPM), 0), high


def place_on(ppm: float, low: int, high: int, width: float) -> float:
    """Where a shift lies on an axis from `high` to `low` in a picture of that width."""
    return MARGIN + (high - ppm) / (high - low) * (width - 2 * MARGIN)


def draw_axis(low: int, high: int, width: float, base: float, title: bool = True) -> list[Item]:
    """The axis, whose line lies at `base`."""
    items: list[Item] = [Line(MARGIN, base, width - MARGIN, base, INK, 1.0)]
    for tick in range(low, high + 1, _TICK_PPM):
        x = place_on(tick, low, high, width)
        items.append(Line(x, base, x, base + 5, INK, 1.0))
        items.append(Text(x, base + 18, str(tick), "middle", 11, INK, halo=False))
    if title:
        items.append(Text(width / 2, base + 36, "¹³C chemical shift / ppm", "middle", 12, INK, halo=False))
    return items
