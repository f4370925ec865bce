"""What a proposal has to be: of a formula, of some elements, with or without a substructure."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.molecules.graphs import Sketch, Sketches, stacked

ELEMENTS = (1, 6, 7, 8, 5, 9, 14, 15, 16, 17, 34, 35, 53)
Counts = tuple[int, ...]  # of `ELEMENTS`, then the charge


def counts_of(sketch: Sketch) -> Counts:
    """Atoms of each of `ELEMENTS`, and the charge."""
    found = np.bincount(sketch.element, minlength=120)
    found[1] += int(sketch.hydrogens.sum())
    return (*found[list(ELEMENTS)].tolist(), int(sketch.charge.sum()))


@dataclass(frozen=True)
class Target:
    """Conditions on proposals, all of which must hold.

    `formulas` are those allowed (none: any), `elements` the atomic numbers allowed, `carbons` and `rings` the least and
    the most. `required` and `forbidden` are patterns of RDKit.
    """

    formulas: frozenset[Counts] = frozenset()
    elements: frozenset[int] = frozenset(ELEMENTS)
    carbons: tuple[int, int] = (1, 250)
    rings: tuple[int, int] | None = None
    required: tuple[Any, ...] = ()
    forbidden: tuple[Any, ...] = ()
    _allowed: NDArray[np.bool_] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        allowed = np.zeros(120, bool)
        allowed[[0, *self.elements]] = True
        object.__setattr__(self, "_allowed", allowed)

    def fits(self, sketches: Sketches) -> NDArray[np.bool_]:
        """Which of some sketches (M,) have the elements and numbers of carbons and rings."""
        carbons = (sketches.element == 6).sum(1)
        fits: NDArray[np.bool_] = self._allowed[sketches.element].all(1) & (carbons >= self.carbons[0])
        fits &= carbons <= self.carbons[1]
        if self.rings is not None:
            rings = (sketches.order > 0).sum((1, 2)) // 2 - sketches.atoms + 1
            fits &= (rings >= self.rings[0]) & (rings <= self.rings[1])
        return fits

    def allows(self, sketch: Sketch) -> bool:
        """Whether one molecule has the elements and numbers of carbons and rings."""
        return bool(self.fits(stacked([sketch]))[0])

    def has_formula(self, sketch: Sketch) -> bool:
        """Whether a molecule has one of the formulas."""
        return not self.formulas or counts_of(sketch) in self.formulas

    def holds(self, mol: Any) -> bool:
        """Whether a molecule has all required and no forbidden substructures."""
        return all(mol.HasSubstructMatch(p) for p in self.required) and not any(
            mol.HasSubstructMatch(p) for p in self.forbidden
        )
