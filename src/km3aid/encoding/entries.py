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
