"""How usual it is for a molecule to hold just these hetero atoms."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from km3aid.elucidate.target import ELEMENTS
from km3aid.molecules.graphs import Sketches

_HETERO = np.array(ELEMENTS[2:], np.uint8)
_SMOOTHING = 0.5


@dataclass(frozen=True)
class Compositions:
    """Numbers of the hetero atoms of molecules, (K, 11) by `ELEMENTS`, and how many molecules have them."""

    held: NDArray[np.uint8]
    count: NDArray[np.int64]  # (K,)
    _cost: dict[bytes, float] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        nats = -np.log((self.count + _SMOOTHING) / (self.count.sum() + _SMOOTHING))
        rows = [row.tobytes() for row in np.ascontiguousarray(self.held)]
        object.__setattr__(self, "_cost", dict(zip(rows, nats.tolist(), strict=True)))

    @classmethod
    def of(cls, held: NDArray[np.uint8]) -> Compositions:
        """Of molecules with these numbers (N, 11)."""
        return cls(*np.unique(held, axis=0, return_counts=True))

    def nats(self, sketches: Sketches) -> NDArray[np.float64]:
        """By how many nats the composition of each molecule (M,) is less usual than certain."""
        never = float(np.log((self.count.sum() + _SMOOTHING) / _SMOOTHING))
        return np.array([self._cost.get(row.tobytes(), never) for row in hetero(sketches)])


def hetero(sketches: Sketches) -> NDArray[np.uint8]:
    """The numbers of hetero atoms of each molecule (M, 11)."""
    columns = [(sketches.element == element).sum(1) for element in _HETERO]
    return np.ascontiguousarray(np.stack(columns, 1).astype(np.uint8))
