"""Molecules in two: what lies on either side of a bond that is no part of a ring, and two sides as one molecule."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from km3aid.molecules.graphs.sketch import Sketch


def sides(sketch: Sketch) -> Iterator[tuple[list[int], list[int]]]:
    """The atoms on both sides of every single bond outside of rings, on each side first the one that the bond holds."""
    count = len(sketch.element)
    bits = [int(sum(1 << j for j in np.flatnonzero(row).tolist())) for row in sketch.order]
    whole = (1 << count) - 1
    charges = sketch.charge.tolist()
    for i, j in zip(*(x.tolist() for x in np.nonzero(np.triu(sketch.order == 1))), strict=True):
        if charges[i] and charges[j]:
            continue
        reached = _reached(bits, i, j)
        if not reached >> j & 1:
            yield _listed(reached, i), _listed(whole & ~reached, j)


def piece(sketch: Sketch, atoms: list[int]) -> Sketch:
    """Some atoms of a molecule in this order; what held the first to the rest is open."""
    at = np.array(atoms)
    return Sketch(sketch.element[at], sketch.charge[at], sketch.hydrogens[at], sketch.order[np.ix_(at, at)])


def joined(one: Sketch, anchor: int, other: Sketch) -> Sketch:
    """Two pieces with a single bond from `anchor` of the one to the first atom of the other."""
    n, m = len(one.element), len(other.element)
    order = np.zeros((n + m, n + m), np.uint8)
    order[:n, :n], order[n:, n:] = one.order, other.order
    order[anchor, n] = order[n, anchor] = 1
    return Sketch(
        np.concatenate([one.element, other.element]),
        np.concatenate([one.charge, other.charge]),
        np.concatenate([one.hydrogens, other.hydrogens]),
        order,
    )


def with_hydrogens(sketch: Sketch, atom: int, change: int) -> Sketch:
    """The sketch with `change` more hydrogens at `atom`."""
    hydrogens: NDArray[np.uint8] = sketch.hydrogens.copy()
    hydrogens[atom] = int(hydrogens[atom]) + change
    return sketch._replace(hydrogens=hydrogens)


def _reached(bits: list[int], start: int, without: int) -> int:
    """The atoms reached from `start` without the bond to `without`, as a bit mask."""
    seen = edge = 1 << start
    while edge:
        at = (edge & -edge).bit_length() - 1
        edge &= edge - 1
        near = bits[at]
        if at == start:
            near &= ~(1 << without)
        fresh = near & ~seen
        seen |= fresh
        edge |= fresh
    return seen


def _listed(mask: int, first: int) -> list[int]:
    rest = mask & ~(1 << first)
    found = [first]
    while rest:
        found.append((rest & -rest).bit_length() - 1)
        rest &= rest - 1
    return found
