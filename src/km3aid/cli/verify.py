"""`km3aid verify`: does this structure fit this spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Annotated

import typer

from km3aid.cli.groups import grouped
from km3aid.cli.options import BatchOption, HtmlOption, ModelOptions, OutputOptions, RunOptions, SpectrumOptions
from km3aid.errors import ConfigError


@dataclass(frozen=True)
class VerdictOptions:
    """What the structure is held against, and how sure a verdict has to be."""

    library: Annotated[
        str | None, typer.Option("--library", help="Its isomers are compared, beside those that are made.")
    ] = None
    false_accept: Annotated[
        float, typer.Option("--false-accept", help="Share of close wrong structures that may pass; 0.01 to 0.5.")
    ] = 0.05
    false_reject: Annotated[
        float, typer.Option("--false-reject", help="Share of right structures that may be refused; 0.01 to 0.5.")
    ] = 0.05


@grouped
def verify(
    structure: Annotated[str | None, typer.Argument(help="SMILES, or a .mol/.sdf file.")] = None,
    *,
    spectrum: SpectrumOptions,
    batch: BatchOption = None,
    verdict: VerdictOptions,
    html: HtmlOption = None,
    output: OutputOptions,
    model: ModelOptions,
    run: RunOptions,
) -> None:
    """Say whether a structure fits a 13C spectrum: consistent, inconsistent or undecided, and why."""
    from km3aid.cli.batch import check_batch, run_batch
    from km3aid.cli.libraries import opener
    from km3aid.cli.output import check_outputs, emit
    from km3aid.engine.rates import ErrorRates
    from km3aid.engine.results import Verification
    from km3aid.molecules.read import read_structure
    from km3aid.requests import tasks

    files = {"html": html}
    rates = ErrorRates(verdict.false_accept, verdict.false_reject)
    engine = cache(model.engine)
    opened = opener(False, run, batch is not None, engine)
    if batch is not None:
        check_batch("verify", output, files)
        defaults = spectrum.defaults(structure) | {"library": verdict.library}
        defaults |= {"false_accept": rates.false_accept, "false_reject": rates.false_reject}
        return run_batch("verify", batch, tasks.Session(engine(), opened), defaults, output, run)
    if structure is None:
        raise ConfigError("give a structure and a spectrum, or --batch FILE.jsonl")
    spectra = spectrum.read()
    text = read_structure(structure)
    check_outputs(output, Verification, files, len(spectra))
    session = tasks.Session(engine(), opened)
    cases = [tasks.verify(session, text, s, verdict.library, rates) for s in spectra]
    return emit(cases, output, files, run.quiet)
