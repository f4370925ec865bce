"""Answers count atoms and peaks from 0; what people read counts them from 1."""

from __future__ import annotations

from collections.abc import Iterable


def atoms_from_1(atoms: Iterable[int], prefix: str = "", separator: str = " ") -> str:
    """Atoms as people number them.

    >>> atoms_from_1([5, 8], "C-", ", ")
    'C-6, C-9'
    """
    return separator.join(f"{prefix}{atom + 1}" for atom in atoms)
