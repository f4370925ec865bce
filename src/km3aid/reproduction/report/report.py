"""The reproduction as Markdown and SVG, a pure function of the units' files."""

from __future__ import annotations

from pathlib import Path

from km3aid.reproduction.published import NO_ERROR_BY_SIZE, TABLE_1, TABLE_3, TABLE_C1, TABLE_C2
from km3aid.reproduction.report import case_studies, error_analysis, retrieval
from km3aid.reproduction.report.charts import bar_chart, line_chart
from km3aid.reproduction.report.results import NOT_RUN, Results, each, percent, stated, table
from km3aid.reproduction.variants import (
    K_M3AID,
    SHAPES,
    SP_ID,
    STRICT,
    TABLE_2,
    TEMPERATURES,
    VARIANTS,
    shape_variant,
    temperature_variant,
)

FIGURES = "reproduction"
_BANDS = {"all": "all", "under_10": "< 10", "10_to_20": "10–20", "over_20": "> 20"}
_INTRODUCTION = """# The paper, recomputed

Written by `km3aid evaluate report` from the files below `results/paper` alone. `km3aid reproduce` writes those,
one for each training or evaluation, and goes on where it was stopped.

- Figures are percentages unless a unit is given. A standard deviation stands where several folds ran; a single figure
  is one fold. Where nothing ran it says "not run".
- Trainings use preset `paper` on the paper's own list of molecules and folds (completely assigned records). `fast-N` is
  one cycle of N epochs, `published-N` the paper's schedule. The paper trained 200 epochs on five folds, so figures of a
  short schedule do not judge it.
- All variants of a fold share one spectrum encoder, pretrained by graph-level contrast on the fold's training molecules
  and then frozen. The paper's own pretrained encoder is not available.
- At the published temperatures (τ1 = 10⁻⁵, τ2 = 10) the knowledge-guided target equals SP-ID's, row-normalised, to
  machine precision. The rows K-M3AID and SP-ID can differ only by rounding and noise (docs/training.md).
- `best` is the bundled model. It trained on the stricter split: nothing that shares a connectivity (first block of the
  InChIKey) with its validation block, but on all of nmrshiftdb2 and not the paper's list alone.
"""


def write_report(results: str | Path, out: str | Path) -> Path:
    """Write the Markdown file `out` and its figures; raises `DataError` where there are no units."""
    target = Path(out)
    figures = target.parent / FIGURES
    figures.mkdir(parents=True, exist_ok=True)
    text, drawings = build_report(Results.read(Path(results)))
    for name, svg in drawings.items():
        (figures / name).write_text(svg, encoding="utf-8")
    target.write_text(text, encoding="utf-8")
    return target


def build_report(results: Results) -> tuple[str, dict[str, str]]:
    """The Markdown text and the figures by file name."""
    drawings: dict[str, str] = {}
    parts = [
        _INTRODUCTION,
        _what_ran(results),
        _table_1(results),
        retrieval.tables(results),
        _table_3(results),
        _ablations(results),
        _figure_3(results, drawings),
        case_studies.section(results, drawings),
        error_analysis.sections(results, drawings),
        _cost(results),
    ]
    return "\n".join(part.rstrip() + "\n" for part in parts), drawings


def _what_ran(results: Results) -> str:
    rows = []
    for schedule in results.schedules:
        for variant in (*VARIANTS, STRICT):
            ran = results.folds(schedule, variant.name, "training")
            epochs = ", ".join(sorted({str(r["epochs"]) for r in ran}))
            rows.append([variant.title, schedule, str(len(ran)), epochs or "–"])
    return "## What ran\n\n" + table(["model", "schedule", "folds", "epochs"], rows)


def _table_1(results: Results) -> str:
    """Graph and node level; the columns after the paper's say what its single figure leaves open."""
    head = ["model", "graph, paper", "graph, ours", "molecule → spectrum", "with last batch"]
    head += ["node, paper", "node, ours", "one-to-one", "unseen connectivity: graph", "node"]
    rows = []
    for schedule in results.schedules:
        for variant in (*VARIANTS, STRICT):
            folds = results.folds(schedule, variant.name, "alignment")
            graph, node = TABLE_1.get(variant.name, (None, None))
            rows.append([f"{variant.title} ({schedule})", *_alignment_cells(folds, stated(graph), stated(node))])
    rows.append(["`best`", *_alignment_cells(results.best("alignment"), "–", "–")])
    note = (
        "Graph level: spectrum → molecule among the 128 of a random batch, the last partial one dropped as published. "
        "Node level: each peak's best carbon of its molecule, right where its shift is the peak's; one-to-one: the "
        "best assignment as a whole. Unseen connectivity: molecules of the block without stereoisomer or duplicate "
        "among the paper's training molecules.\n\n"
    )
    return "## Table 1: validation accuracy\n\n" + note + table(head, rows) + _twins(results)


def _twins(results: Results) -> str:
    """Whether K-M3AID and SP-ID, from the same seed and spectrum encoder, trained alike to the last digit."""
    pairs = [
        (a["history"], b["history"])
        for schedule in results.schedules
        for a, b in zip(*(results.folds(schedule, v.name, "training") for v in (K_M3AID, SP_ID)), strict=False)
    ]
    if not pairs:
        return ""
    same = sum(a == b for a, b in pairs)
    return (
        f"\nK-M3AID and SP-ID trained with the same losses and accuracies in every epoch, to the last digit, in "
        f"{same} of {len(pairs)} folds: at the published temperatures they are one and the same model.\n"
    )


def _alignment_cells(folds: list[dict[str, object]], graph: str, node: str) -> list[str]:
    return [
        graph,
        percent(each(folds, "graph", "spectrum_to_molecule")),
        percent(each(folds, "graph", "molecule_to_spectrum")),
        percent(each(folds, "graph", "spectrum_to_molecule_with_last")),
        node,
        percent(each(folds, "node")),
        percent(each(folds, "one_to_one")),
        percent(each(folds, "unseen_connectivity", "graph")),
        percent(each(folds, "unseen_connectivity", "node")),
    ]


def _table_3(results: Results) -> str:
    text = (
        "## Table 3: isomers\n\nEvery group of at least ten isomers of the validation block; one peak per carbon with "
    )
    text += "multiplicity, each spectrum against all molecules of its group.\n\n"
    head = [
        "model",
        "groups",
        "molecules",
        "right",
        "right connectivity",
        "groups without error",
        "groups of different connectivity",
    ]
    rows = []
    sources = [(f"{v.title} ({s})", results.folds(s, v.name, "isomers")) for s in results.schedules for v in TABLE_2]
    for title, folds in [*sources, ("`best`", results.best("isomers"))]:
        if not folds:
            rows.append([title, *[NOT_RUN] * 6])
            continue
        total = {k: sum(f[k] for f in folds) for k in folds[0] if k.startswith(("groups", "molecules"))}
        different = total["groups_of_different_connectivity"]
        rows.append(
            [
                title,
                str(total["groups"]),
                str(total["molecules"]),
                percent(each(folds, "accuracy")),
                percent(each(folds, "connectivity_accuracy")),
                f"{total['groups_without_error']} of {total['groups']}",
                f"{total['groups_of_different_connectivity_without_error']} of {different} without error",
            ]
        )
    return text + table(head, rows) + "\n" + _isomer_groups(results)


def _isomer_groups(results: Results) -> str:
    """One row per formula, then the paper's own groups."""
    sources = [(v.name, v.title, results.folds(s, v.name, "isomers")) for s in results.schedules for v in TABLE_2]
    sources.append(("best", "`best`", results.best("isomers")))
    sources = [s for s in sources if s[2]]
    rows: dict[str, list[str]] = {}
    for n, (_, _, folds) in enumerate(sources):
        for group in (g for f in folds for g in f["by_group"]):
            row = rows.setdefault(
                group["formula"], [str(group["members"]), str(group["connectivities"]), *["–"] * len(sources)]
            )
            row[2 + n] = f"{100 * group['right'] / group['members']:.1f}"
    text = table(
        ["formula", "isomers", "connectivities", *(s[1] for s in sources)], [[f, *r] for f, r in sorted(rows.items())]
    )
    paper = [[f, str(n), *(stated(by[v.name]) for v in TABLE_2)] for f, (n, by) in TABLE_3.items()]
    return (
        text
        + "\nThe paper's groups; their sizes are those of its whole list of 20,658 molecules, not of a block:\n\n"
        + table(["formula", "isomers", *(v.title for v in TABLE_2)], paper)
    )


def _ablations(results: Results) -> str:
    schedules = results.schedules or ["–"]
    text = "## Table C.1: depth, width, projection\n\nNode-level accuracy.\n\n"
    rows = [
        [*map(str, shape), stated(TABLE_C1[shape])]
        + [percent(each(results.folds(s, shape_variant(*shape).name, "alignment"), "node")) for s in schedules]
        for shape in SHAPES
    ]
    text += table(["depth", "width", "projection", "paper", *schedules], rows)
    text += "\n## Table C.2: τ1 and τ2\n\nGraph level / node level.\n\n"
    rows = []
    for n, (tau1, tau2) in enumerate(TEMPERATURES):
        graph, node = TABLE_C2[tau1][n % 5]
        cells = []
        for schedule in schedules:
            folds = results.folds(schedule, temperature_variant(tau1, tau2).name, "alignment")
            cells.append(
                f"{percent(each(folds, 'graph', 'spectrum_to_molecule'))} / {percent(each(folds, 'node'))}"
                if folds
                else NOT_RUN
            )
        rows.append([tau1, tau2, f"{graph} / {node}", *cells])
    return text + table(["τ1", "τ2", "paper", *schedules], rows)


def _figure_3(results: Results, drawings: dict[str, str]) -> str:
    text = "## Figure 3: peak assignment\n\n"
    curves = {
        f"{v.title} ({s})": [(h["epoch"], 100 * h["validation_node_accuracy"]) for h in runs[0]["history"]]
        for s in results.schedules
        for v in VARIANTS
        if (runs := results.folds(s, v.name, "training"))
    }
    if curves:
        drawings["node-accuracy.svg"] = line_chart(curves, "epoch", "node-level accuracy, %")
        text += f"![Node-level accuracy against epochs]({FIGURES}/node-accuracy.svg)\n\n"
    sources = [(f"{v.title} ({s})", results.folds(s, v.name, "alignment")) for s in results.schedules for v in VARIANTS]
    sources.append(("`best`", results.best("alignment")))
    rows = [["paper, K-M3AID", *(stated(NO_ERROR_BY_SIZE[b]) for b in _BANDS), "> 50 of the large"]]
    for title, folds in sources:
        for choice, name in (("node", "each peak alone"), ("one_to_one", "one-to-one")):
            cells = [percent(each(folds, "by_size", band, choice, "perfect")) for band in _BANDS]
            large = percent(each(folds, "by_size", "over_20", choice, "at_least_80"))
            rows.append([f"{title}, {name}", *cells, large])
    head = ["no error, by carbons", *_BANDS.values(), "> 20 carbons, ≥ 80 % right"]
    text += table(head, rows) + "\n"
    for title, name, folds in (
        *((v.title, v.name, results.folds(s, v.name, "alignment")) for s in results.schedules for v in VARIANTS[:1]),
        ("best", "best", results.best("alignment")),
    ):
        if folds:
            by_size = folds[0]["by_size"]
            choice = "one_to_one" if name == "best" else "node"
            bars = {_BANDS[b]: _shares(by_size[b][choice]["histogram"]) for b in list(_BANDS)[1:]}
            drawings[f"accuracy-by-size-{name}.svg"] = bar_chart(
                bars, "share of peaks that are right, in tenths", "molecules, %"
            )
            text += f"![{title}: molecules by accuracy]({FIGURES}/accuracy-by-size-{name}.svg)\n\n"
    return text


def _shares(histogram: list[int]) -> list[float]:
    return [100 * n / max(sum(histogram), 1) for n in histogram]


def _cost(results: Results) -> str:
    rows = []
    for schedule in results.schedules:
        for variant in VARIANTS:
            for run in results.folds(schedule, variant.name, "training")[:1]:
                hours = run["seconds_per_epoch"] * run["epochs"] / 3600
                cells = [
                    f"{run['seconds_per_epoch']:.0f}",
                    f"{hours:.1f}",
                    f"{run['seconds_per_epoch'] * 1000 / 3600:.0f}",
                ]
                rows.append([variant.title, schedule, run["device"], run["matmul_precision"], *cells])
    head = [
        "model",
        "schedule",
        "device",
        "matrix products",
        "s per epoch",
        "h per training",
        "h for 200 epochs of 5 folds",
    ]
    return "## What it costs\n\nMedian over the epochs of a training, on a shared machine.\n\n" + table(head, rows)
