"""`km3aid library build|info`."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from km3aid.cli.options import Common, Device, DeviceOption, ModelOption, QuietOption, StrictOption

app = typer.Typer(help="Build and inspect libraries of molecules.", no_args_is_help=True)
_SHOWN = 10
_MANY = 5000  # structures from which on starting a process per core pays


@app.command()
def build(
    molecules: Annotated[Path, typer.Argument(help="File of SMILES [name], one per line, plain or gz.")],
    library: Annotated[Path, typer.Argument(help="Folder to write.")],
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Default: one per core for many.")] = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
    quiet: QuietOption = False,
    strict: StrictOption = False,
) -> None:
    """Encode molecules and write them to a library."""
    from km3aid.cli.progress import progress_bar
    from km3aid.cli.structures import read_smiles_file
    from km3aid.errors import MoleculeError

    entries = list(read_smiles_file(molecules))
    engine = Common(None, None, model, device, quiet, strict).engine()
    if workers is None:
        workers = 1 if len(entries) < _MANY else os.cpu_count() or 1
    with progress_bar("Encoding", len(entries), quiet) as progress:
        report = engine.build_library(entries, library, workers=workers, progress=progress)
    if not quiet:
        print(f"km3aid: {report.molecules:,} molecules in {library}, {len(report.skipped)} skipped", file=sys.stderr)
        for number, reason in report.skipped[:_SHOWN]:
            print(f"km3aid: {molecules}, entry {number}: {reason}", file=sys.stderr)
    if report.skipped and strict:
        number, reason = report.skipped[0]
        raise MoleculeError(f"{molecules}, entry {number}: {reason}")
    if report.skipped:
        raise typer.Exit(1)


@app.command()
def info(library: Annotated[Path, typer.Argument(help="Folder written by `library build`.")]) -> None:
    """Say what a library holds and which model built it."""
    from km3aid.cli.output import json_text
    from km3aid.library import Library

    print(json_text(Library.open(library).info()), end="")
