"""The picture of an answer: the structure with the numbers of its peaks, above the spectrum as sticks."""

from __future__ import annotations

from collections.abc import Sequence

from km3aid.errors import ConfigError
from km3aid.molecules import Drawing, lay_out, parse_smiles, parse_structure
from km3aid.render.drawing.curve import reading_picture
from km3aid.render.drawing.marks import Mark, marks_of
from km3aid.render.drawing.scene import Scene
from km3aid.render.drawing.sticks import HEIGHT, draw_mirror, draw_sticks
from km3aid.render.drawing.structure import MARGIN, draw_structure
from km3aid.requests.answers import Case, Reading

_WIDTH, _WIDEST = 760.0, 2400.0
_SHORTEST_BOND = 30.0  # pixels; where bonds would be shorter, the picture grows instead
_ROOM_PER_NUMBER = 17.0
_SKETCH, _SKETCH_MARGIN = 190.0, 20.0


def picture(case: Case) -> Scene:
    """Structure above spectrum of an assignment or a prediction; of a reading, its spectrum."""
    if isinstance(case.answer, Reading):
        return reading_picture(case.answer.spectrum)
    if case.structure is None:
        raise ConfigError("a picture needs the structure that was assigned or predicted")
    marks = marks_of(case)
    drawing = lay_out(parse_structure(case.structure))
    width = _width(drawing, marks)
    structure, height = draw_structure(drawing, marks, width)
    title = f"{getattr(case.answer, 'smiles', '')} (peaks and atoms counted from 1)"
    return Scene(width, height + HEIGHT, title, (*structure, *draw_sticks(marks, width, height)))


def sketch(smiles: str) -> Scene:
    """A small picture of a structure without a spectrum."""
    structure, height = draw_structure(lay_out(parse_smiles(smiles)), (), _SKETCH, _SKETCH_MARGIN)
    return Scene(_SKETCH, height, smiles, tuple(structure))


def comparison(observed: Sequence[float], predicted: Sequence[float]) -> Scene:
    """Observed sticks above predicted ones."""
    return Scene(420.0, 110.0, "observed above, predicted below", tuple(draw_mirror(observed, predicted, 420.0, 110.0)))


def _width(drawing: Drawing, marks: Sequence[Mark]) -> float:
    """Wide enough for bonds that are not too short and numbers that do not touch."""
    xs = [a.x for a in drawing.atoms]
    wanted = max((max(xs) - min(xs)) * _SHORTEST_BOND + 2 * MARGIN, len(marks) * _ROOM_PER_NUMBER + MARGIN)
    return min(max(wanted, _WIDTH), _WIDEST)
