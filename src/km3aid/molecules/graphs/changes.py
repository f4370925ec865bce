"""Changes of a molecule that change its formula: groups come, go and are replaced, units and elements too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.molecules.graphs.pieces import joined, piece, sides, with_hydrogens
from km3aid.molecules.graphs.sketch import Sketch

_UNITS: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (  # elements and hydrogens; the first stands between
    ((6,), (2,)),
    ((8,), (0,)),
    ((7,), (1,)),
    ((16,), (0,)),
    ((6, 8), (0, 0)),
)
_TWO_BONDS = {6: 2, 7: 1, 8: 0, 16: 0}  # hydrogens of an atom between two single bonds
_RING_SIZES = (5, 6, 7)
_NOWHERE = np.full(250, -1)


class Change(NamedTuple):
    """A changed molecule; `source` (A,) is where each of its atoms was before, −1: nowhere."""

    sketch: Sketch
    source: NDArray[np.int64]


def changes(sketch: Sketch, groups: Sequence[Sketch], equal: Sequence[int]) -> Iterator[Change]:
    """All that one change makes of a molecule, with these groups to come; atoms with `equal` numbers are equivalent."""
    yield from _groups_come(sketch, groups, equal)
    yield from _groups_go(sketch, groups, equal)
    yield from _units_come(sketch)
    yield from _units_go(sketch)
    yield from _elements_swap(sketch)
    yield from _hydrogens_go_and_come(sketch)
    yield from _rings_close(sketch)


def _groups_come(sketch: Sketch, groups: Sequence[Sketch], equal: Sequence[int]) -> Iterator[Change]:
    count = len(sketch.element)
    for atom in {equal[a]: a for a in np.flatnonzero(sketch.hydrogens).tolist()}.values():
        if sketch.charge[atom]:
            continue
        open_one = with_hydrogens(sketch, atom, -1)
        for group in groups:
            yield Change(joined(open_one, atom, group), _appended(np.arange(count), len(group.element)))


def _groups_go(sketch: Sketch, groups: Sequence[Sketch], equal: Sequence[int]) -> Iterator[Change]:
    """The smaller side of a bond goes; a hydrogen or another group takes its place."""
    for both in {frozenset((equal[one[0]], equal[other[0]])): (one, other) for one, other in sides(sketch)}.values():
        for kept, gone in (both, both[::-1]):
            if len(kept) < len(gone) or len(kept) < 3:
                continue
            rest, source = piece(sketch, kept), np.array(kept)
            yield Change(with_hydrogens(rest, 0, 1), source)
            for group in groups:
                yield Change(joined(rest, 0, group), _appended(source, len(group.element)))


def _units_come(sketch: Sketch) -> Iterator[Change]:
    """A unit comes between two atoms."""
    count = len(sketch.element)
    for i, j in _bonds(sketch, 1):
        if sketch.charge[i] or sketch.charge[j]:
            continue
        for elements, hydrogens in _UNITS:
            size = count + len(elements)
            order = np.zeros((size, size), np.uint8)
            order[:count, :count] = sketch.order
            order[i, j] = order[j, i] = 0
            for end in (i, j):
                order[end, count] = order[count, end] = 1
            if len(elements) > 1:
                order[count, count + 1] = order[count + 1, count] = 2
            new = Sketch(
                np.append(sketch.element, np.array(elements, np.uint8)),
                np.append(sketch.charge, np.zeros(len(elements), np.int8)),
                np.append(sketch.hydrogens, np.array(hydrogens, np.uint8)),
                order,
            )
            yield Change(new, _appended(np.arange(count), len(elements)))


def _units_go(sketch: Sketch) -> Iterator[Change]:
    """An atom between two others goes, and they join."""
    for atom, near in _between(sketch):
        if sketch.order[near[0], near[1]]:
            continue
        kept = np.delete(np.arange(len(sketch.element)), atom)
        order = sketch.order.copy()
        order[near[0], near[1]] = order[near[1], near[0]] = 1
        yield Change(piece(sketch._replace(order=order), kept.tolist()), kept)


def _elements_swap(sketch: Sketch) -> Iterator[Change]:
    """CH2, NH, O and S for each other; CH and N in an unsaturated ring or chain."""
    own = np.arange(len(sketch.element))
    for atom, _ in _between(sketch):
        for element, hydrogens in _TWO_BONDS.items():
            if element != sketch.element[atom]:
                yield Change(_with_atom(sketch, atom, element, hydrogens), own)
    for atom in own.tolist():
        bonds = sorted(sketch.order[atom][sketch.order[atom] > 0].tolist())
        if bonds == [1, 2] and not sketch.charge[atom] and sketch.element[atom] in (6, 7):
            other = (7, 0) if sketch.element[atom] == 6 else (6, 1)
            if sketch.element[atom] == 7 or sketch.hydrogens[atom] == 1:
                yield Change(_with_atom(sketch, atom, *other), own)


def _hydrogens_go_and_come(sketch: Sketch) -> Iterator[Change]:
    """A single bond becomes double, a double one single."""
    own = np.arange(len(sketch.element))
    for order, change in ((1, 1), (2, -1)):
        for i, j in _bonds(sketch, order):
            if min(sketch.hydrogens[i], sketch.hydrogens[j]) < change or sketch.charge[i] or sketch.charge[j]:
                continue
            orders = sketch.order.copy()
            orders[i, j] = orders[j, i] = order + change
            new = with_hydrogens(with_hydrogens(sketch, i, -change), j, -change)
            yield Change(new._replace(order=orders), own)


def _rings_close(sketch: Sketch) -> Iterator[Change]:
    """Two atoms that can spare a hydrogen join where that makes a ring of five to seven."""
    own = np.arange(len(sketch.element))
    near = sketch.order > 0
    reach, at = np.eye(len(own), dtype=bool), np.full(near.shape, 99)
    for distance in range(_RING_SIZES[-1]):
        at[reach & (at == 99)] = distance
        reach = reach | (reach @ near)
    spare = (sketch.hydrogens > 0) & (sketch.charge == 0)
    for i, j in zip(*(x.tolist() for x in np.nonzero(np.triu(np.isin(at + 1, _RING_SIZES)))), strict=True):
        if spare[i] and spare[j] and 6 in (sketch.element[i], sketch.element[j]):
            order = sketch.order.copy()
            order[i, j] = order[j, i] = 1
            yield Change(with_hydrogens(with_hydrogens(sketch, i, -1), j, -1)._replace(order=order), own)


def _bonds(sketch: Sketch, order: int) -> list[tuple[int, int]]:
    begin, end = np.nonzero(np.triu(sketch.order == order))
    return list(zip(begin.tolist(), end.tolist(), strict=True))


def _between(sketch: Sketch) -> Iterator[tuple[int, list[int]]]:
    """Atoms between two single bonds that could be another element, with their neighbours."""
    for atom in range(len(sketch.element)):
        near = np.flatnonzero(sketch.order[atom]).tolist()
        usual = _TWO_BONDS.get(int(sketch.element[atom]))
        if len(near) == 2 and sketch.order[atom].sum() == 2 and sketch.hydrogens[atom] == usual:
            yield atom, near


def _with_atom(sketch: Sketch, atom: int, element: int, hydrogens: int) -> Sketch:
    elements, counts = sketch.element.copy(), sketch.hydrogens.copy()
    elements[atom], counts[atom] = element, hydrogens
    return sketch._replace(element=elements, hydrogens=counts)


def _appended(source: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    return np.concatenate([source, _NOWHERE[:count]])
