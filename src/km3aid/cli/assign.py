"""`km3aid assign`: which peak belongs to which carbon."""

from __future__ import annotations

from pathlib import Path
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
    InputFormatOption,
    ModelOption,
    OutOption,
    PeaksOption,
    PerCarbonOption,
    QuietOption,
    SolventOption,
    StrictOption,
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
    svg: Annotated[Path | None, typer.Option("--svg", help="Draw structure and spectrum.")] = None,
    html: Annotated[Path | None, typer.Option("--html", help="The same as a page that lights up on hover.")] = None,
    format: FormatOption = None,
    out: OutOption = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
    quiet: QuietOption = False,
    strict: StrictOption = False,
) -> None:
    """Assign the peaks of a 13C spectrum to the carbons of a molecule."""
    from km3aid.cli.batch import field, run_batch
    from km3aid.cli.output import emit, with_left_out
    from km3aid.cli.structures import read_structure
    from km3aid.engine.results import Assignment
    from km3aid.spectra import Spectrum

    extras = Extras(solvent, dept135, dept90, apt, one_per_carbon)
    common = Common(format, out, model, device, quiet, strict)
    if batch is not None:
        engine = common.engine()

        def ask(record: dict[str, Any], read: Spectrum) -> Assignment:
            return engine.assign(field(record, "smiles", str), read, one_per_carbon=one_per_carbon)

        return run_batch(batch, common, ask, extras)
    if structure is None:
        raise ConfigError("give a structure and a spectrum, or --batch FILE.jsonl")
    spectra = spectra_of(peaks, spectrum, input_format, extras)
    text = read_structure(structure)
    engine = common.engine()
    answers = [with_left_out(engine.assign(text, s, one_per_carbon=one_per_carbon), s) for s in spectra]
    emit(answers, common)
    if svg or html:
        from km3aid.render import write_assignment

        write_assignment(text, spectra[0], answers[0], svg=svg, html=html)
    return None
