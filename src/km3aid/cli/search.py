"""`km3aid search`: which molecule of a library it is."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from km3aid.cli.options import (
    AptOption,
    BatchOption,
    ClusterOption,
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
    joined,
    spectra_of,
)
from km3aid.errors import ConfigError

if TYPE_CHECKING:
    from km3aid.requests.answers import Case
    from km3aid.spectra import Spectrum


def search(
    spectrum: Annotated[str | None, typer.Argument(help="File with the spectrum; - for standard input.")] = None,
    library: Annotated[str, typer.Option("--library", help="Folder written by `library build`, or a URI.")] = ...,  # type: ignore[assignment]
    peaks: PeaksOption = None,
    input_format: InputFormatOption = None,
    solvent: SolventOption = None,
    dept135: Dept135Option = None,
    dept90: Dept90Option = None,
    apt: AptOption = None,
    one_per_carbon: PerCarbonOption = False,
    batch: BatchOption = None,
    formula: Annotated[str | None, typer.Option("--formula", help="Molecular formula, Hill order.")] = None,
    mass: Annotated[float | None, typer.Option("--mass", help="Monoisotopic mass in Da.")] = None,
    mass_tolerance: Annotated[float, typer.Option("--mass-tolerance", min=0, help="In Da.")] = 0.01,
    mass_ppm: Annotated[float | None, typer.Option("--mass-ppm", min=0, help="Tolerance in ppm instead.")] = None,
    elements: Annotated[str | None, typer.Option("--elements", help="All that may occur, such as C,H,N,O.")] = None,
    required: Annotated[str | None, typer.Option("--require", help="Elements that must occur, such as N,S.")] = None,
    carbons: Annotated[str | None, typer.Option("--carbons", help="Number of carbons: 9, or 8-12.")] = None,
    substructure: Annotated[str | None, typer.Option("--smarts", help="A substructure that must occur.")] = None,
    names: Annotated[Path | None, typer.Option("--ids", help="File of names, one a line: only these.")] = None,
    exhaustive: Annotated[
        bool, typer.Option("--exhaustive", help="Pass over no molecule; some ten times slower.")
    ] = False,
    cluster: ClusterOption = None,
    top: Annotated[int, typer.Option("--top", min=1)] = 10,
    html: HtmlOption = None,
    format: FormatOption = None,
    out: OutOption = None,
    model: ModelOption = None,
    device: DeviceOption = Device.AUTO,
    quiet: QuietOption = False,
    strict: StrictOption = False,
) -> None:
    """Search a library for the molecule of a 13C spectrum."""
    from km3aid.cli.batch import check_batch, run_batch_together
    from km3aid.cli.output import check_outputs, emit, hits_case, wants_page
    from km3aid.engine.results import Hits
    from km3aid.library import Filters, Library

    extras = Extras(solvent, dept135, dept90, apt, one_per_carbon)
    common = Common(format, out, model, device, quiet, strict)
    files = {"html": html}
    page = wants_page(common, files)
    filters = Filters(
        formula,
        mass,
        mass_tolerance,
        mass_ppm,
        None if elements is None else _symbols(elements),
        () if required is None else _symbols(required),
        None if carbons is None else _range(carbons),
        None if names is None else _names(names),
        substructure,
    )
    spectra = [] if batch is not None else spectra_of(peaks, spectrum, input_format, extras)
    if batch is None:
        check_outputs(common, Hits, files, len(spectra))
    else:
        check_batch(common, Hits, files)
    with joined(cluster) as others:
        opened = Library.open(library, strict=strict) if others is None else others.open(library, strict=strict)
        for warning in opened.warnings:
            print(f"km3aid: {warning}", file=sys.stderr)
        engine = common.engine()

        def find(asked: list[tuple[Spectrum, Filters]]) -> Iterator[Case]:
            spectra, conditions = zip(*asked, strict=True)
            found = engine.search_many(spectra, opened, top=top, filters=conditions, exhaustive=exhaustive)
            return (hits_case(engine, hits, s, page) for hits, s in zip(found, spectra, strict=True))

        def ask(record: dict[str, Any], read: Spectrum) -> tuple[Spectrum, Filters]:
            wanted, weight = record.get("formula", formula), record.get("mass_da", mass)
            return read, replace(filters, formula=wanted, mass_da=weight)

        if batch is not None:
            run_batch_together(batch, common, ask, find, Hits, extras)
        else:
            emit(list(find([(s, filters) for s in spectra])), common, files)


def _symbols(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _range(text: str) -> tuple[int, int]:
    low, _, high = text.partition("-")
    try:
        return int(low), int(high or low)
    except ValueError as error:
        raise ConfigError(f"--carbons {text!r}: expected a number or a range such as 8-12") from error


def _names(path: Path) -> frozenset[str]:
    try:
        return frozenset(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); give a file with one name a line") from error
