"""The atoms of a mol block as text: elements, hydrogens and numbering. Structures belong to `km3aid.molecules`."""

from __future__ import annotations

import re

_V3000_ATOM = re.compile(r"^M  V30 [0-9]+ ([A-Z][a-z]?) ", re.MULTILINE)
_V3000_BOND = re.compile(r"^M  V30 [0-9]+ ([0-9]+) ([0-9]+) ([0-9]+)\b", re.MULTILINE)


def elements_of(mol_block: str) -> tuple[str, ...]:
    """The element symbols of a V2000 or V3000 block, atom by atom; empty where it cannot be read.

    >>> elements_of("\\n\\n\\n  1  0  0  0  0  0            999 V2000\\n    0.0000    0.0000    0.0000 C   0  0\\n")
    ('C',)
    """
    lines = mol_block.split("\n")
    if len(lines) < 4:
        return ()
    if "V3000" in lines[3]:
        return tuple(_V3000_ATOM.findall(mol_block))
    try:
        count = int(lines[3][:3])
    except ValueError:
        return ()
    return tuple(line[31:34].strip() for line in lines[4 : 4 + max(count, 0)])


def first_atom_number(mol_block: str, carbons: list[int]) -> int | None:
    """Whether the numbers of these `carbons` start from 0 or 1; None where neither or both fit."""
    elements = elements_of(mol_block)
    fits = [sum(0 <= a - base < len(elements) and elements[a - base] == "C" for a in carbons) for base in (0, 1)]
    if not carbons or max(fits) < len(carbons) or fits[0] == fits[1]:
        return None
    return 0 if fits[0] > fits[1] else 1


def carbon_hydrogens(mol_block: str) -> dict[int, int]:
    """The hydrogens on each carbon (0-based), drawn or not: what its other bonds leave of four."""
    elements = elements_of(mol_block)
    free = {atom: 4.0 for atom, element in enumerate(elements) if element == "C"}
    for order, *ends in _bonds(mol_block, len(elements)):
        for atom, other in (ends, ends[::-1]):
            if atom in free and 0 <= other < len(elements) and elements[other] != "H":
                free[atom] -= 1.5 if order == 4 else order
    return {atom: max(0, int(left)) for atom, left in free.items()}


def _bonds(mol_block: str, atoms: int) -> list[tuple[int, int, int]]:
    """The order (4 for aromatic) and the two atoms (0-based) of each bond."""
    lines = mol_block.split("\n")
    if len(lines) > 3 and "V3000" in lines[3]:
        return [(int(order), int(a) - 1, int(b) - 1) for order, a, b in _V3000_BOND.findall(mol_block)]
    rows = (line for line in lines[4 + atoms :] if re.match(r"[ 0-9]{8}[0-9]", line))
    return [
        (int(row[6:9]), int(row[:3]) - 1, int(row[3:6]) - 1) for row in rows if row[:3].strip() and row[3:6].strip()
    ]
