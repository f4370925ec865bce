"""The protocol of whatever can be searched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from km3aid.library import Filters
from km3aid.search.query import Candidates, Limits, Query


class Searchable(Protocol):
    """Molecules that can be searched: on this machine, or spread over a cluster."""

    @property
    def warnings(self) -> tuple[str, ...]:
        """The shards that were left out because they are damaged."""
        ...

    def __len__(self) -> int: ...

    def check_model(self, model_sha256: str) -> None:
        """Raise `LibraryMismatchError` unless this model built the library."""
        ...

    def find_many(self, queries: Sequence[Query], filters: Sequence[Filters], limits: Limits) -> list[Candidates]:
        """The best molecules for each query, under its filters."""
        ...
