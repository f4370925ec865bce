"""The stored form of predicted carbon classes: six bytes each."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.matching.classes import CarbonClasses, CarbonClassTable

LOWEST_PPM, STEP_PPM = -100.0, 0.01  # 16 bits reach to 555 ppm
_NARROWEST_PPM, _WIDEST_RATIO = 0.05, 1000.0
SCALES_PPM: NDArray[np.float64] = _NARROWEST_PPM * _WIDEST_RATIO ** (np.arange(256) / 255)  # steps of 2.7 %


class PackedClasses(NamedTuple):
    """The carbon classes of N molecules: molecule n owns rows `offset[n]:offset[n + 1]` of the K."""

    offset: NDArray[np.int32]  # (N + 1,)
    shift: NDArray[np.uint16]  # (K,) hundredths of a ppm above −100 ppm
    spread: NDArray[np.uint8]  # (K,) index into `SCALES_PPM`
    hydrogens: NDArray[np.uint8]  # (K,)
    size: NDArray[np.uint8]  # (K,) carbons of the class
    splits: NDArray[np.uint8]  # (K,) 1 where the carbons may be diastereotopic


def pack_classes(table: CarbonClassTable) -> PackedClasses:
    """Round shifts to 0.01 ppm and scales to 2.7 %; what lies outside −100…555 ppm or 0.05…50 ppm moves to the edge."""
    shift = np.rint((table.shift_ppm.astype(np.float64) - LOWEST_PPM) / STEP_PPM)
    spread = np.rint(255 * np.log(np.maximum(table.scale_ppm, 1e-9) / _NARROWEST_PPM) / np.log(_WIDEST_RATIO))
    return PackedClasses(
        table.offset.astype(np.int32),
        np.clip(shift, 0, 65535).astype(np.uint16),
        np.clip(spread, 0, 255).astype(np.uint8),
        table.hydrogens.astype(np.uint8),
        table.size.astype(np.uint8),
        table.splits.astype(np.uint8),
    )


def classes_of_row(packed: PackedClasses, row: int) -> CarbonClasses:
    """The carbon classes of molecule `row`; its carbons are numbered class by class, for their atoms are not stored."""
    own = slice(int(packed.offset[row]), int(packed.offset[row + 1]))
    size = packed.size[own].astype(np.int64)
    ends = np.cumsum(size)
    return CarbonClasses(
        tuple(tuple(range(end - count, end)) for count, end in zip(size.tolist(), ends.tolist(), strict=True)),
        LOWEST_PPM + STEP_PPM * packed.shift[own].astype(np.float64),
        SCALES_PPM[packed.spread[own]],
        packed.hydrogens[own].astype(np.int64),
        packed.splits[own].astype(bool),
    )
