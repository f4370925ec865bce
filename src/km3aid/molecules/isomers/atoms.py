"""Two atoms of different elements trade places: N in a ring, O and CH2 in a chain, O and S, F and Cl."""

from __future__ import annotations

from collections.abc import Iterator

from km3aid.molecules.isomers.edit import Edit
from km3aid.molecules.isomers.parent import Parent, pair


def traded_atoms(parent: Parent) -> Iterator[Edit]:
    """Every pair of atoms of different elements that have room for each other's bonds."""
    places = [_place(parent, atom) for atom in range(len(parent.elements))]
    for i, j in _pairs(parent):
        hydrogens = _hydrogens(parent, i, j, places)
        if hydrogens is not None:
            kind = f"atoms {''.join(sorted(parent.site(i) + parent.site(j)))}"
            yield Edit(kind, (), hydrogens, parent.distances[i][j], ((i, j),))


def traded_ring_atoms(parent: Parent) -> Iterator[Edit]:
    """Two atoms of a ring trade places with all that they carry: N and C-R of an azole, N-R and C=O of a lactam."""
    of_ring = parent.ring_neighbours()
    rings = [set(ring) for ring in parent.mol.GetRingInfo().AtomRings()]
    for i, j in _pairs(parent):
        if not any(i in ring and j in ring for ring in rings):
            continue
        if len(of_ring[i]) != 2 or len(of_ring[j]) != 2 or parent.aromatic[i] != parent.aromatic[j]:
            continue
        if not parent.aromatic[i] and len({sum(parent.order(a, n) for n in of_ring[a]) for a in (i, j)}) > 1:
            continue
        bonds: list[tuple[int, int, int]] = []
        for here, there in ((i, j), (j, i)):
            for n in parent.neighbours[here]:
                if n not in of_ring[here]:
                    bonds += [(here, n, 0), (there, n, parent.order(here, n))]
        hydrogens = {i: parent.hydrogens[j], j: parent.hydrogens[i]}
        if bonds:
            yield Edit("ring atoms", tuple(bonds), hydrogens, parent.distances[i][j], ((i, j),))


def _pairs(parent: Parent) -> Iterator[tuple[int, int]]:
    """Pairs of uncharged atoms of different elements, each once."""
    may = [not (parent.fixed[i] or parent.charges[i]) for i in range(len(parent.elements))]
    for i, element in enumerate(parent.elements):
        for j, other in enumerate(parent.elements):
            if may[i] and may[j] and element not in (6, other) and (other == 6 or i < j):
                yield i, j


def _place(parent: Parent, atom: int) -> str:
    """What an atom gives to an aromatic ring: one electron, a pair, none (C=O); or 'chain' outside of one."""
    if not parent.aromatic[atom]:
        return "chain"
    orders = {n: parent.order(atom, n) for n in parent.neighbours[atom]}
    double = [n for n, order in orders.items() if order == 2]
    if not double:
        return "pair"
    return "one" if pair(atom, double[0]) in parent.aromatic_bonds else "none"


def _hydrogens(parent: Parent, i: int, j: int, places: list[str]) -> dict[int, int] | None:
    """Hydrogens of both afterwards; None where the places do not suit the elements.

    In an aromatic ring an atom keeps what it gives: N with one electron has two bonds, with a pair three.
    """
    if "none" in (places[i], places[j]):
        return None
    if parent.aromatic[i] != parent.aromatic[j]:
        aromatic = i if parent.aromatic[i] else j
        elements = {parent.elements[i], parent.elements[j]}
        if elements != {6, 7} if places[aromatic] == "one" else 6 in elements:
            return None
    after = {}
    both = parent.aromatic[i] and parent.aromatic[j]
    for here, there in ((i, j), (j, i)):
        bonds = _bonds(parent, there, both)
        after[there] = parent.hydrogens[here] + _bonds(parent, here, both) - bonds
    if min(after.values()) < 0:
        return None
    return {atom: h for atom, h in after.items() if h != parent.hydrogens[atom]}


def _bonds(parent: Parent, atom: int, aromatic: bool) -> int:
    """Sum of orders of the bonds to `atom`; in aromatic rings each counts one."""
    if aromatic:
        return len(parent.neighbours[atom])
    return sum(parent.order(atom, n) for n in parent.neighbours[atom])
