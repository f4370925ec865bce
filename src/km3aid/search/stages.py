"""The stages of a search, one after another over all parts of a library: filter → similar → quick → exact."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

import numpy as np
from numpy.typing import NDArray

from km3aid.matching.compiled.quick_match import above_quick
from km3aid.matching.config import Fusion
from km3aid.matching.fusion import fuse
from km3aid.search.part import Best, Matched, best_places
from km3aid.search.query import Candidates, Limits, Query

_FIRST = 100  # molecules that are matched exactly whatever comes out: they say what others have to reach
_FAR = 7.0  # log-odds below the best hit: what is farther takes no probability from it
_SAMPLE = 10_000  # similarities that decide which are among the best
_Reply = TypeVar("_Reply")


class Parts(Protocol):
    """All parts of a library at once, wherever they are: the stages of `km3aid.search.part.Part`, part by part.

    A reply is that of every part, in order, each with the answers to all queries.
    """

    @property
    def sizes(self) -> Sequence[int]:
        """Molecules of each part."""
        ...

    def passed(self) -> list[list[int]]: ...

    def sample(self, steps: Sequence[int]) -> list[list[NDArray[np.float32]]]: ...

    def best(self, least: Sequence[float | None], count: int) -> list[list[Best]]: ...

    def match(self, wanted: Sequence[Sequence[Matched]]) -> list[list[NDArray[np.float64]]]: ...

    def entries(self, rows: Sequence[Sequence[NDArray[np.int64]]]) -> list[list[list[tuple[str, str | None]]]]: ...


def find(parts: Parts, queries: Sequence[Query], limits: Limits) -> list[Candidates]:
    """The best molecules for each query."""
    starts = np.cumsum([0, *parts.sizes])
    whole = [sum(counts) for counts in _by_query(parts.passed())]
    least = _thresholds(parts, whole, limits.quickly)
    chosen = [_merge(best, starts, limits.exactly) for best in _by_query(parts.best(least, limits.exactly))]
    chosen, matched = _match(parts, queries, chosen, starts, limits.sure)
    candidates = []
    for query, best, exact, passing in zip(queries, chosen, matched, whole, strict=True):
        graph = best.graph.astype(np.float64)
        kept = best_places(fuse(graph, exact, query.fusion), min(limits.kept, int(np.isfinite(exact).sum())))
        candidates.append(Candidates(best.rows[kept], graph[kept], exact[kept], [], passing))
    entries = _of_rows([c.rows for c in candidates], starts, lambda split: parts.entries([s.rows for s in split]))
    return [c._replace(entries=named) for c, named in zip(candidates, entries, strict=True)]


def _thresholds(parts: Parts, whole: Sequence[int], quickly: int | None) -> list[float | None]:
    """For each query a similarity that about `quickly` molecules reach, from a sample; None where all are matched."""
    if quickly is None or all(n <= quickly for n in whole):
        return [None for _ in whole]
    samples = _by_query(parts.sample([max(1, n // _SAMPLE) for n in whole]))
    return [
        None if n <= quickly else float(np.quantile(np.concatenate(sample), 1 - quickly / n))
        for sample, n in zip(samples, whole, strict=True)
    ]


def _match(
    parts: Parts, queries: Sequence[Query], chosen: Sequence[Best], starts: NDArray[np.int64], sure: int
) -> tuple[list[Best], list[NDArray[np.float64]]]:
    """Exact scores of the best, in two rounds: the first say which of the others can still be hits."""
    head = max(sure, _FIRST)
    heads = [Matched(best.rows[:head], np.full(len(best.rows[:head]), -np.inf)) for best in chosen]
    first = [np.array(scores, np.float64) for scores in _exact(parts, heads, starts)]
    reaching, tails = [], []
    for query, best, scores in zip(queries, chosen, first, strict=True):
        least = _least(query.fusion, best.graph, scores, sure)
        best = _reaching(best, least, query, head)
        reaching.append(best)
        tails.append(Matched(best.rows[head:], _needed(least, best.graph[head:], query.fusion)))
    if not any(len(tail.rows) for tail in tails):
        return reaching, first
    second = _exact(parts, tails, starts)
    return reaching, [np.append(a, b) for a, b in zip(first, second, strict=True)]


def _exact(parts: Parts, wanted: Sequence[Matched], starts: NDArray[np.int64]) -> list[list[float]]:
    """Exact scores of each query's rows."""

    def ask(split: list[_Split]) -> list[list[Any]]:
        shares = [[w.least[origin] for w, origin in zip(wanted, part.origin, strict=True)] for part in split]
        return parts.match([list(map(Matched, part.rows, least)) for part, least in zip(split, shares, strict=True)])

    return _of_rows([w.rows for w in wanted], starts, ask)


def _least(fusion: Fusion, graph: NDArray[np.float32], match: NDArray[np.float64], sure: int) -> float:
    """The score that a molecule after those with a `match` needs to be a hit, or to take probability from one."""
    score = np.sort(fuse(graph[: len(match)].astype(np.float64), match, fusion))[::-1]
    return float(min(score[min(sure, len(score)) - 1], score[0] - _FAR)) if len(score) else -np.inf


def _reaching(best: Best, least: float, query: Query, head: int) -> Best:
    """The first `head` of the best, and those after them whose score may be `least` by the quick match."""
    most = best.score + query.fusion.match_weight * above_quick(query.spectrum, query.config)
    count = max(head, int((most >= least).sum()))
    return Best(best.rows[:count], best.graph[:count], best.score[:count])


def _needed(least: float, graph: NDArray[np.float32], fusion: Fusion) -> NDArray[np.float64]:
    """The exact match scores that give molecules of these similarities a score of `least`."""
    needed: NDArray[np.float64] = (least - fusion.graph_weight * graph.astype(np.float64)) / fusion.match_weight
    return needed


def _merge(parts: Sequence[Best], starts: NDArray[np.int64], count: int) -> Best:
    """The best of the best of all parts."""
    rows = np.concatenate([best.rows + start for best, start in zip(parts, starts, strict=False)])
    score = np.concatenate([best.score for best in parts])
    chosen = best_places(score, count)
    return Best(rows[chosen], np.concatenate([best.graph for best in parts])[chosen], score[chosen])


class _Split(NamedTuple):
    """The rows of every query that one part holds, counted in the part, and where they stood."""

    rows: list[NDArray[np.int64]]
    origin: list[NDArray[np.bool_]]


def _of_rows(
    rows: Sequence[NDArray[np.int64]], starts: NDArray[np.int64], ask: Callable[[list[_Split]], list[list[Any]]]
) -> list[list[Any]]:
    """What the parts say of each query's rows, in their order: every part is asked for its own."""
    owners = [np.searchsorted(starts, mine, "right") - 1 for mine in rows]
    split = []
    for part in range(len(starts) - 1):
        origin = [owner == part for owner in owners]
        split.append(_Split([r[o] - starts[part] for r, o in zip(rows, origin, strict=True)], origin))
    found = []
    for owner, by_part in zip(owners, _by_query(ask(split)), strict=True):
        flat = [value for values in by_part for value in values]
        order = np.argsort(np.argsort(owner, kind="stable"), kind="stable")
        found.append([flat[i] for i in order])
    return found


def _by_query(replies: list[list[_Reply]]) -> list[tuple[_Reply, ...]]:
    """Replies by part and query, by query and part."""
    return list(zip(*replies, strict=True))
