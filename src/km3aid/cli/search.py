"""`km3aid search`: which molecule of a library it is."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from km3aid.cli.groups import grouped
from km3aid.cli.options import (
    BatchOption,
    By,
    ByOption,
    ClusterOption,
    HtmlOption,
    ModelOptions,
    OutputOptions,
    RunOptions,
    SpectrumOptions,
    joined,
)
from km3aid.cli.ranges import range_of, symbols_of
from km3aid.errors import ConfigError

if TYPE_CHECKING:
    from km3aid.library import Filters


@dataclass(frozen=True)
class FilterOptions:
    """What a hit must satisfy before anything is scored."""

    formula: Annotated[str | None, typer.Option("--formula", help="Molecular formula, Hill order.")] = None
    mass: Annotated[float | None, typer.Option("--mass", help="Monoisotopic mass in Da.")] = None
    mass_tolerance: Annotated[float, typer.Option("--mass-tolerance", min=0, help="In Da.")] = 0.01
    mass_ppm: Annotated[float | None, typer.Option("--mass-ppm", min=0, help="Tolerance in ppm instead.")] = None
    elements: Annotated[str | None, typer.Option("--elements", help="The only elements allowed, such as C,H,N,O.")] = (
        None
    )
    required: Annotated[str | None, typer.Option("--require", help="Elements that must occur, such as N,S.")] = None
    carbons: Annotated[str | None, typer.Option("--carbons", help="Number of carbons: 9, or 8-12.")] = None
    substructure: Annotated[str | None, typer.Option("--smarts", help="A substructure that must occur.")] = None
    names: Annotated[Path | None, typer.Option("--ids", help="File of names, one a line: only these.")] = None

    def filters(self) -> Filters:
        """The filters of a search; raises `MoleculeError` and `ConfigError`."""
        from km3aid.library import Filters

        return Filters(
            self.formula,
            self.mass,
            self.mass_tolerance,
            self.mass_ppm,
            None if self.elements is None else symbols_of(self.elements),
            () if self.required is None else symbols_of(self.required),
            None if self.carbons is None else range_of(self.carbons, "--carbons"),
            None if self.names is None else _names(self.names),
            self.substructure,
        )


@dataclass(frozen=True)
class SearchOptions:
    """What is searched, how thoroughly, and for how many hits."""

    library: Annotated[
        str | None,
        typer.Option("--library", help="Folder written by `library build`, or a URI; default: the starter library."),
    ] = None
    exhaustive: Annotated[bool, typer.Option("--exhaustive", help="Score every molecule; much slower.")] = False
    cluster: ClusterOption = None
    top: Annotated[int, typer.Option("--top", min=1, help="Only the best K.")] = 10
    by: ByOption = By.CONNECTIVITY


@grouped
def search(
    *,
    spectrum: SpectrumOptions,
    search: SearchOptions,
    batch: BatchOption = None,
    filters: FilterOptions,
    html: HtmlOption = None,
    output: OutputOptions,
    model: ModelOptions,
    run: RunOptions,
) -> None:
    """Search a library, or the starter library in the package, for the molecule of a 13C spectrum."""
    from km3aid.cli.batch import check_batch, run_batch
    from km3aid.cli.libraries import opener
    from km3aid.cli.output import check_outputs, emit, wants_page
    from km3aid.engine.results import Hits
    from km3aid.requests import tasks

    files = {"html": html}
    page, wanted = wants_page(output, files), filters.filters()
    if batch is None:
        spectra = spectrum.read()
        check_outputs(output, Hits, files, len(spectra))
    else:
        check_batch("search", output, files)
        defaults = spectrum.defaults() | {"filters": wanted, "library": search.library}
        defaults |= {"top": search.top, "by": search.by.value}
    with joined(search.cluster) as on_cluster:
        engine = cache(model.engine)
        opened = opener(on_cluster, run, batch is not None, engine)
        if search.library is not None:
            opened(search.library)
        session = tasks.Session(engine(), opened, detailed=page, exhaustive=search.exhaustive)
        if search.library is not None:
            opened(search.library).check_model(session.engine.model_sha256)
        if batch is not None:
            return run_batch("search", batch, session, defaults, output, run)
        queries = [tasks.SearchQuery(s, wanted, search.library, search.top, search.by.value) for s in spectra]
        return emit(tasks.search(session, queries), output, files, run.quiet)


def _names(path: Path) -> frozenset[str]:
    try:
        return frozenset(line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip())
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: cannot be read ({error}); give a file with one name a line") from error
