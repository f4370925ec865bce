"""Figures 4, E.2, F.1 and F.2 of the report: structures, matrices of shift differences, the choice of each method."""

from __future__ import annotations

from typing import Any
from xml.sax.saxutils import escape

from km3aid.reproduction.report.results import NOT_RUN, Results

_CELL, _BOND, _PANEL = 16, 34.0, 330.0


_NOTE = """The paper's molecules are nmrshiftdb2 20191776 (figure 4A, of fold 2), 11429 (F.2A, fold 0) and 20212786
(F.2B, fold 1); each is drawn by models that did not train on it, and by `best`, which trained on those of folds 1 and
2. For 4B and F.1 the paper names none: the first molecules of the block by nmrshiftdb2 id that a rule admits, at most
30 carbons. Rows are peaks, columns carbons; a cell is darker the nearer the two shifts. Yellow: the right carbon; a red
cross: a wrong choice, each peak's carbon by the release's metric.

"""


def section(results: Results, drawings: dict[str, str]) -> str:
    """One drawing per molecule; how many peaks each method gives to a carbon of another shift."""
    text = "## Figures 4, F.1, F.2: case studies\n\n"
    ran = [(s, fold, v) for s in results.schedules for fold, v in results.by_fold(s, "", "cases").items()]
    ran += [("best", fold, value) for fold, value in results.by_fold("best", "", "cases").items()]
    if not ran:
        return text + NOT_RUN + "\n\n" + _isomers(results, drawings)
    text += _NOTE
    for schedule, fold, value in ran:
        for n, study in enumerate(value["studies"], 1):
            name = f"case-{n}-{schedule}-{fold}.svg"
            drawings[name] = case_drawing(study)
            wrong = "; ".join(f"{title} {wrong_choices(study, c)}" for title, c in study["choices"].items())
            trained = "; trained on it" if study.get("held_out") is False else ""
            text += (
                f"Figure {study['figure']}, {study['rule']} ({schedule}{trained}): nmrshiftdb2 "
                f"{study['nmrshiftdb2_id']}, `{study['smiles']}`, {len(study['carbons'])} carbons. Wrong: {wrong}.\n\n"
                f"![Structure and assignment](reproduction/{name})\n\n"
            )
    return text + _isomers(results, drawings)


def _isomers(results: Results, drawings: dict[str, str]) -> str:
    """Figure E.2: the structures of a group, and which of them the bundled model tells from the others."""
    drawn = results.units.get("drawings/e2")
    if drawn is None:
        return ""
    group = drawn["result"]
    right: dict[int, str] = {}
    for found in results.best("isomers"):
        for member in (m for g in found["by_group"] if g["formula"] == group["formula"] for m in g["members"]):
            held_out = "held out, " if member["held_out"] else ""
            right[member["nmrshiftdb2_id"]] = held_out + ("found" if member["right"] == 1 else "taken for another")
    drawings["isomers-e2.svg"] = _grid(group["members"], right)
    return (
        f"Figure E.2, the isomers {group['formula']} of the paper's list, and what `best` makes of their spectra:\n\n"
        "![Structures](reproduction/isomers-e2.svg)\n\n"
    )


def _grid(members: list[dict[str, Any]], notes: dict[int, str]) -> str:
    """Structures in rows of five, each with its id and a note."""
    parts, wide, high = [], _PANEL * 0.6, _PANEL * 0.42
    for n, member in enumerate(members):
        carbons = [a[0] for a in member["atoms"] if a[3] == ""]
        structure, _ = _structure({**member, "carbons": carbons})
        x, y = (n % 5) * wide, (n // 5) * high
        label = f"{member['nmrshiftdb2_id']} {notes.get(member['nmrshiftdb2_id'], '')}"
        parts.append(f'<g transform="translate({x:.0f},{y:.0f}) scale(0.58)">{structure}</g>')
        parts.append(f'<text x="{x + 14:.0f}" y="{y + high - 6:.0f}">{escape(label)}</text>')
    size = f'viewBox="0 0 {5 * wide:.0f} {-(-len(members) // 5) * high:.0f}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif" font-size="10">'
    return "\n".join([head, '<rect width="100%" height="100%" fill="white"/>', *parts, "</svg>"]) + "\n"


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
