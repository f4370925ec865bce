"""The options that commands share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from km3aid.errors import ConfigError, SpectrumFormatError

if TYPE_CHECKING:
    from km3aid.engine import Engine
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
PerCarbonOption = Annotated[bool, typer.Option("--one-per-carbon", help="The input holds one peak per carbon.")]
BatchOption = Annotated[Path | None, typer.Option("--batch", help="JSON lines, one object a line; - for stdin.")]


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


def spectra_of(peaks: str | None, source: str | None, input_format: str | None) -> list[Spectrum]:
    """The spectra that the arguments name: inline peaks, or a file, or standard input."""
    from km3aid.spectra import parse_peaks, read_spectra

    if (peaks is None) == (source is None):
        raise ConfigError("give the spectrum either as --peaks or as a file (- for standard input)")
    if peaks is not None:
        return [parse_peaks(peaks)]
    found = read_spectra(str(source), input_format)
    if not found:
        raise SpectrumFormatError(f"{source}: no spectrum found")
    return found
