"""The stages of a search: filters, similarity on the graph level, quick match, exact match of the best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.library import Filters, Library, Shard
from km3aid.matching.compiled.score import (
    ExactMatch,
    Queries,
    QuickMatch,
    Similar,
    above_quick,
    charges,
    find_similar,
    pack_queries,
    side_by_side,
)
from km3aid.matching.config import Fusion, MatchConfig
from km3aid.matching.fusion import fuse
from km3aid.spectra.spectrum import Spectrum

MATCHED_QUICKLY = 60_000  # molecules, the most similar; a library up to this size is matched whole
MATCHED_EXACTLY = 5000  # of these, the best by similarity and quick match, as far as they can be among the hits
KEPT = 400  # of these, the best: they share the probability
SURE = 10  # hits that are those of matching all `MATCHED_EXACTLY` to the end
_FIRST = 100  # molecules that are matched exactly whatever comes out: they say what others have to reach
_FAR = 7.0  # log-odds below the best hit: what is farther takes no probability from it
_TESTED = 500  # molecules that are tested for a substructure at a time
_BLOCK = 16_384  # molecules that one thread looks at for all questions: what it needs of them stays in the cache
_SAMPLE = 10_000  # similarities that decide which are among the best
NO_FILTERS = Filters()


class Candidates(NamedTuple):
    """The best R molecules of a library for one spectrum, best first."""

    rows: NDArray[np.int64]  # (R,)
    graph: NDArray[np.float64]  # (R,) cosine
    match: NDArray[np.float64]  # (R,) log-likelihood of the best assignment
    entries: list[tuple[str, str | None]]  # SMILES and name of each
    passed: int  # molecules that the filters let through


class Limits(NamedTuple):
    """How many molecules a search looks at, stage by stage."""

    quickly: int | None = MATCHED_QUICKLY  # None: all
    exactly: int = MATCHED_EXACTLY
    kept: int = KEPT
    sure: int = SURE


class Question(NamedTuple):
    """One spectrum with all that a search of it needs."""

    spectrum: Spectrum
    vector: NDArray[np.float32]  # (D,) its embedding
    config: MatchConfig

    @property
    def fusion(self) -> Fusion:
        return self.config.per_carbon_fusion if self.spectrum.one_per_carbon else self.config.distinct_fusion


class Best(NamedTuple):
    """The best R molecules of some shards by the quick score, best first, equal ones by row."""

    rows: NDArray[np.int64]  # (R,)
    graph: NDArray[np.float32]  # (R,)
    score: NDArray[np.float64]  # (R,) fused with the quick match


_NOTHING = Best(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0))


class Stages:
    """Some questions to the shards of a library, or of a part of one, stage by stage.

    Every number depends on its molecule and its question alone, so that parts find what the whole finds; `ask_parts`
    decides between the stages. A stage takes the arguments of every question and answers in the same order.
    """

    def __init__(self, questions: Sequence[Question], library: Library, filters: Sequence[Filters]) -> None:
        self.questions, self.library, self.filters = questions, library, filters
        self._quick = [QuickMatch(q.spectrum, q.config) for q in questions]
        self._exact = [ExactMatch(q.spectrum, q.config) for q in questions]
        self._groups = [self._group(condition) for condition in dict.fromkeys(filters)]

    def passed(self, arguments: Sequence[tuple[()]]) -> list[int]:
        """How many molecules the filters let through."""
        counts = [0 for _ in arguments]
        for group in self._groups:
            for n in group.questions:
                counts[n] = sum(map(len, group.rows))
        return counts

    def sample(self, arguments: Sequence[tuple[int]]) -> list[NDArray[np.float32]]:
        """Every `step`-th charged similarity of each shard; questions of equal filters have equal steps."""
        found = [[np.zeros(0, np.float32)] for _ in arguments]
        for group in self._groups:
            (step,) = arguments[group.questions[0]]
            for shard, rows in zip(self.library.shards, group.rows, strict=True):
                some = rows[::step]
                for n, charged in zip(group.questions, _charged(shard, group.queries, some), strict=True):
                    found[n].append(charged)
        return [np.concatenate(parts) for parts in found]

    def best(self, arguments: Sequence[tuple[float | None, int]]) -> list[Best]:
        """The `count` best by similarity and quick match among those whose charged similarity is `least` or more."""
        least = np.array([-np.inf if limit is None else limit for limit, _ in arguments], np.float32)
        blocks = [
            partial(self._look, group, shard, rows[first : first + _BLOCK], int(start), least)
            for group in self._groups
            for shard, start, rows in zip(self.library.shards, self.library.starts, group.rows, strict=False)
            for first in range(0, len(rows), _BLOCK)
        ]
        found = [[_NOTHING] for _ in arguments]
        for n, best in (pair for pairs in side_by_side(blocks) for pair in pairs):
            found[n].append(best)
        chosen = [partial(self._choose, n, parts, arguments[n][1]) for n, parts in enumerate(found)]
        return list(side_by_side(chosen))

    def match(self, arguments: Sequence[tuple[NDArray[np.int64], NDArray[np.float64]]]) -> list[NDArray[np.float64]]:
        """Exact match scores (R,) of the rows; minus infinity where they cannot be the `least` (R,) of the row."""
        calls = [
            partial(exact_scores, exact, self.library, *given)
            for exact, given in zip(self._exact, arguments, strict=True)
        ]
        return list(side_by_side(calls))

    def entries(self, arguments: Sequence[tuple[NDArray[np.int64]]]) -> list[list[tuple[str, str | None]]]:
        """SMILES and name of each row."""
        return [[self.library.entry(int(row)) for row in rows] for (rows,) in arguments]

    def _group(self, condition: Filters) -> _Group:
        asking = [n for n, other in enumerate(self.filters) if other == condition]
        return _Group(asking, _pack([self.questions[n] for n in asking]), self.library.filter(condition))

    def _look(
        self, group: _Group, shard: Shard, rows: NDArray[np.int32], start: int, least: NDArray[np.float32]
    ) -> list[tuple[int, Best]]:
        """For each question of a group what it finds in a block of rows."""
        found = []
        for n, similar in zip(
            group.questions, _similar(shard, group.queries, rows, least[group.questions]), strict=True
        ):
            quick = self._quick[n](shard.classes, shard.carbons, similar.rows)
            score = fuse(similar.cosine.astype(np.float64), quick.astype(np.float64), self.questions[n].fusion)
            found.append((n, Best(similar.rows + np.int64(start), similar.cosine, score)))
        return found

    def _choose(self, n: int, parts: list[Best], count: int) -> Best:
        """The `count` best of what question n found in all blocks, and that hold its substructure."""
        rows, graph, score = (np.concatenate(column) for column in zip(*parts, strict=True))
        test = self.filters[n].substructure_test()
        holds = None if test is None else lambda places: test([self.library.smiles(int(rows[p])) for p in places])
        place = _best(score, count, holds)
        return Best(rows[place], graph[place], score[place])


class _Group(NamedTuple):
    """Questions with the same filters, which look at the same rows together."""

    questions: list[int]
    queries: Queries
    rows: list[NDArray[np.int32]]  # of each shard


def _pack(questions: Sequence[Question]) -> Queries:
    return pack_queries(np.stack([q.vector for q in questions]), [q.spectrum for q in questions])


def _similar(
    shard: Shard, queries: Queries, rows: NDArray[np.int32], least: NDArray[np.float32] | None = None
) -> list[Similar]:
    return find_similar(shard.embedding, shard.scale, shard.carbons, shard.classes.offset, queries, rows, least)


def _charged(shard: Shard, queries: Queries, rows: NDArray[np.int32]) -> NDArray[np.float32]:
    """Cosines (Q, R) less the charges."""
    cosine = np.stack([similar.cosine for similar in _similar(shard, queries, rows)])
    return cosine - charges(shard.carbons, shard.classes.offset, queries, rows)


def all_similarities(questions: Sequence[Question], library: Library, *, charged: bool = False) -> NDArray[np.float32]:
    """Cosines (Q, N) of the questions with every molecule of the library; `charged` as they decide what is matched."""
    queries, everything = _pack(questions), library.filter(NO_FILTERS)

    def compare(shard: Shard, rows: NDArray[np.int32]) -> NDArray[np.float32]:
        if charged:
            return _charged(shard, queries, rows)
        return np.stack([similar.cosine for similar in _similar(shard, queries, rows)])

    calls = [partial(compare, *pair) for pair in zip(library.shards, everything, strict=True)]
    return np.concatenate(list(side_by_side(calls)), 1)


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


DEFAULT_LIMITS = Limits()
Ask = Callable[[str, Sequence[Sequence[tuple[Any, ...]]]], list[list[Any]]]


def ask_parts(
    ask: Ask, questions: Sequence[Question], sizes: Sequence[int], limits: Limits = DEFAULT_LIMITS
) -> list[Candidates]:
    """The best molecules for each question of a library in parts of `sizes` molecules, one after another.

    `ask(stage, arguments)` does a method of `Stages` in every part for every question, by `arguments[part][question]`,
    and returns what came out in the same order.
    """
    quickly, exactly, kept, sure = limits
    starts = np.cumsum([0, *sizes])
    parts, asked = range(len(sizes)), range(len(questions))
    passed = _columns(ask("passed", [[() for _ in asked] for _ in parts]))
    whole = [sum(counts) for counts in passed]
    least: list[float | None] = [None for _ in asked]
    if quickly is not None and any(n > quickly for n in whole):
        samples = _columns(ask("sample", [[(max(1, n // _SAMPLE),) for n in whole] for _ in parts]))
        least = [_threshold(np.concatenate(s), n, quickly) for s, n in zip(samples, whole, strict=True)]
    found = _columns(ask("best", [[(limit, exactly) for limit in least] for _ in parts]))
    chosen = [_merge(best, starts, exactly) for best in found]
    head = max(sure, _FIRST)
    heads = [(best.rows[:head], np.full(len(best.rows[:head]), -np.inf)) for best in chosen]
    matched = _ask_rows(ask, "match", heads, starts)
    tails = []
    for n, (question, best, match) in enumerate(zip(questions, chosen, matched, strict=True)):
        least_score = _least(question.fusion, best.graph, np.array(match), sure)
        chosen[n] = best = _reaching(best, least_score, question, head)
        tails.append((best.rows[head:], _needed(least_score, best.graph[head:], question.fusion)))
    if any(len(rows) for rows, _ in tails):
        more = _ask_rows(ask, "match", tails, starts)
        matched = [first + second for first, second in zip(matched, more, strict=True)]
    candidates = []
    for question, best, match, passing in zip(questions, chosen, matched, whole, strict=True):
        graph, exact = best.graph.astype(np.float64), np.array(match, np.float64)
        place = _best(fuse(graph, exact, question.fusion), min(kept, int(np.isfinite(exact).sum())))
        candidates.append(Candidates(best.rows[place], graph[place], exact[place], [], passing))
    entries = _ask_rows(ask, "entries", [(c.rows,) for c in candidates], starts)
    return [c._replace(entries=named) for c, named in zip(candidates, entries, strict=True)]


def _least(fusion: Fusion, graph: NDArray[np.float32], match: NDArray[np.float64], sure: int) -> float:
    """The score that a molecule after those with a `match` needs to be a hit, or to take probability from one."""
    score = np.sort(fuse(graph[: len(match)].astype(np.float64), match, fusion))[::-1]
    return float(min(score[min(sure, len(score)) - 1], score[0] - _FAR)) if len(score) else -np.inf


def _reaching(best: Best, least_score: float, question: Question, head: int) -> Best:
    """The first `head` of the best, and those after them whose score may be `least_score` by the quick match."""
    most = best.score + question.fusion.match_weight * above_quick(question.spectrum, question.config)
    count = max(head, int((most >= least_score).sum()))
    return Best(best.rows[:count], best.graph[:count], best.score[:count])


def _needed(least_score: float, graph: NDArray[np.float32], fusion: Fusion) -> NDArray[np.float64]:
    """The exact match scores that give molecules of these similarities a score of `least_score`."""
    needed: NDArray[np.float64] = (least_score - fusion.graph_weight * graph.astype(np.float64)) / fusion.match_weight
    return needed


def _ask_rows(
    ask: Ask, stage: str, columns: Sequence[tuple[NDArray[Any], ...]], starts: NDArray[np.int64]
) -> list[list[Any]]:
    """What a stage says of each question's rows, in their order: every part is asked for its own.

    The first of a question's columns are its rows, the others go with them.
    """
    owners = [np.searchsorted(starts, rows, "right") - 1 for rows, *_ in columns]
    arguments = [
        [
            (rows[owner == part] - starts[part], *(other[owner == part] for other in others))
            for (rows, *others), owner in zip(columns, owners, strict=True)
        ]
        for part in range(len(starts) - 1)
    ]
    answers = _columns(ask(stage, arguments))
    found = []
    for owner, by_part in zip(owners, answers, strict=True):
        flat = [value for values in by_part for value in values]
        order = np.argsort(np.argsort(owner, kind="stable"), kind="stable")
        found.append([flat[i] for i in order])
    return found


def find_many(
    questions: Sequence[Question], library: Library, filters: Sequence[Filters], limits: Limits = DEFAULT_LIMITS
) -> list[Candidates]:
    """The best molecules for each of some spectra, found in passes that they share."""
    stages = Stages(questions, library, filters)
    return ask_parts(lambda stage, arguments: [getattr(stages, stage)(*arguments)], questions, [len(library)], limits)


def find_candidates(
    question: Question, library: Library, filters: Filters, limits: Limits = DEFAULT_LIMITS
) -> Candidates:
    """The best molecules for one spectrum."""
    return find_many([question], library, [filters], limits)[0]


def _threshold(sample: NDArray[np.float32], passed: int, quickly: int) -> float | None:
    """A similarity that about `quickly` molecules reach, from a sample; None where all are to be matched."""
    return None if passed <= quickly else float(np.quantile(sample, 1 - quickly / passed))


def _best(
    score: NDArray[np.float64], count: int, holds: Callable[[NDArray[np.int64]], NDArray[np.bool_]] | None = None
) -> NDArray[np.int64]:
    """Places of the `count` best scores, best first, equal ones in order; with `holds` only of places that pass it."""
    if holds is None:
        places = np.arange(len(score))
        if count < len(score):
            places = np.flatnonzero(score >= np.partition(score, len(score) - count)[len(score) - count])
        return places[np.argsort(-score[places], kind="stable")][:count]
    order = np.argsort(-score, kind="stable")
    parts = (order[start : start + _TESTED] for start in range(0, len(order), _TESTED))
    passing = (place for part in parts for place in part[holds(part)])
    return np.fromiter(islice(passing, count), np.int64)


def _merge(parts: Sequence[Best], starts: NDArray[np.int64], count: int) -> Best:
    """The best of the best of all parts."""
    rows = np.concatenate([best.rows + start for best, start in zip(parts, starts, strict=False)])
    score = np.concatenate([best.score for best in parts])
    place = _best(score, count)
    return Best(rows[place], np.concatenate([best.graph for best in parts])[place], score[place])


def _columns(answers: list[list[Any]]) -> list[tuple[Any, ...]]:
    """Answers by part and question, by question and part."""
    return list(zip(*answers, strict=True))
