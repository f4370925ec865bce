"""`km3aid predict`: the shifts that a molecule should show."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from km3aid.cli.options import Common, Device, DeviceOption, FormatOption, ModelOption, OutOption, QuietOption


def predict(
    structure: Annotated[str, typer.Argument(help="SMILES, or a .mol/.sdf file.")],
    svg: Annotated[Path | None, typer.Option("--svg", help="Draw structure and spectrum.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="The same as a page that lights up on hover.")] = None,
    format: FormatOption = None,
    out: OutOption = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
    quiet: QuietOption = False,
) -> None:
    """Predict the 13C shifts of a molecule with their standard deviations."""
    from km3aid.cli.output import emit
    from km3aid.cli.structures import read_structure

    common = Common(format, out, model, device, quiet, strict=False)
    text = read_structure(structure)
    answer = common.engine().predict(text)
    emit([answer], common)
    if svg or html:
        from km3aid.render import write_prediction

        write_prediction(text, answer, svg=svg, html=html)
