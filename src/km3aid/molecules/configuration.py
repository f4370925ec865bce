"""Relative configuration as relations between atoms, which a mirror image leaves as they are.

A *relation* says of two atoms that they are cis or trans: across a double bond, or on the faces of a ring. Faces need
no ranking of substituents, so that centres count which have no CIP label (1,4-dimethylcyclohexane). A *turn* relates
the handedness of two centres that share no small ring: each is looked at along the way to the other, and the senses in
which their other neighbours follow each other are multiplied. What is not given makes no relation, and so differs from
both.

*Twins* are the two methyls of one atom, as in C=C(CH3)2 or beside a stereocentre. They sit in different places, and
which is which is arbitrary: the first counts as cis, or as turned alike, to the first atom that tells them apart.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, product
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

FORMS = 8  # of relations: double bond, amide, rings of 3 to 8 atoms
PLACES = 10  # of relations: bonds along the ring (0 to 4), each cis or trans
REACH = 4  # bonds between the centres of a turn
TURN_KINDS = 2 * REACH  # by bonds: between two centres, then from a centre to twins
NOTHING = 65535  # in a turn, a hydrogen or lone pair; three of them where there is no second centre

_DOUBLE_BOND, _AMIDE, _RING = 0, 1, -1  # a ring of n atoms has the form _RING + n
_LARGEST_RING = 8
_Triple = tuple[int, int, int]
_HANDS = {int(Chem.ChiralType.CHI_TETRAHEDRAL_CCW): 1, int(Chem.ChiralType.CHI_TETRAHEDRAL_CW): -1}
_DOUBLE = 2  # code of a bond's type
_TRANS = {Chem.BondStereo.STEREOE, Chem.BondStereo.STEREOTRANS}


class Configuration(NamedTuple):
    """The relative configuration of a molecule.

    `relations` (R, 3) uint16: two atoms and form·PLACES + bonds·2 + trans, every pair once. `turns` (T, 8) uint16: the
    atom that is told, three neighbours of each of two centres, and kind·2 + opposite.
    """

    relations: NDArray[np.uint16]
    turns: NDArray[np.uint16]


_NONE = Configuration(np.zeros((0, 3), np.uint16), np.zeros((0, 8), np.uint16))


def relative_configuration(
    mol: Chem.Mol, atoms: NDArray[np.uint8], bonds: NDArray[np.uint16], bond_codes: NDArray[np.uint8]
) -> Configuration:
    """The configuration of `mol`, of which the arrays are those of its `MolGraph`."""
    methyl = (atoms[:, 0] == 6) & (atoms[:, 3] == 1) & (atoms[:, 4] == 3)
    stereo = np.flatnonzero(bond_codes[:, 2]).tolist()
    if not (stereo or atoms[:, 1].any() or np.count_nonzero(methyl) > 1):
        return _NONE
    neighbours: list[list[int]] = [[] for _ in range(len(atoms))]
    for a, b in bonds.tolist():
        neighbours[a].append(b)
        neighbours[b].append(a)
    hands = {i: _HANDS[tag] for i, tag in enumerate(atoms[:, 1].tolist()) if tag in _HANDS}
    twins = _twins(neighbours, np.flatnonzero(methyl).tolist())
    if not (hands or twins or stereo):
        return _NONE
    double = bonds[bond_codes[:, 0] == _DOUBLE].tolist() if twins else []
    small = [ring for ring in mol.GetRingInfo().AtomRings() if len(ring) <= _LARGEST_RING] if hands else []
    frame = _Frame(atoms[:, 0].tolist(), neighbours, hands, twins, small)
    relations = [*_stereo_bonds(mol, stereo, frame), *_double_bonds(double, frame), *_amides(double, frame)]
    turns: list[tuple[int, ...]] = []
    if hands:
        prochiral = [c for c in twins if frame.elements[c] == 6 and atoms[c, 3] + atoms[c, 4] == 4]
        _turn_on_rings(frame, prochiral)
        turns = _turns(frame, prochiral)
        relations += _rings(frame)
    if not (relations or turns):
        return _NONE
    return Configuration(np.array(relations, np.uint16).reshape(-1, 3), np.array(turns, np.uint16).reshape(-1, 8))


class _Frame(NamedTuple):
    """A molecule as lists."""

    elements: list[int]
    neighbours: list[list[int]]  # in RDKit's order, which is that of the bonds
    hands: dict[int, int]  # of every stereocentre, and later of what carries twins
    twins: dict[int, tuple[int, int]]  # the two methyls of every atom that has two
    rings: list[tuple[int, ...]]  # the small ones

    def others(self, atom: int, *seen: int) -> list[int]:
        """The neighbours of `atom` that are not in `seen`."""
        return [n for n in self.neighbours[atom] if n not in seen]

    def sense(self, centre: int, first: int, second: int, third: int, fourth: int) -> int:
        """1 where the last three neighbours run counterclockwise as seen from the first, else −1."""
        around = [*self.neighbours[centre], NOTHING]  # RDKit counts a hydrogen as the last neighbour
        a, b, c, d = map(around.index, (first, second, third, fourth))
        odd = ((a > b) + (a > c) + (a > d) + (b > c) + (b > d) + (c > d)) & 1
        return -self.hands[centre] if odd else self.hands[centre]

    def triple(self, centre: int, first: int) -> _Triple:
        """The neighbours of `centre` but `first`, in the order of their numbers; a hydrogen comes last."""
        rest = sorted(self.others(centre, first))
        return (rest[0], rest[1], rest[2] if len(rest) > 2 else NOTHING)


def _twins(neighbours: list[list[int]], methyls: list[int]) -> dict[int, tuple[int, int]]:
    found: dict[int, list[int]] = {}
    for i in methyls:
        found.setdefault(neighbours[i][0], []).append(i)
    return {c: (pair[0], pair[1]) for c, pair in found.items() if len(pair) == 2}


def _stereo_bonds(mol: Chem.Mol, numbers: list[int], frame: _Frame) -> Iterator[_Triple]:
    """The relations across the double bonds that have a configuration."""
    for number in numbers:
        bond = mol.GetBondWithIdx(number)
        begin, end = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        one, other = bond.GetStereoAtoms()
        opposite = bond.GetStereo() in _TRANS
        for x, y in product(frame.others(begin, end), frame.others(end, begin)):
            yield x, y, _DOUBLE_BOND * PLACES + (opposite ^ (x != one) ^ (y != other))


def _double_bonds(double: list[list[int]], frame: _Frame) -> Iterator[_Triple]:
    """The relations of twins on one end of a double bond, such as C=C(CH3)2."""
    for begin, end in double:
        for near, far in ((begin, end), (end, begin)):
            if near in frame.twins and far not in frame.twins:
                yield from _beside_twins(frame, near, far, _DOUBLE_BOND)


def _amides(double: list[list[int]], frame: _Frame) -> Iterator[_Triple]:
    """The relations of the twins of every N,N-dimethylamide."""
    for nitrogen, twins in frame.twins.items():
        for acyl in frame.others(nitrogen, *twins) if frame.elements[nitrogen] == 7 else ():
            oxo = (sum(ends) - acyl for ends in double if acyl in ends)
            if frame.elements[acyl] == 6 and any(frame.elements[y] in (8, 16) for y in oxo):
                yield from _beside_twins(frame, nitrogen, acyl, _AMIDE)


def _beside_twins(frame: _Frame, near: int, far: int, form: int) -> Iterator[_Triple]:
    """The relations of the twins on `near` to what is bound to `far`."""
    for place, y in enumerate(sorted(frame.others(far, near))[:2]):
        for n, twin in enumerate(frame.twins[near]):
            yield twin, y, form * PLACES + (n != place)


def _faces(frame: _Frame, ring: tuple[int, ...]) -> list[_Triple]:
    """The substituents of a ring whose face is known: place in the ring, atom, and face (1 or −1)."""
    found = []
    for place, atom in enumerate(ring):
        if atom in frame.hands:
            before, after = ring[place - 1], ring[(place + 1) % len(ring)]
            out = [*frame.others(atom, before, after), NOTHING]
            face = frame.sense(atom, out[0], before, after, out[1])
            found.append((place, out[0], face))
            if out[1] != NOTHING:
                found.append((place, out[1], -face))
    return found


def _rings(frame: _Frame) -> Iterator[_Triple]:
    """The relations between the substituents of every small ring."""
    for ring in frame.rings:
        size = len(ring)
        for (p, a, face), (q, b, other) in combinations(_faces(frame, ring), 2):
            if p != q and a != b:
                apart = min(q - p, size - q + p)
                yield a, b, (_RING + size) * PLACES + apart * 2 + (face != other)


def _turn_on_rings(frame: _Frame, prochiral: list[int]) -> None:
    """Give what carries twins in a ring a hand, such that the first twin is cis to the first substituent."""
    for ring in frame.rings if prochiral else ():
        known = [(atom, face) for _, atom, face in _faces(frame, ring)]
        for c in prochiral if known else ():
            if c in ring and c not in frame.hands:
                frame.hands[c] = 1
                face = next(face for _, atom, face in _faces(frame, ring) if atom == frame.twins[c][0])
                frame.hands[c] = face * min(known)[1]


def _turns(frame: _Frame, prochiral: list[int]) -> list[tuple[int, ...]]:
    """The turns between stereocentres, and from stereocentres to twins."""
    centres = [i for i in frame.hands if i not in frame.twins]
    near = {i: _within_reach(frame.neighbours, i) for i in [*centres, *prochiral]}
    rings = [set(ring) for ring in frame.rings]
    told: list[tuple[int, ...]] = []
    for i, j in [*combinations(centres, 2), *product(centres, prochiral)]:
        bonds = near[i].get(j)
        if bonds is None or any(i in ring and j in ring for ring in rings):
            continue
        from_i = [n for n in frame.neighbours[i] if near[j].get(n) == bonds - 1]
        from_j = [n for n in frame.neighbours[j] if near[i].get(n) == bonds - 1]
        for first, last in product(from_i, from_j):
            mine, theirs = frame.triple(i, first), frame.triple(j, last)
            turn = frame.sense(i, first, *mine)
            if j in frame.twins:
                one, other = frame.twins[j]
                rest = next(iter(frame.others(j, last, one, other)), NOTHING)
                if j not in frame.hands:
                    frame.hands[j] = 1
                    frame.hands[j] = turn * frame.sense(j, last, one, other, rest)
                opposite = turn != frame.sense(j, last, one, other, rest)
                code = 2 * (REACH + bonds - 1)
                told.append((one, *mine, NOTHING, NOTHING, NOTHING, code + opposite))
                told.append((other, *mine, NOTHING, NOTHING, NOTHING, code + (not opposite)))
            else:
                code = 2 * (bonds - 1) + (turn != frame.sense(j, last, *theirs))
                told += [(i, *mine, *theirs, code), (j, *theirs, *mine, code)]
    return told


def _within_reach(neighbours: list[list[int]], start: int) -> dict[int, int]:
    """The number of bonds to every atom that is at most `REACH` away."""
    found, edge = {start: 0}, [start]
    for bonds in range(1, REACH + 1):
        edge = [n for n in {n for atom in edge for n in neighbours[atom]} if n not in found]
        found.update(dict.fromkeys(edge, bonds))
    return found
