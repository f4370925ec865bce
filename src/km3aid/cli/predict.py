"""`km3aid predict`: the shifts that a molecule should show."""

from __future__ import annotations

from typing import Annotated

import typer

from km3aid.cli.groups import grouped
from km3aid.cli.options import ModelOptions, OutputOptions, PictureOptions, QuietOption


@grouped
def predict(
    structure: Annotated[str, typer.Argument(help="SMILES, or a .mol/.sdf file.")],
    *,
    pictures: PictureOptions,
    output: OutputOptions,
    model: ModelOptions,
    quiet: QuietOption = False,
) -> None:
    """Predict the 13C shifts of a molecule with their standard deviations."""
    from km3aid.cli.output import check_outputs, emit
    from km3aid.engine.results import Prediction
    from km3aid.molecules.read import read_structure
    from km3aid.requests import tasks

    files = pictures.files()
    text = read_structure(structure)
    check_outputs(output, Prediction, files)
    emit([tasks.predict(tasks.Session(model.engine()), text)], output, files, quiet)
