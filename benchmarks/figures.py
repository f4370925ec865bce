"""Write the figures of the files under `results/` into docs/figures.md, and those most asked for into README.md.

With `--check` only test whether they are current.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
BEGIN, END = "<!-- figures: written by benchmarks/figures.py -->", "<!-- end of figures -->"
# What the rows of the README begin with; docs/figures.md has them all.
SHORT = (
    "molecules assigned without error, all",
    "carbons assigned correctly, one peak per carbon",
    "predicted shift, median",
    "isomers identified",
    "search 1,000 spectra",
)


def table(results: Path, begins: str | tuple[str, ...] = "") -> str:
    """The table as Markdown; only the rows that begin as one of `begins`."""
    graph, assign, isomers, found = (_read(results, n) for n in ("validation", "assignment", "isomers", "retrieval"))
    errorless, wide = assign["no_error"], assign["distinct_no_error"]
    rows = [
        (
            "graph level, spectrum → molecule in batches of 128",
            _percent(graph["spectrum_to_molecule"]),
            "95.5",
            "validation",
        ),
        ("node level, each peak's best carbon", _percent(assign["node_accuracy"]), "90.3", "assignment"),
        (
            "carbons assigned correctly, one peak per carbon, one-to-one",
            _percent(assign["one_to_one_accuracy"]),
            "",
            "assignment",
        ),
        *(
            (f"molecules assigned without error, {text}", _percent(errorless[key]["share"]), paper, "assignment")
            for key, text, paper in (
                ("all", "all", "55"),
                ("under_10", "< 10 C", "74.1"),
                ("10_to_20", "10–20 C", "37.2"),
                ("over_20", "> 20 C", "9.8"),
            )
        ),
        (
            "carbons assigned correctly, distinct peaks without multiplicity",
            _percent(assign["distinct_accuracy"]),
            "",
            "assignment",
        ),
        ("molecules assigned without error, distinct peaks", _percent(wide["all"]["share"]), "", "assignment"),
        (
            "calibration error of the confidence, one peak per carbon",
            _percent(assign["calibration_error_per_carbon"]),
            "",
            "assignment",
        ),
        (
            "calibration error of the confidence, distinct peaks",
            _percent(assign["calibration_error_distinct"]),
            "",
            "assignment",
        ),
        ("predicted shift, mean error", f"{assign['shift_mean_error_ppm']:.2f} ppm", "", "assignment"),
        ("predicted shift, median error", f"{assign['shift_median_error_ppm']:.2f} ppm", "", "assignment"),
        (
            f"isomers identified, in {isomers['groups']} groups of 10 or more",
            _percent(isomers["accuracy"]),
            "",
            "isomers",
        ),
        *(
            (
                f"search {found['queries']} spectra in {found['library']:,} structures, {text}, top {k}",
                _percent(found[kind][f"top_{k}"]),
                "",
                "retrieval",
            )
            for kind, text in (("per_carbon", "one peak per carbon"), ("distinct", "distinct peaks"))
            for k in (1, 10)
        ),
    ]
    large = _read(results, "search")
    rows += [
        (
            f"search {large['stages']['queries']:,} spectra in {large['molecules']:,} structures, {text}, top {k}",
            _percent(large["stages"][kind][f"top_{k}"]),
            "",
            "search",
        )
        for kind, text in (("per_carbon", "one peak per carbon"), ("distinct", "distinct peaks"))
        for k in (1, 10)
    ]
    rows += [
        (f"one such search, {text}, two cores", f"{large['queries'][kind]['median_ms']:.0f} ms", "", "search")
        for kind, text in (("per_carbon", "one peak per carbon"), ("distinct", "distinct peaks"))
    ]
    lines = ["| | km3aid | paper | file |", "|---|---|---|---|"]
    shown = [row for row in rows if row[0].startswith(begins)]
    lines += [f"| {what} | {value} | {paper} | `results/{file}.json` |" for what, value, paper, file in shown]
    return "\n".join(lines)


def updated(page: str, results: Path, begins: str | tuple[str, ...]) -> str:
    """The page with a fresh table between its markers."""
    head, rest = page.split(BEGIN)
    return f"{head}{BEGIN}\n{table(results, begins)}\n{END}{rest.split(END)[1]}"


def _read(results: Path, name: str) -> dict[str, Any]:
    value: dict[str, Any] = json.loads((results / f"{name}.json").read_text())
    return value


def _percent(share: float) -> str:
    return f"{100 * share:.1f} %"


if __name__ == "__main__":
    for name, begins in (("README.md", SHORT), ("docs/figures.md", "")):
        path = ROOT / name
        before = path.read_text(encoding="utf-8")
        after = updated(before, ROOT / "results", begins)
        if "--check" not in sys.argv:
            path.write_text(after, encoding="utf-8", newline="\n")
        elif after != before:
            sys.exit(f"{name}: its figures are not those of results/; run python benchmarks/figures.py")
