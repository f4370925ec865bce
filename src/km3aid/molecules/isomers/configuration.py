"""Configurations of an edited structure: kept where the edit leaves them a meaning, open elsewhere."""

from __future__ import annotations

from rdkit import Chem

from km3aid.molecules.isomers.parent import Parent

Bonds = tuple[tuple[int, int, int], ...]  # two atoms and the new order of the bond between them; 0: none


def keep_centres(mol: Chem.RWMol, bonds: Bonds, exchanged: tuple[tuple[int, int], ...]) -> None:
    """Set the tags of the atoms that an edit will touch; `mol` is not edited yet.

    A centre that trades one neighbour for another keeps its configuration: the new one stands in the place of the old.
    RDKit lists it last, so that the tag changes where that is an odd number of places away.
    """
    moved = {atom for both in exchanged for atom in both}
    for i in {atom for a, b, _ in bonds for atom in (a, b)} | moved:
        atom = mol.GetAtomWithIdx(i)
        if atom.GetChiralTag() == Chem.ChiralType.CHI_UNSPECIFIED:
            continue
        near = [bond.GetOtherAtomIdx(i) for bond in atom.GetBonds()]
        gone = _replaced(mol, bonds, i)
        if i in moved or gone is None:
            atom.SetChiralTag(Chem.ChiralType.CHI_UNSPECIFIED)
        elif (len(near) - 1 - near.index(gone[0])) % 2:
            atom.InvertChirality()


def kept_double_bonds(parent: Parent, bonds: Bonds) -> list[tuple[int, int, Chem.BondStereo, int, int]]:
    """Double bonds that stay, as `Parent.configured` has them, and beside which atoms they are then cis or trans."""
    kept = []
    for begin, end, stereo, first, second in parent.configured:
        beside = []
        for atom, neighbour in ((begin, first), (end, second)):
            changed = [b for b in bonds if atom in b[:2]]
            gone = _replaced(parent.kekule, bonds, atom)
            if not changed:
                beside.append(neighbour)
            elif gone:
                beside.append(gone[1] if gone[0] == neighbour else neighbour)
        if len(beside) == 2 and not any({begin, end} == {i, j} for i, j, _ in bonds):
            kept.append((begin, end, stereo, *beside))
    return kept


def set_double_bonds(mol: Chem.Mol, configured: list[tuple[int, int, Chem.BondStereo, int, int]]) -> None:
    """Give the double bonds of a sanitised molecule their configuration."""
    for begin, end, stereo, first, second in configured:
        bond = mol.GetBondBetweenAtoms(begin, end)
        if bond.GetBondType() == Chem.BondType.DOUBLE:
            if bond.GetBeginAtomIdx() != begin:
                first, second = second, first
            bond.SetStereoAtoms(first, second)
            bond.SetStereo(stereo)
    if configured:
        Chem.SetDoubleBondNeighborDirections(mol)


def _replaced(mol: Chem.Mol, bonds: Bonds, atom: int) -> tuple[int, int] | None:
    """The neighbour that `atom` loses and the one that it gets by a single bond, where no more than that changes."""
    changed = [(a + b - atom, order) for a, b, order in bonds if atom in (a, b)]
    gone = [n for n, order in changed if order == 0]
    come = [n for n, order in changed if order == 1 and mol.GetBondBetweenAtoms(atom, n) is None]
    return (gone[0], come[0]) if len(changed) == 2 and len(gone) == len(come) == 1 else None
