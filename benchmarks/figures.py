"""Write the figures of the files under `results/` into docs/figures.md, and those most asked for into README.md.

With `--check` only test whether they are current.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_SIZES = (
    ("all", "all", "55"),
    ("under_10", "< 10 C", "74.1"),
    ("10_to_20", "10–20 C", "37.2"),
    ("over_20", "> 20 C", "9.8"),
)
BEGIN, END = "<!-- figures: written by benchmarks/figures.py -->", "<!-- end of figures -->"
# What the rows of the README begin with; docs/figures.md has them all.
SHORT = (
    "whole cost, one-to-one: what",
    "no error, whole cost, one-to-one, all",
    "node level alone, each peak's carbon as the paper",
    "predicted shift, median",
    "isomers identified",
    "measured diastereomers",
    "search 1,000 spectra",
    "structures that no library holds",
)


_SCORED = 5000  # molecules that an elucidation scored


def table(results: Path, begins: str | tuple[str, ...] = "") -> str:
    """The table as Markdown; only the rows that begin as one of `begins`."""
    graph, assign, isomers, found = (_read(results, n) for n in ("validation", "assignment", "isomers", "retrieval"))
    wide, pairs, plain = (
        assign["distinct_no_error"],
        _read(results, "diastereomers"),
        _read(results, "library/assignment"),
    )
    rows = [
        (
            "graph level, spectrum → molecule in batches of 128",
            _percent(graph["spectrum_to_molecule"]),
            "95.5",
            "validation",
        ),
        *_by_definition(assign),
        (
            "carbons assigned correctly, distinct peaks without multiplicity",
            _percent(assign["distinct_accuracy"]),
            "",
            "assignment",
        ),
        ("molecules assigned without error, distinct peaks", _percent(wide["all"]["share"]), "", "assignment"),
        (
            "peaks assigned correctly, distinct peaks, 4 % of them lost, every third spectrum with a solvent's line",
            _percent(assign["disturbed_accuracy"]),
            "",
            "assignment",
        ),
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
        *(
            (f"predicted shift{of}, {kind} error", f"{told[f'shift_{kind}_error_ppm']:.2f} ppm", "", file)
            for of, told, file in (("", assign, "assignment"), (", model of libraries", plain, "library/assignment"))
            for kind in ("mean", "median")
        ),
        (
            f"isomers identified, in {isomers['groups']} groups of 10 or more",
            _percent(isomers["accuracy"]),
            "",
            "isomers",
        ),
        (
            f"measured diastereomers, the right one of two first (chance 50 %), {pairs['pairs']} pairs",
            _percent(pairs["right_first"]),
            "",
            "diastereomers",
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
    rows += _elucidated(_read(results, "elucidate"))
    lines = ["| | km3aid | paper | file |", "|---|---|---|---|"]
    shown = [row for row in rows if row[0].startswith(begins)]
    lines += [f"| {what} | {value} | {paper} | `results/{file}.json` |" for what, value, paper, file in shown]
    return "\n".join(lines)


def _by_definition(assign: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """One peak per carbon with multiplicity; the paper's figures stand beside its own definition alone."""
    by, outside = assign["by_definition"], assign["outside_the_list"]
    alone, cost, others = by["node_level"], by["whole_cost"], outside["whole_cost"]
    rows = [
        ("node level alone, each peak's carbon as the paper's code picks it", alone["released"]["accuracy"], "90.3"),
        ("node level alone, each peak's best carbon", alone["alone"]["accuracy"], ""),
        ("whole cost (shifts, multiplicity, node level), as the paper's code picks", cost["released"]["accuracy"], ""),
        ("whole cost, one-to-one: what `assign` answers", cost["one_to_one"]["accuracy"], ""),
        (
            f"the same, {outside['molecules']} molecules outside the paper's list",
            others["one_to_one"]["accuracy"],
            "",
        ),
    ]
    for key, text, paper in _SIZES:
        rows.append(
            (
                f"no error, node level as the paper's code picks, {text}",
                alone["released"]["no_error"][key]["share"],
                paper,
            )
        )
    for key, text, _ in _SIZES:
        rows.append((f"no error, whole cost, one-to-one, {text}", cost["one_to_one"]["no_error"][key]["share"], ""))
    return [(what, _percent(share), paper, "assignment") for what, share, paper in rows]


def _elucidated(results: dict[str, Any]) -> list[tuple[str, str, str, str]]:
    """Proposals for molecules that were taken out of library and index, with all that is like them."""
    rows = []
    for known, text in (("formula", "formula known"), ("free", "13C alone")):
        told = results["settings"][f"block-{known}-{_SCORED}-molecules"]
        what = f"structures that no library holds, {text}, {told['molecules']} distinct peak lists, top {{}}"
        rows += [(what.format(k), _percent(told[f"top_{k}"]["value"]), "", "elucidate") for k in (1, 10)]
    return rows


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
