"""Encoded molecules before they are written to a library."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.matching.classes import CarbonClassTable


class Entries(NamedTuple):
    """N encoded molecules from `records` input records; `rejected` lists (number, structure, reason) of failures."""

    smiles: list[str]  # canonical, isomeric
    names: list[str | None]
    formula: list[str]  # Hill order
    mass_da: list[float]  # monoisotopic
    key: NDArray[np.uint64]  # (N,) equal for duplicates
    embedding: NDArray[np.float32]  # (N, D) unit vectors
    classes: CarbonClassTable
    records: int
    rejected: tuple[tuple[int, str, str], ...] = ()


_NO_CLASSES = CarbonClassTable(
    np.zeros(1, np.int64),
    np.zeros(0, np.float32),
    np.zeros(0, np.float32),
    np.zeros(0, np.uint8),
    np.zeros(0, np.uint8),
    np.zeros(0, bool),
)
NO_ENTRIES = Entries([], [], [], [], np.zeros(0, np.uint64), np.zeros((0, 0), np.float32), _NO_CLASSES, 0)
