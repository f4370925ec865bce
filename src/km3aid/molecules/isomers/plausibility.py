"""How likely it is to meet what an edit makes: a cost, fitted on which isomers a library of real molecules holds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from km3aid.molecules.isomers.edit import Edit

_KINDS = {
    "position": 0.0,
    "atoms of rings": 1.0,
    "alkylation": 2.0,
    "branch": 1.5,
    "carbonyl": 2.0,
    "ring": 3.0,
    "turn": 1.0,
    "turn in ring": 2.0,
    "trade": 1.5,
    "atoms": 2.0,
    "bridge": 2.5,
    "bridge to end": 3.0,
    "end to bridge": 2.5,
    "double bond": 2.0,
    "path": 1.5,
}
_REACH = 0.5  # for each doubling
_GROUPS = np.array([2.0, 1.5, 1.5, 3.0, 3.0, 3.0, 0.5, 0.2, 4.0, 4.0])


def costs(edits: Sequence[Edit], groups: NDArray[np.float64]) -> NDArray[np.float64]:
    """(E,) costs in natural logarithms of odds; `groups` (E, G) as in `Sketches`."""
    kinds = np.array([_KINDS[edit.kind] for edit in edits])
    reach = np.log2([max(edit.reach, 1) for edit in edits])
    total: NDArray[np.float64] = kinds + _REACH * reach + np.maximum(groups, 0) @ _GROUPS
    return total
