"""`km3aid data prepare|info|fetch`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from km3aid.cli.options import QuietOption

app = typer.Typer(help="Fetch and prepare training data.", no_args_is_help=True)


@app.command()
def teach(
    pool: Annotated[Path, typer.Argument(help="Molecules that a teacher labelled: a SMILES a line, plain or gz.")],
    labels: Annotated[list[Path], typer.Option("--labels", help="Parquet: line, shift_ppm, spread_ppm. Repeatable.")],
    exclude: Annotated[Path, typer.Option("--exclude", help="JSON: hashes of connectivities that must not train.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")],
) -> None:
    """Turn shifts that another model predicted into training arrays, for `train --taught`."""
    from km3aid.cli.output import json_text
    from km3aid.data.teacher import prepare_taught

    print(json_text(prepare_taught(pool, labels, exclude, out)), end="")


@app.command()
def prepare(
    source: Annotated[Path, typer.Argument(help="nmrshiftdb2 withsignals SD file, plain or gz.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Folder to write.")],
    workers: Annotated[int | None, typer.Option("--workers", min=1, help="Default: one per core.")] = None,
    quiet: QuietOption = False,
) -> None:
    """Turn an SD file into training arrays and report what was left out and why."""
    from km3aid.cli.output import json_text
    from km3aid.cli.progress import progress_bar
    from km3aid.data.prepare import prepare as run

    with progress_bar("Reading", None, quiet) as progress:
        print(json_text(run(source, out, workers=workers, progress=progress)), end="")


@app.command()
def info(folder: Annotated[Path, typer.Argument(help="Folder written by `data prepare`.")]) -> None:
    """Say what prepared data holds, from which source, and what was left out."""
    from km3aid.cli.output import json_text
    from km3aid.data.dataset import open_dataset, read_meta

    meta = read_meta(folder)
    open_dataset(folder)
    print(json_text(meta), end="")


@app.command()
def fetch(
    out: Annotated[Path, typer.Option("-o", "--out", help="File to write.")] = Path("nmrshiftdb2withsignals.sd"),
    url: Annotated[str | None, typer.Option("--url", help="Another source than the project's own download.")] = None,
    quiet: QuietOption = False,
) -> None:
    """Download the public nmrshiftdb2 file; a broken download goes on where it stopped."""
    from km3aid.cli.progress import progress_bar
    from km3aid.data.fetch import NMRSHIFTDB2_URL
    from km3aid.data.fetch import fetch as run

    with progress_bar("Downloading (bytes)", None, quiet) as progress:
        print(run(url or NMRSHIFTDB2_URL, out, progress=progress))
