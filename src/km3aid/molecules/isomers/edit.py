"""One change of a structure, and the molecule that comes of it."""

from __future__ import annotations

from typing import NamedTuple

from rdkit import Chem

from km3aid.molecules.isomers.parent import Parent, pair

_TYPES = {1: Chem.BondType.SINGLE, 2: Chem.BondType.DOUBLE, 3: Chem.BondType.TRIPLE}
Bonds = tuple[tuple[int, int, int], ...]  # two atoms and the new order of the bond between them; 0: none


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
    """The edit that sets these orders, the last one said of a bond; None where nothing changes or hydrogens lack."""
    final = {pair(i, j): order for i, j, order in bonds}
    hydrogens: dict[int, int] = {}
    for (i, j), order in final.items():
        change = parent.order(i, j) - order
        for atom in (i, j):
            hydrogens[atom] = hydrogens.get(atom, parent.hydrogens[atom]) + change
    if min(hydrogens.values()) < 0:
        return None
    changed = tuple((*atoms, order) for atoms, order in final.items() if order != parent.order(*atoms))
    return (
        Edit(kind, changed, {a: h for a, h in hydrogens.items() if h != parent.hydrogens[a]}, reach)
        if changed
        else None
    )


def build(parent: Parent, edit: Edit) -> Chem.Mol | None:
    """The edited molecule, sanitised; None where its valences or its aromatic rings cannot be.

    Configurations stay where the edit leaves the neighbours as they are or replaces one, and are open elsewhere.
    """
    mol = Chem.RWMol(parent.mol if edit.exchanged else parent.kekule)
    _keep_configurations(mol, edit)
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
    return mol


def _keep_configurations(mol: Chem.RWMol, edit: Edit) -> None:
    """Prepare the atoms and double bonds that the edit touches.

    A centre that trades one neighbour for another keeps its configuration: the new one stands in the place of the old.
    RDKit lists it last, so that the tag changes where that is an odd number of places away. All else becomes open.
    """
    touched = {atom for i, j, _ in edit.bonds for atom in (i, j)} | {atom for both in edit.exchanged for atom in both}
    for i in touched:
        atom = mol.GetAtomWithIdx(i)
        for bond in atom.GetBonds():
            bond.SetStereo(Chem.BondStereo.STEREONONE)
            bond.SetBondDir(Chem.BondDir.NONE)
        if atom.GetChiralTag() == Chem.ChiralType.CHI_UNSPECIFIED:
            continue
        near = [bond.GetOtherAtomIdx(i) for bond in atom.GetBonds()]
        changed = [(a + b - i, order) for a, b, order in edit.bonds if i in (a, b)]
        gone = [n for n, order in changed if order == 0 and n in near]
        come = [n for n, order in changed if order == 1 and n not in near]
        if len(changed) == 2 and len(gone) == len(come) == 1 and not any(i in both for both in edit.exchanged):
            if (len(near) - 1 - near.index(gone[0])) % 2:
                atom.InvertChirality()
        else:
            atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)


def _exchange(mol: Chem.RWMol, i: int, j: int) -> None:
    a, b = mol.GetAtomWithIdx(i), mol.GetAtomWithIdx(j)
    first = (a.GetAtomicNum(), a.GetFormalCharge(), a.GetIsotope())
    for atom, (element, charge, isotope) in ((a, (b.GetAtomicNum(), b.GetFormalCharge(), b.GetIsotope())), (b, first)):
        atom.SetAtomicNum(element)
        atom.SetFormalCharge(charge)
        atom.SetIsotope(isotope)
