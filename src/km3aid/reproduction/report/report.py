"""The reproduction as Markdown and SVG, a pure function of the units' files."""

from __future__ import annotations

from pathlib import Path

from km3aid.reproduction.report import accuracy, case_studies, error_analysis, isomers, retrieval, targets, verdicts
from km3aid.reproduction.report.accuracy import FIGURES
from km3aid.reproduction.report.results import Results, table
from km3aid.reproduction.variants import BESIDE, EVERY_FOLD

_TITLE = """# The paper, recomputed

What the paper (K-M3AID) claims, beside what the same models give when they are trained as the authors' code trains
them. Written by `km3aid evaluate report` from the files below `results/paper` alone.
"""
_METHOD = """## How it was done

- Figures are percentages unless a unit is given. A standard deviation stands where several folds ran; a single figure
  is one fold. Where nothing ran it says "not run".
- Preset `paper` on the paper's own list of molecules and folds (completely assigned records). `published-200` is what
  the release does: 200 epochs at a constant rate of 10⁻³, the weights of the lowest validation loss kept. Its scheduler
  is built but never steps. `published-N` ends after N epochs. "plateau" is the text's schedule, "fast" one short cycle
  for small machines; `fast-20` was trained by an earlier recipe (no ReLU after the spectrum encoder's blocks, bins
  floored, β₂ = 0.98, decay on matrices alone, the last weights), and its node level not yet by the code's metric.
- All variants of a fold share one spectrum encoder, pretrained by graph-level contrast on the fold's training molecules
  and then frozen. The paper's own (CReSS) is not available, and has probably seen much of the validation block: 95.5 at
  the graph level may need it.
- `best` is the model in the package that libraries are built with (the precise one stands beside CSP5), with the
  weights whose hash is `model_sha256` in `results/paper/best`, which may be older than those bundled now. It trained on
  the stricter split: nothing that shares a connectivity (first block of the InChIKey) with its validation block, but on
  all of nmrshiftdb2 and not the paper's list alone. Its node level here scores with everything the tool uses (shifts,
  multiplicities, node level), not with the node level alone.
"""


def write_report(results: str | Path, out: str | Path) -> Path:
    """Write the Markdown file `out` and its figures, and remove older ones; `DataError` where there are no units."""
    target = Path(out)
    figures = target.parent / FIGURES
    figures.mkdir(parents=True, exist_ok=True)
    text, drawings = build_report(Results.read(Path(results)))
    for old in figures.glob("*.svg"):
        if old.name not in drawings:
            old.unlink()
    for name, svg in drawings.items():
        (figures / name).write_text(svg, encoding="utf-8")
    target.write_text(text, encoding="utf-8")
    return target


def build_report(results: Results) -> tuple[str, dict[str, str]]:
    """The Markdown text and the figures by file name."""
    drawings: dict[str, str] = {}
    parts = [
        _TITLE,
        verdicts.page(results),
        _METHOD + _side_by_side(results),
        _what_ran(results),
        accuracy.table_1(results),
        accuracy.figure_3(results, drawings),
        targets.table_c2(results, drawings),
        targets.guidance(results),
        retrieval.tables(results),
        isomers.section(results),
        accuracy.table_c1(results),
        case_studies.section(results, drawings),
        error_analysis.sections(results, drawings),
        _cost(results),
    ]
    return "\n".join(part.rstrip() + "\n" for part in parts), drawings


_SIDE_BY_SIDE = """- {count} of {of} trainings ran side by side on one GPU (`km3aid evaluate sweep`), with matrix
  products rounded to ten bits except where shifts enter. Stacked and single trainings are equal to rounding
  (`tests/training/stacked`). Weights that were kept are rounded to 12 bits; figures that need none were measured where
  the models trained.
"""


def _side_by_side(results: Results) -> str:
    runs = [u["result"] for name, u in results.units.items() if name.endswith("/training")]
    count = sum("trained_beside" in run for run in runs)
    return _SIDE_BY_SIDE.format(count=count, of=len(runs)) if count else ""


def _what_ran(results: Results) -> str:
    rows = []
    for schedule in results.schedules:
        for variant in (*EVERY_FOLD, *BESIDE):
            ran = results.by_fold(schedule, variant.name, "training")
            if ran:
                folds = ", ".join(map(str, ran))
                rows.append([variant.title, schedule, folds, accuracy.epochs_of(results, schedule, variant.name)])
    return "## What ran\n\n" + table(["model", "schedule", "folds", "epochs"], rows)


def _cost(results: Results) -> str:
    """Of trainings that had a machine for themselves; those of a stack have no time of their own."""
    rows = []
    for schedule in results.schedules:
        for variant in EVERY_FOLD:
            for run in results.folds(schedule, variant.name, "training")[:1]:
                if "seconds_per_epoch" not in run:
                    rows.append([variant.title, schedule, run["device"], f"beside {run['trained_beside']} others", "–"])
                    continue
                hours = run["seconds_per_epoch"] * run["epochs"] / 3600
                rows.append([variant.title, schedule, run["device"], f"{run['seconds_per_epoch']:.0f}", f"{hours:.1f}"])
    head = ["model", "schedule", "device", "s per epoch", "h per training"]
    return "## What it costs\n\nMedian over the epochs of a training, on a shared machine.\n\n" + table(head, rows)
