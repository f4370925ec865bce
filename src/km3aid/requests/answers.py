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


Answer = Assignment | Verification | Hits | Prediction
Result = Answer | Failure


@dataclass(frozen=True, slots=True)
class Case:
    """An answer and what was asked.

    `structure` is the SMILES or mol block that was assigned or predicted, `spectrum` what was read. For a report there
    may be more: the `matrix` behind an assignment, the `predictions` for hits, in their order.
    """

    answer: Result
    structure: str | None = None
    spectrum: Spectrum | None = None
    matrix: Matrix | None = None
    predictions: tuple[Prediction, ...] = ()
