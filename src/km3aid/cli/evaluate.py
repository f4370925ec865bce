"""`km3aid evaluate`: figures on a validation block as JSON, and the paper's tables recomputed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from km3aid.cli.options import Device, DeviceOption, ModelOption, ModelOptions, OutOption, QuietOption
from km3aid.errors import ConfigError

app = typer.Typer(help="Measure a model on a validation block.", no_args_is_help=True)
DataOption = Annotated[Path, typer.Option("--data", help="Folder written by `data prepare`.")]
IdsOption = Annotated[Path, typer.Option("--paper-ids", help="CSV of the paper's ids: they define the folds.")]
FoldOption = Annotated[int, typer.Option("--fold", help="Validation block, 0 to 4.")]
RESULTS = Path("results/paper")
ResultsOption = Annotated[Path, typer.Option("--results", help="Folder of the units' files.")]
LibraryOption = Annotated[Path, typer.Option("--library", help="Folder written by `library build`.")]


@app.command()
def validation(
    data: DataOption,
    paper_ids: IdsOption,
    fold: FoldOption = 0,
    out: OutOption = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
) -> None:
    """Graph-level accuracy in batches of 128."""
    from km3aid.evaluation.block import open_block
    from km3aid.evaluation.graph_level import evaluate_graph_level

    engine = ModelOptions(model, device).engine()
    dataset, rows, _ = open_block(data, paper_ids, fold)
    _write("validation", evaluate_graph_level(engine, dataset, rows), engine.model_sha256, fold, out)


@app.command()
def assignment(
    data: DataOption,
    paper_ids: IdsOption,
    fold: FoldOption = 0,
    out: OutOption = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
) -> None:
    """Node-level, one-to-one and distinct-peak assignment, calibration and the error of predicted shifts."""
    from km3aid.evaluation.assignment import evaluate_assignment
    from km3aid.evaluation.block import open_block
    from km3aid.evaluation.cases import make_cases

    engine = ModelOptions(model, device).engine()
    dataset, rows, _ = open_block(data, paper_ids, fold)
    cases = list(make_cases(engine, dataset, rows))
    _write("assignment", evaluate_assignment(engine, cases), engine.model_sha256, fold, out)


@app.command()
def isomers(
    data: DataOption,
    paper_ids: IdsOption,
    fold: FoldOption = 0,
    members: int = 10,
    out: OutOption = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
) -> None:
    """Rank every spectrum against the molecules of the same formula, in groups of ten and more."""
    from km3aid.evaluation.block import open_block
    from km3aid.evaluation.cases import make_cases
    from km3aid.evaluation.isomers import evaluate_isomers

    engine = ModelOptions(model, device).engine()
    dataset, rows, _ = open_block(data, paper_ids, fold)
    cases = list(make_cases(engine, dataset, rows))
    _write("isomers", evaluate_isomers(engine, dataset, cases, members), engine.model_sha256, fold, out)


@app.command()
def retrieval(
    data: DataOption,
    paper_ids: IdsOption,
    library: LibraryOption,
    fold: FoldOption = 0,
    queries: int = 500,
    out: OutOption = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
) -> None:
    """Find validation molecules in a library, without a formula."""
    import numpy as np

    from km3aid.evaluation.block import open_block
    from km3aid.evaluation.cases import make_cases
    from km3aid.evaluation.retrieval import evaluate_retrieval
    from km3aid.library import Library

    engine = ModelOptions(model, device).engine()
    dataset, rows, _ = open_block(data, paper_ids, fold)
    chosen = np.sort(np.random.RandomState(0).permutation(rows)[:queries])
    cases = list(make_cases(engine, dataset, chosen))
    result = evaluate_retrieval(engine, dataset, cases, Library.open(library))
    _write("retrieval", result, engine.model_sha256, fold, out)


@app.command()
def calibrate(
    data: DataOption,
    paper_ids: IdsOption,
    weights: Annotated[Path, typer.Option("--weights", help="File to write.")],
    library: Annotated[Path | None, typer.Option("--library", help="To fit the fusion of scores as well.")] = None,
    fold: FoldOption = 0,
    out: OutOption = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
) -> None:
    """Fit the constants of matching on molecules that did not train, and write weights that carry them."""
    from km3aid.evaluation.block import calibrate_and_write

    engine = ModelOptions(model, device).engine()
    _write("calibration", calibrate_and_write(engine, data, paper_ids, fold, library, weights), "", fold, out)


@app.command()
def paper(
    data: DataOption,
    paper_ids: IdsOption,
    table: Annotated[
        list[str] | None, typer.Option("--table", help="best, 1 2 3 C1 C2 D1 D2 F3 F4 beyond; default all.")
    ] = None,
    results: ResultsOption = RESULTS,
    work: Annotated[Path, typer.Option("--work", help="Folder of weights, libraries and locks.")] = Path("runs/paper"),
    structures: Annotated[list[Path] | None, typer.Option("--structures", help="SMILES file of the library.")] = None,
    library_size: Annotated[int, typer.Option("--library-size", min=100, help="Largest library.")] = 100_000,
    library: Annotated[
        Path | None, typer.Option("--library", help="Library of the bundled model, to search instead of a drawn one.")
    ] = None,
    queries: Annotated[int, typer.Option("--queries", min=1, help="Spectra to find in it.")] = 1000,
    folds: Annotated[str, typer.Option("--folds", help="Validation blocks, the first first.")] = "0,1,2,3,4",
    published: Annotated[bool, typer.Option("--published", help="200 epochs with halvings, not the fast 40.")] = False,
    epochs: Annotated[int | None, typer.Option("--epochs", min=1, help="Instead of the schedule's.")] = None,
    budget: Annotated[float | None, typer.Option("--budget", help="Hours, after which it stops.")] = None,
    accelerator: Annotated[str, typer.Option("--accelerator", help="auto, cpu or gpu.")] = "auto",
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes that read and encode structures.")] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what is missing and stop.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Recompute the paper's tables and figures: run what is missing; stop it and go on at will."""
    from km3aid.reproduction.plan import Plan
    from km3aid.reproduction.store import Store
    from km3aid.reproduction.units import TABLES, deadline, paper_units, units_of_tables
    from km3aid.reproduction.workflow import missing_units, run_units

    def say(line: str) -> None:
        if not quiet:
            print(line, file=sys.stderr, flush=True)

    wanted = table or ["all"]
    if unknown := set(wanted) - {*TABLES, "all"}:
        raise ConfigError(f"--table {sorted(unknown)[0]}; expected {', '.join(TABLES)} or all")
    plan = Plan(
        data,
        paper_ids,
        work,
        fast=not published,
        epochs=epochs,
        accelerator=accelerator,
        structures=tuple(structures or ()),
        library_size=library_size,
        library=library,
        queries=queries,
        workers=workers,
        say=say,
    )
    clock, store = deadline(budget), Store(results, work / "locks")
    units = units_of_tables(paper_units(plan, store, [int(f) for f in folds.split(",")], clock), wanted)
    if dry_run:
        print("\n".join(missing_units(units, store)))
        return
    outcome = run_units(units, store, out_of_time=clock, say=say)
    say(f"{len(outcome.ran)} units run, {len(outcome.missing)} missing")


@app.command()
def report(
    results: ResultsOption = RESULTS,
    out: Annotated[Path, typer.Option("--out", help="Markdown file; figures go to a folder beside it.")] = Path(
        "docs/reproduction.md"
    ),
) -> None:
    """Write the tables and figures of the reproduction from the units' files alone."""
    from km3aid.reproduction.report.report import write_report

    print(write_report(results, out))


def _command(arguments: list[str]) -> str:
    """The call without the folders that it happened in."""
    return " ".join(["km3aid", *(a.rsplit("/", 1)[-1] for a in arguments)])


def _write(task: str, result: dict[str, Any], model_sha256: str, fold: int, out: Path | None) -> None:
    from km3aid.cli.output import json_text, write_text

    value = {"task": task, "fold": fold, "model_sha256": model_sha256, "command": _command(sys.argv[1:]), **result}
    write_text(json_text(value), out)
