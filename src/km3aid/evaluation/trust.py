"""Fit what says no, presence and verification, on molecules that never trained, and report it on others."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.evaluation.block import ValidationBlock
from km3aid.evaluation.cases import make_cases
from km3aid.evaluation.literature import Asked, Lines
from km3aid.evaluation.presence import evaluate_presence, fit_presence
from km3aid.evaluation.trials import Question, Trial, questions_of, trials
from km3aid.evaluation.verification import Judged, evaluate_verifiers, fit_verifiers, judge
from km3aid.library import Library
from km3aid.matching.presence import Presence
from km3aid.matching.verifier import Verifiers

_AT_ONCE = 128  # questions between two words on the progress


def data_questions(engine: Engine, data: Dataset, rows: NDArray[np.int64]) -> list[Question]:
    """Questions from assigned molecules."""
    cases = make_cases(engine, data, rows)
    return [question for case in cases for question in questions_of(case, data.smiles[case.row].decode())]


class Trust(NamedTuple):
    """The constants of presence and verification, and how they do."""

    presence: Presence
    verifiers: Verifiers
    report: dict[str, Any]

    def to_header(self) -> dict[str, Any]:
        """The constants as they stand in the header of the weights."""
        return {"presence": self.presence.to_dict(), "verifiers": self.verifiers.to_dict()}


def fit_trust(
    engine: Engine,
    block: ValidationBlock,
    libraries: Sequence[Library],
    lines: Lines,
    molecules: int,
    progress: Callable[[str], None],
) -> Trust:
    """Fit on `molecules` watched ones and half of the lines; report on as many of the block and the other half.

    Presence is fitted on searches of all libraries together and reported for each; isomers come from the last.
    """
    data, rows, split = block
    fitting = [*data_questions(engine, data, _drawn(split.validation, molecules)), *_real(lines.fitting)]
    asked = [*data_questions(engine, data, _drawn(rows, molecules)), *_real(lines.report)]
    searched = [t for library in libraries for t in _searched(engine, library, fitting, progress, "fit: searched")]
    presence = fit_presence(searched)
    verifiers = fit_verifiers(_judged(engine, libraries[-1], fitting, progress, "fit: verified"))
    by_size = {
        str(len(library)): evaluate_presence(presence, _searched(engine, library, asked, progress, "report: searched"))
        for library in libraries
    }
    verified = evaluate_verifiers(verifiers, _judged(engine, libraries[-1], asked, progress, "report: verified"))
    return Trust(
        presence,
        verifiers,
        {
            "fitted_on": {"watched_molecules": min(molecules, len(split.validation)), "lines": len(lines.fitting)},
            "reported_on": {"molecules_of_the_block": min(molecules, len(rows)), "lines": len(lines.report)},
            "presence_by_library_size": by_size,
            "verification": verified,
        },
    )


def _real(lines: Sequence[Asked]) -> list[Question]:
    return [Question("literature", asked.spectrum, asked.smiles) for asked in lines]


def _drawn(rows: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.sort(np.random.RandomState(1).permutation(rows)[:count])


def _searched(
    engine: Engine, library: Library, questions: Sequence[Question], progress: Callable[[str], None], what: str
) -> list[Trial]:
    found: list[Trial] = []
    for first in range(0, len(questions), _AT_ONCE):
        found += trials(engine, library, questions[first : first + _AT_ONCE])
        progress(f"{what} {min(first + _AT_ONCE, len(questions))} of {len(questions)} spectra in {len(library):,}")
    return found


def _judged(
    engine: Engine, library: Library, questions: Sequence[Question], progress: Callable[[str], None], what: str
) -> list[Judged]:
    found = []
    for number, judged in enumerate(judge(engine, library, questions), 1):
        found.append(judged)
        if number % (4 * _AT_ONCE) == 0:
            progress(f"{what} {number} structures against spectra")
    return found
