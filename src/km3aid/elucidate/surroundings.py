"""The surroundings of every atom of many sketched molecules, as numbers that are equal where the surroundings are."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.kernels.load import (
    COUNT,
    FLOAT64,
    INT8,
    INT64,
    TO_FLOAT64,
    TO_INT64,
    TO_UINT8,
    TO_UINT64,
    UINT8,
    UINT64,
    Kernel,
)
from km3aid.matching.classes import CarbonClassTable
from km3aid.molecules.graphs import Sketches

RADII = 3
_VALENCE: NDArray[np.int64] = np.zeros(119, np.int64)
_VALENCE[[5, 6, 7, 8, 9, 14, 17, 35, 53]] = (3, 4, 3, 2, 1, 4, 1, 1, 1)

_describe = Kernel(
    "describe", UINT8, INT8, UINT8, UINT8, INT64, COUNT, COUNT, INT64, TO_UINT64, TO_UINT64, TO_UINT64, TO_UINT8
)
_columns = (TO_INT64, TO_FLOAT64, TO_FLOAT64, TO_UINT8, TO_UINT8)  # offset, shift, scale, hydrogens, size
_carbon_classes = Kernel(
    "carbon_classes", UINT8, UINT8, UINT64, FLOAT64, FLOAT64, INT64, COUNT, COUNT, *_columns, gives=COUNT
)


class Surroundings(NamedTuple):
    """What surrounds the atoms of M molecules, padded to A atoms."""

    radius: NDArray[np.uint64]  # (M, A, 3) to one, two and three bonds
    equal: NDArray[np.uint64]  # (M, A) the same for equivalent atoms of a molecule
    structure: NDArray[np.uint64]  # (M,) the same for the same connectivity and hydrogens
    ring: NDArray[np.uint8]  # (M, A) the smallest ring, 0: none

    def some(self, rows: NDArray[np.int64]) -> Surroundings:
        """Those of the molecules `rows`."""
        return Surroundings(self.radius[rows], self.equal[rows], self.structure[rows], self.ring[rows])


def surroundings(sketches: Sketches) -> Surroundings:
    """Describe the atoms of some molecules."""
    m, a = sketches.element.shape
    out = Surroundings(
        np.zeros((m, a, RADII), np.uint64),
        np.zeros((m, a), np.uint64),
        np.zeros(m, np.uint64),
        np.zeros((m, a), np.uint8),
    )
    arrays = [np.ascontiguousarray(x) for x in sketches[:4]]
    _describe(*arrays, sketches.atoms, m, a, _VALENCE, *out)
    return out


def class_table(
    sketches: Sketches, equal: NDArray[np.uint64], shift_ppm: NDArray[np.float64], scale_ppm: NDArray[np.float64]
) -> CarbonClassTable:
    """The carbon classes of sketched molecules; `shift_ppm` and `scale_ppm` (M, A) are those of the single carbons."""
    most = int((sketches.element == 6).sum())
    offset = np.zeros(len(sketches.atoms) + 1, np.int64)
    shift, scale = np.zeros(most), np.zeros(most)
    hydrogens, size = np.zeros(most, np.uint8), np.zeros(most, np.uint8)
    arrays = map(np.ascontiguousarray, (sketches.element, sketches.hydrogens, equal, shift_ppm, scale_ppm))
    made = (offset, shift, scale, hydrogens, size)
    count = _carbon_classes(*arrays, sketches.atoms, *sketches.element.shape, *made)
    own = slice(0, count)
    return CarbonClassTable(
        offset, shift[own].astype(np.float32), scale[own].astype(np.float32), hydrogens[own], size[own], size[own] > 1
    )
