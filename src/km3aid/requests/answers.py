"""An answer together with what was asked, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from km3aid.engine.results import Assignment, Hits, Matrix, Prediction, Verification
from km3aid.spectra.spectrum import Spectrum


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a record of a batch has no answer."""

    id: str | None
    error: str

    def to_dict(self) -> dict[str, Any]:
        return {"id": self.id, "error": self.error}


@dataclass(frozen=True, slots=True)
class Reading:
    """What was read as a spectrum, and what was not taken from it."""

    spectrum: Spectrum

    @property
    def id(self) -> str | None:
        """The spectrum's own."""
        return self.spectrum.id

    def to_dict(self) -> dict[str, Any]:
        """As a record of a batch, whose `peaks` are those of the molecule; what is set aside stands beside them."""
        read = self.spectrum
        return {
            "id": read.id,
            "experiment": read.experiment.value,
            "solvent": read.solvent,
            "frequency_mhz": read.frequency_mhz,
            "noise": read.trace and read.trace.noise,
            "peaks": [
                {"ppm": p.shift_ppm, "multiplicity": p.multiplicity, "count": p.count, "intensity": p.intensity}
                for p in read
                if p.aside is None
            ],
            "aside": [
                {"ppm": p.shift_ppm, "intensity": p.intensity, "reason": p.aside} for p in read if p.aside is not None
            ],
            "left_out": [item._asdict() for item in read.left_out],
            "notes": list(read.notes),
        }


Answer = Assignment | Verification | Hits | Prediction | Reading
Result = Answer | Failure


@dataclass(frozen=True, slots=True)
class Case:
    """An answer and what was asked.

    `structure` is the SMILES or mol block that was assigned or predicted, `spectrum` what was read. For a report there
    may be more: the `matrix` behind an assignment, the `predictions` for hits, in their order, and the `circumstances`,
    (name, value), such as the date.
    """

    answer: Result
    structure: str | None = None
    spectrum: Spectrum | None = None
    matrix: Matrix | None = None
    predictions: tuple[Prediction, ...] = ()
    circumstances: tuple[tuple[str, str], ...] = ()
