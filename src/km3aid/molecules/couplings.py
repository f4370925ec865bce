"""How far fluorine and phosphorus split the lines of carbons, which decoupling of the protons leaves as they are."""

from __future__ import annotations

from rdkit import Chem

_LARGEST_HZ = {9: (290.0, 40.0, 12.0), 15: (200.0, 30.0, 20.0)}  # usual couplings over one, two and three bonds


def splitting_hz(mol: Chem.Mol) -> dict[int, float]:
    """The largest width of the multiplet that F and P make of the line of each carbon near them, by atom.

    >>> splitting_hz(Chem.MolFromSmiles("CCCCF"))
    {1: 12.0, 2: 40.0, 3: 290.0}
    >>> splitting_hz(Chem.MolFromSmiles("CCO"))
    {}
    """
    widths: dict[int, float] = {}
    for nucleus in mol.GetAtoms():
        couplings = _LARGEST_HZ.get(nucleus.GetAtomicNum())
        seen = {nucleus.GetIdx()}
        border = [nucleus]
        for coupling in couplings or ():
            border = [n for a in border for n in a.GetNeighbors() if n.GetIdx() not in seen]
            reached = {a.GetIdx() for a in border}
            seen |= reached
            for index in reached:
                if mol.GetAtomWithIdx(index).GetAtomicNum() == 6:
                    widths[index] = widths.get(index, 0.0) + coupling
    return dict(sorted(widths.items()))
