"""Where the atoms and bonds of a structure lie on paper; how to draw them is left to `render`."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem
from rdkit.Chem import rdDepictor

from km3aid.molecules.molecule import Molecule

_WEDGES = {Chem.BondDir.BEGINWEDGE: "wedge", Chem.BondDir.BEGINDASH: "hash"}
_NEAR = 0.3  # of an atom to a bond, in RDKit's coordinates, where a bond is 1.5 long


class DrawnAtom(NamedTuple):
    """Its index in the input, its place in bond lengths (y upwards), and the text to show ('' for a plain carbon).

    A label that is `backwards` has its element at its end (HO–), since the bonds lie to its right.
    """

    atom: int
    x: float
    y: float
    label: str
    backwards: bool


class DrawnBond(NamedTuple):
    """`begin` and `end` are positions in `Drawing.atoms`; `order` 1 to 3; `kind` is plain, wedge or hash.

    `side` says on which side (1 left, −1 right, 0 both) the second line of a double bond lies.
    """

    begin: int
    end: int
    order: int
    kind: str
    side: int


class Drawing(NamedTuple):
    """A structure laid out in the plane."""

    atoms: tuple[DrawnAtom, ...]
    bonds: tuple[DrawnBond, ...]


def lay_out(molecule: Molecule) -> Drawing:
    """Coordinates, labels and bonds of `molecule` in the atoms' order."""
    mol = _placed(molecule.mol)
    rdDepictor.StraightenDepiction(mol)
    conformer = mol.GetConformer()
    Chem.WedgeMolBonds(mol, conformer)
    Chem.Kekulize(mol)
    places = [conformer.GetAtomPosition(i) for i in range(mol.GetNumAtoms())]
    atoms = tuple(
        DrawnAtom(molecule.input_atoms[a.GetIdx()], p.x / 1.5, p.y / 1.5, *_label(a, places))
        for a, p in zip(mol.GetAtoms(), places, strict=True)
    )
    bonds = tuple(
        DrawnBond(
            b.GetBeginAtomIdx(),
            b.GetEndAtomIdx(),
            max(int(b.GetBondTypeAsDouble()), 1),
            _WEDGES.get(b.GetBondDir(), "plain"),
            _ring_side(mol, b, atoms),
        )
        for b in mol.GetBonds()
    )
    return Drawing(atoms, bonds)


def _placed(mol: Chem.Mol) -> Chem.Mol:
    """A copy in the plane; of two ways to draw rings the one in which less lies on one another."""
    rdDepictor.SetPreferCoordGen(False)
    plain = Chem.Mol(mol)
    rdDepictor.Compute2DCoords(plain)
    if mol.GetRingInfo().NumRings() < 2:
        return plain
    templates = Chem.Mol(mol)
    rdDepictor.Compute2DCoords(templates, useRingTemplates=True)
    return min(plain, templates, key=_clashes)


def _clashes(mol: Chem.Mol) -> int:
    """How often bonds cross, or an atom lies on a bond that is not its own."""
    place = mol.GetConformer().GetPositions()[:, :2]
    begin, end = np.array([(b.GetBeginAtomIdx(), b.GetEndAtomIdx()) for b in mol.GetBonds()]).T
    start, along = place[begin], place[end] - place[begin]

    def side(points: NDArray[np.float64]) -> NDArray[np.float64]:
        """On which side of each bond (rows) each point (columns) lies."""
        away = points - start[:, None]
        turn: NDArray[np.float64] = along[:, None, 0] * away[..., 1] - along[:, None, 1] * away[..., 0]
        return turn

    apart = side(place[begin]) * side(place[end]) < 0
    away = place - start[:, None]
    share = np.clip((away * along[:, None]).sum(2) / (along**2).sum(1)[:, None], 0, 1)
    gap = np.linalg.norm(away - share[..., None] * along[:, None], axis=2)
    bonds = np.arange(len(begin))
    gap[bonds, begin] = gap[bonds, end] = np.inf
    return int((apart & apart.T).sum() // 2 + (gap < _NEAR).sum())


def _label(atom: Chem.Atom, places: list[Any]) -> tuple[str, bool]:
    """Element with its hydrogens and charge, and whether it is written backwards."""
    charge, isotope = atom.GetFormalCharge(), atom.GetIsotope()
    if atom.GetAtomicNum() == 6 and atom.GetDegree() and not charge and not isotope:
        return "", False
    element = "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(d)] for d in str(isotope or "")) + str(atom.GetSymbol())
    number = atom.GetTotalNumHs()
    hydrogens = {0: "", 1: "H"}.get(number, "H" + "₀₁₂₃₄₅₆₇₈₉"[min(number, 9)])
    sign = {0: "", 1: "⁺", -1: "⁻"}.get(charge, f"{'⁰¹²³⁴⁵⁶⁷⁸⁹'[min(abs(charge), 9)]}{'⁺' if charge > 0 else '⁻'}")
    right = sum(places[n.GetIdx()].x - places[atom.GetIdx()].x for n in atom.GetNeighbors())
    if hydrogens and right > 0.3:
        return hydrogens + element + sign, True
    return element + hydrogens + sign, False


def _ring_side(mol: Chem.Mol, bond: Chem.Bond, atoms: tuple[DrawnAtom, ...]) -> int:
    """On which side of a double bond its ring (or, without one, its only substituent) lies."""
    begin, end = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
    rings = [r for r in mol.GetRingInfo().AtomRings() if begin in r and end in r]
    others = (
        min(rings, key=len)
        if rings
        else [n.GetIdx() for a in (bond.GetBeginAtom(), bond.GetEndAtom()) for n in a.GetNeighbors()]
    )
    a, b = atoms[begin], atoms[end]
    turns = [
        (b.x - a.x) * (atoms[i].y - a.y) - (b.y - a.y) * (atoms[i].x - a.x) for i in others if i not in (begin, end)
    ]
    total = sum(turns)
    terminal = min(bond.GetBeginAtom().GetDegree(), bond.GetEndAtom().GetDegree()) == 1
    return 0 if abs(total) < 0.05 or (terminal and not rings) else (1 if total > 0 else -1)
