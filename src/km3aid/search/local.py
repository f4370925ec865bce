"""A library that this machine searches, as one part."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from km3aid.library import Filters, Library
from km3aid.search.part import Part
from km3aid.search.query import DEFAULT_LIMITS, Candidates, Limits, Query
from km3aid.search.stages import Reply, search_parts


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
        whole = Part(queries, self.library, filters)

        def ask(calls: Sequence[Callable[[Part], Reply]]) -> list[Reply]:
            return [call(whole) for call in calls]

        return search_parts(ask, [len(self.library)], queries, limits)


def find_candidates(query: Query, library: Library, filters: Filters, limits: Limits = DEFAULT_LIMITS) -> Candidates:
    """The best molecules of a library for one query."""
    return LocalLibrary(library).find_many([query], [filters], limits)[0]
