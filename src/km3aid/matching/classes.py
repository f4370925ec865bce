"""What matching needs to know of molecules: their carbon classes, and where each should resonate."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

TOLD_APART_PPM = 0.01  # equal predictions differ by rounding alone


def class_scale(
    shift_ppm: NDArray[np.float32], scale_ppm: NDArray[np.float32], splits: bool
) -> np.float64 | np.float32:
    """The Laplace scale of a class, in ppm, from what is predicted for its carbons, each (n,) in ppm.

    Where a model tells diastereotopic carbons apart, their common shift is off by half of what lies between them.
    """
    scale: np.float32 = scale_ppm.mean()
    away = np.abs(shift_ppm - shift_ppm.mean()).mean()
    return scale + away if splits and away > TOLD_APART_PPM else scale


@dataclass(frozen=True, slots=True)
class CarbonClasses:
    """The K carbon classes of a molecule, with their predicted shifts.

    `atoms[k]` are the carbons of class k; `shift_ppm` (K,) is the median and `scale_ppm` (K,) the scale b of a
    Laplace distribution (standard deviation √2·b); `hydrogens` (K,) counts the attached H; `splits` (K,) says whether
    the carbons of a class may be diastereotopic, so that they give up to one line each.
    """

    atoms: tuple[tuple[int, ...], ...]
    shift_ppm: NDArray[np.float64]
    scale_ppm: NDArray[np.float64]
    hydrogens: NDArray[np.int64]
    splits: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.atoms)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """The number of carbons in each class (K,)."""
        return np.array([len(atoms) for atoms in self.atoms], np.int64)


class CarbonClassTable(NamedTuple):
    """The carbon classes of N molecules, flat: those of molecule n are the rows `offset[n]:offset[n + 1]`."""

    offset: NDArray[np.int64]  # (N + 1,)
    shift_ppm: NDArray[np.float32]  # (K,)
    scale_ppm: NDArray[np.float32]  # (K,)
    hydrogens: NDArray[np.uint8]  # (K,)
    size: NDArray[np.uint8]  # (K,) carbons in the class
    splits: NDArray[np.bool_]  # (K,) as in `CarbonClasses`
