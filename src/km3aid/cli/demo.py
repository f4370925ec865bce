"""`km3aid demo`: the main jobs on published spectra of well-known compounds."""

from __future__ import annotations

import shlex
import shutil
import sys
from importlib import resources
from pathlib import Path
from typing import Annotated

import typer

from km3aid.errors import ConfigError

_PICTURES = ("aspirin.html", "menthol.html", "caffeine.html", "aspirin.svg")


def demo(
    folder: Annotated[Path, typer.Argument(help="Folder for the spectra, a small library and the pictures.")] = Path(
        "demo"
    ),
) -> None:
    """Assign, rank, search and predict well-known compounds; the pictures are in FOLDER."""
    from km3aid.cli.app import app

    try:
        folder.mkdir(parents=True, exist_ok=True)
        for example in resources.files("km3aid").joinpath("examples").iterdir():
            with resources.as_file(example) as file:
                shutil.copyfile(file, folder / example.name)
    except OSError as error:
        raise ConfigError(f"{folder}: cannot be written to ({error}); give another folder") from error
    for command in _commands(folder):
        print(f"\n$ km3aid {shlex.join(command)}", flush=True)
        if code := app(command, standalone_mode=False):
            sys.exit(code)
    print("\nPictures:", *(folder / name for name in _PICTURES))


def _commands(folder: Path) -> list[list[str]]:
    """What is run, in the words of the command line."""

    def at(name: str) -> str:
        return str(folder / name)

    table = ["--format", "table"]
    search = ["--library", at("library"), "--top", "5", *table]
    aspirin, menthol = "CC(=O)Oc1ccccc1C(=O)O", "CC(C)[C@@H]1CC[C@@H](C)C[C@H]1O"
    drawn = ["--html", at("aspirin.html"), "--svg", at("aspirin.svg")]
    return [
        ["assign", aspirin, at("aspirin.txt"), *table, *drawn],
        ["assign", menthol, at("menthol.txt"), *table, "--html", at("menthol.html")],
        ["rank", at("ibuprofen-isomers.smi"), at("ibuprofen.txt"), *table],
        ["library", "build", at("compounds.smi"), at("library"), "--overwrite"],
        ["search", at("camphor.txt"), *search],
        ["search", at("vanillin.txt"), *search, "--formula", "C8H8O3"],
        ["predict", "Cn1c(=O)c2c(ncn2C)n(C)c1=O", *table, "--html", at("caffeine.html")],
    ]
