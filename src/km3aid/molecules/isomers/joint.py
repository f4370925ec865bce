"""Two edits at once, where they do not meet: two substituents of a ring, or one change at either end."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from km3aid.molecules.isomers.edit import Edit
from km3aid.molecules.isomers.parent import Parent, pair

KIND = "joint"
_CHEAPEST = 250  # edits that are combined


def joint_edits(
    parent: Parent, edits: Sequence[Edit], costs: NDArray[np.float64], most: int
) -> tuple[list[Edit], NDArray[np.float64]]:
    """Up to `most` pairs of `edits` as one edit each, those of the lowest `costs` (E,), and the sums of their costs."""
    cheapest = np.argsort(costs, kind="stable")[: min(_CHEAPEST, np.isfinite(costs).sum())]
    first, second = np.triu_indices(len(cheapest), 1)
    sums = costs[cheapest[first]] + costs[cheapest[second]]
    found: list[Edit] = []
    kept: list[float] = []
    for n in np.argsort(sums, kind="stable")[:most].tolist():
        edit = _joint(parent, edits[cheapest[first[n]]], edits[cheapest[second[n]]])
        if edit:
            found.append(edit)
            kept.append(sums[n])
    return found, np.array(kept)


def _joint(parent: Parent, one: Edit, other: Edit) -> Edit | None:
    """Both edits as one; None where they meet, or the structure falls apart."""
    changed = [{pair(i, j) for i, j, _ in edit.bonds} for edit in (one, other)]
    if changed[0] & changed[1]:
        return None
    if one.exchanged or other.exchanged:
        if changed[0] & parent.aromatic_bonds or changed[1] & parent.aromatic_bonds:
            return None
        if _atoms(one) & _atoms(other):
            return None
    hydrogens = dict(one.hydrogens)
    for atom, count in other.hydrogens.items():
        hydrogens[atom] = hydrogens.get(atom, parent.hydrogens[atom]) + count - parent.hydrogens[atom]
        if hydrogens[atom] < 0:
            return None
    bonds = one.bonds + other.bonds
    if not parent.in_one_piece(bonds):
        return None
    return Edit(KIND, bonds, hydrogens, 1, one.exchanged + other.exchanged)


def _atoms(edit: Edit) -> set[int]:
    bonded = {atom for i, j, _ in edit.bonds for atom in (i, j)}
    return bonded | set(edit.hydrogens) | {atom for both in edit.exchanged for atom in both}
