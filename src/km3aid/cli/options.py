"""The options that commands share."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from km3aid.errors import ConfigError, SpectrumFormatError

if TYPE_CHECKING:
    from km3aid.engine import Engine
    from km3aid.search.on_ray import Cluster
    from km3aid.spectra import Spectrum


class Format(StrEnum):
    """How an answer is written: as a table for the terminal, or in one of `km3aid.render.FORMATS`."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    HTML = "html"
    JOURNAL = "journal"
    NMREDATA = "nmredata"
    NMRIUM = "nmrium"
    SVG = "svg"
    PNG = "png"
    PDF = "pdf"


class Device(StrEnum):
    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


FormatOption = Annotated[
    Format | None,
    typer.Option("--format", help="Default: what the name of --out says; table on a terminal, json otherwise."),
]
OutOption = Annotated[Path | None, typer.Option("--out", help="Write the answer to this file.")]
SvgOption = Annotated[Path | None, typer.Option("--svg", help="Draw structure and spectrum, beside the answer.")]
PngOption = Annotated[Path | None, typer.Option("--png", help="The same as PNG.")]
PdfOption = Annotated[Path | None, typer.Option("--pdf", help="The same as PDF.")]
HtmlOption = Annotated[Path | None, typer.Option("--html", help="A report that lights up on hover.")]
ModelOption = Annotated[Path | None, typer.Option("--model", help="A model file instead of the bundled one.")]
DeviceOption = Annotated[Device, typer.Option("--device")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress and no warnings on standard error.")]
StrictOption = Annotated[bool, typer.Option("--strict", help="Stop at the first record that fails.")]
PeaksOption = Annotated[str | None, typer.Option("--peaks", help='Shifts, e.g. "170.2 169.8Q 128.5(2C)".')]
InputFormatOption = Annotated[str | None, typer.Option("--input-format", help="Overrides the recognised format.")]
SolventOption = Annotated[str | None, typer.Option("--solvent", help="Sets its lines aside; none: keeps them.")]
Dept135Option = Annotated[str | None, typer.Option("--dept135", help='Signed shifts, e.g. "128.5 -33.4".')]
Dept90Option = Annotated[str | None, typer.Option("--dept90", help="Shifts of the CH.")]
AptOption = Annotated[str | None, typer.Option("--apt", help="Signed shifts; C and CH2 positive.")]
PerCarbonOption = Annotated[bool, typer.Option("--one-per-carbon", help="The input holds one peak per carbon.")]
ClusterOption = Annotated[
    str | None, typer.Option("--cluster", help="Work on the Ray cluster at this address; auto: the one running here.")
]
BatchOption = Annotated[Path | None, typer.Option("--batch", help="JSON lines, one object a line; - for stdin.")]


@dataclass(frozen=True)
class ModelOptions:
    """Which model computes, and on what."""

    model: ModelOption = None
    device: DeviceOption = Device.AUTO

    def engine(self) -> Engine:
        """Load the model; imported here, because it brings torch along."""
        from km3aid.engine import Engine
        from km3aid.models.precision import fast_single_precision

        fast_single_precision()
        return Engine.load(self.model, self.device.value)


@dataclass(frozen=True)
class Common:
    """The common options of one call."""

    format: Format | None
    out: Path | None
    model: Path | None
    device: Device
    quiet: bool
    strict: bool

    def engine(self) -> Engine:
        """Load the model; here, because it brings torch along."""
        from km3aid.engine import Engine
        from km3aid.models.precision import fast_single_precision

        fast_single_precision()
        return Engine.load(self.model, self.device.value)


@contextmanager
def joined(address: str | None) -> Iterator[Cluster | None]:
    """The cluster that `--cluster` names, or None where it is not given."""
    if address is None:
        yield None
        return
    from km3aid.search.on_ray import connect

    with connect(address) as cluster:
        yield cluster


@dataclass(frozen=True)
class Extras:
    """What is told beside the spectrum: its solvent (`none`: set nothing aside), and lists of DEPT or APT."""

    solvent: str | None = None
    dept135: str | None = None
    dept90: str | None = None
    apt: str | None = None
    one_per_carbon: bool = False

    def apply(self, spectrum: Spectrum) -> Spectrum:
        """The spectrum with multiplicities from DEPT, and the solvent's lines set aside."""
        from km3aid.spectra import apply_extras

        return apply_extras(
            replace(spectrum, one_per_carbon=self.one_per_carbon), self.solvent, self.dept135, self.dept90, self.apt
        )


def spectra_of(
    peaks: str | None, source: str | None, input_format: str | None, extras: Extras | None = None
) -> list[Spectrum]:
    """The spectra that the arguments name: inline peaks, or a file, or standard input."""
    extras = extras or Extras()
    return [extras.apply(spectrum) for spectrum in _read(peaks, source, input_format)]


def _read(peaks: str | None, source: str | None, input_format: str | None) -> list[Spectrum]:
    from km3aid.spectra import parse_peaks, read_spectra

    if (peaks is None) == (source is None):
        raise ConfigError("give the spectrum either as --peaks or as a file (- for standard input)")
    if peaks is not None:
        return [parse_peaks(peaks)]
    found = read_spectra(str(source), input_format)
    if not found:
        raise SpectrumFormatError(f"{source}: no spectrum found")
    return found
