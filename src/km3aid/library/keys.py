"""The keys by which duplicates are told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


class SeenKeys:
    """The keys seen so far, sorted, eight bytes each."""

    def __init__(self, parts: Sequence[NDArray[np.uint64]]) -> None:
        self._sorted = np.unique(np.concatenate(parts)) if parts else np.zeros(0, np.uint64)

    def add(self, keys: NDArray[np.uint64]) -> NDArray[np.bool_]:
        """Which of the keys (N,) are new, and stand here for the first time."""
        _, first = np.unique(keys, return_index=True)
        new = np.zeros(len(keys), bool)
        new[first] = True
        place = np.searchsorted(self._sorted, keys)
        known = np.zeros(len(keys), bool)
        inside = place < len(self._sorted)
        known[inside] = self._sorted[place[inside]] == keys[inside]
        new &= ~known
        fresh = np.sort(keys[new])  # inserted rather than sorted with all the others: linear in what is there
        self._sorted = np.insert(self._sorted, np.searchsorted(self._sorted, fresh), fresh)
        return new
