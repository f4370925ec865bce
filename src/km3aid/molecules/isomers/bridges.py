"""Moves of a unit that sits between two others, such as CH2, C=O, O or NH: it goes into another bond, or to an end."""

from __future__ import annotations

from collections.abc import Iterator

from km3aid.molecules.isomers.configuration import Bonds
from km3aid.molecules.isomers.edit import Edit, rebond
from km3aid.molecules.isomers.parent import Parent, pair

_MOST_ATOMS = 3  # of a unit: the atom between and what hangs on it, such as C(=O) or S(=O)(=O)


def moved_bridges(parent: Parent) -> Iterator[Edit]:
    """A unit leaves its place, its neighbours join, and it goes into another bond or onto another atom."""
    bonds = parent.cuttable()
    cuttable = set(bonds)
    for unit in range(len(parent.elements)):
        arms = [n for n in parent.neighbours[unit] if pair(unit, n) in cuttable and not _hangs(parent, unit, n)]
        if len(arms) != 2 or not _small(parent, unit, arms) or parent.order(*arms):
            continue
        a, b = arms
        leave = ((a, unit, 0), (unit, b, 0), (a, b, 1))
        for c, d in bonds:
            if unit not in (c, d):
                yield from _made(parent, "bridge", (*leave, (c, d, 0), (c, unit, 1), (unit, d, 1)), a, c)
        for c, hydrogens in enumerate(parent.hydrogens):
            if hydrogens and c != unit and not parent.fixed[c]:
                yield from _made(parent, "bridge to end", (*leave, (c, unit, 1)), a, c)


def moved_ends(parent: Parent) -> Iterator[Edit]:
    """A unit at an end, such as CH3, NH2 or OH, goes into another bond."""
    bonds = parent.cuttable()
    for i, j in bonds:
        for near, unit in ((i, j), (j, i)):
            if not parent.hydrogens[unit] or not _hangs(parent, near, unit):
                continue
            for c, d in bonds:
                if unit not in (c, d):
                    change = ((near, unit, 0), (c, d, 0), (c, unit, 1), (unit, d, 1))
                    yield from _made(parent, "end to bridge", change, near, c)


def _made(parent: Parent, kind: str, bonds: Bonds, a: int, c: int) -> Iterator[Edit]:
    edit = rebond(parent, kind, bonds, max(parent.distances[a][c], 1))
    if edit:
        yield edit


def _hangs(parent: Parent, near: int, unit: int) -> bool:
    """Whether `unit` has no neighbour but `near` and atoms without further ones, such as the oxygen of C=O."""
    return all(n == near or len(parent.neighbours[n]) == 1 for n in parent.neighbours[unit])


def _small(parent: Parent, unit: int, arms: list[int]) -> bool:
    others = [n for n in parent.neighbours[unit] if n not in arms]
    return 1 + len(others) <= _MOST_ATOMS and all(len(parent.neighbours[n]) == 1 for n in others)
