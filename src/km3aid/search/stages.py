"""The stages of a search: filters, similarity on the graph level, quick match, exact match of the best.

A library is searched in parts: one on this machine, one for each worker of a cluster. The parts do the work of a stage;
what is decided over all of them is decided here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from km3aid.matching.compiled.quick_match import above_quick
from km3aid.matching.config import Fusion
from km3aid.matching.fusion import fuse
from km3aid.search.part import Best, Matched, Part, best_places
from km3aid.search.query import FITTED, Candidates, Limits, Query

_SAMPLE = 10_000  # similarities that decide which are among the best
_FIRST = 100  # molecules that are matched exactly in any case: they show what others have to reach
_FAR = 7.0  # log-odds below the best hit: what is farther takes no probability from it

Reply = TypeVar("Reply")
Told = TypeVar("Told")


class Ask(Protocol):
    """Makes one call in every part, and returns the replies."""

    def __call__(self, calls: Sequence[Callable[[Part], Reply]]) -> list[Reply]: ...


class _Telling(Protocol[Told]):
    """A stage that tells something of given rows."""

    def __call__(self, part: Part, /, rows: Sequence[NDArray[np.int64]]) -> list[list[Told]]: ...


class _Found(NamedTuple):
    """Molecules with their exact match scores, best first."""

    rows: NDArray[np.int64]  # (R,)
    graph: NDArray[np.float64]  # (R,)
    match: NDArray[np.float64]  # (R,)


def search_parts(ask: Ask, sizes: Sequence[int], queries: Sequence[Query], limits: Limits) -> list[Candidates]:
    """The best molecules for each query in a library whose parts hold `sizes` molecules, one after another."""
    starts = np.cumsum([0, *sizes])
    passed = [sum(counts) for counts in _by_query(ask([Part.passed for _ in sizes]))]
    similar = _least_similarities(ask, len(sizes), passed, limits.quickly)
    quick = _match_quickly(ask, starts, similar, limits.exactly)
    exact = _match_exactly(ask, starts, queries, quick, limits)
    entries = _of_rows(ask, Part.entries, starts, [best.rows for best in exact])
    classes = _of_rows(ask, Part.classes, starts, [best.rows[:FITTED] for best in exact])
    told = zip(exact, entries, classes, passed, strict=True)
    return [Candidates(*best, named, fitted, count) for best, named, fitted, count in told]


def _least_similarities(ask: Ask, parts: int, passed: Sequence[int], quickly: int | None) -> list[float]:
    """The charged similarity that about `quickly` molecules reach for each query, from a sample."""
    if quickly is None or all(count <= quickly for count in passed):
        return [-np.inf for _ in passed]
    steps = [max(1, count // _SAMPLE) for count in passed]
    samples = _by_query(ask([partial(Part.sample, steps=steps)] * parts))
    return [
        -np.inf if count <= quickly else float(np.quantile(np.concatenate(sample), 1 - quickly / count))
        for sample, count in zip(samples, passed, strict=True)
    ]


def _match_quickly(ask: Ask, starts: NDArray[np.int64], least: Sequence[float], count: int) -> list[Best]:
    """The `count` best by similarity and quick match for each query, of those that are similar enough."""
    found = _by_query(ask([partial(Part.best, least=least, count=count)] * (len(starts) - 1)))
    return [_merged(best, starts, count) for best in found]


def _match_exactly(
    ask: Ask, starts: NDArray[np.int64], queries: Sequence[Query], quick: Sequence[Best], limits: Limits
) -> list[_Found]:
    """The best by similarity and exact match for each query, of those that the quick match found.

    The first show what score a molecule needs to count; the others are matched only as far as they can reach it.
    """
    first = max(limits.sure, _FIRST)
    heads = _exact_scores(ask, starts, [Matched(b.rows[:first], np.full(len(b.rows[:first]), -np.inf)) for b in quick])
    left, tails = [], []
    for query, best, match in zip(queries, quick, heads, strict=True):
        needed = _needed_score(query.fusion, best.graph, match, limits.sure)
        reaching = _reaching(best, needed, query, first)
        left.append(reaching)
        tails.append(Matched(reaching.rows[first:], _needed_match(needed, reaching.graph[first:], query.fusion)))
    rest = _exact_scores(ask, starts, tails)
    matched = []
    for query, best, head, tail in zip(queries, left, heads, rest, strict=True):
        graph, match = best.graph.astype(np.float64), np.concatenate([head, tail])
        order = best_places(fuse(graph, match, query.fusion), min(limits.kept, int(np.isfinite(match).sum())))
        matched.append(_Found(best.rows[order], graph[order], match[order]))
    return matched


def _needed_score(fusion: Fusion, graph: NDArray[np.float32], match: NDArray[np.float64], sure: int) -> float:
    """The score that a molecule after those with a `match` needs to be a hit, or to take probability from one."""
    score = np.sort(fuse(graph[: len(match)].astype(np.float64), match, fusion))[::-1]
    return float(min(score[min(sure, len(score)) - 1], score[0] - _FAR)) if len(score) else -np.inf


def _reaching(best: Best, needed: float, query: Query, first: int) -> Best:
    """The first of the best, and those after them whose score may reach `needed` according to the quick match."""
    most = best.score + query.fusion.match_weight * above_quick(query.spectrum, query.config)
    count = max(first, int((most >= needed).sum()))
    return Best(best.rows[:count], best.graph[:count], best.score[:count])


def _needed_match(needed: float, graph: NDArray[np.float32], fusion: Fusion) -> NDArray[np.float64]:
    """The exact match scores (R,) that give molecules of these similarities (R,) the score `needed`."""
    match: NDArray[np.float64] = (needed - fusion.graph_weight * graph.astype(np.float64)) / fusion.match_weight
    return match


def _exact_scores(ask: Ask, starts: NDArray[np.int64], wanted: Sequence[Matched]) -> list[NDArray[np.float64]]:
    """Exact match scores of each query's rows; every part is asked for its own."""
    if not any(len(rows) for rows, _ in wanted):
        return [np.zeros(0) for _ in wanted]
    owners = [_owners(starts, rows) for rows, _ in wanted]
    requests = [
        [
            Matched(w.rows[own == part] - starts[part], w.least[own == part])
            for w, own in zip(wanted, owners, strict=True)
        ]
        for part in range(len(starts) - 1)
    ]
    replies = _by_query(ask([partial(Part.match, wanted=request) for request in requests]))
    scores = [np.empty(len(owner)) for owner in owners]
    for out, owner, by_part in zip(scores, owners, replies, strict=True):
        for part, values in enumerate(by_part):
            out[owner == part] = values
    return scores


def _of_rows(
    ask: Ask,
    stage: _Telling[Told],
    starts: NDArray[np.int64],
    wanted: Sequence[NDArray[np.int64]],
) -> list[list[Told]]:
    """What a stage tells of each query's rows; every part is asked for its own."""
    owners = [_owners(starts, rows) for rows in wanted]
    requests = [
        [rows[owner == part] - start for rows, owner in zip(wanted, owners, strict=True)]
        for part, start in enumerate(starts[:-1])
    ]
    replies = _by_query(ask([partial(stage, rows=request) for request in requests]))
    found = []
    for owner, by_part in zip(owners, replies, strict=True):
        following = [iter(told) for told in by_part]
        found.append([next(following[part]) for part in owner])
    return found


def _owners(starts: NDArray[np.int64], rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """The part (R,) that holds each row."""
    return np.searchsorted(starts, rows, "right") - 1


def _merged(parts: Sequence[Best], starts: NDArray[np.int64], count: int) -> Best:
    """The `count` best of the best of all parts."""
    rows = np.concatenate([best.rows + start for best, start in zip(parts, starts, strict=False)])
    score = np.concatenate([best.score for best in parts])
    order = best_places(score, count)
    return Best(rows[order], np.concatenate([best.graph for best in parts])[order], score[order])


def _by_query(replies: Sequence[Sequence[Reply]]) -> list[tuple[Reply, ...]]:
    """Replies by part and query, rearranged by query and part."""
    return list(zip(*replies, strict=True))
