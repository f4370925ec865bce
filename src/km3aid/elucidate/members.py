"""The molecules of a run: those that were scored, those that may be, and what a run makes use of."""

from __future__ import annotations

import heapq
import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

_WAITING = 40_000  # candidates kept


@dataclass(frozen=True, slots=True)
class Parts:
    """What a run makes use of; parts are left out to see what they are worth.

    `steered`: the best estimates come first, rather than any. `pieces`: pieces of known molecules are joined. `moves`:
    molecules are changed step by step. `usual`: unusual chemistry costs something. `parents`: hits of the library that
    satisfy the conditions are members from the start, not only taken to pieces.
    """

    steered: bool = True
    pieces: bool = True
    moves: bool = True
    usual: bool = True
    parents: bool = True


EVERY_PART = Parts()


class Share(NamedTuple):
    """What one of several populations looks after: it alone changes these structures."""

    number: int = 0
    of: int = 1

    def owns(self, structure: int) -> bool:
        """Whether a structure is its own."""
        return structure % self.of == self.number

    def owned(self, structure: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which of some structures (M,) are its own."""
        own: NDArray[np.bool_] = structure % np.uint64(self.of) == np.uint64(self.number)
        return own


WHOLE = Share()


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
    batch: int


class Told(NamedTuple):
    """What is known of a molecule before it is scored."""

    structure: int
    odd: float
    origin: str
    estimate: float = math.nan  # of its total; NaN where there is none


class Candidate(NamedTuple):
    """A molecule that was estimated and may be made."""

    told: Told
    make: Callable[[], Any]


class Estimated(NamedTuple):
    """Some candidates that came together."""

    structure: list[int]
    odd: list[float]
    estimate: list[float]
    origin: str
    maker: Callable[[int], Callable[[], Any]]

    def candidate(self, n: int) -> Candidate:
        """One of them."""
        return Candidate(Told(self.structure[n], self.odd[n], self.origin, self.estimate[n]), self.maker(n))


class Waiting:
    """The candidates that wait to be made, of which the best are kept: a heap of plain tuples, for there are many."""

    def __init__(self) -> None:
        self._heap: list[tuple[float, int, Estimated, int]] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._heap)

    def put(self, ranks: list[float], told: Estimated) -> None:
        """Let candidates wait; the lowest rank comes first, and of equal ones the one that came first."""
        for n, rank in enumerate(ranks):
            heapq.heappush(self._heap, (rank, self._count + n, told, n))
        self._count += len(ranks)
        if len(self._heap) > 2 * _WAITING:
            self._heap = heapq.nsmallest(_WAITING, self._heap)

    def take(self) -> Candidate:
        """The best one, which waits no longer; there has to be one."""
        _, _, told, n = heapq.heappop(self._heap)
        return told.candidate(n)

    def __iter__(self) -> Iterator[Candidate]:
        """All of them in the order in which they came."""
        return (told.candidate(n) for _, _, told, n in sorted(self._heap, key=lambda entry: entry[1]))
