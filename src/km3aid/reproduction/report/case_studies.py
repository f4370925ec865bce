"""Figures 4, F.1 and F.2 of the report: structure, matrix of shift differences, and the choice of each method."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from km3aid.reproduction.report.results import NOT_RUN, Results

_CELL, _BOND, _PANEL = 16, 34.0, 330.0


def section(results: Results, drawings: dict[str, str]) -> str:
    """One drawing per molecule; how many peaks each method gives to a carbon of another shift."""
    text = "## Figures 4, F.1, F.2: case studies\n\n"
    ran = [(s, folds[0]) for s in results.schedules if (folds := results.folds(s, "", "cases"))]
    if not ran:
        return text + NOT_RUN + "\n"
    text += (
        "The first molecules of the block by nmrshiftdb2 id that a rule admits, at most 30 carbons. Rows are peaks, "
        "columns carbons; a cell is darker the nearer the two shifts. Yellow: the right carbon; a red cross: a wrong "
        "choice.\n\n"
    )
    for schedule, value in ran:
        for n, study in enumerate(value["studies"], 1):
            name = f"case-{n}-{schedule}.svg"
            drawings[name] = case_drawing(study)
            wrong = "; ".join(f"{title} {wrong_choices(study, c)}" for title, c in study["choices"].items())
            text += (
                f"Figure {study['figure']}, {study['rule']} ({schedule}): nmrshiftdb2 {study['nmrshiftdb2_id']}, "
                f"`{study['smiles']}`, {len(study['carbons'])} carbons. Wrong: {wrong}.\n\n"
                f"![Structure and assignment](reproduction/{name})\n\n"
            )
    return text


def wrong_choices(study: dict[str, Any], choice: list[int]) -> int:
    """Peaks that a method gives to a carbon of another shift."""
    shift = study["shift_ppm"]
    return sum(shift[c] != shift[p] for p, c in enumerate(choice))


def case_drawing(study: dict[str, Any]) -> str:
    """The structure on the left, one matrix per method beside it."""
    structure, height = _structure(study)
    side = _CELL * len(study["carbons"]) + 46
    parts = [structure]
    for n, (title, choice) in enumerate(study["choices"].items()):
        parts.append(f'<g transform="translate({_PANEL + n * (side + 10):.0f},8)">{_matrix(study, title, choice)}</g>')
    width, total = _PANEL + len(study["choices"]) * (side + 10), max(height, side + 20)
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {total:.0f}" font-family="sans-serif"'
    return (
        "\n".join([f'{head} font-size="9">', '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>"])
        + "\n"
    )


def _matrix(study: dict[str, Any], title: str, choice: list[int]) -> str:
    shift = study["shift_ppm"]
    parts = [f'<text x="40" y="8" font-size="11">{escape(title)}: {wrong_choices(study, choice)} wrong</text>']
    for p, row in enumerate(shift):
        y = 14 + _CELL * p
        parts.append(f'<text x="36" y="{y + 11}" text-anchor="end">{row:g}</text>')
        for c, column in enumerate(shift):
            shade = 255 - round(150 / (1 + abs(row - column)))
            colour = "#ffd54a" if row == column else f"#{shade:02x}{shade:02x}ff"
            parts.append(
                f'<rect x="{40 + _CELL * c}" y="{y}" width="{_CELL - 1}" height="{_CELL - 1}" fill="{colour}"/>'
            )
        x, mark = 40 + _CELL * choice[p] + 7.5, "#222222" if shift[choice[p]] == row else "#d32f2f"
        path = f"M{x - 4} {y + 3.5}l8 8m0 -8l-8 8" if mark == "#d32f2f" else f"M{x - 4} {y + 8}l3 3l5 -7"
        parts.append(f'<path d="{path}" stroke="{mark}" stroke-width="1.8" fill="none"/>')
    bottom = 14 + _CELL * len(shift) + 10
    for c, atom in enumerate(study["carbons"]):
        parts.append(f'<text x="{47 + _CELL * c}" y="{bottom}" text-anchor="middle">{atom}</text>')
    return "".join(parts)


def _structure(study: dict[str, Any]) -> tuple[str, float]:
    """Bonds as lines, heteroatoms by their labels, carbons by their numbers."""
    xs, ys = [a[1] for a in study["atoms"]], [a[2] for a in study["atoms"]]
    scale = min(_BOND, (_PANEL - 50) / max(max(xs) - min(xs), 0.1))
    points = [(25 + (x - min(xs)) * scale, 25 + (max(ys) - y) * scale) for x, y in zip(xs, ys, strict=True)]
    parts = []
    for begin, end, order in study["bonds"]:
        (x1, y1), (x2, y2) = points[begin], points[end]
        length = max(((x2 - x1) ** 2 + (y2 - y1) ** 2) ** 0.5, 1e-6)
        across = (-(y2 - y1) / length, (x2 - x1) / length)
        for k in range(order):
            dx, dy = (2.6 * (k - (order - 1) / 2) * a for a in across)
            line = f'x1="{x1 + dx:.1f}" y1="{y1 + dy:.1f}" x2="{x2 + dx:.1f}" y2="{y2 + dy:.1f}"'
            parts.append(f'<line {line} stroke="#333333"/>')
    for (atom, _, _, label), (x, y) in zip(study["atoms"], points, strict=True):
        text, colour = (label, "#b5482f") if atom not in study["carbons"] else (str(atom), "#0b6e99")
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="6.5" fill="white"/>')
        parts.append(f'<text x="{x:.1f}" y="{y + 3:.1f}" text-anchor="middle" fill="{colour}">{escape(text)}</text>')
    return "".join(parts), 50 + (max(ys) - min(ys)) * scale
