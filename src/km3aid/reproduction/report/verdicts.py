"""The page that the report opens with: each claim of the paper with its figure, ours, and what follows."""

from __future__ import annotations

from typing import Any

from km3aid.reproduction.measures.alignment import NODE_METRICS
from km3aid.reproduction.published import NO_ERROR_BY_SIZE, TABLE_1, TABLE_D1
from km3aid.reproduction.report.accuracy import epochs_of
from km3aid.reproduction.report.differences import MANY, SAME, Difference, difference, seed_spread
from km3aid.reproduction.report.isomers import as_published_share, held_out_share, paper_share
from km3aid.reproduction.report.results import NOT_RUN, Results, each, percent, stated, table
from km3aid.reproduction.variants import (
    BY_KIND_RICH,
    CONDITIONED,
    CONDITIONED_RICH,
    GUIDED,
    K_M3AID,
    NO_CHANNEL,
    NO_CHANNEL_RICH,
    RICH,
    SP_RELEASED,
    Variant,
)

_ENOUGH = 100  # epochs, of which a verdict can be made
_GRAPH, _NODE = ("graph", "spectrum_to_molecule"), ("released",)
_HEAD = ["claim", "paper", "here", "verdict"]
_NOTE = """Differences are in points, on the same folds, with their standard error; a verdict takes 95 % by Student's
distribution. From one fold, the noise is that of other seeds. Node level by the metric of the authors' code throughout.
What the first schedule leaves open is told of another, which is named.

"""

_NOT_TRIED = "not tried"
Row = list[str]


def page(results: Results) -> str:
    """The table of verdicts by the published schedule, or by the one that ran."""
    ran = [s for s in results.schedules if results.folds(s, K_M3AID.name, "alignment")]
    published = [s for s in ran if s.startswith("published")]
    text = "## The verdicts\n\n"
    if not ran:
        return text + NOT_RUN + "\n"
    schedule = (published or ran)[-1]
    epochs = max((int(r["epochs"]) for r in results.folds(schedule, K_M3AID.name, "training")), default=_ENOUGH)
    trained = _trained(results, schedule)
    if epochs < _ENOUGH:
        trained = [[*row[:-1], _open(row, epochs)] for row in trained]
    for other in reversed(ran):
        trained = _filled(trained, _trained(results, other), other)
    rows = [*_without_training(results), *trained]
    spread = [seed_spread(results, schedule, *path) for path in (_GRAPH, _NODE)]
    graph, node = spread
    known = f" Spread over seeds: graph ±{graph.points:.1f}, node ±{node.points:.1f}." if graph and node else ""
    ran_for = f"{schedule}: {epochs_of(results, schedule, K_M3AID.name)} epochs of K-M3AID."
    return text + _NOTE + table(_HEAD, rows) + f"\n{ran_for}{known}\n"


def _trained(results: Results, schedule: str) -> list[Row]:
    """The claims that trainings by one schedule speak of."""
    return [
        *_accuracy(results, schedule),
        *_guidance(results, schedule),
        *_channel(results, schedule),
        *_others(results, schedule),
        *_beyond(results, schedule),
    ]


def _filled(rows: list[Row], others: list[Row], schedule: str) -> list[Row]:
    """The rows, and of the claims that they leave open those of another schedule, which is named."""
    decided = {row[0] for row in rows if row[-1] != NOT_RUN}
    more = {row[0]: [*row[:2], f"{row[2]}, {schedule}", row[3]] for row in others if row[-1] != NOT_RUN}
    own = [more.pop(row[0]) if row[0] not in decided and row[0] in more else row for row in rows]
    return [*own, *(row for claim, row in more.items() if claim not in decided)]


def _open(row: Row, epochs: int) -> str:
    """Instead of a verdict that a training much shorter than the paper's cannot give."""
    if row[-1] == NOT_RUN:
        return NOT_RUN
    return f"after {epochs} epochs, one training" if row[1] == _NOT_TRIED else f"open ({epochs} of 200 epochs)"


def _without_training(results: Results) -> list[Row]:
    """What follows from the targets, the data and the definitions alone."""
    rows = []
    points = [p for name, u in results.units.items() if name.startswith("targets/") for p in u["result"]["points"]]
    if points:
        same = [p["largest_difference"] for p in points if p["largest_difference"] < SAME]
        other = ", ".join(f"{p['largest_difference']:.1e}" for p in points if p["largest_difference"] >= SAME)
        here = f"{len(same)} of {len(points)} targets of table C.2 are row-normalised SP-ID to {max(same):.0e}"
        rows.append(
            ["the target is guided by differences of shifts (KSGL)", "yes", f"{here}; the last to {other}", "refuted"]
        )
    found = results.best("isomers")
    members = [m for f in found[:1] for g in f["by_group"] for m in g["members"]]
    if members:
        trained = sum(not m["held_out"] for m in members)
        here = f"{trained} of the {len(members)} members train in fold 0; its groups are those of the whole list"
        rows.append(["table 3 is zero-shot", "yes", here, "refuted"])
    best = results.best("alignment")
    shares = [percent(each(best, metric)) for metric in NODE_METRICS]
    if best and NOT_RUN not in shares:
        here = f"one model (`best`) by arg max / the code's metric / one-to-one: {' / '.join(shares)}"
        rows.append(["node-level accuracy is each peak's best carbon", "90.3", here, "another metric in the code"])
    return rows


def _accuracy(results: Results, schedule: str) -> list[Row]:
    folds = results.folds(schedule, K_M3AID.name, "alignment")
    (graph, node), rows = TABLE_1["k-m3aid"], []
    rich = percent(each(results.folds(schedule, CONDITIONED_RICH.name, "alignment"), *_GRAPH))
    for name, paper, path in (("graph level", graph, _GRAPH), ("node level", node, _NODE)):
        ours = percent(each(folds, *path))
        verdict = _reached(each(folds, *path), paper[0])
        more = f" (better pretrained and centred: {rich})" if path == _GRAPH else ""
        rows.append([f"K-M3AID aligns the {name}", stated(paper), ours + more, verdict])
    by_size = " / ".join(percent(each(folds, "by_size", band, "released", "perfect")) for band in NO_ERROR_BY_SIZE)
    paper_sizes = " / ".join(f"{value:g}" for value in NO_ERROR_BY_SIZE.values())
    perfect = _reached(each(folds, "by_size", "all", "released", "perfect"), NO_ERROR_BY_SIZE["all"])
    return [*rows, ["molecules without error: all / < 10 / 10–20 / > 20 carbons", paper_sizes, by_size, perfect]]


def _reached(values: list[float | None], paper: float) -> str:
    known = [100 * v for v in values if v is not None]
    if not known:
        return NOT_RUN
    away = sum(known) / len(known) - paper
    return "reached" if away > -1 else f"{-away:.1f} below"


def _guidance(results: Results, schedule: str) -> list[Row]:
    rows = []
    for name, path, n in (("graph", _GRAPH, 0), ("node", _NODE, 1)):
        rows.append(
            _compared(results, schedule, f"KSGL beats SP-ID as released, {name}", ("k-m3aid", "sp-id"), path, n)
        )
    ran = [v for v in GUIDED if results.folds(schedule, v.name, "alignment")]
    best = _best(results, schedule, tuple(ran))
    if best is not None:
        which = best.title if len(ran) == 1 else f"best of {len(ran)}: {best.title}"
        for name, path in (("node", _NODE), ("graph", _GRAPH)):
            away = difference(results, schedule, best.name, K_M3AID.name, *path)
            claim = f"targets that really guide help, {name} ({which})"
            rows.append([claim, _NOT_TRIED, _text(away), NOT_RUN if away is None else away.verdict(1)])
    return rows


def _channel(results: Results, schedule: str) -> list[Row]:
    rows = [
        _compared(results, schedule, "the channel helps the graph level", ("k-m3aid", "no-comm"), _GRAPH, 0),
        _compared(results, schedule, "the channel leaves the node level as it is", ("k-m3aid", "no-comm"), _NODE, 1),
    ]
    rich = difference(results, schedule, CONDITIONED_RICH.name, NO_CHANNEL_RICH.name, *_GRAPH)
    if rich is not None:
        claim = "the same, better pretrained and centred, graph"
        rows.append([claim, _NOT_TRIED, rich.text, rich.verdict(1)])
    shares = [held_out_share(results, schedule, v.name) for v in (K_M3AID, NO_CHANNEL, SP_RELEASED)]
    trained = [as_published_share(results, schedule, v.name) for v in (K_M3AID, NO_CHANNEL, SP_RELEASED)]
    if None not in shares:
        held = " / ".join(f"{s[0]:.1f}" for s in shares if s)
        published = " / ".join(f"{s:.1f}" for s in trained if s is not None)
        count = shares[0][1] if shares[0] else 0
        here = f"as published, mostly trained: {published}; held out ({count} molecules): {held}"
        claim = "the node level helps to tell isomers: K-M3AID / No Comm. / SP-ID"
        paper = " / ".join(f"{paper_share(name):.1f}" for name in ("k-m3aid", "no-comm", "sp-id"))
        rows.append([claim, paper, here, _isomer_verdict(shares)])
    return rows


def _isomer_verdict(shares: list[tuple[float, int] | None]) -> str:
    """At 95 %, of a difference of two shares as if independent."""
    if shares[0] is None or shares[1] is None:
        return NOT_RUN
    (one, count), (other, _) = shares[0], shares[1]
    error = (sum(p / 100 * (1 - p / 100) for p in (one, other)) / count) ** 0.5 * 100
    return Difference(one - other, error, MANY, f"{count} molecules").verdict(1)


def _others(results: Results, schedule: str) -> list[Row]:
    weak = [percent(each(results.folds(schedule, f"wp-id-{n}", "alignment"), *_NODE)) for n in (1, 5, 10)]
    paper = " / ".join(f"{TABLE_1[f'wp-id-{n}'][1][0]:g}" for n in (1, 5, 10))
    rows = [
        _compared(results, schedule, "WP-ID (1 ppm) is worse than SP-ID, node", ("wp-id-1", "sp-id"), _NODE, 1),
        _compared(results, schedule, "WP-ID (10 ppm) is worse than SP-ID, graph", ("wp-id-10", "sp-id"), _GRAPH, 0),
    ]
    rows.append(["WP-ID falls with its threshold, node at 1 / 5 / 10 ppm", paper, " / ".join(weak), _falls(weak)])
    found = results.folds(schedule, K_M3AID.name, "retrieval")
    sizes = ("100", "1000", "10000", "100000", "1000000")
    tops = [percent(each(found, "shares", "distinct", "similarity", "none", n, "by_key", "top_1")) for n in sizes]
    stated_tops = " / ".join(f"{mean:g}" for mean, _ in TABLE_D1["k-m3aid"][1])
    claim = "retrieval falls with the library, top 1 of K-M3AID at 10² … 10⁶"
    return [*rows, [claim, stated_tops, " / ".join(tops), _falls(tops)]]


def _falls(figures: list[str]) -> str:
    values = [float(text.split()[0]) for text in figures if text != NOT_RUN]
    if len(values) < 2:
        return NOT_RUN
    return "confirmed" if values == sorted(values, reverse=True) else "refuted"


def _beyond(results: Results, schedule: str) -> list[Row]:
    rows = []
    for claim, variant in (
        ("a centred input is learned better", CONDITIONED),
        ("a better pretrained spectrum encoder helps", RICH),
        ("both", CONDITIONED_RICH),
        ("both, and targets by kind of carbon", BY_KIND_RICH),
    ):
        parts = [difference(results, schedule, variant.name, K_M3AID.name, *path) for path in (_GRAPH, _NODE)]
        if None not in parts:
            here = f"graph {_text(parts[0])}; node {_text(parts[1])}"
            verdicts = " / ".join(p.verdict(1) for p in parts if p is not None)
            rows.append([f"{claim}: over K-M3AID", _NOT_TRIED, here, verdicts])
    return rows


def _best(results: Results, schedule: str, variants: tuple[Variant, ...]) -> Variant | None:
    """The variant with the best node level on the first fold."""
    known: list[tuple[float, Variant]] = []
    for variant in variants:
        folds = results.folds(schedule, variant.name, "alignment")
        value: Any = each(folds, *_NODE)[0] if folds else None
        if value is not None:
            known.append((value, variant))
    return max(known, key=lambda k: k[0])[1] if known else None


def _compared(
    results: Results, schedule: str, claim: str, names: tuple[str, str], path: tuple[str, ...], level: int
) -> Row:
    """The paper's difference of two variants on a level beside ours; of SP-ID ours is as released."""
    one, other = (TABLE_1[name][level][0] for name in names)
    ours = tuple(SP_RELEASED.name if name == "sp-id" else name for name in names)
    away = difference(results, schedule, ours[0], ours[1], *path)
    return [claim, f"{one - other:+.1f}", _text(away), NOT_RUN if away is None else away.verdict(one - other)]


def _text(away: Difference | None) -> str:
    return NOT_RUN if away is None else away.text
