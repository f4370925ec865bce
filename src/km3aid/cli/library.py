"""`km3aid library build|add|merge|info|verify|export|fetch`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from km3aid.cli.fetch import fetch
from km3aid.cli.groups import grouped
from km3aid.cli.options import ClusterOption, ModelOptions, QuietOption, RunOptions, joined
from km3aid.errors import ConfigError, MoleculeError
from km3aid.threads import available_cores

if TYPE_CHECKING:
    from km3aid.library import BuildOptions, BuildReport

app = typer.Typer(help="Build and look after libraries of molecules.", no_args_is_help=True)
app.command("fetch")(fetch)
_SHOWN = 10
_MANY_BYTES = 100_000  # of structures, above which starting a process per core pays
LibraryArgument = Annotated[str, typer.Argument(help="Folder written by `library build`, or a URI.")]


class Key(StrEnum):
    SMILES = "smiles"
    INCHIKEY = "inchikey"
    CONNECTIVITY = "connectivity"
    NONE = "none"


@dataclass(frozen=True)
class TableOptions:
    """Which columns of a table hold the structures and their names."""

    column: Annotated[str | None, typer.Option("--column", help="Column of the SMILES in a table.")] = None
    name_column: Annotated[str | None, typer.Option("--name-column", help="Column of the names in a table.")] = None


@dataclass(frozen=True)
class NewLibraryOptions:
    """How a new library is laid out."""

    deduplicate: Annotated[
        Key,
        typer.Option("--deduplicate", help="What makes two molecules equal; an InChI costs more than the encoding."),
    ] = Key.SMILES
    shard_records: Annotated[
        int | None, typer.Option("--shard-records", min=1, help="Input records per shard; default 98,304.")
    ] = None
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a library that is there.")] = False


@dataclass(frozen=True)
class WorkOptions:
    """Who encodes."""

    workers: Annotated[
        int | None, typer.Option("--workers", min=1, help="Default: one per core for a large input.")
    ] = None
    cluster: ClusterOption = None


@app.command()
@grouped
def build(
    paths: Annotated[
        list[str],
        typer.Argument(help="INPUT… LIBRARY: SMILES, CSV, TSV, Parquet or SD files (gz, zst), - for standard input."),
    ],
    *,
    table: TableOptions,
    new: NewLibraryOptions,
    work: WorkOptions,
    model: ModelOptions,
    run: RunOptions,
) -> None:
    """Encode molecules and write them to a library; after an interruption the same command goes on."""
    from km3aid.library import SHARD_RECORDS, BuildOptions

    options = BuildOptions(new.deduplicate.value, new.shard_records or SHARD_RECORDS, new.overwrite)
    write(paths, table, options, work, model, run)


@app.command()
@grouped
def add(
    paths: Annotated[list[str], typer.Argument(help="INPUT… LIBRARY, as for `build`.")],
    *,
    table: TableOptions,
    work: WorkOptions,
    model: ModelOptions,
    run: RunOptions,
) -> None:
    """Add molecules to a library; searches that run meanwhile see it as it was."""
    from km3aid.library import BuildOptions

    write(paths, table, BuildOptions(add=True), work, model, run)


def write(
    paths: list[str],
    table: TableOptions,
    options: BuildOptions,
    work: WorkOptions,
    model: ModelOptions,
    run: RunOptions,
) -> None:
    """Encode the inputs, all but the last of `paths`, into the library at the last one."""
    from km3aid.cli.progress import progress_bar
    from km3aid.library import is_complete

    *inputs, library = paths
    if not inputs:
        raise ConfigError(f"give at least one input and the library's folder; found only {library}")
    if work.cluster is not None and work.workers is not None:
        raise ConfigError("--workers are processes of this machine; leave it out with --cluster")
    label, engine = _label(inputs), model.engine()
    if not options.add and not options.overwrite and is_complete(library, engine.model_sha256, label):
        print(f"km3aid: {library} is complete already", file=sys.stderr)
        return
    try:
        counted = _count(inputs, run.quiet)
        with joined(work.cluster) as on_cluster, progress_bar("Encoding", counted, run.quiet) as progress:
            report = engine.build_library(
                _structures(inputs, table),
                library,
                label=label,
                options=options,
                workers=work.workers or _workers(inputs),
                on_cluster=on_cluster,
                progress=progress,
            )
    except KeyboardInterrupt:
        print(f"km3aid: stopped; run the same command again to go on with {library}", file=sys.stderr)
        raise typer.Exit(130) from None
    _tell(report, library, run)


def _tell(report: BuildReport, library: str, run: RunOptions) -> None:
    """Say what was written; exits with 1 where records were rejected, and raises the first with `--strict`."""
    if not run.quiet:
        print(
            f"km3aid: {report.molecules:,} molecules in {library}, {len(report.rejected):,} rejected, "
            f"{report.duplicates:,} duplicates",
            file=sys.stderr,
        )
        for number, _, reason in report.rejected[:_SHOWN]:
            print(f"km3aid: record {number}: {reason}", file=sys.stderr)
        if len(report.rejected) > _SHOWN:
            print(f"km3aid: all of them: {Path(library) / 'rejected.csv'}", file=sys.stderr)
    if report.rejected and run.strict:
        number, _, reason = report.rejected[0]
        raise MoleculeError(f"record {number}: {reason}")
    if report.rejected:
        raise typer.Exit(1)


def _workers(inputs: list[str]) -> int:
    """One process per core where there are many structures."""
    size = sum(os.path.getsize(i) if i != "-" else _MANY_BYTES for i in inputs)
    return available_cores() if size >= _MANY_BYTES else 1


def _label(inputs: list[str]) -> str:
    """What must be the same for a build to go on: the files and their sizes."""
    try:
        return " + ".join("standard input" if i == "-" else f"{i} ({os.path.getsize(i)} bytes)" for i in inputs)
    except OSError as error:
        raise MoleculeError(
            f"{error.filename}: cannot be opened ({error.strerror}); give a file of structures"
        ) from error


def _count(inputs: list[str], quiet: bool) -> int | None:
    """How many structures there are, where somebody watches the progress."""
    from km3aid.molecules.read import count_structures

    if quiet or not sys.stderr.isatty():
        return None
    counts = [count_structures(source) for source in inputs]
    return None if None in counts else sum(c for c in counts if c is not None)


def _structures(inputs: list[str], table: TableOptions) -> Iterator[tuple[str, str | None]]:
    from km3aid.molecules.read import read_structures

    for source in inputs:
        yield from read_structures(source, table.column, table.name_column)


@app.command()
def merge(
    paths: Annotated[list[str], typer.Argument(help="LIBRARY… NEW: libraries of one model, and the folder to write.")],
) -> None:
    """Join libraries into a new one, without duplicates."""
    from km3aid.library import merge_libraries

    *sources, path = paths
    if len(sources) < 2:
        raise ConfigError("give two or more libraries and the folder of the new one")
    print(f"km3aid: {merge_libraries(sources, path):,} molecules in {path}", file=sys.stderr)


@app.command()
@grouped
def info(
    library: LibraryArgument,
    recall: Annotated[
        int, typer.Option("--recall", min=0, help="Measure the recall of a search with so many made-up spectra; slow.")
    ] = 0,
    *,
    model: ModelOptions,
    quiet: QuietOption = False,
) -> None:
    """Say what a library holds, which model built it and, on request, how much a search misses."""
    from km3aid.cli.output import json_text
    from km3aid.cli.progress import progress_bar
    from km3aid.library import Library

    opened = Library.open(library)
    about = opened.info()
    if recall:
        from km3aid.evaluation.recall import measure_recall

        engine = model.engine()
        opened.check_model(engine.model_sha256)
        with progress_bar("Scoring every molecule", recall, quiet) as progress:
            about["recall"] = measure_recall(engine, opened, recall, progress=progress)
    print(json_text(about), end="")


@app.command()
@grouped
def index(library: LibraryArgument, *, model: ModelOptions, quiet: QuietOption = False) -> None:
    """Make a library ready for elucidations, which otherwise do so when they first start from it."""
    from km3aid.cli.progress import progress_bar
    from km3aid.elucidate.index import SAMPLE
    from km3aid.engine.elucidating import index_of
    from km3aid.library import Library

    engine = model.engine()
    opened = Library.open(library, engine.model_sha256)
    with progress_bar("Molecules", min(SAMPLE, len(opened)), quiet) as advance:
        made = index_of(engine, opened, advance)
    kinds = len(made.environments.levels[-1].key)
    print(f"km3aid: {library}: {kinds:,} surroundings of atoms, {len(made.frequency):,} groups", file=sys.stderr)


@app.command()
@grouped
def verify(library: LibraryArgument, *, model: ModelOptions) -> None:
    """Compare a library with its checksums, and a sample of its molecules with the model."""
    from km3aid.library import Library, verify_library

    engine = model.engine()
    Library.open(library).check_model(engine.model_sha256)
    faults = verify_library(library, lambda smiles: next(engine.entries((s, None) for s in smiles)))
    for fault in faults:
        print(f"km3aid: {library}/{fault.file}: {fault.problem}", file=sys.stderr)
    if faults:
        raise typer.Exit(1)
    print(f"km3aid: {library} is sound", file=sys.stderr)


@app.command()
def export(
    library: LibraryArgument,
    out: Annotated[Path, typer.Argument(help="A name that ends in .smi or .parquet.")],
) -> None:
    """Write the molecules of a library as SMILES, or everything as Parquet."""
    from km3aid.library import export_library

    print(f"km3aid: {export_library(library, out):,} molecules in {out}", file=sys.stderr)
