"""`km3aid elucidate`: structures that need not stand in any library."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any

import typer

from km3aid.cli.groups import grouped
from km3aid.cli.options import (
    BatchOption,
    ClusterOption,
    HtmlOption,
    ModelOptions,
    OutputOptions,
    RunOptions,
    SpectrumOptions,
    joined,
)
from km3aid.cli.progress import progress_bar
from km3aid.cli.ranges import range_of, symbols_of

if TYPE_CHECKING:
    from km3aid.elucidate.run import Progress
    from km3aid.requests.records import ElucidateRecord

_MOST_CORES = 8  # used where nothing is said; each takes half a gigabyte


@dataclass(frozen=True)
class KnownOptions:
    """What is known of the structure beside the spectrum."""

    formula: Annotated[str | None, typer.Option("--formula", help="Molecular formula.")] = None
    mass: Annotated[float | None, typer.Option("--mass", help="Monoisotopic mass in Da, or m/z with --adduct.")] = None
    adduct: Annotated[str | None, typer.Option("--adduct", help="Such as [M+Na]+; --mass is then its m/z.")] = None
    mass_tolerance: Annotated[float, typer.Option("--mass-tolerance", min=0, help="In Da.")] = 0.005
    elements: Annotated[str | None, typer.Option("--elements", help="The only elements allowed, such as C,H,N,O.")] = (
        None
    )
    carbons: Annotated[str | None, typer.Option("--carbons", help="Number of carbons: 9, or 8-12.")] = None
    rings: Annotated[str | None, typer.Option("--rings", help="Number of rings: 2, or 1-3.")] = None
    smarts: Annotated[str | None, typer.Option("--smarts", help="A substructure that must occur.")] = None
    without: Annotated[str | None, typer.Option("--without", help="SMARTS of one that must not.")] = None
    start: Annotated[
        list[str] | None, typer.Option("--start", help="SMILES of a structure that it may be near; may be repeated.")
    ] = None

    unusual: Annotated[bool, typer.Option("--unusual", help="Chemistry that is rare or unknown costs nothing.")] = False

    def values(self) -> dict[str, Any]:
        """As in a record; raises `ConfigError` and `MoleculeError`."""
        from km3aid.library import Filters

        filters = Filters(
            mass_tolerance_da=self.mass_tolerance,
            elements=None if self.elements is None else symbols_of(self.elements),
            carbons=None if self.carbons is None else range_of(self.carbons, "--carbons"),
            substructure=self.smarts,
        )
        return {
            "formula": self.formula,
            "mass_da": self.mass,
            "adduct": self.adduct,
            "filters": filters,
            "rings": None if self.rings is None else range_of(self.rings, "--rings"),
            "without": self.without,
            "start": list(self.start or ()),
            "usual": not self.unusual,
        }


@dataclass(frozen=True)
class EffortOptions:
    """What the proposals start from, and how long they are sought."""

    library: Annotated[
        str | None, typer.Option("--library", help="Folder written by `library build`; default: the starter library.")
    ] = None
    seconds: Annotated[float, typer.Option("--time", min=1, help="Seconds; Ctrl-C gives the best so far.")] = 60.0
    molecules: Annotated[
        int | None, typer.Option("--molecules", min=1, help="Stop after so many scored instead: repeatable.")
    ] = None
    cores: Annotated[int | None, typer.Option("--cores", min=1, help="Default: all of them; with --molecules one.")] = (
        None
    )
    cluster: ClusterOption = None
    seed: Annotated[int, typer.Option("--seed", min=0, help="Of all that is left to chance.")] = 0
    top: Annotated[int, typer.Option("--top", min=1, help="Only the best K.")] = 10

    def values(self) -> dict[str, Any]:
        """As in a record."""
        names = ("library", "seconds", "molecules", "seed", "top")
        return {name: getattr(self, name) for name in names}

    def used_cores(self) -> int:
        """How many processes work: one where an answer shall be repeatable and nothing else is said."""
        from km3aid.threads import thread_count

        return self.cores or (1 if self.molecules is not None else min(thread_count(), _MOST_CORES))


@grouped
def elucidate(
    *,
    spectrum: SpectrumOptions,
    effort: EffortOptions,
    known: KnownOptions,
    batch: BatchOption = None,
    html: HtmlOption = None,
    output: OutputOptions,
    model: ModelOptions,
    run: RunOptions,
) -> None:
    """Propose structures for a 13C spectrum, beyond what a library holds."""
    from km3aid.cli.batch import check_batch, run_batch
    from km3aid.cli.libraries import opener
    from km3aid.cli.output import check_outputs, emit, wants_page
    from km3aid.engine.elucidating import index_of, local_library
    from km3aid.engine.results import Elucidation
    from km3aid.requests import tasks

    files = {"html": html}
    page, values = wants_page(output, files), known.values() | effort.values()
    if batch is None:
        spectra = spectrum.read()
        record = _record(values)
        asked = record.known()
        for one in spectra:
            asked.check(one)
        check_outputs(output, Elucidation, files, len(spectra))
    else:
        check_batch("elucidate", output, files)
        defaults = spectrum.defaults() | values
    engine = model.engine()
    opened = opener(False, run, batch is not None, lambda: engine)
    if batch is None or effort.library is not None:
        library = local_library(opened(effort.library)).library
        library.check_model(engine.model_sha256)
        with progress_bar("Index of the library, once", None, run.quiet) as advance:
            index_of(engine, library, advance)
    with _told(run.quiet or batch is not None) as progress, joined(effort.cluster) as on_cluster:
        session = tasks.Session(
            engine, opened, detailed=page, progress=progress, cores=effort.used_cores(), on_cluster=on_cluster
        )
        if batch is not None:
            return run_batch("elucidate", batch, session, defaults, output, run)
        cases = [tasks.elucidate(session, s, asked, record.effort(), effort.library, effort.top) for s in spectra]
    return emit(cases, output, files, run.quiet)


def _record(values: dict[str, Any]) -> ElucidateRecord:
    """The record of the options; its spectrum stands for another."""
    from km3aid.requests.records import ElucidateRecord

    return ElucidateRecord(peaks=[0.0], **values)


@contextmanager
def _told(quiet: bool) -> Iterator[Callable[[Progress], None] | None]:
    """A function that shows on the terminal how far a run is."""
    if quiet or not sys.stderr.isatty():
        yield None
        return

    def tell(progress: Progress) -> None:
        left = f"{progress.seconds_left:.0f} s left" if progress.seconds_left < 1e6 else ""
        print(
            f"\r\x1b[Kbatch {progress.batches}: {progress.scored:,} scored, best {progress.best:.1f}, {left}",
            end="",
            file=sys.stderr,
            flush=True,
        )

    try:
        yield tell
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)
