"""The molecules of a run: those that were scored, those that may be, and what a run makes use of."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run makes use of; parts are left out to see what they are worth.

    `steered`: the best estimates come first, rather than any. `pieces`: pieces of known molecules are joined. `moves`:
    molecules are changed step by step. `usual`: unusual chemistry costs something.
    """

    steered: bool = True
    pieces: bool = True
    moves: bool = True
    usual: bool = True


EVERY_PART = Parts()


class Member(NamedTuple):
    """A scored molecule."""

    mol: Any
    structure: int
    total: float  # fused score less `odd`
    score: float
    graph: float
    match: float
    odd: float
    shift_ppm: NDArray[np.float32]
    scale_ppm: NDArray[np.float32]
    origin: str
    parent: int  # number of the member it was made from, −1: none
    batch: int


@dataclass(order=True)
class Candidate:
    """A molecule that was estimated and may be made; the lowest `rank` comes first."""

    rank: float
    number: int
    structure: int = field(compare=False)
    odd: float = field(compare=False)
    origin: str = field(compare=False)
    parent: int = field(compare=False)
    make: Callable[[], Any] = field(compare=False)
    estimate: float = field(compare=False)
