"""A molecule as arrays of elements, charges, hydrogens and bond orders: quick to change, without configurations."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from rdkit import Chem

from km3aid.molecules.molecule import parse_smiles

_TYPES = {1: Chem.BondType.SINGLE, 2: Chem.BondType.DOUBLE, 3: Chem.BondType.TRIPLE}


class Sketch(NamedTuple):
    """One molecule of A atoms; the bonds of aromatic rings are single and double in turn."""

    element: NDArray[np.uint8]  # (A,)
    charge: NDArray[np.int8]  # (A,)
    hydrogens: NDArray[np.uint8]  # (A,)
    order: NDArray[np.uint8]  # (A, A) 0: no bond


class Sketches(NamedTuple):
    """M molecules, padded to the largest with element 0."""

    element: NDArray[np.uint8]  # (M, A)
    charge: NDArray[np.int8]  # (M, A)
    hydrogens: NDArray[np.uint8]  # (M, A)
    order: NDArray[np.uint8]  # (M, A, A)
    atoms: NDArray[np.int64]  # (M,)

    def one(self, m: int) -> Sketch:
        """Molecule `m`."""
        n = int(self.atoms[m])
        return Sketch(self.element[m, :n], self.charge[m, :n], self.hydrogens[m, :n], self.order[m, :n, :n])

    def some(self, rows: NDArray[np.int64]) -> Sketches:
        """The molecules `rows`."""
        columns = (self.charge[rows], self.hydrogens[rows], self.order[rows], self.atoms[rows])
        return Sketches(self.element[rows], *columns)


def atomic_number(symbol: str) -> int:
    """The atomic number of an element."""
    return int(Chem.GetPeriodicTable().GetAtomicNumber(symbol))


@cache
def symbol(number: int) -> str:
    """The symbol of an element."""
    return str(Chem.GetPeriodicTable().GetElementSymbol(number))


def flat_mol(smiles: str) -> Chem.Mol:
    """The largest part of a structure without configurations and isotopes; raises `MoleculeError`.

    No hydrogen is an atom of it, not even deuterium, or one that a configuration named.

    >>> Chem.MolToSmiles(flat_mol("[2H]C([2H])([2H])/C=N/[H]"))
    'CC=N'
    """
    mol = max(Chem.GetMolFrags(parse_smiles(smiles).mol, asMols=True), key=lambda part: part.GetNumAtoms())
    Chem.RemoveStereochemistry(mol)
    if any(atom.GetIsotope() for atom in mol.GetAtoms()):
        for atom in mol.GetAtoms():
            atom.SetIsotope(0)
    return Chem.RemoveHs(mol)


def sketch_of_mol(mol: Chem.Mol) -> Sketch:
    """The arrays of a sanitised molecule, its atoms in their order.

    >>> sketch_of_mol(Chem.MolFromSmiles("CO")).hydrogens.tolist()
    [3, 1]
    """
    kekule = mol
    if any(bond.GetIsAromatic() for bond in mol.GetBonds()):
        kekule = Chem.Mol(mol)
        Chem.Kekulize(kekule, clearAromaticFlags=True)
    atoms = list(mol.GetAtoms())
    order = np.zeros((len(atoms), len(atoms)), np.uint8)
    for bond in kekule.GetBonds():
        i, j = bond.GetBeginAtomIdx(), bond.GetEndAtomIdx()
        order[i, j] = order[j, i] = int(bond.GetBondTypeAsDouble())
    return Sketch(
        np.array([a.GetAtomicNum() for a in atoms], np.uint8),
        np.array([a.GetFormalCharge() for a in atoms], np.int8),
        np.array([a.GetTotalNumHs() for a in atoms], np.uint8),
        order,
    )


def mol_of_sketch(sketch: Sketch) -> Chem.Mol | None:
    """The molecule, sanitised; None where a valence is impossible or it would have unpaired electrons."""
    mol = Chem.RWMol()
    for element, charge, hydrogens in zip(
        sketch.element.tolist(), sketch.charge.tolist(), sketch.hydrogens.tolist(), strict=True
    ):
        atom = Chem.Atom(element)
        atom.SetNoImplicit(True)
        atom.SetNumExplicitHs(hydrogens)
        if charge:
            atom.SetFormalCharge(charge)
        mol.AddAtom(atom)
    begin, end = np.nonzero(np.triu(sketch.order))
    for i, j, order in zip(begin.tolist(), end.tolist(), sketch.order[begin, end].tolist(), strict=True):
        mol.AddBond(i, j, _TYPES[order])
    if Chem.SanitizeMol(mol, catchErrors=True) != Chem.SanitizeFlags.SANITIZE_NONE:
        return None
    return None if any(a.GetNumRadicalElectrons() for a in mol.GetAtoms()) else mol.GetMol()


def stacked(sketches: Sequence[Sketch], atoms: int | None = None) -> Sketches:
    """Sketches side by side, padded to `atoms` or to the largest."""
    sizes = np.array([len(s.element) for s in sketches], np.int64)
    most = max(int(sizes.max(initial=1)), atoms or 1)
    empty = Sketches(
        np.zeros((len(sketches), most), np.uint8),
        np.zeros((len(sketches), most), np.int8),
        np.zeros((len(sketches), most), np.uint8),
        np.zeros((len(sketches), most, most), np.uint8),
        sizes,
    )
    for m, (sketch, size) in enumerate(zip(sketches, sizes.tolist(), strict=True)):
        empty.element[m, :size], empty.charge[m, :size] = sketch.element, sketch.charge
        empty.hydrogens[m, :size], empty.order[m, :size, :size] = sketch.hydrogens, sketch.order
    return empty
