"""A spectrum as it was read: its trace with the picked lines and those set aside, and the level of the noise."""

from __future__ import annotations

from collections.abc import Sequence

from km3aid.render.drawing.axis import MARGIN, draw_axis, place_on, shown_range
from km3aid.render.drawing.scene import INK, Item, Line, Mark, Polygon, Scene, Shape, Text, width_of
from km3aid.render.drawing.sticks import spread
from km3aid.render.reading import Role, reading_title, role_of
from km3aid.spectra.spectrum import Peak, Spectrum, groups_of
from km3aid.spectra.trace import Trace

COLOURS = {Role.PEAK: "#1c9c46", Role.FOREIGN: "#2b6cb0", Role.PART: "#8b4fb3", Role.WEAK: "#b8860b"}
_WIDTH, _WIDEST = 900.0, 2400.0
_TOP, _HEIGHT, _BELOW = 64.0, 260.0, 70.0
_LABEL_SIZE = 10.0
_CAPITALS = 1.2  # by which they are wider than digits
_NOISE, _NOISE_COLOUR = 5.0, "#c33333"  # the height from which lines are picked, in standard deviations
_CLIPPED = 1.5  # times the third-strongest peak, beyond which lines are cut off
_THINNEST = 0.8
_LOWERED = str.maketrans("23", "₂₃")


def reading_picture(spectrum: Spectrum) -> Scene:
    """The picture of a spectrum; where there is no trace, its lines are sticks."""
    room = sum(_label_width(peak) + 6 for peak in spectrum if peak.aside is None) + 2 * MARGIN
    width = min(max(_WIDTH, room), _WIDEST)
    low, high = shown_range([p.shift_ppm for p in spectrum])
    scale = _Scale(spectrum)
    base = _TOP + _HEIGHT + 12
    items = draw_axis(low, high, width, base)
    zero = scale.y(0.0)
    if spectrum.trace is None:
        items.append(Line(MARGIN, zero, width - MARGIN, zero, INK, 0.6))
    else:
        items.append(_curve(spectrum.trace, scale, (low, high), width))
        items += _noise(spectrum.trace, scale, width)
    items += _marks(spectrum, scale, (low, high), width)
    items += _key(spectrum, base + 56)
    return Scene(width, base + _BELOW, reading_title(spectrum), tuple(items))


class _Scale:
    """Heights → y: the strongest lines are cut off, so that a solvent does not flatten the sample."""

    def __init__(self, spectrum: Spectrum) -> None:
        heights = sorted((abs(_height(p)) for p in spectrum if p.aside is None), reverse=True)
        third = heights[min(2, len(heights) - 1)] if heights else max(abs(_height(p)) for p in spectrum)
        limit = _CLIPPED * third or 1.0
        trace = spectrum.trace
        highest = max(trace.high) if trace else max(_height(p) for p in spectrum)
        lowest = min(trace.low) if trace else min(_height(p) for p in spectrum)
        self.up, self.down = max(min(highest, limit), 0.0), max(min(-lowest, limit), 0.0)
        self.per_unit = _HEIGHT / ((self.up + self.down) or 1.0)

    def y(self, height: float) -> float:
        return _TOP + (self.up - max(-self.down, min(height, self.up))) * self.per_unit


def _height(peak: Peak) -> float:
    return 1.0 if peak.intensity is None else peak.intensity


def _curve(trace: Trace, scale: _Scale, shown: tuple[int, int], width: float) -> Polygon:
    step = (trace.right_ppm - trace.left_ppm) / len(trace.high)
    over, under = [], []
    for n, (lowest, highest) in enumerate(zip(trace.low, trace.high, strict=True)):
        ppm = trace.left_ppm + (n + 0.5) * step
        if shown[0] <= ppm <= shown[1]:
            x, top = place_on(ppm, *shown, width), scale.y(highest)
            over.append((x, top))
            under.append((x, max(scale.y(lowest), top + _THINNEST)))
    return Polygon((*over, *reversed(under)), INK)


def _noise(trace: Trace, scale: _Scale, width: float) -> list[Item]:
    """The heights from which lines are picked, upwards, and downwards if anything points there."""
    items: list[Item] = []
    for sign in (1, -1):
        y = scale.y(sign * _NOISE * trace.noise)
        if sign > 0 or scale.down > _NOISE * trace.noise:
            items.append(Line(MARGIN, y, width - MARGIN, y, _NOISE_COLOUR, 0.6))
    text = f"{_NOISE:g} × noise"
    items.append(Text(width - 4, scale.y(_NOISE * trace.noise) - 3, text, "end", 9, _NOISE_COLOUR, halo=False))
    return items


def _marks(spectrum: Spectrum, scale: _Scale, shown: tuple[int, int], width: float) -> list[Item]:
    """A stroke for every line, and the shift of every peak above."""
    items: list[Item] = []
    order = sorted(range(len(spectrum)), key=lambda i: -spectrum.peaks[i].shift_ppm)
    kept = [i for i in order if spectrum.peaks[i].aside is None]
    xs = [place_on(spectrum.peaks[i].shift_ppm, *shown, width) for i in kept]
    gap = max((_label_width(spectrum.peaks[i]) for i in kept), default=0.0) + 5
    places = dict(zip(kept, spread(xs, gap, MARGIN / 2, width - MARGIN / 2), strict=True))
    for i in order:
        peak = spectrum.peaks[i]
        x, colour = place_on(peak.shift_ppm, *shown, width), COLOURS[role_of(peak)]
        shapes: list[Shape] = []
        if spectrum.trace is None:
            shapes.append(Line(x, scale.y(0.0), x, scale.y(_height(peak)), colour, 1.6))
        if i in places:
            shapes.append(Line(x, _TOP - 6, places[i], _TOP - 18, colour, 0.8))
            for n, line in enumerate(reversed(_label(peak))):
                shapes.append(Text(places[i], _TOP - 22 - 12 * n, line, "middle", _LABEL_SIZE, colour, halo=False))
        shapes.append(Line(x, _TOP - 6, x, _TOP + (4 if i in places else -1), colour, 1.2))
        items.append(Mark(i + 1, _told(i, peak), tuple(shapes)))
    return items


def _label(peak: Peak) -> list[str]:
    """The words at a peak, one above the other."""
    kind = [groups_of(peak.multiplicity).translate(_LOWERED)] if peak.multiplicity else []
    return [f"{peak.shift_ppm:.1f}", *kind]


def _label_width(peak: Peak) -> float:
    return max(width_of(line, _LABEL_SIZE) * (_CAPITALS if "C" in line else 1.0) for line in _label(peak))


def _told(position: int, peak: Peak) -> str:
    kind = f", {groups_of(peak.multiplicity)}" if peak.multiplicity else ""
    return f"line {position + 1}: {peak.shift_ppm:.2f} ppm{kind}" + (f", {peak.aside}" if peak.aside else "")


def _key(spectrum: Spectrum, y: float) -> list[Item]:
    items: list[Item] = []
    x = MARGIN
    for role in _roles(spectrum):
        count = sum(role_of(p) is role for p in spectrum)
        text = f"{count} × {role.value}"
        items += [
            Line(x, y - 4, x + 14, y - 4, COLOURS[role], 2.0),
            Text(x + 20, y, text, "start", 11, COLOURS[role], halo=False),
        ]
        x += width_of(text, 11) + 44
    return items


def _roles(spectrum: Spectrum) -> Sequence[Role]:
    return [role for role in Role if any(role_of(p) is role for p in spectrum)]
