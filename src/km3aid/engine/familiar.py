"""Which carbons a model can know: those whose surroundings were in training."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.molecules import Molecule, environments, featurise

ENOUGH = 5  # training molecules with a carbon in these surroundings
_HEADER = "environments"


@dataclass(frozen=True, eq=False)
class Familiar:
    """The surroundings of carbons that at least `ENOUGH` training molecules have."""

    keys: NDArray[np.uint64]  # (N,) rising, see `environments`

    @classmethod
    def of_header(cls, header: Mapping[str, Any]) -> Familiar | None:
        """What the header of a model file holds, or None where it holds nothing of it."""
        keys = header.get(_HEADER)
        return None if keys is None else cls(np.array(keys, np.uint64))

    def to_header(self) -> dict[str, list[int]]:
        """What `of_header` reads."""
        return {_HEADER: self.keys.tolist()}

    def strange(self, molecule: Molecule) -> tuple[int, ...]:
        """The carbons, counted in the order of the molecule, whose surroundings are not familiar."""
        graph = featurise(molecule.mol)
        known = np.isin(environments(graph.atoms, graph.bonds, graph.bond_codes), self.keys)
        return tuple(i for i in molecule.carbons if not known[i])

    def note(self, molecule: Molecule) -> tuple[str, ...]:
        """A warning where the molecule has carbons that the model cannot know, none elsewhere."""
        strange = sorted(molecule.input_atoms[i] + 1 for i in self.strange(molecule))
        if not strange:
            return ()
        which = f"atoms {', '.join(map(str, strange))} (from 1)"
        return (
            f"the surroundings of {which} are rare or absent in training: their predicted shifts are guesses, "
            "and their spreads may be far too small",
        )


def familiar(
    owner: NDArray[np.integer], atoms: NDArray[np.uint8], keys: NDArray[np.uint64], enough: int = ENOUGH
) -> Familiar:
    """What is familiar after training on molecules whose atoms `atoms` (A, 10) have `owner` (A,) and `keys` (A,)."""
    carbon = atoms[:, 0] == 6
    each = np.unique(np.stack([keys[carbon], owner[carbon].astype(np.uint64)], 1), axis=0)
    found, molecules = np.unique(each[:, 0], return_counts=True)
    return Familiar(found[molecules >= enough])
