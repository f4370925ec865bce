"""What one part of a library, or the whole of it, answers to some queries, stage by stage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.library import Filters, Library, Shard
from km3aid.matching.classes import CarbonClasses
from km3aid.matching.compiled.exact_match import ExactMatch
from km3aid.matching.compiled.packed import classes_of_row
from km3aid.matching.compiled.quick_match import QuickMatch
from km3aid.matching.compiled.sharing import side_by_side
from km3aid.matching.compiled.similarity import Queries, Similar, charges, find_similar, pack_queries
from km3aid.matching.fusion import fuse
from km3aid.search.query import NO_FILTERS, Entry, Query

_TESTED = 500  # molecules that are tested for a substructure at a time
_BLOCK = 16_384  # molecules that one thread looks at for all queries: what it needs of them stays in the cache


class Best(NamedTuple):
    """The best R molecules by the quick score, best first, equal ones by row."""

    rows: NDArray[np.int64]  # (R,)
    graph: NDArray[np.float32]  # (R,)
    score: NDArray[np.float64]  # (R,) fused with the quick match


class Matched(NamedTuple):
    """Molecules to match exactly."""

    rows: NDArray[np.int64]  # (R,)
    least: NDArray[np.float64]  # (R,) exact match scores below which they do not count


_NOTHING = Best(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0))


class Part:
    """The stages of a search in consecutive shards; each takes and returns something for every query.

    Every number depends on its molecule and its query alone, so that parts find what the whole finds.
    """

    def __init__(self, queries: Sequence[Query], library: Library, filters: Sequence[Filters]) -> None:
        self.queries, self.library, self.filters = queries, library, filters
        self._quick = [QuickMatch(q.spectrum, q.config) for q in queries]
        self._exact = [ExactMatch(q.spectrum, q.config) for q in queries]
        self._groups = [self._group(condition) for condition in dict.fromkeys(filters)]

    def passed(self) -> list[int]:
        """How many molecules the filters of each query let through."""
        counts = [0 for _ in self.queries]
        for group in self._groups:
            for n in group.members:
                counts[n] = sum(map(len, group.rows))
        return counts

    def sample(self, steps: Sequence[int]) -> list[NDArray[np.float32]]:
        """Every n-th charged similarity in each shard; queries with equal filters have equal steps."""
        found = [[np.zeros(0, np.float32)] for _ in steps]
        for group in self._groups:
            step = steps[group.members[0]]
            for shard, rows in zip(self.library.shards, group.rows, strict=True):
                for n, charged in zip(
                    group.members, _charged(shard, group.queries, np.ascontiguousarray(rows[::step])), strict=True
                ):
                    found[n].append(charged)
        return [np.concatenate(parts) for parts in found]

    def best(self, least: Sequence[float], count: int) -> list[Best]:
        """The `count` best by similarity and quick match, of those whose charged similarity reaches `least`."""
        limit = np.array(least, np.float32)
        blocks = [
            partial(self._look, group, shard, rows[first : first + _BLOCK], int(start), limit)
            for group in self._groups
            for shard, start, rows in zip(self.library.shards, self.library.starts, group.rows, strict=False)
            for first in range(0, len(rows), _BLOCK)
        ]
        found = [[_NOTHING] for _ in least]
        for n, best in (pair for pairs in side_by_side(blocks) for pair in pairs):
            found[n].append(best)
        return list(side_by_side([partial(self._choose, n, parts, count) for n, parts in enumerate(found)]))

    def match(self, wanted: Sequence[Matched]) -> list[NDArray[np.float64]]:
        """Exact match scores (R,); minus infinity where they cannot reach the `least` of the row."""
        calls = [partial(exact_scores, exact, self.library, *w) for exact, w in zip(self._exact, wanted, strict=True)]
        return list(side_by_side(calls))

    def entries(self, rows: Sequence[NDArray[np.int64]]) -> list[list[Entry]]:
        """SMILES and name of each row."""
        return [[self.library.entry(int(row)) for row in of_query] for of_query in rows]

    def classes(self, rows: Sequence[NDArray[np.int64]]) -> list[list[CarbonClasses]]:
        """The carbon classes of each row, as they are stored."""
        places = [[self.library.locate(int(row)) for row in of_query] for of_query in rows]
        return [[classes_of_row(shard.classes, local) for shard, local in of_query] for of_query in places]

    def _group(self, condition: Filters) -> _Group:
        members = [n for n, other in enumerate(self.filters) if other == condition]
        return _Group(members, _pack([self.queries[n] for n in members]), self.library.filter(condition))

    def _look(
        self, group: _Group, shard: Shard, rows: NDArray[np.int32], start: int, least: NDArray[np.float32]
    ) -> list[tuple[int, Best]]:
        """For each query of a group what it finds in a block of rows: similarity, and quick match of the similar."""
        found = []
        for n, similar in zip(group.members, _similar(shard, group.queries, rows, least[group.members]), strict=True):
            quick = self._quick[n](shard.classes, shard.carbons, similar.rows)
            score = fuse(similar.cosine.astype(np.float64), quick.astype(np.float64), self.queries[n].fusion)
            found.append((n, Best(similar.rows + np.int64(start), similar.cosine, score)))
        return found

    def _choose(self, n: int, parts: list[Best], count: int) -> Best:
        """The `count` best of what query n found in all blocks that contain its substructure."""
        rows, graph, score = (np.concatenate(column) for column in zip(*parts, strict=True))
        test = self.filters[n].substructure_test()
        holds = None if test is None else lambda places: test([self.library.smiles(int(rows[p])) for p in places])
        chosen = best_places(score, count, holds)
        return Best(rows[chosen], graph[chosen], score[chosen])


class _Group(NamedTuple):
    """Queries with the same filters, which look at the same rows together."""

    members: list[int]
    queries: Queries
    rows: list[NDArray[np.int32]]  # of each shard


def best_places(
    score: NDArray[np.float64], count: int, holds: Callable[[NDArray[np.int64]], NDArray[np.bool_]] | None = None
) -> NDArray[np.int64]:
    """Places of the `count` best scores, best first, equal ones in order; with `holds` only those that it lets pass."""
    if holds is None:
        places = np.arange(len(score))
        if count < len(score):
            places = np.flatnonzero(score >= np.partition(score, len(score) - count)[len(score) - count])
        return places[np.argsort(-score[places], kind="stable")][:count]
    order = np.argsort(-score, kind="stable")
    parts = (order[start : start + _TESTED] for start in range(0, len(order), _TESTED))
    passing = (place for part in parts for place in part[holds(part)])
    return np.fromiter(islice(passing, count), np.int64)


def exact_scores(
    exact: ExactMatch, library: Library, rows: NDArray[np.int64], least: NDArray[np.float64] | None = None
) -> NDArray[np.float64]:
    """Exact match scores (R,) of rows of a library, whichever shards hold them; `least` as in `ExactMatch`."""
    out = np.empty(len(rows))
    owner = np.searchsorted(library.starts, rows, "right") - 1
    for number in np.unique(owner):
        mine = owner == number
        local = (rows[mine] - library.starts[number]).astype(np.int32)
        out[mine] = exact(library.shards[number].classes, local, None if least is None else least[mine])
    return out


def all_similarities(queries: Sequence[Query], library: Library, *, charged: bool = False) -> NDArray[np.float32]:
    """Cosines (Q, N) of the queries with every molecule of the library; `charged` as they decide what is matched."""
    packed, everything = _pack(queries), library.filter(NO_FILTERS)

    def compare(shard: Shard, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        if charged:
            return _charged(shard, packed, rows)
        return np.stack([similar.cosine for similar in _similar(shard, packed, rows)])

    calls = [partial(compare, *pair) for pair in zip(library.shards, everything, strict=True)]
    return np.concatenate(list(side_by_side(calls)), 1)


def _pack(queries: Sequence[Query]) -> Queries:
    return pack_queries(np.stack([q.vector for q in queries]), [q.spectrum for q in queries])


def _similar(
    shard: Shard, queries: Queries, rows: NDArray[np.int32], least: NDArray[np.float32] | None = None
) -> list[Similar]:
    return find_similar(shard.embedding, shard.scale, shard.carbons, shard.classes.offset, queries, rows, least)


def _charged(shard: Shard, queries: Queries, rows: NDArray[np.int32]) -> NDArray[np.float32]:
    """Cosines (Q, R) less the charges."""
    cosine = np.stack([similar.cosine for similar in _similar(shard, queries, rows)])
    return cosine - charges(shard.carbons, shard.classes.offset, queries, rows)
