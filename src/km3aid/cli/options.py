"""The options that commands share, in groups that `grouped` turns into command-line options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from km3aid.errors import ConfigError, SpectrumFormatError
from km3aid.render.registry import FORMATS

if TYPE_CHECKING:
    from km3aid.engine import Engine
    from km3aid.requests.conditions import Conditions
    from km3aid.spectra import Spectrum
    from km3aid.spectra.wanted import Wanted

TABLE = "table"  # the one format that is the terminal's own


class Device(StrEnum):
    AUTO = "auto"
    CPU = "cpu"
    CUDA = "cuda"


HtmlOption = Annotated[Path | None, typer.Option("--html", help="An interactive report, beside the answer.")]
OutOption = Annotated[Path | None, typer.Option("--out", help="Write the answer to this file.")]
ModelOption = Annotated[Path | None, typer.Option("--model", help="A model file instead of the bundled two.")]
DeviceOption = Annotated[Device, typer.Option("--device", help="Where the model runs; cuda needs the extra train.")]
QuietOption = Annotated[bool, typer.Option("--quiet", help="No progress and no warnings on standard error.")]
VerboseOption = Annotated[
    int, typer.Option("--verbose", "-v", count=True, help="Log what is done on standard error; -vv: in detail.")
]
StrictOption = Annotated[bool, typer.Option("--strict", help="Stop at the first record that fails.")]
BatchOption = Annotated[
    Path | None,
    typer.Option(
        "--batch", help="JSON lines, one record a line; - for stdin. A record's own values override the options."
    ),
]


class By(StrEnum):
    CONNECTIVITY = "connectivity"
    STRUCTURE = "structure"


ByOption = Annotated[
    By, typer.Option("--by", help="connectivity: stereoisomers, salts and duplicates are one hit; structure: each one.")
]
ClusterOption = Annotated[
    str | None, typer.Option("--cluster", help="Work on the Ray cluster at this address; auto: the one running here.")
]


@dataclass(frozen=True)
class SpectrumOptions:
    """The measured spectrum, and what else is known of it."""

    spectrum: Annotated[str | None, typer.Argument(help="File with the spectrum; - for standard input.")] = None
    peaks: Annotated[str | None, typer.Option("--peaks", help='Shifts, e.g. "170.2 169.8Q 128.5(2C)".')] = None
    input_format: Annotated[str | None, typer.Option("--input-format", help="Instead of the recognised format.")] = None
    solvent: Annotated[str | None, typer.Option("--solvent", help="Set its lines aside; none: keep them.")] = None
    experiment: Annotated[
        str | None, typer.Option("--experiment", help="Which of several in a folder or archive: its number or name.")
    ] = None
    nucleus: Annotated[str | None, typer.Option("--nucleus", help="13C, where the file does not name it.")] = None
    dept135: Annotated[
        str | None, typer.Option("--dept135", help='Signed shifts, e.g. "128.5 -33.4"; or a file or folder.')
    ] = None
    dept90: Annotated[str | None, typer.Option("--dept90", help="Shifts of the CH carbons; or a file or folder.")] = (
        None
    )
    apt: Annotated[
        str | None, typer.Option("--apt", help="Signed shifts, C and CH2 positive; or a file or folder.")
    ] = None
    hsqc: Annotated[
        str | None, typer.Option("--hsqc", help='Cross peaks, e.g. "56.1/3.95 -33.4/1.6" (CH2 negative); or a file.')
    ] = None
    one_per_carbon: Annotated[
        bool, typer.Option("--one-per-carbon", help="The input has one peak for every carbon.")
    ] = False

    def read(self) -> list[Spectrum]:
        """The spectra of `--peaks`, of the file or of standard input; raises `SpectrumFormatError`."""
        from km3aid.spectra import parse_peaks
        from km3aid.spectra.wanted import Wanted

        wanted = Wanted(self.experiment, self.nucleus)
        if (self.peaks is None) == (self.spectrum is None):
            raise ConfigError("give the spectrum either as --peaks or as a file (- for standard input)")
        found = [parse_peaks(self.peaks)] if self.peaks is not None else self._of_file(wanted)
        conditions = self._conditions(self._other)
        return [conditions.apply(spectrum) for spectrum in found]

    def _of_file(self, wanted: Wanted) -> list[Spectrum]:
        """The spectra of the file; records without one are left out, where others have one."""
        from km3aid.spectra import LeftOut, iter_spectra

        errors: list[SpectrumFormatError] = []
        found = list(iter_spectra(str(self.spectrum), self.input_format, errors.append, wanted))
        if errors and not found:
            raise errors[0]
        if errors:
            left_out = [LeftOut("a record", str(error)) for error in errors]
            found[0] = replace(found[0], left_out=(*found[0].left_out, *left_out))
        return found

    def defaults(self, *others: object) -> dict[str, Any]:
        """What holds for the records of a batch that do not say otherwise.

        Raises `ConfigError` where a spectrum, or one of the `others`, is given beside the batch.
        """
        if any(given is not None for given in (self.peaks, self.spectrum, self.experiment, self.nucleus, *others)):
            raise ConfigError("a batch has its spectra and structures in its records; give --batch FILE.jsonl alone")
        return asdict(self._conditions(lambda text, _: text))

    def _conditions(self, other: Callable[[str, str], str | Spectrum]) -> Conditions:
        from km3aid.requests.conditions import Conditions

        dept135 = None if self.dept135 is None else other(self.dept135, "DEPT-135")
        dept90 = None if self.dept90 is None else other(self.dept90, "DEPT-90")
        apt = None if self.apt is None else other(self.apt, "APT")
        hsqc = None if self.hsqc is None else _text_of(self.hsqc)
        return Conditions(self.solvent, dept135, dept90, apt, self.one_per_carbon, hsqc)

    def _other(self, text: str, kind: str) -> str | Spectrum:
        """A list of signed shifts as it is, or the spectrum of that kind in a file or folder."""
        from km3aid.spectra import read_spectra
        from km3aid.spectra.experiment import Experiment
        from km3aid.spectra.wanted import Wanted

        path = Path(text)
        if not path.exists():
            return text
        if (listed := _numbers_in(path)) is not None:
            return listed
        return read_spectra(text, wanted=Wanted(nucleus=self.nucleus, kind=Experiment(kind)))[0]


def _text_of(text: str) -> str:
    """The text itself, or that of the file which it names; raises `ConfigError`."""
    try:
        return Path(text).read_text(encoding="utf-8") if len(text) < 1000 and Path(text).is_file() else text
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{text}: cannot be read ({error})") from error


def _numbers_in(path: Path) -> str | None:
    """The text of a small file that holds nothing but numbers, which may be signed beyond what a shift can be."""
    if not path.is_file() or path.stat().st_size > 1 << 16:
        return None
    text = path.read_bytes().decode("utf-8", errors="replace").strip()
    return text if text and not text.strip("0123456789.,;+-−\r\n\t ") else None


@dataclass(frozen=True)
class OutputOptions:
    """Where the answer goes, and in which format."""

    format: Annotated[
        str | None,
        typer.Option(
            "--format",
            metavar=f"<{'|'.join([TABLE, *FORMATS])}>",
            help="Default: what the name of --out says; table on a terminal, json otherwise.",
        ),
    ] = None
    out: OutOption = None


@dataclass(frozen=True)
class PictureOptions:
    """Drawings to write beside the answer."""

    svg: Annotated[Path | None, typer.Option("--svg", help="Draw structure and spectrum, beside the answer.")] = None
    png: Annotated[Path | None, typer.Option("--png", help="The same as PNG.")] = None
    pdf: Annotated[Path | None, typer.Option("--pdf", help="The same as PDF.")] = None
    html: HtmlOption = None

    def files(self) -> dict[str, Path | None]:
        """Format → file."""
        return {"svg": self.svg, "png": self.png, "pdf": self.pdf, "html": self.html}


@dataclass(frozen=True)
class ModelOptions:
    """Which model computes, and on what."""

    model: ModelOption = None
    device: DeviceOption = Device.AUTO

    def engine(self) -> Engine:
        """Load the model; imported here, because that takes time."""
        from km3aid.engine import Engine

        return Engine.load(self.model, self.device.value)


@dataclass(frozen=True)
class RunOptions:
    """How much is said, and what a failure does."""

    quiet: QuietOption = False
    strict: StrictOption = False
    verbose: VerboseOption = 0

    def __post_init__(self) -> None:
        from km3aid.cli.verbosity import set_verbosity

        set_verbosity(self.verbose)


@contextmanager
def joined(address: str | None) -> Iterator[bool]:
    """Join the cluster that `--cluster` names for the block; yields whether one is named."""
    if address is None:
        yield False
        return
    from km3aid.ray_cluster import connect

    with connect(address):
        yield True
