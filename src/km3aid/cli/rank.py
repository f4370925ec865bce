"""`km3aid rank`: which of these candidates it is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from km3aid.cli.groups import grouped
from km3aid.cli.options import (
    BatchOption,
    By,
    ByOption,
    HtmlOption,
    ModelOptions,
    OutputOptions,
    RunOptions,
    SpectrumOptions,
)
from km3aid.errors import ConfigError


@dataclass(frozen=True)
class ShownOptions:
    """Which of the candidates are shown."""

    top: Annotated[int | None, typer.Option("--top", min=1, help="Only the best K.")] = None
    by: ByOption = By.CONNECTIVITY


@grouped
def rank(
    candidates: Annotated[Path | None, typer.Argument(help="File of SMILES [name], one per line.")] = None,
    *,
    spectrum: SpectrumOptions,
    batch: BatchOption = None,
    shown: ShownOptions,
    html: HtmlOption = None,
    output: OutputOptions,
    model: ModelOptions,
    run: RunOptions,
) -> None:
    """Rank candidate structures, isomers for instance, by a 13C spectrum."""
    from km3aid.cli.batch import check_batch, run_batch
    from km3aid.cli.output import check_outputs, emit, wants_page
    from km3aid.engine.results import Hits
    from km3aid.molecules.read import read_structures
    from km3aid.requests import tasks

    files = {"html": html}
    page = wants_page(output, files)
    if batch is not None:
        check_batch("rank", output, files)
        defaults = spectrum.defaults(candidates) | {"top": shown.top, "by": shown.by.value}
        return run_batch("rank", batch, tasks.Session(model.engine(), detailed=page), defaults, output, run)
    if candidates is None:
        raise ConfigError("give a file of candidates and a spectrum, or --batch FILE.jsonl")
    spectra = spectrum.read()
    entries = list(read_structures(candidates))
    smiles, names = [text for text, _ in entries], [name for _, name in entries]
    check_outputs(output, Hits, files, len(spectra))
    session = tasks.Session(model.engine(), detailed=page)
    return emit(
        [tasks.rank(session, smiles, s, names, shown.top, shown.by.value) for s in spectra], output, files, run.quiet
    )
