"""Two atoms of different elements trade places: N in a ring, O and CH2 in a chain, O and S, F and Cl."""

from __future__ import annotations

from collections.abc import Iterator

from km3aid.molecules.isomers.edit import Edit
from km3aid.molecules.isomers.parent import Parent, pair


def traded_atoms(parent: Parent) -> Iterator[Edit]:
    """Every pair of atoms of different elements that have room for each other's bonds."""
    places = [_place(parent, atom) for atom in range(len(parent.elements))]
    for i, element in enumerate(parent.elements):
        if element == 6 or parent.fixed[i] or parent.charges[i]:
            continue
        for j, other in enumerate(parent.elements):
            if element == other or (other != 6 and j < i) or parent.fixed[j] or parent.charges[j]:
                continue
            hydrogens = _hydrogens(parent, i, j, places)
            if hydrogens:
                aromatic = parent.aromatic[i] and parent.aromatic[j]
                kind = "atoms of rings" if aromatic else "atoms"
                yield Edit(kind, (), hydrogens, parent.distances[i][j], (i, j))


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
