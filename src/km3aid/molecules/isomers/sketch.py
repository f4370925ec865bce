"""Many edits of one parent as arrays: which give the same structure, and what odd groups they make.

An edit is not yet a molecule here, so that thousands can be compared before the best are built.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.molecules.isomers.edit import Edit
from km3aid.molecules.isomers.parent import HALOGENS, Parent

_ROUNDS = 5
Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


class Sketches(NamedTuple):
    """Figures of E edits.

    `structure` and `skeleton` (E,) are equal where two edits give the same molecule, or the same one but for hydrogens
    and bond orders; `own_structure` and `own_skeleton` are the parent's. `groups` (E, G) is how many of each of
    `GROUPS` an edit makes more than the parent has.
    """

    structure: Integers
    skeleton: Integers
    groups: Floats
    own_structure: int
    own_skeleton: int


GROUPS = (
    "hetero_pairs",  # O-O, N-O, N-N, N-Cl
    "sulphur_pairs",
    "geminal",  # two hetero atoms at one saturated carbon
    "enols",
    "acyl_halides",
    "cumulated",
    "branches",  # carbons with four carbons
    "double_bonds",
    "bare",  # hydrogen on Si, P, B or a sulphonyl
    "alkoxides",
)


class _Batch(NamedTuple):
    """`elements`, `charges`, `hydrogens` (E, A); changes of bonds: `edit`, `i`, `j`, old and new order (each (K,))."""

    elements: Integers
    charges: Integers
    hydrogens: Integers
    edit: Integers
    i: Integers
    j: Integers
    before: Floats
    after: Floats
    orders: Floats  # (A, A) of the parent, 1.5 in aromatic rings

    def along(self, values: Floats, weight: str) -> Floats:
        """Sum over the neighbours of every atom of `values` (E, A), each times the weight of its bond."""
        weigh = _WEIGHTS[weight]
        total: Floats = values @ weigh(self.orders)
        change = weigh(self.after) - weigh(self.before)
        np.add.at(total, (self.edit, self.i), change * values[self.edit, self.j])
        np.add.at(total, (self.edit, self.j), change * values[self.edit, self.i])
        return total


_WEIGHTS: dict[str, Callable[[Floats], Floats]] = {
    "order": lambda order: order,
    "bond": lambda order: (order > 0).astype(float),
    "double": lambda order: (order == 2).astype(float),
}


def sketch(parent: Parent, edits: Sequence[Edit]) -> Sketches:
    """Figures of all `edits`."""
    batch = _batch(parent, edits)
    coded = np.sin(batch.elements * 1.7 + batch.charges * 0.9)
    structure = _hash(batch, coded + 0.37 * batch.hydrogens, "order")
    skeleton = _hash(batch, coded, "bond")
    groups = _counts(batch)
    return Sketches(
        structure[1:],
        skeleton[1:],
        groups[1:] - groups[0],
        int(structure[0]),
        int(skeleton[0]),
    )


def _batch(parent: Parent, edits: Sequence[Edit]) -> _Batch:
    """Arrays of the edits; the first row is the parent, unchanged."""
    size = len(edits) + 1
    elements, charges, hydrogens = (
        np.tile(np.array(column, np.int64), (size, 1)) for column in (parent.elements, parent.charges, parent.hydrogens)
    )
    orders = np.zeros((len(parent.elements),) * 2)
    for (i, j), order in parent.orders.items():
        orders[i, j] = orders[j, i] = 1.5 if (i, j) in parent.aromatic_bonds else order
    changes = [(n, i, j, order) for n, edit in enumerate(edits, 1) for i, j, order in edit.bonds]
    bonds: Integers = np.array(changes, np.int64).reshape(-1, 4)
    begin, end = bonds[:, 1], bonds[:, 2]
    for n, edit in enumerate(edits, 1):
        if edit.exchanged:
            here, there = edit.exchanged
            for column in (elements, charges):
                column[n, here], column[n, there] = column[n, there], column[n, here]
        for atom, count in edit.hydrogens.items():
            hydrogens[n, atom] = count
    before, after = orders[begin, end], bonds[:, 3].astype(float)
    return _Batch(elements, charges, hydrogens, bonds[:, 0], begin, end, before, after, orders)


def _hash(batch: _Batch, values: Floats, weight: str) -> Integers:
    """A number that does not depend on the order of the atoms: every atom's surroundings to five bonds, summed up."""
    first = values
    for _ in range(_ROUNDS):
        values = np.sin(2.3 * first + 1.9 * batch.along(values, weight) + 0.7 * values)
    summed: Floats = np.cos(3.1 * values + first).sum(1)
    return np.round(summed * 1e9).astype(np.int64)


def _counts(batch: _Batch) -> Floats:
    """How many of each of `GROUPS` stand in every row."""
    z = batch.elements
    carbon = (z == 6).astype(float)
    halogen = np.isin(z, list(HALOGENS)).astype(float)
    hard = np.isin(z, (7, 8)).astype(float) + halogen
    sulphur = (z == 16).astype(float)
    double = batch.along(carbon, "double"), batch.along(1 - carbon, "double")
    aromatic = (batch.orders == 1.5).any(1).astype(float)
    flat = np.minimum(double[0] + double[1] + aromatic, 1)
    near_hard = batch.along(hard + sulphur, "bond")
    ene = carbon * np.minimum(double[0], 1) * (1 - aromatic)
    acyl = carbon * np.minimum(batch.along((z == 8).astype(float), "double"), 1)
    giver = np.isin(z, (7, 8, 16)) & (batch.hydrogens > 0)
    return np.stack(
        [
            (hard * batch.along(hard, "bond")).sum(1) / 2,
            (sulphur * (batch.along(hard + sulphur, "bond") - double[1])).sum(1),
            (carbon * (1 - flat) * np.maximum(near_hard - 1, 0)).sum(1),
            (giver * batch.along(ene, "bond")).sum(1),
            (halogen * batch.along(acyl, "bond")).sum(1),
            (carbon * np.maximum(double[0] + double[1] - 1, 0)).sum(1),
            (carbon * (1 - aromatic) * (batch.along(carbon, "bond") >= 4)).sum(1),
            (carbon * np.minimum(double[0], 1)).sum(1) / 2,
            (batch.hydrogens * (np.isin(z, (5, 14, 15)) + sulphur * (double[1] > 0))).sum(1),
            ((batch.charges < 0) * batch.along(carbon * (1 - flat), "bond")).sum(1),
        ],
        axis=1,
    )
