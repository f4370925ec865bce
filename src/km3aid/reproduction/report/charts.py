"""Two plain charts as SVG: lines and grouped bars."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

_WIDTH, _HEIGHT, _LEFT, _BOTTOM, _TOP, _RIGHT = 640, 360, 56, 44, 12, 190
_COLOURS = ("#0b6e99", "#d1495b", "#4f7942", "#8a5a9e", "#c98b1b", "#444444", "#2aa198", "#999999")


def line_chart(lines: Mapping[str, Sequence[tuple[float, float]]], x_title: str, y_title: str) -> str:
    """Lines through points (x, y), all on one pair of axes that start at 0 for y."""
    xs = [x for points in lines.values() for x, _ in points]
    ys = [y for points in lines.values() for _, y in points]
    low, high, top = min(xs), max(max(xs), min(xs) + 1e-9), _round_up(max(ys))
    body = [_axes(x_title, y_title, top), *_ticks_x([(x, f"{x:g}") for x in _steps(low, high)], low, high)]
    for n, (name, points) in enumerate(lines.items()):
        at = " ".join(f"{_x(x, low, high):.1f},{_y(y, top):.1f}" for x, y in points)
        body.append(f'<polyline fill="none" stroke="{_colour(n)}" stroke-width="2" points="{at}"/>')
        body.append(_key(n, name))
    return _svg(body)


def bar_chart(groups: Mapping[str, Sequence[float]], x_title: str, y_title: str) -> str:
    """Bars in tenths from 0 to 1, one colour per group."""
    top = _round_up(max(v for values in groups.values() for v in values))
    body = [_axes(x_title, y_title, top), *_ticks_x([(n / 10, f"{n / 10:g}") for n in range(11)], 0, 1)]
    width = (_WIDTH - _LEFT - _RIGHT) / 10 * 0.8 / len(groups)
    for n, (name, values) in enumerate(groups.items()):
        for tenth, value in enumerate(values):
            left, y = _x(tenth / 10 + 0.01, 0, 1) + n * width, _y(value, top)
            size = f'width="{width:.1f}" height="{_y(0, top) - y:.1f}"'
            body.append(f'<rect x="{left:.1f}" y="{y:.1f}" {size} fill="{_colour(n)}"/>')
        body.append(_key(n, f"{name} carbons"))
    return _svg(body)


def _svg(body: Sequence[str]) -> str:
    box = f'viewBox="0 0 {_WIDTH} {_HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {box} font-family="sans-serif" font-size="12">'
    return "\n".join([head, f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="white"/>', *body, "</svg>"]) + "\n"


def _axes(x_title: str, y_title: str, top: float) -> str:
    left, right, bottom = _LEFT, _WIDTH - _RIGHT, _HEIGHT - _BOTTOM
    lines = [f'<path d="M{left} {_TOP}V{bottom}H{right}" fill="none" stroke="black"/>']
    for value in _steps(0, top):
        y = _y(value, top)
        lines.append(f'<path d="M{left} {y:.1f}H{right}" stroke="#dddddd"/>')
        lines.append(f'<text x="{left - 6}" y="{y + 4:.1f}" text-anchor="end">{value:g}</text>')
    middle = (_TOP + bottom) / 2
    lines.append(f'<text x="{(left + right) / 2}" y="{_HEIGHT - 8}" text-anchor="middle">{escape(x_title)}</text>')
    lines.append(f'<text transform="translate(14 {middle}) rotate(-90)" text-anchor="middle">{escape(y_title)}</text>')
    return "\n".join(lines)


def _ticks_x(ticks: Sequence[tuple[float, str]], low: float, high: float) -> list[str]:
    y = _HEIGHT - _BOTTOM + 16
    return [f'<text x="{_x(x, low, high):.1f}" y="{y}" text-anchor="middle">{escape(text)}</text>' for x, text in ticks]


def _key(n: int, name: str) -> str:
    x, y = _WIDTH - _RIGHT + 10, _TOP + 14 + 18 * n
    mark = f'<rect x="{x}" y="{y - 9}" width="10" height="10" fill="{_colour(n)}"/>'
    return f'{mark}<text x="{x + 16}" y="{y}">{escape(name)}</text>'


def _x(value: float, low: float, high: float) -> float:
    return _LEFT + (value - low) / (high - low) * (_WIDTH - _LEFT - _RIGHT)


def _y(value: float, top: float) -> float:
    return _HEIGHT - _BOTTOM - value / top * (_HEIGHT - _BOTTOM - _TOP)


def _steps(low: float, high: float) -> list[float]:
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100) if (high - low) / s <= 10 or s == 100)
    first = -(-low // step) * step
    return [first + step * n for n in range(int((high - first) // step) + 1)]


def _round_up(value: float) -> float:
    step = 10 if value > 20 else 2
    return float(max(step, -(-value // step) * step))


def _colour(n: int) -> str:
    return _COLOURS[n % len(_COLOURS)]
