"""What makes a ring system strained or odd: small rings, bridges across flat rings, double bonds at bridgeheads."""

from __future__ import annotations

from typing import NamedTuple

from rdkit import Chem

_LARGE = 8  # atoms of a ring that takes a triple bond, and a size that few rings have


class Strain(NamedTuple):
    """How many of each a molecule has."""

    small_rings: int
    large_rings: int
    bridged_flat: int
    bridges: int
    not_aromatic: int  # atoms

    @classmethod
    def of(cls, mol: Chem.Mol) -> Strain:
        """Counted over the rings that `mol` has when it is sanitised."""
        rings = mol.GetRingInfo().AtomRings()
        flat = bridges = 0
        sets = [set(ring) for ring in rings]
        for n, ring in enumerate(sets):
            for other in sets[:n]:
                if len(ring & other) > 2:
                    bridges += 1
                    flat += sum(_flat(mol.GetAtomWithIdx(i)) for i in ring & other)
            if len(ring) <= _LARGE:
                flat += sum(mol.GetAtomWithIdx(i).GetHybridization() == Chem.HybridizationType.SP for i in ring)
        sizes = [len(ring) for ring in rings]
        plain = sum(not atom.GetIsAromatic() for atom in mol.GetAtoms())
        return cls(sum(s <= 4 for s in sizes), sum(s >= _LARGE for s in sizes), flat, bridges, plain)

    def exceeds(self, other: Strain) -> bool:
        """Whether any of it is more than in `other`."""
        return any(mine > theirs for mine, theirs in zip(self, other, strict=True))


def _flat(atom: Chem.Atom) -> bool:
    return bool(atom.GetHybridization() == Chem.HybridizationType.SP2 and atom.GetAtomicNum() == 6)
