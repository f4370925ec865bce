"""`km3aid search`: which molecule of a library it is."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from km3aid.cli.options import (
    BatchOption,
    Common,
    Device,
    DeviceOption,
    FormatOption,
    InputFormatOption,
    ModelOption,
    OutOption,
    PeaksOption,
    PerCarbonOption,
    QuietOption,
    StrictOption,
    spectra_of,
)


def search(
    spectrum: Annotated[str | None, typer.Argument(help="File with the spectrum; - for standard input.")] = None,
    library: Annotated[Path, typer.Option("--library", help="Folder written by `library build`.")] = ...,  # type: ignore[assignment]
    peaks: PeaksOption = None,
    input_format: InputFormatOption = None,
    one_per_carbon: PerCarbonOption = False,
    batch: BatchOption = None,
    formula: Annotated[str | None, typer.Option("--formula", help="Molecular formula, Hill order.")] = None,
    mass: Annotated[float | None, typer.Option("--mass", help="Monoisotopic mass in Da.")] = None,
    mass_tolerance: Annotated[float, typer.Option("--mass-tolerance", min=0, help="In Da.")] = 0.01,
    top: Annotated[int, typer.Option("--top", min=1)] = 10,
    format: FormatOption = None,
    out: OutOption = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
    quiet: QuietOption = False,
    strict: StrictOption = False,
) -> None:
    """Search a library for the molecule of a 13C spectrum."""
    from km3aid.cli.batch import run_batch
    from km3aid.cli.output import emit, with_left_out
    from km3aid.engine.results import Hits
    from km3aid.spectra import Spectrum

    common = Common(format, out, model, device, quiet, strict)
    spectra = [] if batch is not None else spectra_of(peaks, spectrum, input_format)
    from km3aid.library import Library

    opened = Library.open(library)
    engine = common.engine()

    def find(read: Spectrum, formula: str | None, mass: float | None) -> Hits:
        return engine.search(
            read,
            opened,
            top=top,
            formula=formula,
            mass_da=mass,
            mass_tolerance_da=mass_tolerance,
            one_per_carbon=one_per_carbon,
        )

    if batch is not None:

        def ask(record: dict[str, Any], read: Spectrum) -> Hits:
            return find(read, record.get("formula", formula), record.get("mass_da", mass))

        return run_batch(batch, common, ask)
    emit([with_left_out(find(s, formula, mass), s) for s in spectra], common)
    return None
