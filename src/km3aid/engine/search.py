"""The stages of a search: filters, similarity on the graph level, quick match, exact match of the best."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from km3aid.library import Filters, Library
from km3aid.matching.config import Fusion, MatchConfig
from km3aid.matching.fusion import fuse
from km3aid.matching.score import match_scores, quick_scores, side_by_side, similarities
from km3aid.spectra.spectrum import Spectrum

MATCHED_EXACTLY = 2500  # molecules, the best by similarity and quick match
KEPT = 400  # of these, the best by the exact match: they share the probability
MATCHED_QUICKLY = 150_000  # molecules, the most similar; a library up to this size is matched whole
_TESTED = 500  # molecules that are tested for a substructure at a time
_BLOCK = 2048  # molecules multiplied with many spectra at once: their vectors stay in the cache
_SAMPLE = 20_000  # similarities that decide which are among the best
NO_FILTERS = Filters()


class Candidates(NamedTuple):
    """The best R molecules of a library for one spectrum, best first."""

    rows: NDArray[np.int64]  # (R,)
    graph: NDArray[np.float64]  # (R,) cosine
    match: NDArray[np.float64]  # (R,) log-likelihood of the best assignment
    entries: list[tuple[str, str | None]]  # SMILES and name of each
    passed: int  # molecules that the filters let through


class Question(NamedTuple):
    """One spectrum with all that a search of it needs."""

    spectrum: Spectrum
    vector: NDArray[np.float32]  # (D,) its embedding
    one_per_carbon: bool
    config: MatchConfig

    @property
    def fusion(self) -> Fusion:
        return self.config.per_carbon_fusion if self.one_per_carbon else self.config.distinct_fusion


class Best(NamedTuple):
    """The best R molecules of some shards by the quick score, best first, equal ones by row."""

    rows: NDArray[np.int64]  # (R,)
    graph: NDArray[np.float32]  # (R,)
    score: NDArray[np.float64]  # (R,) fused with the quick match


class Stages:
    """One question to the shards of a library, or of a part of one, stage by stage.

    Every number depends on its molecule alone, so that parts find what the whole finds; `find_candidates` decides
    between the stages. `graph` (N,) are the similarities where they are known already.
    """

    def __init__(
        self, question: Question, library: Library, filters: Filters, graph: NDArray[np.float32] | None = None
    ) -> None:
        self.question, self.library, self.filters = question, library, filters
        self.rows = library.filter(filters)
        if graph is None:
            self.similar = [
                similarities(shard.embedding, shard.scale, question.vector, r)
                for shard, r in zip(library.shards, self.rows, strict=True)
            ]
        else:
            self.similar = [
                part if len(r) == len(part) else part[r]
                for part, r in zip(np.split(graph, library.starts[1:-1]), self.rows, strict=True)
            ]

    def passed(self) -> int:
        """How many molecules the filters let through."""
        return sum(map(len, self.rows))

    def sample(self, step: int) -> NDArray[np.float32]:
        """Every `step`-th similarity of each shard."""
        return np.concatenate([np.zeros(0, np.float32), *(part[::step] for part in self.similar)])

    def best(self, least: float | None, count: int) -> Best:
        """The `count` best by similarity and quick match among those whose similarity is `least` or more."""
        question = self.question
        found = [(np.zeros(0, np.int64), np.zeros(0, np.float32), np.zeros(0, np.float32))]
        for shard, start, rows, similar in zip(
            self.library.shards, self.library.starts[:-1], self.rows, self.similar, strict=True
        ):
            if least is not None:
                kept = np.flatnonzero(similar >= least)
                rows, similar = rows[kept], similar[kept]
            quick = quick_scores(
                question.spectrum, shard.classes, shard.carbons, rows, question.config, question.one_per_carbon
            )
            found.append((start + rows, similar, quick))
        row, similar, quick = (np.concatenate(column) for column in zip(*found, strict=True))
        score = fuse(similar.astype(np.float64), quick.astype(np.float64), question.fusion)
        test = self.filters.substructure_test()
        holds = None if test is None else lambda places: test([self.library.smiles(int(row[p])) for p in places])
        place = _best(score, count, holds)
        return Best(row[place].astype(np.int64), similar[place], score[place])

    def match(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        """Exact match scores (R,) of the rows."""
        return exact_scores(self.question, self.library, rows)

    def entries(self, rows: NDArray[np.int64]) -> list[tuple[str, str | None]]:
        """SMILES and name of each row."""
        return [self.library.entry(int(row)) for row in rows]


def exact_scores(question: Question, library: Library, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Exact match scores (R,) of rows of a library, whichever shards hold them."""
    out = np.empty(len(rows))
    owner = np.searchsorted(library.starts, rows, "right") - 1
    for number in np.unique(owner):
        mine = owner == number
        local = (rows[mine] - library.starts[number]).astype(np.int32)
        classes = library.shards[number].classes
        out[mine] = match_scores(question.spectrum, classes, local, question.config, question.one_per_carbon)
    return out


Ask = Callable[[str, Sequence[Sequence[tuple[Any, ...]]]], list[list[Any]]]


def ask_parts(
    ask: Ask,
    questions: Sequence[Question],
    sizes: Sequence[int],
    exactly: int,
    quickly: int | None,
    kept: int = KEPT,
) -> list[Candidates]:
    """The best molecules for each question of a library in parts of `sizes` molecules, one after another.

    `ask(stage, arguments)` does a method of `Stages` in every part for every question, by `arguments[part][question]`,
    and returns what came out in the same order.
    """
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
    matched = _ask_rows(ask, "match", [best.rows for best in chosen], starts)
    candidates = []
    for question, best, match, passing in zip(questions, chosen, matched, whole, strict=True):
        graph, exact = best.graph.astype(np.float64), np.array(match, np.float64)
        place = _best(fuse(graph, exact, question.fusion), kept)
        candidates.append(Candidates(best.rows[place], graph[place], exact[place], [], passing))
    entries = _ask_rows(ask, "entries", [c.rows for c in candidates], starts)
    return [c._replace(entries=named) for c, named in zip(candidates, entries, strict=True)]


def _ask_rows(ask: Ask, stage: str, rows: Sequence[NDArray[np.int64]], starts: NDArray[np.int64]) -> list[list[Any]]:
    """What a stage says of each question's rows, in their order: every part is asked for its own."""
    owners = [np.searchsorted(starts, r, "right") - 1 for r in rows]
    arguments = [
        [(r[owner == part] - starts[part],) for r, owner in zip(rows, owners, strict=True)]
        for part in range(len(starts) - 1)
    ]
    answers = _columns(ask(stage, arguments))
    found = []
    for owner, by_part in zip(owners, answers, strict=True):
        flat = [value for values in by_part for value in values]
        order = np.argsort(np.argsort(owner, kind="stable"), kind="stable")
        found.append([flat[i] for i in order])
    return found


def find_candidates(
    question: Question,
    library: Library,
    filters: Filters,
    *,
    exactly: int = MATCHED_EXACTLY,
    quickly: int | None = MATCHED_QUICKLY,
    kept: int = KEPT,
    graph: NDArray[np.float32] | None = None,
) -> Candidates:
    """The best `kept` molecules for one spectrum; `graph` (N,) are its similarities where they are known already.

    `exactly` are matched exactly, `quickly` quickly; None: all molecules, however many.
    """
    stages = Stages(question, library, filters, graph)
    (found,) = ask_parts(
        lambda stage, arguments: [[getattr(stages, stage)(*arguments[0][0])]],
        [question],
        [len(library)],
        exactly,
        quickly,
        kept,
    )
    return found


def find_many(
    questions: Sequence[Question],
    library: Library,
    filters: Sequence[Filters],
    exactly: int,
    kept: int,
    device: torch.device,
) -> Iterator[Candidates]:
    """The best molecules for each of some spectra, in order, found side by side after one pass that they share."""
    graph = shared_similarities(questions, library, filters, device)
    return side_by_side(
        [
            partial(find_candidates, question, library, condition, exactly=exactly, kept=kept, graph=similar)
            for question, condition, similar in zip(questions, filters, graph, strict=True)
        ]
    )


def shared_similarities(
    questions: Sequence[Question], library: Library, filters: Sequence[Filters], device: torch.device
) -> Sequence[NDArray[np.float32] | None]:
    """For each question its similarities (N,) with all molecules, where one pass for all of them pays."""
    if len(questions) == 1 or NO_FILTERS not in filters:
        return [None for _ in questions]
    return list(similarities_of_many(np.stack([q.vector for q in questions]), library, device))


def similarities_of_many(vectors: NDArray[np.float32], library: Library, device: torch.device) -> NDArray[np.float32]:
    """Cosines (Q, N) of Q spectra's vectors (Q, D) with all molecules: matrix products, block by block."""
    queries = torch.from_numpy(vectors).to(device).T
    out = np.empty((len(vectors), len(library)), np.float32)
    for shard, start in zip(library.shards, library.starts[:-1], strict=True):
        for first in range(0, len(shard), _BLOCK):
            part = slice(first, min(first + _BLOCK, len(shard)))
            block = torch.from_numpy(shard.embedding[part].astype(np.float32)).to(device)
            product = (block @ queries).cpu().numpy() * shard.scale[part, None]
            out[:, start + part.start : start + part.stop] = product.T
    return out


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
