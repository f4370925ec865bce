"""The structure from which isomers are made, as plain lists that the moves read quickly."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property

from rdkit import Chem

_MOVABLE = {5, 6, 7, 8, 9, 14, 15, 16, 17, 34, 35, 53}
HALOGENS = {9, 17, 35, 53}

_STEREO = Chem.BondStereo
# `GetStereoAtoms` of a bond that is E or Z are the neighbours of the highest rank, so that E is trans.
_CIS_TRANS = {
    _STEREO.STEREOE: _STEREO.STEREOTRANS,
    _STEREO.STEREOTRANS: _STEREO.STEREOTRANS,
    _STEREO.STEREOZ: _STEREO.STEREOCIS,
    _STEREO.STEREOCIS: _STEREO.STEREOCIS,
}


@dataclass(frozen=True)
class Parent:
    """One connected structure.

    `mol` has its aromatic bonds, `kekule` single and double ones instead; in both every hydrogen is stated, so that
    none comes or goes unseen. `orders` are those of `kekule`, by pair of atoms, smaller index first. `fixed` atoms
    take no part in a move: metals and what is bound to them. `configured` are double bonds with a configuration: their
    atoms, cis or trans, and the neighbours at either end that this is said of; `mol` and `kekule` do not have it.
    """

    mol: Chem.Mol
    kekule: Chem.Mol
    elements: list[int]
    charges: list[int]
    hydrogens: list[int]
    neighbours: list[list[int]]
    orders: dict[tuple[int, int], int]
    aromatic: list[bool]
    aromatic_bonds: set[tuple[int, int]]
    ring_bonds: set[tuple[int, int]]
    distances: list[list[int]]
    fixed: list[bool]
    configured: list[tuple[int, int, Chem.BondStereo, int, int]]

    @classmethod
    def of(cls, mol: Chem.Mol) -> Parent:
        """The parent that a sanitised `mol` of one fragment is."""
        mol = _hydrogens_stated(mol)
        configured = _taken_off(mol)
        kekule = Chem.Mol(mol)
        Chem.Kekulize(kekule, clearAromaticFlags=True)
        atoms = list(mol.GetAtoms())
        pairs = [pair(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds()]
        neighbours = [sorted(n.GetIdx() for n in a.GetNeighbors()) for a in atoms]
        foreign = [a.GetAtomicNum() not in _MOVABLE for a in atoms]
        return cls(
            mol,
            kekule,
            [a.GetAtomicNum() for a in atoms],
            [a.GetFormalCharge() for a in atoms],
            [a.GetTotalNumHs() for a in atoms],
            neighbours,
            {p: int(b.GetBondTypeAsDouble()) for p, b in zip(pairs, kekule.GetBonds(), strict=True)},
            [a.GetIsAromatic() for a in atoms],
            {p for p, b in zip(pairs, mol.GetBonds(), strict=True) if b.GetIsAromatic()},
            {p for p, b in zip(pairs, mol.GetBonds(), strict=True) if b.IsInRing()},
            Chem.GetDistanceMatrix(mol).astype(int).tolist(),
            [f or any(foreign[n] for n in neighbours[i]) for i, f in enumerate(foreign)],
            configured,
        )

    def order(self, i: int, j: int) -> int:
        """Order of the bond between two atoms in `kekule`; 0 where there is none."""
        return self.orders.get(pair(i, j), 0)

    def cuttable(self) -> list[tuple[int, int]]:
        """Single bonds outside aromatic rings, neither dative nor between charges, of atoms that may move."""
        return [
            (i, j)
            for (i, j), order in self.orders.items()
            if order == 1
            and (i, j) not in self.aromatic_bonds
            and not (self.fixed[i] or self.fixed[j])
            and not (self.charges[i] and self.charges[j])
        ]

    def site(self, atom: int) -> str:
        """A letter for where an atom sits: aromatic, ring or chain carbon, hetero atom in capitals."""
        where = "a" if self.aromatic[atom] else "r" if self._in_ring(atom) else "c"
        return where if self.elements[atom] == 6 else where.upper()

    def ring_neighbours(self) -> list[list[int]]:
        """For each atom its neighbours by bonds of rings."""
        return [[n for n in near if pair(i, n) in self.ring_bonds] for i, near in enumerate(self.neighbours)]

    def in_one_piece(self, bonds: Iterable[tuple[int, int, int]]) -> bool:
        """Whether the structure holds together with these bonds changed: two atoms and the new order."""
        bits = self.neighbour_bits
        changed: dict[int, int] = {}
        for i, j, order in bonds:
            for here, there in ((i, j), (j, i)):
                near = changed.get(here, bits[here])
                changed[here] = near | 1 << there if order else near & ~(1 << there)
        seen, edge = 1, 1
        while edge:
            at = (edge & -edge).bit_length() - 1
            edge &= edge - 1
            fresh = changed.get(at, bits[at]) & ~seen
            seen |= fresh
            edge |= fresh
        return seen == (1 << len(bits)) - 1

    @cached_property
    def neighbour_bits(self) -> list[int]:
        """The neighbours of each atom as a bit mask."""
        return [sum(1 << n for n in near) for near in self.neighbours]

    def _in_ring(self, atom: int) -> bool:
        return any(pair(atom, n) in self.ring_bonds for n in self.neighbours[atom])

    def side(self, i: int, j: int) -> set[int]:
        """Atoms that are reached from `j` without the bond from `i` to `j`."""
        seen, edge = {j}, [j]
        while edge:
            at = edge.pop()
            for n in self.neighbours[at]:
                if n not in seen and (at, n) != (j, i):
                    seen.add(n)
                    edge.append(n)
        return seen


def pair(i: int, j: int) -> tuple[int, int]:
    """Two atoms, the smaller index first."""
    return (i, j) if i < j else (j, i)


def _hydrogens_stated(mol: Chem.Mol) -> Chem.Mol:
    stated = Chem.Mol(mol)
    stated.RemoveAllConformers()
    for atom in stated.GetAtoms():
        hydrogens = atom.GetTotalNumHs()
        atom.SetNoImplicit(True)
        atom.SetNumExplicitHs(hydrogens)
    stated.UpdatePropertyCache()
    return stated


def _taken_off(mol: Chem.Mol) -> list[tuple[int, int, Chem.BondStereo, int, int]]:
    """The configurations of double bonds, which `mol` has no longer."""
    found = []
    for bond in mol.GetBonds():
        bond.SetBondDir(Chem.BondDir.NONE)
        stereo = _CIS_TRANS.get(bond.GetStereo())
        if stereo is not None:
            found.append((bond.GetBeginAtomIdx(), bond.GetEndAtomIdx(), stereo, *bond.GetStereoAtoms()))
        bond.SetStereo(Chem.BondStereo.STEREONONE)
    return found
