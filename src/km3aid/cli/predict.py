"""`km3aid predict`: the shifts that a molecule should show."""

from __future__ import annotations

from typing import Annotated

import typer

from km3aid.cli.options import (
    Common,
    Device,
    DeviceOption,
    FormatOption,
    HtmlOption,
    ModelOption,
    OutOption,
    PdfOption,
    PngOption,
    QuietOption,
    SvgOption,
)


def predict(
    structure: Annotated[str, typer.Argument(help="SMILES, or a .mol/.sdf file.")],
    svg: SvgOption = None,
    png: PngOption = None,
    pdf: PdfOption = None,
    html: HtmlOption = None,
    format: FormatOption = None,
    out: OutOption = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
    quiet: QuietOption = False,
) -> None:
    """Predict the 13C shifts of a molecule with their standard deviations."""
    from km3aid.cli.output import check_outputs, emit
    from km3aid.engine.results import Prediction
    from km3aid.molecules.read import read_structure
    from km3aid.requests.answers import Case

    common = Common(format, out, model, device, quiet, strict=False)
    files = {"svg": svg, "png": png, "pdf": pdf, "html": html}
    text = read_structure(structure)
    check_outputs(common, Prediction, files)
    emit([Case(common.engine().predict(text), text)], common, files)
