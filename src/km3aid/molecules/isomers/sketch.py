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
    `GROUPS` an edit makes more than the parent has, and `stable` (E,) whether it makes nothing of `UNSTABLE`.
    """

    structure: Integers
    skeleton: Integers
    groups: Floats
    stable: NDArray[np.bool_]
    own_structure: int
    own_skeleton: int


GROUPS = (
    "hetero pairs",  # N-N, N-O, and those of `UNSTABLE`
    "sulphur pairs",  # S-N, S-O, S-S by a single bond
    "geminal",  # two hetero atoms at one saturated carbon
    "acyl halides",
    "quaternary",  # carbons with four carbons
    "double bonds",
    "enamines",
)
UNSTABLE = (
    "peroxides",  # and halogens at O, N
    "hemiacetals",  # and diols at one carbon
    "enols",
    "cumulated",
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
    groups, unstable = _counts(batch)
    return Sketches(
        structure[1:],
        skeleton[1:],
        groups[1:] - groups[0],
        (unstable[1:] <= unstable[0]).all(1),
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
        for here, there in edit.exchanged:
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


def _counts(batch: _Batch) -> tuple[Floats, Floats]:
    """How many of each of `GROUPS` (E, G) and of `UNSTABLE` (E, U) stand in every row."""
    z = batch.elements
    carbon, oxygen, sulphur = ((z == element).astype(float) for element in (6, 8, 16))
    halogen = np.isin(z, list(HALOGENS)).astype(float)
    hard = (z == 7) + oxygen + halogen
    to_carbon, to_hetero = batch.along(carbon, "double"), batch.along(1 - carbon, "double")
    aromatic = (batch.orders == 1.5).any(1).astype(float)
    saturated = carbon * (1 - np.minimum(to_carbon + to_hetero + aromatic, 1))
    ene = carbon * np.minimum(to_carbon, 1) * (1 - aromatic)
    acyl = carbon * np.minimum(batch.along(oxygen, "double"), 1)
    hydroxyl = (oxygen + sulphur) * (batch.hydrogens > 0)
    near_hard = batch.along(hard + sulphur, "bond")
    groups = (
        hard * batch.along(hard, "bond") / 2,
        sulphur * (batch.along(hard + sulphur, "bond") - to_hetero),
        saturated * np.maximum(near_hard - 1, 0),
        halogen * batch.along(acyl, "bond"),
        carbon * (1 - aromatic) * (batch.along(carbon, "bond") >= 4),
        carbon * np.minimum(to_carbon, 1) / 2,
        (z == 7) * (batch.hydrogens > 0) * batch.along(ene, "bond"),
    )
    unstable = (
        oxygen * batch.along(oxygen, "bond") + halogen * batch.along(hard, "bond"),
        hydroxyl * batch.along(saturated * (near_hard > 1), "bond"),
        hydroxyl * batch.along(ene, "bond"),
        carbon * np.maximum(to_carbon + to_hetero - 1, 0),
        batch.hydrogens * (np.isin(z, (5, 14, 15)) + sulphur * (to_hetero > 0)),
        (batch.charges < 0) * batch.along(saturated, "bond"),
    )
    return np.stack([g.sum(1) for g in groups], axis=1), np.stack([u.sum(1) for u in unstable], axis=1)
