"""Which carbons a 13C spectrum can tell apart.

Two carbons share a class when a symmetry of the molecule, or of the molecule and its mirror image, exchanges them:
they are homotopic or enantiotopic and always share a line. Rotation about single bonds is taken to be fast (the ortho
carbons of a phenyl share a class). Carbons of one class may still be *diastereotopic*, which a 2D structure hides:
the two methyls of an isopropyl group, the two ring carbons of a cyclohexyl group or the two Si-CH3 beside a
stereocentre, those of C=C(CH3)2 or C=N whose other end is unsymmetrical, or of an amide's nitrogen. They stay in one
class, because the graph cannot tell them apart, but the class `splits`: it may have as many lines as it has carbons.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from typing import NamedTuple

import numpy as np
from rdkit import Chem

from km3aid.molecules.features import ATOM_COLUMNS, BOND_COLUMNS, MolGraph, featurise

_CARBON = 6
_COLUMN = {name: n for n, name in enumerate(ATOM_COLUMNS)}
_STEREO = list(BOND_COLUMNS).index("stereo")
_MIRROR = {
    Chem.ChiralType.CHI_TETRAHEDRAL_CW: Chem.ChiralType.CHI_TETRAHEDRAL_CCW,
    Chem.ChiralType.CHI_TETRAHEDRAL_CCW: Chem.ChiralType.CHI_TETRAHEDRAL_CW,
}
_NITROGEN, _PHOSPHORUS = 7, 15
_TETRAHEDRAL = (_CARBON, 14, _PHOSPHORUS)  # centres that do not invert: carbon, silicon, phosphorus
# slow rotation about the bond of the nitrogen: amides, vinylogous ones, nitrosamines and triazenes
_AMIDE = Chem.MolFromSmarts(
    "[$([NX3]-[CX3]=[O,S,Se,N]),$([NX3]-[CX3]=[CX3]-[$([CX3]=O),$(C#N),$([N+]=O)]),$([NX3]-[NX2]=[O,N])]"
)
_Rings = list[tuple[int, ...]]


class CarbonClass(NamedTuple):
    """Symmetry-equivalent carbons: `atoms` (indices), attached `hydrogens`, and whether it `splits`."""

    atoms: tuple[int, ...]
    hydrogens: int
    splits: bool = False


def atom_classes(mol: Chem.Mol) -> list[int]:
    """A class number for every atom of `mol`; equal numbers mean homotopic or enantiotopic.

    >>> atom_classes(Chem.MolFromSmiles("CC(C)O"))
    [0, 1, 0, 3]
    """
    return _classes(mol, _ranks(mol), _ranks(mol, chirality=False))


def carbon_classes(mol: Chem.Mol, graph: MolGraph | None = None) -> tuple[CarbonClass, ...]:
    """The carbon classes of `mol`, in the order of their first atom; `graph` is what `featurise` makes of it."""
    graph = featurise(mol) if graph is None else graph
    hydrogens = graph.atoms[:, _COLUMN["hydrogens"]].tolist()
    ranks = _ranks(mol)
    plain = _ranks(mol, chirality=False) if _configured(graph) else ranks
    numbers = ranks if plain is ranks else _classes(mol, ranks, plain)
    members: dict[int, list[int]] = {}
    for i in np.flatnonzero(graph.atoms[:, _COLUMN["atomic_number"]] == _CARBON).tolist():
        members.setdefault(numbers[i], []).append(i)
    stereocentre = cache(lambda: _has_stereocentre(mol, graph))  # expensive, and seldom needed
    rings = cache(lambda: [tuple(ring) for ring in mol.GetRingInfo().AtomRings()])  # RDKit's own are slow to look into
    classes = []
    for atoms in members.values():
        splits = False
        if len(atoms) > 1 and len({ranks[i] for i in atoms}) == 1:  # else a mirror image exchanges them
            splits = _diastereotopic(mol, atoms, plain, stereocentre, rings)
        classes.append(CarbonClass(tuple(atoms), hydrogens[atoms[0]], splits))
    return tuple(classes)


def _configured(graph: MolGraph) -> bool:
    """Whether some atom or double bond has a configuration; without one, ranks are the same with and without stereo."""
    return bool(graph.atoms[:, _COLUMN["chiral_tag"]].any() or graph.bond_codes[:, _STEREO].any())


def _ranks(mol: Chem.Mol, chirality: bool = True) -> list[int]:
    ranks = Chem.CanonicalRankAtoms(mol, breakTies=False, includeChirality=chirality)
    return list(map(ranks.__getitem__, range(len(ranks))))  # the iterator of this vector is slow


def _classes(mol: Chem.Mol, ranks: list[int], plain: list[int]) -> list[int]:
    """Classes from the ranks that take configuration into account, and from the `plain` ones that do not."""
    first: dict[int, int] = {}
    for atom, rank in enumerate(ranks):
        first.setdefault(rank, atom)
    classes = [first[rank] for rank in ranks]
    if len(set(plain)) == len(first):
        return classes  # no two atoms differ by configuration alone
    tagged = [a.GetIdx() for a in mol.GetAtoms() if a.GetChiralTag() in _MIRROR]
    return _join_enantiotopic(mol, tagged, ranks, classes)


def _join_enantiotopic(mol: Chem.Mol, tagged: list[int], ranks: list[int], classes: list[int]) -> list[int]:
    """Merge the classes that the mirror image exchanges (meso compounds)."""
    mirror = Chem.Mol(mol)
    for i in tagged:
        mirror.GetAtomWithIdx(i).SetChiralTag(_MIRROR[mol.GetAtomWithIdx(i).GetChiralTag()])
    if Chem.MolToSmiles(mirror) != Chem.MolToSmiles(mol):
        return classes
    mirrored = _ranks(mirror)
    home = {rank: atom for atom, rank in reversed(list(enumerate(ranks)))}
    joined = list(classes)
    for atom, rank in enumerate(mirrored):
        if rank in home and joined[atom] != joined[home[rank]]:
            low, high = sorted((joined[atom], joined[home[rank]]))
            joined = [low if c == high else c for c in joined]
    return joined


def _has_stereocentre(mol: Chem.Mol, graph: MolGraph) -> bool:
    """Whether some tetrahedral centre has a CIP label, or would have one if its configuration were drawn."""
    labelled = bool(graph.atoms[:, _COLUMN["cip"]].any())
    return labelled or any(
        info.type == Chem.StereoType.Atom_Tetrahedral for info in Chem.FindPotentialStereo(Chem.Mol(mol), cleanIt=False)
    )


def _diastereotopic(
    mol: Chem.Mol, atoms: list[int], ranks: list[int], chiral: Callable[[], bool], rings: Callable[[], _Rings]
) -> bool:
    """Whether two carbons of a class sit in twin branches of a prochiral centre, double bond or amide nitrogen.

    `ranks` are those that take no account of configuration.
    """
    middles = _middles(mol, atoms[0], atoms[1], rings)
    return any(_tells_apart(mol, middle, twins, ranks, chiral) for middle, twins in middles)


def _middles(mol: Chem.Mol, first: int, second: int, rings: Callable[[], _Rings]) -> Iterator[tuple[int, set[int]]]:
    """The atoms half way between two, with their neighbours on the way: on the shortest path, and around each ring."""
    path = list(Chem.GetShortestPath(mol, first, second))
    ways = [path]
    for ring in rings():
        if first in ring and second in ring:
            turned = [*ring, *ring]
            starts = turned.index(first), turned.index(second)
            low, high = min(starts), max(starts)
            ways += [turned[low : high + 1], turned[high : low + len(ring) + 1]]
    for way in ways:
        if len(way) % 2:
            half = len(way) // 2
            yield way[half], {way[half - 1], way[half + 1]}


def _tells_apart(mol: Chem.Mol, index: int, twins: set[int], ranks: list[int], chiral: Callable[[], bool]) -> bool:
    """Whether the branches `twins` of atom `index` lie in different surroundings."""
    middle = mol.GetAtomWithIdx(index)
    if middle.GetIsAromatic():
        return False
    others = [n for n in middle.GetNeighbors() if n.GetIdx() not in twins]
    if middle.GetAtomicNum() in _TETRAHEDRAL and middle.GetHybridization() == Chem.HybridizationType.SP3:
        kinds = {ranks[n.GetIdx()] for n in others}
        distinct = len(kinds) == len(others) > 0 and kinds.isdisjoint(ranks[i] for i in twins)  # no tert-butyl
        return distinct and len(others) + middle.GetTotalNumHs() == _others(middle) and chiral()
    for other in others:
        bond = mol.GetBondBetweenAtoms(index, other.GetIdx())
        if bond.GetBondType() == Chem.BondType.DOUBLE and not bond.GetIsAromatic():
            ends = [ranks[n.GetIdx()] for n in other.GetNeighbors() if n.GetIdx() != index]
            free = 1 if other.GetAtomicNum() == _NITROGEN else 2
            return len(set(ends)) == len(ends) > 0 and len(ends) + other.GetTotalNumHs() == free
    if middle.GetAtomicNum() != _NITROGEN:
        return False
    return any(match[0] == index for match in mol.GetSubstructMatches(_AMIDE))


def _others(middle: Chem.Atom) -> int:
    """How many substituents, with hydrogens, a tetrahedral centre has beside the twins; phosphines have a lone pair."""
    return 1 if middle.GetAtomicNum() == _PHOSPHORUS and middle.GetDegree() == 3 else 2
