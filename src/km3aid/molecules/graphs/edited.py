"""Isomers of a structure as sketches: all edits of one parent side by side."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import chain, islice

import numpy as np

from km3aid.molecules.graphs.sketch import Sketch, Sketches
from km3aid.molecules.isomers.edit import Edit
from km3aid.molecules.isomers.nearby import MOVES
from km3aid.molecules.isomers.parent import Parent


def edits_of(parent: Parent, most: int) -> list[Edit]:
    """Up to `most` changes that keep the formula."""
    return list(islice(chain.from_iterable(move(parent) for move in MOVES), most))


def sketch_of_parent(parent: Parent) -> Sketch:
    """The parent itself."""
    size = len(parent.elements)
    order = np.zeros((size, size), np.uint8)
    for (i, j), value in parent.orders.items():
        order[i, j] = order[j, i] = value
    element, hydrogens = np.array(parent.elements, np.uint8), np.array(parent.hydrogens, np.uint8)
    return Sketch(element, np.array(parent.charges, np.int8), hydrogens, order)


def edited(own: Sketch, edits: Sequence[Edit]) -> Sketches:
    """What the edits make of a parent, whose sketch is `own`; its atoms keep their places.

    Where two atoms of aromatic rings trade places, the orders of the bonds are those from before.
    """
    count, size = len(edits), len(own.element)
    element, hydrogens = (np.tile(column, (count, 1)) for column in (own.element, own.hydrogens))
    charge = np.tile(own.charge, (count, 1))
    order = np.tile(own.order, (count, 1, 1))
    bonds = [(m, i, j, value) for m, edit in enumerate(edits) for i, j, value in edit.bonds]
    if bonds:
        m, i, j, value = np.array(bonds).T
        order[m, i, j] = order[m, j, i] = value
    for m, edit in enumerate(edits):
        for i, j in edit.exchanged:
            element[m, [i, j]] = element[m, [j, i]]
            charge[m, [i, j]] = charge[m, [j, i]]
        for atom, number in edit.hydrogens.items():
            hydrogens[m, atom] = number
    return Sketches(element, charge, hydrogens, order, np.full(count, size))
