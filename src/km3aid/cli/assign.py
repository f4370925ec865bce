"""`km3aid assign`: which peak belongs to which carbon."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from km3aid.cli.options import (
    AptOption,
    BatchOption,
    Common,
    Dept90Option,
    Dept135Option,
    Device,
    DeviceOption,
    Extras,
    FormatOption,
    HtmlOption,
    InputFormatOption,
    ModelOption,
    OutOption,
    PdfOption,
    PeaksOption,
    PerCarbonOption,
    PngOption,
    QuietOption,
    SolventOption,
    StrictOption,
    SvgOption,
    spectra_of,
)
from km3aid.errors import ConfigError


def assign(
    structure: Annotated[str | None, typer.Argument(help="SMILES, or a .mol/.sdf file.")] = None,
    spectrum: Annotated[str | None, typer.Argument(help="File with the spectrum; - for standard input.")] = None,
    peaks: PeaksOption = None,
    input_format: InputFormatOption = None,
    solvent: SolventOption = None,
    dept135: Dept135Option = None,
    dept90: Dept90Option = None,
    apt: AptOption = None,
    one_per_carbon: PerCarbonOption = False,
    batch: BatchOption = None,
    svg: SvgOption = None,
    png: PngOption = None,
    pdf: PdfOption = None,
    html: HtmlOption = None,
    format: FormatOption = None,
    out: OutOption = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
    quiet: QuietOption = False,
    strict: StrictOption = False,
) -> None:
    """Assign the peaks of a 13C spectrum to the carbons of a molecule."""
    from km3aid.cli.batch import check_batch, field, run_batch
    from km3aid.cli.output import check_outputs, emit, wants_page, with_left_out
    from km3aid.engine.results import Assignment
    from km3aid.molecules.read import read_structure
    from km3aid.requests.answers import Case
    from km3aid.spectra import Spectrum

    extras = Extras(solvent, dept135, dept90, apt, one_per_carbon)
    common = Common(format, out, model, device, quiet, strict)
    files = {"svg": svg, "png": png, "pdf": pdf, "html": html}
    if batch is not None:
        check_batch(common, Assignment, files)
        engine = common.engine()

        def ask(record: dict[str, Any], read: Spectrum) -> Case:
            smiles = field(record, "smiles", str)
            answer = engine.assign(smiles, read)
            return Case(with_left_out(answer, read), smiles, read)

        return run_batch(batch, common, ask, Assignment, extras)
    if structure is None:
        raise ConfigError("give a structure and a spectrum, or --batch FILE.jsonl")
    spectra = spectra_of(peaks, spectrum, input_format, extras)
    text = read_structure(structure)
    check_outputs(common, Assignment, files, len(spectra))
    engine = common.engine()
    cases = []
    for s in spectra:
        answer = with_left_out(engine.assign(text, s), s)
        page = wants_page(common, files)
        cases.append(Case(answer, text, s, engine.matrix(text, s) if page else None))
    emit(cases, common, files)
    return None
