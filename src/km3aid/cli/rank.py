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
    HtmlOption,
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
    html: HtmlOption = None,
    format: FormatOption = None,
    out: OutOption = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
    quiet: QuietOption = False,
    strict: StrictOption = False,
) -> None:
    """Rank candidate structures, isomers for instance, by a 13C spectrum."""
    from km3aid.cli.batch import check_batch, field, run_batch
    from km3aid.cli.output import check_outputs, emit, hits_case, wants_page
    from km3aid.engine.results import Hits
    from km3aid.molecules.read import read_structures
    from km3aid.requests.answers import Case
    from km3aid.spectra import Spectrum

    extras = Extras(solvent, dept135, dept90, apt, one_per_carbon)
    common = Common(format, out, model, device, quiet, strict)
    files = {"html": html}
    page = wants_page(common, files)
    if batch is not None:
        check_batch(common, Hits, files)
        engine = common.engine()

        def ask(record: dict[str, Any], read: Spectrum) -> Case:
            smiles = [str(s) for s in field(record, "candidates", list)]
            return hits_case(engine, engine.rank(smiles, read, top=top), read, page)

        return run_batch(batch, common, ask, Hits, extras)
    if candidates is None:
        raise ConfigError("give a file of candidates and a spectrum, or --batch FILE.jsonl")
    spectra = spectra_of(peaks, spectrum, input_format, extras)
    entries = list(read_structures(candidates))
    check_outputs(common, Hits, files, len(spectra))
    engine = common.engine()
    smiles, names = [s for s, _ in entries], [n for _, n in entries]
    ranked = [engine.rank(smiles, s, names=names, top=top) for s in spectra]
    emit([hits_case(engine, hits, s, page) for hits, s in zip(ranked, spectra, strict=True)], common, files)
    return None
