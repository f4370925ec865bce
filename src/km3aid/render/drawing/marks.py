"""What a picture shows of an answer: the lines of a spectrum and the atoms of each; texts count from 1."""

from __future__ import annotations

import colorsys
from typing import NamedTuple

from km3aid.engine.results import Assignment, Prediction
from km3aid.errors import ConfigError
from km3aid.render.numbering import atoms_from_1
from km3aid.requests.answers import Case
from km3aid.spectra.spectrum import Spectrum

_NEUTRAL = "#5a6b80"


class Mark(NamedTuple):
    """One line: its number on the picture (from 1), shift, atoms (from 0, input order), and what to say about it."""

    number: int
    shift_ppm: float
    atoms: tuple[int, ...]
    confidence: float | None  # None: there is nothing to be sure of
    title: str
    columns: tuple[str, ...]  # the line's row in the table


ASSIGNMENT_COLUMNS = (
    "peak (from 1)", "shift / ppm", "atoms (from 1)", "predicted / ppm", "confidence", "alternative atoms",
)  # fmt: skip
PREDICTION_COLUMNS = ("line", "shift / ppm", "± / ppm", "type", "atoms (from 1)")


def confidence_colour(confidence: float | None) -> str:
    """Red at 0.5 and below, through amber to green at 1, dark enough to be read as text; grey without a confidence.

    >>> confidence_colour(1.0)
    '#1c9c46'
    """
    if confidence is None:
        return _NEUTRAL
    hue = 140 / 360 * min(max((confidence - 0.5) / 0.5, 0.0), 1.0)
    return "#" + "".join(f"{round(255 * c):02x}" for c in colorsys.hls_to_rgb(hue, 0.36, 0.7))


def marks_of(case: Case) -> list[Mark]:
    """The marks of an assignment or a prediction."""
    if isinstance(case.answer, Prediction):
        return prediction_marks(case.answer)
    if not isinstance(case.answer, Assignment) or case.spectrum is None:
        raise ConfigError("a picture needs an assignment with its spectrum, or a prediction")
    return assignment_marks(case.spectrum, case.answer)


def assignment_marks(spectrum: Spectrum, answer: Assignment) -> list[Mark]:
    """A mark for every peak, assigned or not; peaks are numbered from 1 in their order of input."""
    marks = []
    assigned = {a.peak: a for a in answer.assignments}
    for number, peak in enumerate(spectrum, 1):
        own = assigned.get(number - 1)
        shift = f"{peak.shift_ppm:.2f}"
        if own is None:
            columns = (str(number), shift, "–", "", "", "")
            marks.append(Mark(number, peak.shift_ppm, (), None, f"peak {number}: {shift} ppm, no carbon", columns))
            continue
        atoms = atoms_from_1(own.atoms)
        others = "; ".join(f"{atoms_from_1(o.atoms)} ({o.confidence:.0%})" for o in own.alternatives)
        columns = (str(number), shift, atoms, f"{own.predicted_ppm:.1f}", f"{own.confidence:.0%}", others)
        title = f"peak {number}: {shift} ppm, atoms {atoms}, predicted {own.predicted_ppm:.1f} ppm"
        title += f", confidence {own.confidence:.0%}"
        marks.append(Mark(number, peak.shift_ppm, own.atoms, own.confidence, title, columns))
    return marks


def prediction_marks(answer: Prediction) -> list[Mark]:
    """A mark for every carbon class, numbered from the highest shift."""
    marks = []
    for number, c in enumerate(sorted(answer.carbons, key=lambda c: -c.shift_ppm), 1):
        atoms = atoms_from_1(c.atoms)
        columns = (str(number), f"{c.shift_ppm:.1f}", f"{c.std_ppm:.1f}", c.multiplicity or "", atoms)
        title = f"line {number}: {c.shift_ppm:.1f} ± {c.std_ppm:.1f} ppm, atoms {atoms}"
        marks.append(Mark(number, c.shift_ppm, c.atoms, None, title, columns))
    return marks
