"""One change of a structure, and the molecule that comes of it."""

from __future__ import annotations

from typing import NamedTuple

from rdkit import Chem

from km3aid.molecules.isomers.configuration import Bonds, keep_centres, kept_double_bonds, set_double_bonds
from km3aid.molecules.isomers.parent import Parent

_TYPES = {1: Chem.BondType.SINGLE, 2: Chem.BondType.DOUBLE, 3: Chem.BondType.TRIPLE}


class Edit(NamedTuple):
    """A change that keeps the formula.

    `exchanged` pairs of atoms trade element and
    charge. `hydrogens` are atoms and how many hydrogens they have afterwards. `reach` is how many bonds away
    something went.
    """

    kind: str
    bonds: Bonds
    hydrogens: dict[int, int]
    reach: int
    exchanged: tuple[tuple[int, int], ...] = ()


def rebond(parent: Parent, kind: str, bonds: Bonds, reach: int) -> Edit | None:
    """The edit that sets these orders, the last one said of a bond; None where nothing or the formula changes."""
    final: dict[tuple[int, int], int] = {}
    for i, j, order in bonds:
        final[(i, j) if i < j else (j, i)] = order
    changed: list[tuple[int, int, int]] = []
    gained: dict[int, int] = {}
    orders = parent.orders
    for (i, j), order in final.items():  # plain loops: of one structure thousands of edits are tried
        was = orders.get((i, j), 0)
        if was != order:
            changed.append((i, j, order))
            gained[i] = gained.get(i, 0) + was - order
            gained[j] = gained.get(j, 0) + was - order
    if not changed or sum(gained.values()) != 0:
        return None
    hydrogens = {atom: parent.hydrogens[atom] + more for atom, more in gained.items() if more}
    if hydrogens and min(hydrogens.values()) < 0:
        return None
    return Edit(kind, tuple(changed), hydrogens, reach)


def build(parent: Parent, edit: Edit) -> Chem.Mol | None:
    """The edited molecule, sanitised; None where its valences or its aromatic rings cannot be.

    Configurations stay where the edit leaves the neighbours as they are or replaces one, and are open elsewhere.
    """
    mol = Chem.RWMol(parent.mol if edit.exchanged else parent.kekule)
    keep_centres(mol, edit.bonds, edit.exchanged)
    for i, j, order in edit.bonds:
        bond = mol.GetBondBetweenAtoms(i, j)
        if bond is None:
            mol.AddBond(i, j, _TYPES[order])
        elif order:
            bond.SetBondType(_TYPES[order])
        else:
            mol.RemoveBond(i, j)
    for i, j in edit.exchanged:
        _exchange(mol, i, j)
    for atom, hydrogens in edit.hydrogens.items():
        mol.GetAtomWithIdx(atom).SetNumExplicitHs(hydrogens)
    if Chem.SanitizeMol(mol, catchErrors=True) != Chem.SanitizeFlags.SANITIZE_NONE:
        return None
    set_double_bonds(mol, kept_double_bonds(parent, edit.bonds))
    return mol


def _exchange(mol: Chem.RWMol, i: int, j: int) -> None:
    a, b = mol.GetAtomWithIdx(i), mol.GetAtomWithIdx(j)
    first = (a.GetAtomicNum(), a.GetFormalCharge(), a.GetIsotope())
    for atom, (element, charge, isotope) in ((a, (b.GetAtomicNum(), b.GetFormalCharge(), b.GetIsotope())), (b, first)):
        atom.SetAtomicNum(element)
        atom.SetFormalCharge(charge)
        atom.SetIsotope(isotope)
