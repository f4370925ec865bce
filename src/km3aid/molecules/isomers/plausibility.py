"""How likely it is to meet what an edit makes.

The figures are negative log-odds that a library of a million real molecules holds the isomer, fitted by logistic
regression on the edits of molecules from it.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from km3aid.molecules.isomers.edit import Edit

_KINDS = {
    "bridge": 6.8,
    "bridge to end": 7.0,
    "carbonyl": 6.5,
    "double bond": 5.0,
    "end to bridge": 5.8,
    "path": 3.5,
    "ring": 7.0,
    "ring atoms": 6.3,
    "trade": 7.5,
    "trade on ring": 5.4,
    "turn": 5.8,
    "turn in ring": 7.2,
}
# A branch goes from one site to another, or two atoms trade places: sites as `Parent.site` writes them.
_BRANCHES = {
    "aa": 3.1,
    "CC": 3.6,
    "ac": 3.9,
    "cc": 5.0,
    "rr": 5.0,
    "aC": 5.1,
    "ca": 5.3,
    "CA": 5.3,
    "ra": 5.4,
    "rc": 5.6,
    "cC": 5.9,
}
_OTHER_BRANCH = 6.5
_ATOMS = {"Aa": 5.6, "AA": 5.3, "Cc": 5.8}
_OTHER_ATOMS = 6.4
_REACH = 0.65  # for each doubling
_FAR = ("trade", "turn in ring")  # the reach of these says nothing
_GROUPS = np.array([1.2, 0.9, 2.4, 2.0, 0.9, 0.4, 1.0])  # for one more of each of `sketch.GROUPS`


def costs(edits: Sequence[Edit], groups: NDArray[np.float64]) -> NDArray[np.float64]:
    """(E,) negative log-odds; `groups` (E, G) as in `Sketches`."""
    kinds = np.array([_kind_cost(edit.kind) for edit in edits])
    reach = np.log2([1 if edit.kind in _FAR else max(edit.reach, 1) for edit in edits])
    total: NDArray[np.float64] = kinds + _REACH * reach + np.maximum(groups, 0) @ _GROUPS
    return total


def _kind_cost(kind: str) -> float:
    name, _, sites = kind.partition(" ")
    if name == "branch":
        return _BRANCHES.get(sites, _OTHER_BRANCH)
    if name == "atoms":
        return _ATOMS.get(sites, _OTHER_ATOMS)
    return _KINDS[kind]
