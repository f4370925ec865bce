"""Moves of single branches: one end of a bond goes to another atom, or two bonds trade an end."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from km3aid.molecules.isomers.edit import Edit, rebond
from km3aid.molecules.isomers.parent import Parent, pair

_RINGS = (5, 7)  # sizes of the rings that a move may make


def moved_branches(parent: Parent) -> Iterator[Edit]:
    """A branch goes to another atom: ring positions, branching of chains, N- and O-alkylation, C=O along a chain."""
    carbonyls = [(i, j) for (i, j), order in parent.orders.items() if order == 2 and _carbonyl(parent, i, j)]
    for i, j in parent.cuttable() + carbonyls:
        order = parent.order(i, j)
        if (i, j) in parent.ring_bonds:
            continue
        for old, end in ((i, j), (j, i)):
            if order == 2 and parent.elements[end] == 6:
                continue
            branch = parent.side(old, end)
            for new in range(len(parent.elements)):
                if new in branch or new == old or parent.hydrogens[new] < order or parent.fixed[new]:
                    continue
                kind = "carbonyl" if order == 2 else f"branch {parent.site(old)}{parent.site(new)}"
                edit = rebond(parent, kind, ((old, end, 0), (new, end, order)), parent.distances[old][new])
                if edit:
                    yield edit


def moved_ring_bonds(parent: Parent) -> Iterator[Edit]:
    """A bond of a ring goes to another atom: rings grow, shrink by a methyl, or are fused elsewhere."""
    for i, j in parent.cuttable():
        if (i, j) not in parent.ring_bonds:
            continue
        for old, end in ((i, j), (j, i)):
            around = _distances_without(parent, old, end)
            for new, distance in around.items():
                if parent.hydrogens[new] and not parent.fixed[new] and _RINGS[0] <= distance + 1 <= _RINGS[1]:
                    edit = rebond(parent, "ring", ((old, end, 0), (new, end, 1)), parent.distances[old][new])
                    if edit and new != old:
                        yield edit


def traded_branches(parent: Parent) -> Iterator[Edit]:
    """Two bonds trade an end: branches swap places, and what lies between two bonds is turned round."""
    for (a, f), second in combinations(parent.cuttable(), 2):
        for b, g in (second, second[::-1]):
            if len({a, f, b, g}) < 4 or parent.order(a, g) or parent.order(b, f):
                continue
            bonds = ((a, f, 0), (b, g, 0), (a, g, 1), (b, f, 1))
            if parent.in_one_piece(bonds):
                edit = rebond(parent, _trade(parent, a, f, b, g), bonds, max(parent.distances[a][b], 1))
                if edit:
                    yield edit


def _trade(parent: Parent, a: int, f: int, b: int, g: int) -> str:
    """The kind of a trade: a unit of two atoms turned round, in a ring or not; or branches that swap places."""
    if pair(a, f) in parent.ring_bonds and pair(b, g) in parent.ring_bonds:
        return "turn in ring"
    if 1 in (parent.distances[f][g], parent.distances[a][b]):
        return "turn"
    return "trade on ring" if parent.aromatic[a] and parent.aromatic[b] else "trade"


def _carbonyl(parent: Parent, i: int, j: int) -> bool:
    elements = {parent.elements[i], parent.elements[j]}
    return elements in ({6, 8}, {6, 16}) and not (parent.fixed[i] or parent.fixed[j])


def _distances_without(parent: Parent, old: int, end: int) -> dict[int, int]:
    """Bonds from `end` to the atoms nearby, the bond to `old` taken away."""
    found, edge = {end: 0}, [end]
    for distance in range(1, _RINGS[1]):
        edge = [n for at in edge for n in parent.neighbours[at] if (at, n) != (end, old)]
        edge = [n for n in dict.fromkeys(edge) if n not in found]
        found.update(dict.fromkeys(edge, distance))
    return found
