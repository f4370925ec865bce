"""Moves of double bonds: along a chain or ring, from C=C to C=O, and along a conjugated path."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from km3aid.molecules.isomers.edit import Edit, rebond
from km3aid.molecules.isomers.parent import Parent, pair

_LONGEST_PATH = 8  # bonds; from N-1 to N-2 of indazole round its benzene ring


def moved_double_bonds(parent: Parent) -> Iterator[Edit]:
    """A double bond becomes single and a single one double; C=O and CH-OH trade places."""
    plain = [
        p
        for p in parent.orders
        if p not in parent.aromatic_bonds and not any(parent.fixed[i] or parent.charges[i] for i in p)
    ]
    unsaturated = [p for p in plain if parent.orders[p] > 1]
    single = [p for p in plain if parent.orders[p] == 1]
    for old in unsaturated:
        for new in single:
            bonds = ((*old, parent.orders[old] - 1), (*new, 2))
            reach = min(parent.distances[i][j] for i in old for j in new)
            edit = rebond(parent, "double bond", bonds, reach)
            if edit and (edit.hydrogens or parent.hydrogens[old[0]] != parent.hydrogens[new[0]]):
                yield edit


def moved_along_paths(parent: Parent) -> Iterator[Edit]:
    """What an atom carries goes to the end of a conjugated path, whose bonds shift: R-N-C=O to N=C-O-R."""
    cuttable = set(parent.cuttable())
    for start in range(len(parent.elements)):
        if parent.elements[start] not in (6, 7, 8, 16) or parent.fixed[start] or parent.charges[start]:
            continue
        carried = [n for n in parent.neighbours[start] if pair(start, n) in cuttable]
        for path in _paths(parent, start):
            end = path[-1]
            shifted = tuple((i, j, 2 if n % 2 == 0 else 1) for n, (i, j) in enumerate(pairwise(path)))
            for branch in carried:
                if branch not in path and not parent.order(branch, end) and not _strained(parent, start, branch):
                    bonds = ((start, branch, 0), *shifted, (end, branch, 1))
                    edit = rebond(parent, "path", bonds, len(path) - 1)
                    if edit:
                        yield edit


def _strained(parent: Parent, start: int, branch: int) -> bool:
    return pair(start, branch) in parent.ring_bonds


def _paths(parent: Parent, start: int) -> Iterator[list[int]]:
    """Paths from `start` whose bonds are single, double, single, double … and that end with a double bond."""
    stack = [[start]]
    while stack:
        path = stack.pop()
        at, order = path[-1], 1 if len(path) % 2 else 2
        for n in parent.neighbours[at]:
            if n in path or parent.fixed[n] or parent.charges[n] or parent.order(at, n) != order:
                continue
            longer = [*path, n]
            if order == 2 and (len(longer) == 3 or parent.elements[start] != 6 or parent.elements[n] != 6):
                yield longer
            if len(longer) <= _LONGEST_PATH:
                stack.append(longer)
