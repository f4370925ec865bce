"""`km3aid read`: what is read of a spectrum, before anything is computed with it."""

from __future__ import annotations

from km3aid.cli.groups import grouped
from km3aid.cli.options import HtmlOption, OutputOptions, QuietOption, SpectrumOptions


@grouped
def read(
    *,
    spectrum: SpectrumOptions,
    html: HtmlOption = None,
    output: OutputOptions,
    quiet: QuietOption = False,
) -> None:
    """Show the peaks that are read of a spectrum, what is set aside, and why."""
    from km3aid.cli.output import check_outputs, emit
    from km3aid.requests.answers import Case, Reading

    files = {"html": html}
    spectra = spectrum.read()
    check_outputs(output, Reading, files, len(spectra))
    emit([Case(Reading(s), spectrum=s) for s in spectra], output, files, quiet)
