"""A structure laid out in the plane: where its atoms and bonds lie; `render` draws them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from rdkit import Chem

from km3aid.molecules.layout import bond_length, place_atoms
from km3aid.molecules.molecule import Molecule

_WEDGES = {Chem.BondDir.BEGINWEDGE: "wedge", Chem.BondDir.BEGINDASH: "hash"}


class DrawnAtom(NamedTuple):
    """An atom: its index in the input, position in bond lengths (y upwards) and label ('' for a plain carbon).

    A label is `backwards` where its element comes last (HO–), because the bonds lie to its right.
    """

    atom: int
    x: float
    y: float
    label: str
    backwards: bool


class DrawnBond(NamedTuple):
    """`begin` and `end` are positions in `Drawing.atoms`; `order` 1 to 3; `kind` is plain, wedge or hash.

    `side` is where the second line of a double bond lies: 1 left, −1 right, 0 on both sides.
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
    """Positions, labels and bonds of `molecule`, in the order of its atoms; deuterium and tritium show in the labels.

    >>> from km3aid.molecules import parse_smiles
    >>> [a.label for a in lay_out(parse_smiles("[2H]C([2H])([2H])O")).atoms]
    ['D₃C', 'OH']
    """
    mol = place_atoms(molecule.mol)
    scale = bond_length(mol)
    conformer = mol.GetConformer()
    Chem.WedgeMolBonds(mol, conformer)
    Chem.Kekulize(mol)
    places = [conformer.GetAtomPosition(i) for i in range(mol.GetNumAtoms())]
    isotopes = molecule.hydrogen_isotopes()
    atoms = tuple(
        DrawnAtom(
            molecule.input_atoms[a.GetIdx()], p.x / scale, p.y / scale, *_label(a, places, isotopes.get(a.GetIdx(), ()))
        )
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


def _label(atom: Chem.Atom, places: list[Any], isotopes: Sequence[int]) -> tuple[str, bool]:
    """Element with its hydrogens (`isotopes`: mass numbers of those named), charge; and whether it is reversed."""
    charge, isotope = atom.GetFormalCharge(), atom.GetIsotope()
    if atom.GetAtomicNum() == 6 and atom.GetDegree() and not charge and not isotope and not isotopes:
        return "", False
    element = "".join("⁰¹²³⁴⁵⁶⁷⁸⁹"[int(d)] for d in str(isotope or "")) + str(atom.GetSymbol())
    heavy = {symbol: list(isotopes).count(mass) for symbol, mass in (("D", 2), ("T", 3))}
    counts = {"H": atom.GetTotalNumHs() - sum(heavy.values()), **heavy}
    hydrogens = "".join(s + ("₀₁₂₃₄₅₆₇₈₉"[min(n, 9)] if n > 1 else "") for s, n in counts.items() if n > 0)
    sign = {0: "", 1: "⁺", -1: "⁻"}.get(charge, f"{'⁰¹²³⁴⁵⁶⁷⁸⁹'[min(abs(charge), 9)]}{'⁺' if charge > 0 else '⁻'}")
    right = sum(places[n.GetIdx()].x - places[atom.GetIdx()].x for n in atom.GetNeighbors())
    if hydrogens and right > 0.3:
        return hydrogens + element + sign, True
    return element + hydrogens + sign, False


def _ring_side(mol: Chem.Mol, bond: Chem.Bond, atoms: tuple[DrawnAtom, ...]) -> int:
    """On which side of a double bond its ring lies, or without a ring its substituents."""
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
