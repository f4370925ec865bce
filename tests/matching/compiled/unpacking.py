"""Packed carbon classes as plain numbers."""

import numpy as np

from km3aid.matching.classes import CarbonClassTable
from km3aid.matching.compiled.packed import LOWEST_PPM, SCALES_PPM, STEP_PPM


def unpack_classes(packed):
    """The inverse of `pack_classes`, but for the rounding."""
    return CarbonClassTable(
        packed.offset.astype(np.int64),
        (LOWEST_PPM + STEP_PPM * packed.shift).astype(np.float32),
        SCALES_PPM[packed.spread].astype(np.float32),
        packed.hydrogens,
        packed.size,
        packed.splits.astype(bool),
    )
