"""Tables 2, D.1 and D.2 of the report."""

from __future__ import annotations

from typing import Any

from km3aid.reproduction.published import TABLE_D1, TABLE_D2, stated_as
from km3aid.reproduction.report.results import Results, each, percent, stated, table
from km3aid.reproduction.variants import TABLE_2

_SIZES = (100, 1000, 10_000, 100_000, 1_000_000)
_HEAD = ("10²", "10³", "10⁴", "10⁵", "10⁶")
_KINDS = {
    "distinct": "distinct peaks",
    "per_carbon": "one peak per carbon",
    "per_carbon_with_multiplicity": "one per carbon, multiplicity",
}
_SCORINGS = {"similarity": "similarity", "match": "set matching", "fused": "fused"}
_KNOWLEDGE = {"none": "nothing", "formula": "formula", "mass_0.01": "mass ± 0.01 Da", "mass_5": "mass ± 5 Da"}
_NOTE = """Queries: validation molecules of the fold. A library of n is the query's molecule and the first n − 1 others
of one random order (seed 42) of distinct molecules (by InChIKey), so that the libraries are nested. A hit has the
query's InChIKey; a tie counts as its expected rank. The paper's models see the same whichever way peaks are listed,
because their spectrum encoder looks at distinct shifts alone.
"""


def tables(results: Results) -> str:
    """All three, with what the bundled model adds."""
    ran = [f for s in results.schedules for v in TABLE_2 for f in results.folds(s, v.name, "retrieval")]
    queries = sorted({str(f["queries"]) for f in [*ran, *results.best("retrieval")]})
    parts = [
        "## Tables 2 and D.1: zero-shot retrieval\n",
        f"{_NOTE}Queries per fold: {', '.join(queries) or 'none ran'}.\n",
        _top_k(results),
        _best(results, "by_key"),
        "The same, where a hit has the first block of the query's InChIKey (connectivity):\n",
        _best(results, "by_block"),
        _best_top_k(results),
        _similarities(results),
    ]
    return "\n".join(parts)


def _top_k(results: Results) -> str:
    rows = []
    for k in (1, 5, 10, 25):
        for variant in TABLE_2:
            rows.append(
                [f"{variant.title}, top {k}", "paper", *(stated(x) for x in TABLE_D1[stated_as(variant.name)][k])]
            )
            for schedule in results.schedules:
                folds = results.folds(schedule, variant.name, "retrieval")
                rows.append(["", schedule, *_cells(folds, "similarity", "distinct", "none", "by_key", f"top_{k}")])
    return table(["method", "", *_HEAD], rows)


def _best(results: Results, by: str) -> str:
    folds = results.best("retrieval")
    rows = [
        [kind, scoring, known, *_cells(folds, s, k, n, by, "top_1")]
        for k, kind in _KINDS.items()
        for s, scoring in _SCORINGS.items()
        for n, known in _KNOWLEDGE.items()
    ]
    title = "`best`, top 1:\n\n" if by == "by_key" else ""
    return title + table(["query", "ordered by", "known", *_HEAD], rows)


def _best_top_k(results: Results) -> str:
    folds = results.best("retrieval")
    rows = [
        [kind, f"top {top}", *_cells(folds, "fused", k, "none", "by_key", f"top_{top}")]
        for k, kind in _KINDS.items()
        for top in (5, 10, 25)
    ]
    return "`best`, fused, nothing known:\n\n" + table(["query", "", *_HEAD], rows)


def _cells(folds: list[dict[str, Any]], scoring: str, kind: str, known: str, by: str, top: str) -> list[str]:
    return [percent(each(folds, "shares", kind, scoring, known, str(n), by, top)) for n in _SIZES]


def _similarities(results: Results) -> str:
    rows = []
    for variant in TABLE_2:
        for measure, values in TABLE_D2[stated_as(variant.name)].items():
            rows.append([f"{variant.title}, {measure}", "paper", *map(stated, values)])
            for schedule in results.schedules:
                folds = results.folds(schedule, variant.name, "retrieval")
                rows.append(["", schedule, *_similar(folds, "distinct", "similarity", measure)])
    for measure in ("cosine", "dice", "russel", "sokal", "tanimoto"):
        rows.append(
            [
                f"`best`, fused, distinct peaks, {measure}",
                "",
                *_similar(results.best("retrieval"), "distinct", "fused", measure),
            ]
        )
    note = (
        "Fingerprints: Morgan, radius 2, 2048 bits, without chirality. The right molecule counts 100 by every measure, "
        "as in the paper, whose Russel column equals the top-1 accuracy.\n\n"
    )
    return "## Table D.2: similarity of the first hit to the truth\n\n" + note + table(["method", "", *_HEAD], rows)


def _similar(folds: list[dict[str, Any]], kind: str, scoring: str, measure: str) -> list[str]:
    return [percent(each(folds, "top_1_similarity", kind, scoring, measure, str(n))) for n in _SIZES]
