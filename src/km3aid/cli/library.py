"""`km3aid library build|add|merge|info|verify|export`."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from km3aid.cli.options import (
    ClusterOption,
    Common,
    Device,
    DeviceOption,
    ModelOption,
    QuietOption,
    StrictOption,
    joined,
)

if TYPE_CHECKING:
    from km3aid.library import BuildOptions

app = typer.Typer(help="Build and look after libraries of molecules.", no_args_is_help=True)
_SHOWN = 10
_MANY_BYTES = 100_000  # of structures, from which on starting a process per core pays


class Key(StrEnum):
    SMILES = "smiles"
    INCHIKEY = "inchikey"
    CONNECTIVITY = "connectivity"
    NONE = "none"


ColumnOption = Annotated[str | None, typer.Option("--column", help="Column of the SMILES in a table.")]
NameColumnOption = Annotated[str | None, typer.Option("--name-column", help="Column of the names in a table.")]
WorkersOption = Annotated[int | None, typer.Option("--workers", min=1, help="Default: one per core for many.")]
KeyOption = Annotated[
    Key, typer.Option("--deduplicate", help="What makes two molecules equal; an InChI costs more than the encoding.")
]
ShardOption = Annotated[
    int | None, typer.Option("--shard-records", min=1, help="Input records per shard; default 98,304.")
]


@app.command()
def build(
    paths: Annotated[
        list[str],
        typer.Argument(help="INPUT… LIBRARY: SMILES, CSV, TSV, Parquet or SD files (gz, zst), - for standard input."),
    ],
    column: ColumnOption = None,
    name_column: NameColumnOption = None,
    deduplicate: KeyOption = Key.SMILES,
    shard_records: ShardOption = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace a library that is there.")] = False,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
    quiet: QuietOption = False,
    strict: StrictOption = False,
) -> None:
    """Encode molecules and write them to a library; after an interruption the same command goes on."""
    from km3aid.library import SHARD_RECORDS, BuildOptions

    common = Common(None, None, model, device, quiet, strict)
    options = BuildOptions(deduplicate.value, shard_records or SHARD_RECORDS, overwrite)
    _write(paths, options, common, column, name_column, workers, cluster)


@app.command()
def add(
    paths: Annotated[list[str], typer.Argument(help="INPUT… LIBRARY, as for `build`.")],
    column: ColumnOption = None,
    name_column: NameColumnOption = None,
    workers: WorkersOption = None,
    cluster: ClusterOption = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
    quiet: QuietOption = False,
    strict: StrictOption = False,
) -> None:
    """Add molecules to a library; searches that run meanwhile see it as it was."""
    from km3aid.library import BuildOptions

    common = Common(None, None, model, device, quiet, strict)
    _write(paths, BuildOptions(add=True), common, column, name_column, workers, cluster)


def _write(
    paths: list[str],
    options: BuildOptions,
    common: Common,
    column: str | None,
    name_column: str | None,
    workers: int | None,
    cluster: str | None,
) -> None:
    from km3aid.cli.progress import progress_bar
    from km3aid.errors import ConfigError, MoleculeError
    from km3aid.library import is_complete

    *inputs, library = paths
    if not inputs:
        raise ConfigError(f"give at least one input and the library's folder; found only {library}")
    if cluster is not None and workers is not None:
        raise ConfigError("--workers are processes of this machine; leave it out with --cluster")
    label = _label(inputs)
    if not options.add and not options.overwrite and is_complete(library, label):
        print(f"km3aid: {library} is complete already", file=sys.stderr)
        return
    engine = common.engine()
    if workers is None:
        size = sum(os.path.getsize(i) if i != "-" else _MANY_BYTES for i in inputs)
        workers = os.cpu_count() or 1 if size >= _MANY_BYTES else 1
    try:
        counted = _count(inputs, common.quiet)
        with joined(cluster) as others, progress_bar("Encoding", counted, common.quiet) as progress:
            report = engine.build_library(
                _structures(inputs, column, name_column),
                library,
                label=label,
                options=options,
                workers=workers,
                cluster=others,
                progress=progress,
            )
    except KeyboardInterrupt:
        print(f"km3aid: stopped; run the same command again to go on with {library}", file=sys.stderr)
        raise typer.Exit(130) from None
    if not common.quiet:
        print(
            f"km3aid: {report.molecules:,} molecules in {library}, {len(report.rejected):,} rejected, "
            f"{report.duplicates:,} duplicates",
            file=sys.stderr,
        )
        for number, _, reason in report.rejected[:_SHOWN]:
            print(f"km3aid: record {number}: {reason}", file=sys.stderr)
        if len(report.rejected) > _SHOWN:
            print(f"km3aid: all of them: {Path(library) / 'rejected.csv'}", file=sys.stderr)
    if report.rejected and common.strict:
        number, _, reason = report.rejected[0]
        raise MoleculeError(f"record {number}: {reason}")
    if report.rejected:
        raise typer.Exit(1)


def _label(inputs: list[str]) -> str:
    """What must be the same for a build to go on: the files and their sizes."""
    from km3aid.errors import MoleculeError

    try:
        return " + ".join("standard input" if i == "-" else f"{i} ({os.path.getsize(i)} bytes)" for i in inputs)
    except OSError as error:
        raise MoleculeError(
            f"{error.filename}: cannot be opened ({error.strerror}); give a file of structures"
        ) from error


def _count(inputs: list[str], quiet: bool) -> int | None:
    """How many structures there are, where somebody looks at the progress."""
    from km3aid.molecules.read import count_structures

    if quiet or not sys.stderr.isatty():
        return None
    counts = [count_structures(source) for source in inputs]
    return None if None in counts else sum(c for c in counts if c is not None)


def _structures(inputs: list[str], column: str | None, name_column: str | None) -> Iterator[tuple[str, str | None]]:
    from km3aid.molecules.read import read_structures

    for source in inputs:
        yield from read_structures(source, column, name_column)


@app.command()
def merge(
    paths: Annotated[list[str], typer.Argument(help="LIBRARY… NEW: libraries of one model, and the folder to write.")],
) -> None:
    """Join libraries into a new one, without duplicates."""
    from km3aid.errors import ConfigError
    from km3aid.library import merge_libraries

    *sources, path = paths
    if len(sources) < 2:
        raise ConfigError("give two or more libraries and the folder of the new one")
    print(f"km3aid: {merge_libraries(sources, path):,} molecules in {path}", file=sys.stderr)


@app.command()
def info(
    library: Annotated[str, typer.Argument(help="Folder written by `library build`, or a URI.")],
    recall: Annotated[
        int, typer.Option("--recall", min=0, help="Made-up spectra to measure the recall of a search with; slow.")
    ] = 0,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
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

        engine = Common(None, None, model, device, quiet, False).engine()
        opened.check_model(engine.model_sha256)
        with progress_bar("Scoring every molecule", recall, quiet) as progress:
            about["recall"] = measure_recall(engine, opened, recall, progress=progress)
    print(json_text(about), end="")


@app.command()
def verify(
    library: Annotated[str, typer.Argument(help="Folder written by `library build`, or a URI.")],
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
) -> None:
    """Compare a library with its checksums, and a sample of its molecules with the model."""
    from km3aid.library import Library, verify_library

    engine = Common(None, None, model, device, True, False).engine()
    Library.open(library).check_model(engine.model_sha256)
    faults = verify_library(library, lambda smiles: next(engine.entries((s, None) for s in smiles)))
    for fault in faults:
        print(f"km3aid: {library}/{fault.file}: {fault.problem}", file=sys.stderr)
    if faults:
        raise typer.Exit(1)
    print(f"km3aid: {library} is sound", file=sys.stderr)


@app.command()
def export(
    library: Annotated[str, typer.Argument(help="Folder written by `library build`, or a URI.")],
    out: Annotated[Path, typer.Argument(help="A name that ends in .smi or .parquet.")],
) -> None:
    """Write the molecules of a library as SMILES, or everything as Parquet."""
    from km3aid.library import export_library

    print(f"km3aid: {export_library(library, out):,} molecules in {out}", file=sys.stderr)
