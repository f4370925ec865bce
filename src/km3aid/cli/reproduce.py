"""`km3aid reproduce`, or `evaluate paper` and `evaluate report`: the paper's tables and figures recomputed."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from km3aid.cli.groups import grouped
from km3aid.cli.options import QuietOption
from km3aid.errors import ConfigError

if TYPE_CHECKING:
    from km3aid.reproduction.plan import Plan

DataOption = Annotated[Path, typer.Option("--data", help="Folder written by `data prepare`.")]
IdsOption = Annotated[Path, typer.Option("--paper-ids", help="CSV of the paper's ids: they define the folds.")]
RESULTS = Path("results/paper")
REPORT = Path("docs/reproduction.md")
ResultsOption = Annotated[Path, typer.Option("--results", help="Folder of the units' files.")]


@dataclass(frozen=True)
class Places:
    """What is read, and where is written."""

    data: DataOption
    paper_ids: IdsOption
    results: ResultsOption = RESULTS
    work: Annotated[Path, typer.Option("--work", help="Folder of weights, libraries and locks.")] = Path("runs/paper")


@dataclass(frozen=True)
class ScheduleOptions:
    """How the models are trained."""

    folds: Annotated[str, typer.Option("--folds", help="Validation blocks, the first first.")] = "0,1,2,3,4"
    published: Annotated[bool, typer.Option("--published", help="200 epochs at one rate, not the fast 40.")] = False
    plateau: Annotated[bool, typer.Option("--plateau", help="200 epochs with halvings, as the text says.")] = False
    epochs: Annotated[int | None, typer.Option("--epochs", min=1, help="Instead of the schedule's.")] = None
    accelerator: Annotated[str, typer.Option("--accelerator", help="auto, cpu or gpu.")] = "auto"

    def blocks(self) -> list[int]:
        """The folds as numbers; raises `ConfigError`."""
        try:
            return [int(fold) for fold in self.folds.split(",")]
        except ValueError:
            raise ConfigError(f"--folds {self.folds}; expected numbers such as 0,1") from None


@dataclass(frozen=True)
class RetrievalOptions:
    """The library of the zero-shot retrieval, and how many spectra are looked for in it."""

    structures: Annotated[list[Path] | None, typer.Option("--structures", help="SMILES file of the library.")] = None
    library_size: Annotated[int, typer.Option("--library-size", min=100, help="Largest library.")] = 100_000
    library: Annotated[
        Path | None, typer.Option("--library", help="Library of the bundled model, to search instead of a drawn one.")
    ] = None
    queries: Annotated[int, typer.Option("--queries", min=1, help="Spectra to find in it.")] = 1000
    workers: Annotated[int, typer.Option("--workers", min=1, help="Processes that read and encode structures.")] = 1


@grouped
def reproduce(
    places: Places,
    schedule: ScheduleOptions,
    retrieval: RetrievalOptions,
    table: Annotated[
        list[str] | None, typer.Option("--table", help="best, 1 2 3 C1 C2 D1 D2 F3 F4 targets beyond; default all.")
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", help="Only what is named so, such as k-m3aid; repeatable.")
    ] = None,
    budget: Annotated[float | None, typer.Option("--budget", help="Hours, after which it stops.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="List what is missing and stop.")] = False,
    quiet: QuietOption = False,
) -> None:
    """Recompute the paper's tables and figures: run what is missing; stop it and go on at will."""
    from km3aid.reproduction.units import TABLES, deadline, paper_units, units_named, units_of_tables
    from km3aid.reproduction.workflow import Store, missing_units, run_units

    def log(line: str) -> None:
        if not quiet:
            print(line, file=sys.stderr, flush=True)

    wanted = table or ["all"]
    if unknown := set(wanted) - {*TABLES, "all"}:
        raise ConfigError(f"--table {sorted(unknown)[0]}; expected {', '.join(TABLES)} or all")
    clock, store = deadline(budget), Store(places.results, places.work / "locks")
    every = paper_units(replace(_plan(places, schedule, retrieval), log=log), store, schedule.blocks(), clock, log)
    units = units_of_tables(every, wanted)
    if only and not (units := units_named(units, only)):
        raise ConfigError(f"--only {only[0]}: nothing is named so; --dry-run without it lists the names")
    if dry_run:
        print("\n".join(missing_units(units, store)))
        return
    outcome = run_units(units, store, out_of_time=clock, log=log)
    log(f"{len(outcome.ran)} units run, {len(outcome.missing)} missing")


def _plan(places: Places, schedule: ScheduleOptions, retrieval: RetrievalOptions) -> Plan:
    from km3aid.reproduction.plan import Plan

    return Plan(
        places.data,
        places.paper_ids,
        places.work,
        fast=not (schedule.published or schedule.plateau),
        plateau=schedule.plateau,
        epochs=schedule.epochs,
        accelerator=schedule.accelerator,
        structures=tuple(retrieval.structures or ()),
        library_size=retrieval.library_size,
        library=retrieval.library,
        queries=retrieval.queries,
        workers=retrieval.workers,
    )


def report(
    results: ResultsOption = RESULTS,
    out: Annotated[Path, typer.Option("--out", help="Markdown file; figures go to a folder beside it.")] = REPORT,
) -> None:
    """Write the tables and figures of the reproduction from the units' files alone."""
    from km3aid.reproduction.report.report import write_report

    print(write_report(results, out))


def sweep(
    data: DataOption,
    paper_ids: IdsOption,
    out: Annotated[Path, typer.Option("--out", help="Folder of the two archives that it leaves.")],
    minutes: Annotated[float, typer.Option("--minutes", min=0.5, help="When it ends.")] = 8,
    accelerator: Annotated[str, typer.Option("--accelerator", help="auto, cpu or gpu.")] = "auto",
    smoke: Annotated[bool, typer.Option("--smoke", help="One epoch of a few models, to see that it works.")] = False,
) -> None:
    """Train the models of all tables side by side on one GPU, and leave their figures and the weights of the first."""
    from km3aid.reproduction.plan import Plan
    from km3aid.reproduction.sweep.run import Sweep
    from km3aid.reproduction.sweep.waves import SMOKE, WAVES

    short = 1 if smoke else None
    plan = Plan(data, paper_ids, out, fast=False, epochs=short, pretrain_epochs=short, accelerator=accelerator)
    Sweep(plan, out, minutes, lambda line: print(line, flush=True)).run(SMOKE if smoke else WAVES)


@grouped
def take(
    places: Places,
    archives: Annotated[Path, typer.Option("--archives", help="Folder that `evaluate sweep` wrote.")],
    epochs: Annotated[int | None, typer.Option("--epochs", min=1, help="Of the sweep, where not 200.")] = None,
    quiet: QuietOption = False,
) -> None:
    """Make units of the reproduction of what a sweep trained; `km3aid reproduce --published` measures the rest."""
    from km3aid.data.folds import FOLDS
    from km3aid.reproduction.plan import Plan
    from km3aid.reproduction.sweep.take import Taker
    from km3aid.reproduction.units import paper_units
    from km3aid.reproduction.workflow import Store

    def log(line: str) -> None:
        if not quiet:
            print(line, file=sys.stderr, flush=True)

    store = Store(places.results, places.work / "locks")
    plan = Plan(places.data, places.paper_ids, places.work, fast=False, epochs=epochs, log=log)
    units = paper_units(plan, store, list(range(FOLDS)), lambda: False, log)
    print(f"{len(Taker(plan, store, archives, log).take(units))} units written to {places.results}")
