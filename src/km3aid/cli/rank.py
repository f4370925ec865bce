"""`km3aid rank`: which of these candidates it is."""

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


def rank(
    candidates: Annotated[Path | None, typer.Argument(help="File of SMILES [name], one per line.")] = None,
    spectrum: Annotated[str | None, typer.Argument(help="File with the spectrum; - for standard input.")] = None,
    peaks: PeaksOption = None,
    input_format: InputFormatOption = None,
    solvent: SolventOption = None,
    dept135: Dept135Option = None,
    dept90: Dept90Option = None,
    apt: AptOption = None,
    one_per_carbon: PerCarbonOption = False,
    batch: BatchOption = None,
    top: Annotated[int | None, typer.Option("--top", min=1, help="Only the best K.")] = None,
    format: FormatOption = None,
    out: OutOption = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
    quiet: QuietOption = False,
    strict: StrictOption = False,
) -> None:
    """Rank candidate structures, isomers for instance, by a 13C spectrum."""
    from km3aid.cli.batch import field, run_batch
    from km3aid.cli.output import emit, with_left_out
    from km3aid.data.sources.structures import read_structures
    from km3aid.engine.results import Hits
    from km3aid.spectra import Spectrum

    extras = Extras(solvent, dept135, dept90, apt, one_per_carbon)
    common = Common(format, out, model, device, quiet, strict)
    if batch is not None:
        engine = common.engine()

        def ask(record: dict[str, Any], read: Spectrum) -> Hits:
            smiles = [str(s) for s in field(record, "candidates", list)]
            return engine.rank(smiles, read, one_per_carbon=one_per_carbon, top=top)

        return run_batch(batch, common, ask, extras)
    if candidates is None:
        raise ConfigError("give a file of candidates and a spectrum, or --batch FILE.jsonl")
    spectra = spectra_of(peaks, spectrum, input_format, extras)
    entries = list(read_structures(candidates))
    engine = common.engine()
    smiles, names = [s for s, _ in entries], [n for _, n in entries]
    emit(
        [
            with_left_out(engine.rank(smiles, s, names=names, one_per_carbon=one_per_carbon, top=top), s)
            for s in spectra
        ],
        common,
    )
    return None
