"""Reads `<< 58.3 | 18.4 >>`, a spectrum on each line."""

from collections.abc import Iterator

from km3aid.errors import SpectrumFormatError
from km3aid.spectra import Spectrum
from km3aid.spectra.read import Format


def recognise(head: list[str]) -> bool:
    """Whether the first lines of a text are of this format."""
    return any(line.startswith("<<") for line in head)


def read(lines: Iterator[str], where: str) -> Iterator[Spectrum | SpectrumFormatError]:
    """The spectra of a text; `where` is the name of the source, for messages. A bad line comes as an error."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            yield Spectrum.from_shifts(float(cell) for cell in line.strip().strip("<>").split("|"))
        except ValueError as error:
            yield SpectrumFormatError(f"{where}, line {number}: {error}; expected << 58.3 | 18.4 >>")


FORMAT = Format("shifts in double brackets", recognise, read)
