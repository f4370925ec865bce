"""Search on this machine: one part, which holds the whole library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from km3aid.library import Filters, Library
from km3aid.search.part import Best, Matched, Part
from km3aid.search.query import DEFAULT_LIMITS, Candidates, Limits, Query
from km3aid.search.stages import find


@dataclass(frozen=True, slots=True)
class LocalLibrary:
    """A library that this process searches; see `Searchable`."""

    library: Library

    @property
    def warnings(self) -> tuple[str, ...]:
        return self.library.warnings

    def __len__(self) -> int:
        return len(self.library)

    def check_model(self, model_sha256: str) -> None:
        self.library.check_model(model_sha256)

    def find_many(
        self, queries: Sequence[Query], filters: Sequence[Filters], limits: Limits = DEFAULT_LIMITS
    ) -> list[Candidates]:
        return find(LocalParts([Part(queries, self.library, filters)]), queries, limits)


class LocalParts:
    """Parts of a library in this process, asked one after another; see `km3aid.search.stages.Parts`."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = parts
        self.sizes = [len(part.library) for part in parts]

    def passed(self) -> list[list[int]]:
        return [part.passed() for part in self.parts]

    def sample(self, steps: Sequence[int]) -> list[list[NDArray[np.float32]]]:
        return [part.sample(steps) for part in self.parts]

    def best(self, least: Sequence[float | None], count: int) -> list[list[Best]]:
        return [part.best(least, count) for part in self.parts]

    def match(self, wanted: Sequence[Sequence[Matched]]) -> list[list[NDArray[np.float64]]]:
        return [part.match(mine) for part, mine in zip(self.parts, wanted, strict=True)]

    def entries(self, rows: Sequence[Sequence[NDArray[np.int64]]]) -> list[list[list[tuple[str, str | None]]]]:
        return [part.entries(mine) for part, mine in zip(self.parts, rows, strict=True)]


def find_candidates(query: Query, library: Library, filters: Filters, limits: Limits = DEFAULT_LIMITS) -> Candidates:
    """The best molecules of a library for one query."""
    return LocalLibrary(library).find_many([query], [filters], limits)[0]
