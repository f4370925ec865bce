"""Peaks that a chemist has placed on carbons by hand; the others are assigned around them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from km3aid.errors import ConfigError
from km3aid.matching.classes import CarbonClasses


@dataclass(frozen=True, slots=True)
class Pins:
    """`atoms[p]` are the carbons on which peak p is held (none: it has no carbon); `classes[p]` are their classes."""

    atoms: Mapping[int, tuple[int, ...]]
    classes: Mapping[int, tuple[int, ...]]

    def owners(self, k: int) -> list[int]:
        """The peaks pinned on class k, ascending."""
        return [p for p in sorted(self.classes) if k in self.classes[p]]


NO_PINS = Pins({}, {})


def build_pins(pinned: Mapping[int, Sequence[int]], classes: CarbonClasses, peaks: int) -> Pins:
    """Pins from {peak: atoms}, counted from 0.

    The other carbons of a pinned class go with the pinned peak, unless another peak is pinned on them. Raises
    `ConfigError` where a peak or a carbon does not exist, or a carbon is named twice.
    """
    class_of = {atom: k for k, atoms in enumerate(classes.atoms) for atom in atoms}
    taken: dict[int, int] = {}
    for peak, atoms in sorted(pinned.items()):
        if not 0 <= peak < peaks:
            raise ConfigError(f"pinned peak {peak}: the spectrum has the peaks 0 to {peaks - 1}")
        for atom in atoms:
            if atom not in class_of:
                raise ConfigError(f"pinned peak {peak}: atom {atom} is not a carbon of this structure")
            if atom in taken:
                raise ConfigError(
                    f"two peaks, {taken[atom]} and {peak}, are pinned on atom {atom}; keep one of the pins"
                )
            taken[atom] = peak
    return Pins(
        {peak: tuple(sorted(atoms)) for peak, atoms in pinned.items()},
        {peak: tuple(sorted({class_of[a] for a in atoms})) for peak, atoms in pinned.items()},
    )
