"""Write the tables and the picture of docs/trust.md from results/trust.json; with `--check` only test the tables."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from km3aid.reproduction.report.charts import line_chart

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- figures: written by benchmarks/trust.py -->", "<!-- end of figures -->"
_KINDS = {
    "per_carbon": "one peak per carbon",
    "distinct": "distinct peaks",
    "dept": "distinct, hydrogens known",
    "disturbed": "lost and foreign peaks",
    "literature": "real lines",
}
_AMONG = {"all": "all of {}", "isomers": "isomers in {}", "few": "a few of {}"}


def tables(results: dict[str, Any]) -> str:
    """Both tables as Markdown."""
    lines = [
        "| spectrum | among | comparisons | area under the curve | Brier score | calibration error "
        "| absent, yet the first hit ≥ 0.9 | there, and the first hit ≥ 0.9 | right at ≥ 0.9 |",
        "|---|---|---|---|---|---|---|---|---|",
    ]
    for size, kinds in results["presence_by_library_size"].items():
        for kind, lists in kinds.items():
            for among in sorted(lists, key=list(_AMONG).index):
                lines.append(_presence_row(_KINDS[kind], _AMONG[among].format(f"{int(size):,}"), lists[among]))
    lines += [
        "",
        "| spectrum | how | right: consistent / undecided / inconsistent | close: consistent | random: consistent "
        "| right ones found where 5 % of the close pass | random ones that pass where 95 % of the right do |",
        "|---|---|---|---|---|---|---|",
    ]
    for kind, ways in results["verification"].items():
        for way, told in ways.items():
            lines.append(_verdict_row(_KINDS[kind], way.replace("_", " "), told))
    return "\n".join(lines)


def _presence_row(kind: str, among: str, told: dict[str, Any]) -> str:
    first, cells = told["first_hit"], [kind, among, str(told["comparisons"])]
    cells += [_interval(told[name]) for name in ("area_under_curve", "brier_score")]
    cells += [
        _percent(told["calibration_error"]),
        _percent(first["absent_but_0.9"]),
        _percent(first["present_and_0.9"]),
    ]
    cells.append("–" if first["right_at_0.9"] is None else _percent(first["right_at_0.9"]))
    return f"| {' | '.join(cells)} |"


def _verdict_row(kind: str, way: str, told: dict[str, Any]) -> str:
    rows = told["verdicts"]
    right = " / ".join(_percent(rows["right"][v]) for v in ("consistent", "undecided", "inconsistent"))
    wrong = [
        f"{_percent(rows[claim]['consistent'])} of {rows[claim]['structures']}" if claim in rows else "–"
        for claim in ("close", "random")
    ]
    rates = ("right_accepted_where_close_are_at_5_percent", "random_accepted_where_right_are_at_95_percent")
    cells = [kind, way, f"{right} of {rows['right']['structures']}", *wrong]
    cells += ["–" if told[rate] is None else _percent(told[rate]) for rate in rates]
    return f"| {' | '.join(cells)} |"


def picture(results: dict[str, Any]) -> str:
    """The share of comparisons in which the right structure was there, by the probability told."""
    kinds = results["presence_by_library_size"][max(results["presence_by_library_size"], key=int)]
    shown = {"as told": [(0.0, 0.0), (100.0, 100.0)]}
    for kind, lists in kinds.items():
        curve = lists["all"]["reliability"]
        shown[_KINDS[kind]] = [(100 * bin["confidence"], 100 * bin["right"]) for bin in curve if bin["peaks"] >= 20]
    return line_chart(shown, "present, as told / %", "right structure there / %")


def updated(text: str, results: dict[str, Any]) -> str:
    """The document with fresh tables between its markers."""
    head, rest = text.split(BEGIN)
    return f"{head}{BEGIN}\n{tables(results)}\n{END}{rest.split(END)[1]}"


def _interval(figure: dict[str, float]) -> str:
    return f"{figure['value']:.3f} ({figure['low']:.3f}–{figure['high']:.3f})"


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


if __name__ == "__main__":
    document = ROOT / "docs" / "trust.md"
    results = json.loads((ROOT / "results" / "trust.json").read_text(encoding="utf-8"))
    before = document.read_text(encoding="utf-8")
    after = updated(before, results)
    if "--check" in sys.argv:
        sys.exit("docs/trust.md: not the figures of results/; run python benchmarks/trust.py" if after != before else 0)
    document.write_text(after, encoding="utf-8")
    (ROOT / "docs" / "trust.svg").write_text(picture(results), encoding="utf-8")
