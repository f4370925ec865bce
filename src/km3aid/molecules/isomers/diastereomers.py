"""Other relative configurations of a structure."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations, islice

from rdkit import Chem

from km3aid.molecules.isomers.salts import main_part, with_others
from km3aid.molecules.molecule import Molecule, parse_smiles

_MIRRORED = {
    Chem.ChiralType.CHI_TETRAHEDRAL_CW: Chem.ChiralType.CHI_TETRAHEDRAL_CCW,
    Chem.ChiralType.CHI_TETRAHEDRAL_CCW: Chem.ChiralType.CHI_TETRAHEDRAL_CW,
}
_TURNED = {
    Chem.BondStereo.STEREOE: Chem.BondStereo.STEREOZ,
    Chem.BondStereo.STEREOZ: Chem.BondStereo.STEREOE,
    Chem.BondStereo.STEREOCIS: Chem.BondStereo.STEREOTRANS,
    Chem.BondStereo.STEREOTRANS: Chem.BondStereo.STEREOCIS,
}
_TRIES_PER_ANSWER = 8  # symmetric structures give one diastereomer in several ways
_CIS_ONLY = 9  # two fused rings of together no more atoms than this cannot be fused trans
_SMALL_BRIDGED = 7  # atoms of a ring that cannot be bridged from outside and inside at once


def diastereomers(structure: Molecule | str, limit: int = 64) -> tuple[str, ...]:
    """Up to `limit` diastereomers as canonical SMILES, those with the fewest inverted centres and double bonds first.

    Only what the structure states is inverted; what it leaves open stays open. Of a salt the largest part changes, and
    equal parts and mirror images of it change with it.
    Mirror images are left out, of the structure and of each answer; so are bridges and small rings that no molecule can
    close. Raises `MoleculeError` for a SMILES that cannot be read or holds no carbon.

    >>> diastereomers("C/C=C/C")
    ('C/C=C\\\\C',)
    """
    mol, others = main_part(structure)
    if mol is None or limit < 1:
        return ()
    own, mirrored = Chem.MolToSmiles(mol), Chem.MolToSmiles(mirror_image(mol))
    seen = {own, mirrored}
    found: list[str] = []
    for other in islice(_inverted(mol), limit * _TRIES_PER_ANSWER):
        smiles = Chem.MolToSmiles(other)
        if smiles not in seen:
            mirror = Chem.MolToSmiles(mirror_image(other))
            seen.update((smiles, mirror))
            found.append(with_others(smiles, [{own: smiles, mirrored: mirror}.get(part, part) for part in others]))
            if len(found) == limit:
                break
    return tuple(found)


def are_diastereomers(one: str, other: str) -> bool:
    """Whether two SMILES of one connectivity state their configuration equally far, and not as mirror images.

    Raises `MoleculeError`.

    >>> are_diastereomers("C/C=C/C", "C/C=C\\\\C"), are_diastereomers("C/C=C/C", "CC=CC")
    (True, False)
    """
    first, second = parse_smiles(one).mol, parse_smiles(other).mol
    stated = _stated(first)
    same = {Chem.MolToSmiles(first), Chem.MolToSmiles(mirror_image(first))}
    return 0 < stated == _stated(second) and Chem.MolToSmiles(second) not in same


def _stated(mol: Chem.Mol) -> int:
    """How many stereocentres and double bonds have a configuration."""
    centres = sum(a.GetChiralTag() in _MIRRORED for a in mol.GetAtoms())
    return centres + sum(b.GetStereo() in _TURNED for b in mol.GetBonds())


def _inverted(mol: Chem.Mol) -> Iterator[Chem.Mol]:
    """The molecule with one unit inverted, then with two, and so on; a unit may be several centres that go together."""
    bonds = [(b.GetIdx(),) for b in mol.GetBonds() if b.GetStereo() in _TURNED]
    units = [("atoms", unit) for unit in _units(mol)] + [("bond", bond) for bond in bonds]
    for size in range(1, len(units) + 1):
        for chosen in combinations(units, size):
            other = Chem.Mol(mol)
            for kind, indices in chosen:
                if kind == "atoms":
                    _mirror_atoms(other, indices)
                else:
                    _turn(other, other.GetBondWithIdx(indices[0]))
            Chem.SetDoubleBondNeighborDirections(other)
            Chem.AssignStereochemistry(other, cleanIt=True, force=True)
            yield other


def _turn(mol: Chem.Mol, bond: Chem.Bond) -> None:
    """E to Z or back. RDKit takes both from the directions of the bonds around, which are set anew afterwards."""
    bond.SetStereo(_TURNED[bond.GetStereo()])
    for other in mol.GetBonds():
        other.SetBondDir(Chem.BondDir.NONE)


def _units(mol: Chem.Mol) -> list[tuple[int, ...]]:
    """Stereocentres, those of bridgeheads and of small fused rings together."""
    centres = [a.GetIdx() for a in mol.GetAtoms() if a.GetChiralTag() in _MIRRORED]
    unit = {centre: {centre} for centre in centres}
    for i, j in _tied(mol):
        if i in unit and j in unit and unit[i] is not unit[j]:
            unit[i] |= unit[j]
            for member in unit[j]:
                unit[member] = unit[i]
    return sorted({tuple(sorted(members)) for members in unit.values()})


def _tied(mol: Chem.Mol) -> Iterator[tuple[int, int]]:
    """Pairs of atoms whose configurations depend on each other."""
    rings = [set(ring) for ring in mol.GetRingInfo().AtomRings()]
    for ring, other in combinations(rings, 2):
        shared = ring & other
        if len(shared) == 2 and len(ring) + len(other) <= _CIS_ONLY:
            yield min(shared), max(shared)
        elif len(shared) > 2 and max(len(ring), len(other)) <= _SMALL_BRIDGED:
            ends = [i for i in shared if any(n.GetIdx() in ring - other for n in mol.GetAtomWithIdx(i).GetNeighbors())]
            yield from combinations(sorted(ends), 2)


def mirror_image(mol: Chem.Mol) -> Chem.Mol:
    """The molecule with every centre inverted."""
    mirror = Chem.Mol(mol)
    _mirror_atoms(mirror, tuple(range(mol.GetNumAtoms())))
    return mirror


def _mirror_atoms(mol: Chem.Mol, atoms: tuple[int, ...]) -> None:
    for i in atoms:
        atom = mol.GetAtomWithIdx(i)
        atom.SetChiralTag(_MIRRORED.get(atom.GetChiralTag(), atom.GetChiralTag()))
