"""Table 1, figure 3 and table C.1 of the report."""

from __future__ import annotations

from typing import Any

from km3aid.reproduction.measures.alignment import NODE_METRICS
from km3aid.reproduction.published import NO_ERROR_BY_SIZE, TABLE_1, TABLE_C1, stated_as
from km3aid.reproduction.report.charts import bar_chart, line_chart
from km3aid.reproduction.report.results import NOT_RUN, Results, each, percent, stated, table
from km3aid.reproduction.variants import (
    CONDITIONED,
    CONDITIONED_RICH,
    EQUATION_5,
    K_M3AID,
    NO_CHANNEL_RICH,
    RELEASED,
    RICH,
    SHAPES,
    SP_ID,
    STRICT,
    VARIANTS,
    shape_variant,
)

FIGURES = "reproduction"
BANDS = {"all": "all", "under_10": "< 10", "10_to_20": "10–20", "over_20": "> 20"}
METRICS = {"node": "arg max", "released": "release's", "one_to_one": "one-to-one"}
_ROWS = (*VARIANTS, *RELEASED, STRICT)
_BESIDE = (CONDITIONED, RICH, CONDITIONED_RICH, NO_CHANNEL_RICH, EQUATION_5)
_NOTE = """Graph level: spectrum → molecule among the 128 of a random batch, the last partial one dropped as published.
Node level: each peak with all carbons of its molecule, right where the chosen carbon's shift is the peak's; the mean
over molecules. *Arg max*: each peak's highest logit. *Release's*: the same after a softmax over the peaks for each
carbon; **this is what the authors' code computes, and so what the paper's figures are compared with**. *One-to-one*:
the best assignment as a whole. Unseen connectivity: molecules without stereoisomer or duplicate among the paper's
training molecules. SP-ID, row-normalised, is K-M3AID (see below); "as released" its targets are not normalised.

"""


def table_1(results: Results) -> str:
    """Graph and node level of every variant; the columns after the paper's say what its single figure leaves open."""
    head = ["model", "epochs", "folds", "graph, paper", "graph", "molecule → spectrum", "with last batch"]
    head += ["node, paper", *(f"node, {name}" for name in METRICS.values()), "unseen connectivity: graph", "release's"]
    rows = []
    for schedule in results.schedules:
        for variant in (*_ROWS, *_BESIDE):
            folds, name, title = results.folds(schedule, variant.name, "alignment"), variant.name, variant.title
            if variant == SP_ID and not folds:
                name, title = K_M3AID.name, f"{title}, rows normalised: = K-M3AID"
                folds = results.folds(schedule, name, "alignment")
            if folds or (variant in VARIANTS and schedule == results.schedules[-1]):
                graph, node = TABLE_1.get(stated_as(variant.name), (None, None))
                cells = _cells(folds, stated(graph), stated(node))
                rows.append([f"{title} ({schedule})", epochs_of(results, schedule, name), str(len(folds)), *cells])
    rows.append(["`best`", "–", "1", *_cells(results.best("alignment"), "–", "–")])
    return "## Table 1: validation accuracy\n\n" + _NOTE + table(head, rows)


def epochs_of(results: Results, schedule: str, variant: str) -> str:
    """How many epochs a variant was trained, and after which its loss was lowest."""
    runs = results.folds(schedule, variant, "training")
    epochs = sorted({int(run["epochs"]) for run in runs})
    best = sorted(int(run["best_epoch"]) for run in runs if "best_epoch" in run)
    text = "–".join(str(n) for n in dict.fromkeys((*epochs[:1], *epochs[-1:]))) or NOT_RUN
    return text + (f" (best: {'–'.join(str(n) for n in dict.fromkeys((best[0], best[-1])))})" if best else "")


def _cells(folds: list[dict[str, Any]], graph: str, node: str) -> list[str]:
    return [
        graph,
        percent(each(folds, "graph", "spectrum_to_molecule")),
        percent(each(folds, "graph", "molecule_to_spectrum")),
        percent(each(folds, "graph", "spectrum_to_molecule_with_last")),
        node,
        *(percent(each(folds, metric)) for metric in NODE_METRICS),
        percent(each(folds, "unseen_connectivity", "graph")),
        percent(each(folds, "unseen_connectivity", "released")),
    ]


def figure_3(results: Results, drawings: dict[str, str]) -> str:
    """Accuracy against epochs, and molecules without error by size."""
    text = "## Figure 3: peak assignment\n\n" + _curves(results, drawings)
    rows = [["paper, K-M3AID", *(stated(NO_ERROR_BY_SIZE[b]) for b in BANDS), "> 50 of the large"]]
    sources = [(f"{v.title} ({s})", results.folds(s, v.name, "alignment")) for s in results.schedules for v in _ROWS]
    sources += [(f"{v.title} ({s})", results.folds(s, v.name, "alignment")) for s in results.schedules for v in _BESIDE]
    for title, folds in [*sources, ("`best`", results.best("alignment"))]:
        for metric, name in METRICS.items() if folds else ():
            cells = [percent(each(folds, "by_size", band, metric, "perfect")) for band in BANDS]
            large = percent(each(folds, "by_size", "over_20", metric, "at_least_80"))
            rows.append([f"{title}, {name}", *cells, large])
    text += "Molecules without error; the paper's row is to be compared with the release's metric.\n\n"
    text += table(["no error, by carbons", *BANDS.values(), "> 20 carbons, ≥ 80 % right"], rows) + "\n"
    for title, name, folds in (
        *((v.title, v.name, results.folds(s, v.name, "alignment")) for s in results.schedules for v in (K_M3AID,)),
        ("best", "best", results.best("alignment")),
    ):
        if folds:
            by_size = folds[0]["by_size"]
            metric = "released" if "released" in by_size["all"] else "node"
            bars = {BANDS[b]: _shares(by_size[b][metric]["histogram"]) for b in list(BANDS)[1:]}
            drawings[f"accuracy-by-size-{name}.svg"] = bar_chart(
                bars, "share of peaks that are right, in tenths", "molecules, %"
            )
            text += f"![{title}: molecules by accuracy]({FIGURES}/accuracy-by-size-{name}.svg)\n\n"
    return text


def _curves(results: Results, drawings: dict[str, str]) -> str:
    text = ""
    for key, name, title in (
        ("validation_node_released", "node-accuracy", "node-level accuracy, %"),
        ("validation_graph_accuracy", "graph-accuracy", "graph-level accuracy, %"),
    ):
        curves = {}
        for schedule in results.schedules:
            for variant in (*VARIANTS, RELEASED[0], CONDITIONED, CONDITIONED_RICH):
                runs = results.folds(schedule, variant.name, "training")
                if runs and key in runs[0]["history"][0]:
                    points = [(h["epoch"], 100 * h[key]) for h in runs[0]["history"]]
                    curves[f"{variant.title} ({schedule})"] = points
        if curves:
            drawings[f"{name}.svg"] = line_chart(curves, "epoch", title)
            text += f"![{title} against epochs, first fold]({FIGURES}/{name}.svg)\n\n"
    return text


def _shares(histogram: list[int]) -> list[float]:
    return [100 * n / max(sum(histogram), 1) for n in histogram]


def table_c1(results: Results) -> str:
    """Depth, width and projection."""
    rows = []
    for shape in SHAPES:
        name = shape_variant(*shape).name
        cells = []
        for schedule in results.schedules:
            folds = results.folds(schedule, name, "alignment")[:1]
            cells += [epochs_of(results, schedule, name)]
            cells += [percent(each(folds, "graph", "spectrum_to_molecule"))]
            cells += [percent(each(folds, metric)) for metric in NODE_METRICS[:2]]
        rows.append([*map(str, shape), stated(TABLE_C1[shape]), *cells])
    columns = [f"{c} ({s})" for s in results.schedules for c in ("epochs", "graph", "node, arg max", "node, release's")]
    pairs = [(TABLE_C1[shape], TABLE_C1[(*shape[:2], 256)]) for shape in TABLE_C1 if shape[2] == 128]
    same = sum(one == other for one, other in pairs)
    note = f"""Fold 0, one training each. The paper's figures are of the node level; with projections of 128 and of 256
they are the same to the last digit in {same} of {len(pairs)} shapes.

"""
    head = ["depth", "width", "projection", "node, paper", *columns]
    return "## Table C.1: depth, width, projection\n\n" + note + table(head, rows)
