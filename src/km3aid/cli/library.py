"""`km3aid library build|info`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from km3aid.cli.options import Common, Device, DeviceOption, ModelOption, QuietOption, StrictOption

app = typer.Typer(help="Build and inspect libraries of molecules.", no_args_is_help=True)
_SHOWN = 10


@app.command()
def build(
    molecules: Annotated[Path, typer.Argument(help="File of SMILES [name], one per line, plain or gz.")],
    library: Annotated[Path, typer.Argument(help="Folder to write.")],
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
    with progress_bar("Encoding", len(entries), quiet) as progress:
        report = engine.build_library(entries, library, progress=progress)
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
