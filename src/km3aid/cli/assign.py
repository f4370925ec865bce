"""`km3aid assign`: which peak belongs to which carbon."""

from __future__ import annotations

from typing import Annotated

import typer

from km3aid.cli.groups import grouped
from km3aid.cli.options import BatchOption, ModelOptions, OutputOptions, PictureOptions, RunOptions, SpectrumOptions
from km3aid.errors import ConfigError


@grouped
def assign(
    structure: Annotated[str | None, typer.Argument(help="SMILES, or a .mol/.sdf file.")] = None,
    *,
    spectrum: SpectrumOptions,
    batch: BatchOption = None,
    pictures: PictureOptions,
    output: OutputOptions,
    model: ModelOptions,
    run: RunOptions,
) -> None:
    """Assign the peaks of a 13C spectrum to the carbons of a molecule."""
    from km3aid.cli.batch import check_batch, run_batch
    from km3aid.cli.output import check_outputs, emit, wants_page
    from km3aid.engine.results import Assignment
    from km3aid.molecules.read import read_structure
    from km3aid.requests import tasks

    files = pictures.files()
    if batch is not None:
        check_batch("assign", output, files)
        defaults = spectrum.defaults(structure)
        return run_batch("assign", batch, tasks.Session(model.engine()), defaults, output, run)
    if structure is None:
        raise ConfigError("give a structure and a spectrum, or --batch FILE.jsonl")
    spectra = spectrum.read()
    text = read_structure(structure)
    check_outputs(output, Assignment, files, len(spectra))
    session = tasks.Session(model.engine(), detailed=wants_page(output, files))
    return emit([tasks.assign(session, text, s) for s in spectra], output, files, run.quiet)
