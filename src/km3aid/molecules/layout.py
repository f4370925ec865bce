"""Where the atoms of a structure go in the plane: as they were drawn, else the clearest of several layouts.

RDKit's rules draw most structures well. Bridged rings they draw with atoms on top of each other; for these a view of a
model in space is pulled apart until its atoms stand free.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdDepictor, rdDistGeom
from rdkit.Geometry import Point3D

_NEAR = 0.2  # distance of an atom from a bond that counts as a clash, in bond lengths
_APART = 0.8  # distance of two atoms below which they are hard to tell apart, in bond lengths
_COINCIDE = 0.05  # distance below which two atoms have no coordinates of their own, in bond lengths
_GOOD, _POOR = 0.5, 3.5  # faults up to which no other layout is tried, and up to which none is pulled apart
_MODELLED_ATOMS, _VIEWS, _RELAXED_VIEWS, _STEPS = 50, 60, 3, 50
_FREE = 1.35  # distance that atoms without a bond are pushed to, in bond lengths


def place_atoms(mol: Chem.Mol) -> Chem.Mol:
    """A copy of `mol` with coordinates in the plane, in any unit."""
    if _is_drawn(mol):
        return Chem.Mol(mol)
    best = _by_rules(mol)
    for more, enough in ((_by_templates, _GOOD), (_by_fragments, _GOOD), (_pulled_apart, _POOR)):
        if _faults(best) <= enough:
            break
        best = min(best, *more(mol, best), key=_faults)
    rdDepictor.StraightenDepiction(best)
    return best


def bond_length(mol: Chem.Mol) -> float:
    """The usual length of a bond in the coordinates of `mol`."""
    place = _plane(mol)
    lengths = [np.linalg.norm(place[b.GetBeginAtomIdx()] - place[b.GetEndAtomIdx()]) for b in mol.GetBonds()]
    return max(float(np.median(lengths)), 1e-6) if lengths else 1.5


def _is_drawn(mol: Chem.Mol) -> bool:
    """Whether the input came with coordinates in the plane, in which no two atoms coincide."""
    if not mol.GetNumConformers() or mol.GetConformer().Is3D():
        return False
    return mol.GetNumAtoms() == 1 or _closest(mol) > _COINCIDE


def _by_rules(mol: Chem.Mol) -> Chem.Mol:
    return _laid_out(mol, rdDepictor.Compute2DCoords)


def _by_templates(mol: Chem.Mol, _: Chem.Mol) -> Iterator[Chem.Mol]:
    """Ring systems as they are usually drawn, where RDKit knows them."""
    yield _laid_out(mol, lambda made: rdDepictor.Compute2DCoords(made, useRingTemplates=True))


def _by_fragments(mol: Chem.Mol, _: Chem.Mol) -> Iterator[Chem.Mol]:
    """CoordGen, which is slower and good at large rings."""
    rdDepictor.SetPreferCoordGen(True)
    try:
        yield _by_rules(mol)
    finally:
        rdDepictor.SetPreferCoordGen(False)


def _pulled_apart(mol: Chem.Mol, best: Chem.Mol) -> Iterator[Chem.Mol]:
    """The best layout so far and the clearest views of a model in space, relaxed; none of a large molecule."""
    if mol.GetNumAtoms() > _MODELLED_ATOMS:
        return
    starts = [best, *sorted(_views(mol), key=_faults)[:_RELAXED_VIEWS]]
    for start in starts:
        yield _at(mol, _relaxed(start))


def _views(mol: Chem.Mol) -> Iterator[Chem.Mol]:
    """A model in space seen from many sides; none where it cannot be made within a second."""
    model = Chem.AddHs(mol)
    Chem.RemoveStereochemistry(model)  # wedges show it; some configurations of bridged rings have no model
    settings = rdDistGeom.ETKDGv3()
    settings.randomSeed, settings.timeout = 7, 1
    if rdDistGeom.EmbedMolecule(model, settings) < 0:
        return
    places = model.GetConformer().GetPositions()[: mol.GetNumAtoms()]
    turns = np.linalg.qr(np.random.default_rng(7).normal(size=(_VIEWS, 3, 3)))[0]
    yield from (_at(mol, (places @ turn)[:, :2]) for turn in turns)


def _relaxed(mol: Chem.Mol) -> NDArray[np.float64]:
    """The atoms of a layout after springs have pulled bonds to one length and pushed other atoms off each other."""
    count = mol.GetNumAtoms()
    one, other = np.triu_indices(count, 1)
    bonded = np.array([mol.GetBondBetweenAtoms(int(a), int(b)) is not None for a, b in zip(one, other, strict=True)])
    stiffness = np.where(bonded, 1.0, 0.5)

    def energy(flat: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        place = flat.reshape(count, 2)
        apart = place[one] - place[other]
        distance = np.sqrt((apart**2).sum(1) + 1e-9)
        strain = np.where(bonded, distance - 1, np.minimum(distance - _FREE, 0))
        pull = (2 * stiffness * strain / distance)[:, None] * apart
        gradient = np.zeros((count, 2))
        np.add.at(gradient, one, pull)
        np.add.at(gradient, other, -pull)
        return float((stiffness * strain**2).sum()), gradient.ravel()

    start = (_plane(mol) / bond_length(mol)).ravel()
    return _downhill(energy, start).reshape(count, 2)


def _downhill(
    energy: Callable[[NDArray[np.float64]], tuple[float, NDArray[np.float64]]], start: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Where steps against the gradient lead from `start`, each as long as the last two gradients suggest.

    Barzilai & Borwein, IMA J. Numer. Anal. 8 (1988) 141; a step that leads uphill is halved.
    """
    place, (value, slope), length = start, energy(start), 1e-3
    for _ in range(_STEPS):
        for _ in range(10):
            following = place - length * slope
            found, steeper = energy(following)
            if found <= value:
                break
            length /= 2
        else:
            break
        moved, turned = following - place, steeper - slope
        place, value, slope = following, found, steeper
        bend = float(moved @ turned)
        length = float(moved @ moved) / bend if bend > 0 else 2 * length
    return place


def _laid_out(mol: Chem.Mol, layout: Callable[[Chem.Mol], Any]) -> Chem.Mol:
    made = Chem.Mol(mol)
    layout(made)
    return made


def _at(mol: Chem.Mol, place: NDArray[np.float64]) -> Chem.Mol:
    """A copy of `mol` with its atoms at these places."""
    conformer = Chem.Conformer(mol.GetNumAtoms())
    for atom, (x, y) in enumerate(place.tolist()):
        conformer.SetAtomPosition(atom, Point3D(x, y, 0.0))
    conformer.Set3D(False)
    made = Chem.Mol(mol)
    made.RemoveAllConformers()
    made.AddConformer(conformer)
    return made


def _plane(mol: Chem.Mol) -> NDArray[np.float64]:
    place: NDArray[np.float64] = mol.GetConformer().GetPositions()[:, :2]
    return place


def _closest(mol: Chem.Mol) -> float:
    """The least distance of two atoms, in bond lengths."""
    plane = _plane(mol)
    one, other = np.triu_indices(len(plane), 1)
    return float(np.linalg.norm(plane[one] - plane[other], axis=1).min()) / bond_length(mol)


def _faults(mol: Chem.Mol) -> float:
    """How hard a layout is to read: its clashes, and more for atoms that come close."""
    if mol.GetNumAtoms() < 3:
        return 0.0
    return _clashes(mol) + 10 * max(0.0, _APART - _closest(mol))


def _clashes(mol: Chem.Mol) -> int:
    """How often two bonds cross, or an atom lies on a bond of others."""
    place = _plane(mol)
    begin, end = np.array([(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds()]).T
    start, along = place[begin], place[end] - place[begin]

    def side(points: NDArray[np.float64]) -> NDArray[np.float64]:
        """On which side of each bond (row) each point (column) lies, by sign."""
        away = points - start[:, None]
        turn: NDArray[np.float64] = along[:, None, 0] * away[..., 1] - along[:, None, 1] * away[..., 0]
        return turn

    apart = side(place[begin]) * side(place[end]) < 0
    away = place - start[:, None]
    share = np.clip((away * along[:, None]).sum(2) / (along**2).sum(1)[:, None], 0, 1)
    gap = np.linalg.norm(away - share[..., None] * along[:, None], axis=2)
    bonds = np.arange(len(begin))
    gap[bonds, begin] = gap[bonds, end] = np.inf
    return int((apart & apart.T).sum() // 2 + (gap < _NEAR * bond_length(mol)).sum())
