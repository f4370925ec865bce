"""Writes the predicted shifts of a structure, a line for each."""

from collections.abc import Sequence

from km3aid.engine import Prediction
from km3aid.render.registry import Format
from km3aid.requests.answers import Case


def write(cases: Sequence[Case]) -> bytes:
    """The bytes of a file with the answers of some cases, all of one kind."""
    return "".join(f"{carbon.shift_ppm:.1f}\n" for case in cases for carbon in case.answer.carbons).encode()


FORMAT = Format("shifts", "predicted shifts", "text/plain", (".shifts",), write, answers=(Prediction,))
