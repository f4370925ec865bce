"""Table 3 of the report: the paper's ten groups, as it measured them and with what did not train."""

from __future__ import annotations

from typing import Any

from km3aid.reproduction.published import TABLE_3, stated_as
from km3aid.reproduction.report.results import NOT_RUN, Results, stated, table
from km3aid.reproduction.variants import CONDITIONED_RICH, TABLE_2, Variant

_SHOWN = (*TABLE_2, CONDITIONED_RICH)
_NOTE = """The paper's ten groups are all molecules of its list of 20,658 with these formulas, and most of them trained.
*As published*: every member, by the model of fold 0. *Held out*: every member once, by the model of the fold that it
validates, against all members of its group; with fewer than five folds only the members that these validate. One peak
per carbon; a tie counts in parts. nmrshiftdb2 holds 9 completely assigned molecules of C11H14.

"""


def section(results: Results) -> str:
    """Both tables of groups, and the sums."""
    text, best = "## Table 3: isomers\n\n" + _NOTE, results.best("isomers")
    ran = [s for s in results.schedules if any(results.folds(s, v.name, "isomers") for v in _SHOWN)]
    for schedule in ran or ([""] if best else []):
        sources = [(v.title, v, results.by_fold(schedule, v.name, "isomers")) for v in _SHOWN]
        sources = [s for s in sources if s[2]]
        where = f" ({schedule})" if schedule else ""
        text += _table(f"As published{where}", [(t, v, [f[min(f)]], False) for t, v, f in sources], best)
        text += "\n" + _table(f"Held out{where}", [(t, v, [*f.values()], True) for t, v, f in sources], best, True)
        text += "\n"
    return text


def held_out_share(results: Results, schedule: str, variant: str) -> tuple[float, int] | None:
    """Share that is right of all members that validate in some fold, in percent, and how many they are."""
    right, total = _sum([*results.by_fold(schedule, variant, "isomers").values()], True)
    return (100 * right / total, total) if total else None


def as_published_share(results: Results, schedule: str, variant: str) -> float | None:
    """Share that is right of all members by the model of the first fold, in percent."""
    right, total = _sum(results.folds(schedule, variant, "isomers")[:1], False)
    return 100 * right / total if total else None


def paper_share(variant: str) -> float:
    """The paper's share of right members over all ten groups, in percent."""
    total = sum(members for members, _ in TABLE_3.values())
    return sum(members * by[stated_as(variant)] for members, by in TABLE_3.values()) / total


def _table(
    title: str,
    sources: list[tuple[str, Variant, list[dict[str, Any]], bool]],
    best: list[dict[str, Any]],
    held: bool = False,
) -> str:
    head = ["formula", "members", *(f"{t}: paper" for t, v, _, _ in sources if v in TABLE_2)]
    head += [f"{t}: here" for t, _, _, _ in sources] + (["`best`"] if best else [])
    rows = []
    for formula, (members, by) in TABLE_3.items():
        paper = [stated(by.get(stated_as(v.name))) for _, v, _, _ in sources if v in TABLE_2]
        ours = [_cell(folds, held, formula) for _, _, folds, held in sources]
        rows.append([formula, str(members), *paper, *ours, *([_cell(best, held, formula)] if best else [])])
    blank = ["–"] * sum(v in TABLE_2 for _, v, _, _ in sources)
    sums = [_cell(folds, held, None) for _, _, folds, held in sources] + ([_cell(best, held, None)] if best else [])
    rows.append(["all", str(sum(n for n, _ in TABLE_3.values())), *blank, *sums])
    return f"{title}:\n\n" + table(head, rows)


def _cell(folds: list[dict[str, Any]], held_out: bool, formula: str | None) -> str:
    right, total = _sum(folds, held_out, formula)
    return f"{100 * right / total:.1f} (of {total})" if total else NOT_RUN


def _sum(folds: list[dict[str, Any]], held_out: bool, formula: str | None = None) -> tuple[float, int]:
    members = [
        member
        for fold in folds
        for group in fold["by_group"]
        if formula in (None, group["formula"])
        for member in group["members"]
        if member["held_out"] or not held_out
    ]
    return sum(m["right"] for m in members), len(members)
