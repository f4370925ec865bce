"""Filters: conditions that a molecule must satisfy before it is scored."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from km3aid.molecules import check_elements, hill, substructure_test

if TYPE_CHECKING:
    from km3aid.library.shard import Shard


@dataclass(frozen=True, slots=True)
class Filters:
    """Conditions on molecules, all of which must hold; raises `MoleculeError` if one cannot be read.

    `formula` is that of the whole molecule with its charge (see `molecules.hill` for how charges are written): `C9H8O4`
    finds neutral molecules only, including zwitterions; `C9H7O4-` finds the anion, `C9H7NaO4` its sodium salt.
    `elements` are those that may occur and `required` those that must, whatever the charge. `carbons` is the lowest and
    the highest number, both inclusive. The mass tolerance is in Da unless `mass_tolerance_ppm` is given.
    """

    formula: str | None = None
    mass_da: float | None = None
    mass_tolerance_da: float = 0.01
    mass_tolerance_ppm: float | None = None
    elements: tuple[str, ...] | None = None
    required: tuple[str, ...] = ()
    carbons: tuple[int, int] | None = None
    names: frozenset[str] | None = None
    substructure: str | None = None

    def __post_init__(self) -> None:
        if self.formula is not None:
            hill(self.formula)
        check_elements([*(self.elements or ()), *self.required])
        if self.substructure is not None:
            substructure_test(self.substructure)

    def rows(self, shard: Shard) -> NDArray[np.int32]:
        """Rows of a shard that satisfy all conditions except the substructure, in ascending order."""
        keep: NDArray[np.bool_] | None = None
        for condition in self._conditions(shard):
            keep = condition if keep is None else keep & condition
        return _all_rows(len(shard)) if keep is None else np.flatnonzero(keep).astype(np.int32)

    def substructure_test(self) -> Callable[[Sequence[str]], NDArray[np.bool_]] | None:
        """A test for which of some SMILES contain the substructure; None if none is required."""
        return None if self.substructure is None else substructure_test(self.substructure)

    def _conditions(self, shard: Shard) -> Iterable[NDArray[np.bool_]]:
        import pyarrow as pa
        import pyarrow.compute

        if self.formula is not None:
            yield shard.formula_code == pa.compute.index(shard.formulas, hill(self.formula)).as_py()
        if self.mass_da is not None:
            within = self.mass_tolerance_da
            if self.mass_tolerance_ppm is not None:
                within = self.mass_da * self.mass_tolerance_ppm * 1e-6
            yield np.abs(shard.mass_da - self.mass_da) <= within
        if self.elements or self.required:
            fits = [pa.compute.match_substring_regex(shard.formulas, pattern) for pattern in self._formula_patterns()]
            yield np.logical_and.reduce([f.to_numpy(zero_copy_only=False) for f in fits])[shard.formula_code]
        if self.carbons is not None:
            yield (shard.carbons >= self.carbons[0]) & (shard.carbons <= self.carbons[1])
        if self.names is not None:
            yield pa.compute.is_in(shard.names, pa.array(sorted(self.names), pa.string())).to_numpy(
                zero_copy_only=False
            )

    def _formula_patterns(self) -> Iterable[str]:
        """Patterns that a formula in Hill order must match; Arrow tests each distinct formula once."""
        if self.elements:
            yield rf"^(?:(?:{'|'.join(self.elements)})\d*)+(?:[+-]\d*)?$"
        for symbol in self.required:
            yield f"{symbol}(?:[^a-z]|$)"


@lru_cache(maxsize=4)  # most shards have the same size
def _all_rows(count: int) -> NDArray[np.int32]:
    rows = np.arange(count, dtype=np.int32)
    rows.flags.writeable = False  # all who ask share it
    return rows
