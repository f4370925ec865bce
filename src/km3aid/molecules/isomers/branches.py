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
                kind = "carbonyl" if order == 2 else _kind(parent, old, new)
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
    bonds = parent.cuttable()
    bits = [sum(1 << n for n in near) for near in parent.neighbours]
    for (a, f), second in combinations(bonds, 2):
        for b, g in (second, second[::-1]):
            if len({a, f, b, g}) < 4 or parent.order(a, g) or parent.order(b, f):
                continue
            if not _connected(bits, ((a, f), (b, g)), ((a, g), (b, f))):
                continue
            ring = pair(a, f) in parent.ring_bonds, pair(b, g) in parent.ring_bonds
            kind = (
                "turn in ring"
                if all(ring)
                else "turn"
                if parent.distances[f][g] == 1 or parent.distances[a][b] == 1
                else "trade"
            )
            edit = rebond(parent, kind, ((a, f, 0), (b, g, 0), (a, g, 1), (b, f, 1)), max(parent.distances[a][b], 1))
            if edit:
                yield edit


def _kind(parent: Parent, old: int, new: int) -> str:
    if parent.aromatic[old] and parent.aromatic[new]:
        return "position" if parent.elements[old] == parent.elements[new] else "alkylation"
    return "branch" if parent.elements[old] == parent.elements[new] else "alkylation"


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


def _connected(bits: list[int], cut: tuple[tuple[int, int], ...], made: tuple[tuple[int, int], ...]) -> bool:
    """Whether a structure stays in one piece; `bits` are the neighbours of each atom as a bit mask."""
    changed: dict[int, int] = {}
    for i, j in (*cut, *made):
        changed[i] = changed.get(i, bits[i]) ^ (1 << j)
        changed[j] = changed.get(j, bits[j]) ^ (1 << i)
    seen, edge = 1, 1
    while edge:
        low = edge & -edge
        at = low.bit_length() - 1
        edge ^= low
        fresh = changed.get(at, bits[at]) & ~seen
        seen |= fresh
        edge |= fresh
    return seen == (1 << len(bits)) - 1
