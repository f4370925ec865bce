"""Tables 2, D.1 and D.2: where the right molecule stands among 10², 10³, … molecules, for one model."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.engine.search import Question, similarities_of_many
from km3aid.evaluation.cases import Case
from km3aid.evaluation.paper.ranks import Scores, best_row, rank_among, shares_within
from km3aid.library import Filters, Library
from km3aid.matching.config import Fusion
from km3aid.matching.score import match_scores, quick_scores
from km3aid.molecules import parse_smiles
from km3aid.molecules.similarity import FINGERPRINT, MEASURES, fingerprint_similarities
from km3aid.spectra.spectrum import Peak, Spectrum

SIZES = (100, 1000, 10_000, 100_000, 1_000_000)
KINDS = ("distinct", "per_carbon", "per_carbon_with_multiplicity")
KNOWLEDGE = ("none", "formula", "mass_0.01", "mass_5")
EXACTLY = 400  # of the best by the quick score, as in a search
_TOGETHER = 32


class Scoring(NamedTuple):
    """One way to order a library: weights of similarity and match; `exact`: the best are matched exactly."""

    name: str
    weights: Fusion | None  # None: those of the question
    exact: bool


SIMILARITY = Scoring("similarity", Fusion(1.0, 0.0), False)
SCORINGS = (SIMILARITY, Scoring("match", Fusion(0.0, 1.0), True), Scoring("fused", None, True))


class Truth(NamedTuple):
    """The molecule of a query: its row in the library of truths, and the rows of the pool that are the same."""

    row: int
    same_key: NDArray[np.int64]
    same_block: NDArray[np.int64]
    formula: str
    mass_da: float


def query_spectrum(case: Case, kind: str) -> tuple[Spectrum, bool]:
    """The spectrum of a case in one of `KINDS`, and whether it has one peak per carbon."""
    if kind == "distinct":
        return case.distinct(), False
    spectrum = case.per_carbon()
    if kind == "per_carbon":
        spectrum = Spectrum(tuple(Peak(p.shift_ppm) for p in spectrum))
    return spectrum, True


def evaluate_zero_shot(
    engine: Engine,
    data: Dataset,
    cases: Sequence[Case],
    pool: Library,
    truths: Library,
    keys: NDArray[np.bytes_],
    *,
    kinds: Sequence[str] = KINDS,
    scorings: Sequence[Scoring] = SCORINGS,
    knowledge: Sequence[str] = KNOWLEDGE,
) -> dict[str, Any]:
    """Shares of queries within the first 1, 5, 10, 25, by InChIKey and by its first block.

    `pool` has names that are places in `keys` (N,), the InChIKeys; `truths` are the molecules of `cases`, in order. A
    library of n is the query's molecule and the first n − 1 others of the pool. Ties count as their expected rank.
    """
    sizes = [n for n in SIZES if n <= len(keys)]
    place = np.array([int(str(name)) for shard in pool.shards for name in shard.names.to_pylist()])
    asked = _Asked(engine, pool, truths, place, keys)
    found: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    similar: dict[tuple[str, ...], list[float]] = defaultdict(list)
    every = [asked.truth(n, data, case) for n, case in enumerate(cases)]
    for kind in kinds:
        for case, truth, scores in asked.scores(cases, every, kind, scorings):
            for scoring in scorings:
                for known in knowledge:
                    for size in sizes:
                        ranks = rank_among(
                            scores[scoring.name], asked.passing(truth, known), truth, place, size, EXACTLY
                        )
                        found[kind, scoring.name, known, str(size)].append(ranks)
                top = [best_row(scores[scoring.name], truth, place, size, EXACTLY) for size in sizes]
                _add_similarities(similar, data, case, pool, top, sizes, (kind, scoring.name))
    return {
        "queries": len(cases),
        "pool": len(keys),
        "sizes": sizes,
        "matched_exactly": EXACTLY,
        "shares": _tree({k: shares_within(v) for k, v in found.items()}),
        "top_1_similarity": _tree({k: float(np.mean(v)) for k, v in similar.items()}),
        "fingerprint": FINGERPRINT,
    }


class _Asked:
    """A pool and the truths, asked with spectra."""

    def __init__(
        self, engine: Engine, pool: Library, truths: Library, place: NDArray[np.int64], keys: NDArray[np.bytes_]
    ) -> None:
        self.engine, self.pool, self.truths = engine, pool, truths
        self.key = keys[place]  # of every row of the library
        self.block = np.array([k[:14] for k in self.key], "S14")
        self._filtered: dict[str, NDArray[np.int64] | None] = {}
        self._of: int | None = None

    def truth(self, n: int, data: Dataset, case: Case) -> Truth:
        key = data.inchi_key[case.row]
        molecule = parse_smiles(data.smiles[case.row].decode())
        same_block = np.flatnonzero(self.block == key[:14])
        return Truth(n, np.flatnonzero(self.key == key), same_block, molecule.formula, molecule.exact_mass_da)

    def passing(self, truth: Truth, known: str) -> NDArray[np.int64] | None:
        """Rows of the pool that fit what is known, or None for all; remembered for one query."""
        if self._of != truth.row:
            self._filtered, self._of = {"none": None}, truth.row
        if known not in self._filtered:
            filters = (
                Filters(formula=truth.formula)
                if known == "formula"
                else Filters(mass_da=truth.mass_da, mass_tolerance_da=float(known.removeprefix("mass_")))
            )
            rows = self.pool.filter(filters)
            parts = [start + r.astype(np.int64) for start, r in zip(self.pool.starts[:-1], rows, strict=True)]
            self._filtered[known] = np.concatenate(parts)
        return self._filtered[known]

    def scores(
        self, cases: Sequence[Case], truths: Sequence[Truth], kind: str, scorings: Sequence[Scoring]
    ) -> Iterator[tuple[Case, Truth, dict[str, Scores]]]:
        """For every case its truth and the scores of all rows of the pool and of the truth."""
        for first in range(0, len(cases), _TOGETHER):
            part = slice(first, first + _TOGETHER)
            questions = [self.engine.question(*query_spectrum(case, kind)) for case in cases[part]]
            vectors = np.stack([q.vector for q in questions])
            among = similarities_of_many(vectors, self.pool, self.engine.device)
            own = similarities_of_many(vectors, self.truths, self.engine.device)
            for n, (case, truth, question) in enumerate(zip(cases[part], truths[part], questions, strict=True)):
                yield case, truth, self._of_question(question, truth, among[n], float(own[n, truth.row]), scorings)

    def _of_question(
        self, question: Question, truth: Truth, similarity: NDArray[np.float32], own: float, scorings: Sequence[Scoring]
    ) -> dict[str, Scores]:
        quick, own_quick, own_exact = np.zeros_like(similarity), 0.0, 0.0
        if any(s.exact for s in scorings):
            quick = np.concatenate([_quick(question, shard) for shard in self.pool.shards])
            shard, local = self.truths.locate(truth.row)
            row = np.array([local], np.int32)
            own_quick = float(_quick(question, shard, row)[0])
            own_exact = float(
                match_scores(question.spectrum, shard.classes, row, question.config, question.one_per_carbon)[0]
            )
        exact = _Exact(question, self.pool)
        found = {}
        for scoring in scorings:
            w = scoring.weights or question.fusion
            quickly = (w.graph_weight * similarity + w.match_weight * quick).astype(np.float32)
            own_quickly = float(np.float32(w.graph_weight * np.float32(own) + w.match_weight * np.float32(own_quick)))
            found[scoring.name] = Scores(
                quickly,
                own_quickly,
                _Blend(w, similarity, exact) if scoring.exact else None,
                w.graph_weight * own + w.match_weight * own_exact,
            )
        return found


@dataclass(frozen=True, slots=True)
class _Blend:
    """Similarity and exact match of rows in one score."""

    weights: Fusion
    similarity: NDArray[np.float32]
    match: _Exact

    def __call__(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        w = self.weights
        score: NDArray[np.float64] = w.graph_weight * self.similarity[rows] + w.match_weight * self.match(rows)
        return score


class _Exact:
    """Exact match scores of rows, each computed once."""

    def __init__(self, question: Question, pool: Library) -> None:
        self.question, self.pool = question, pool
        self.known: dict[int, float] = {}

    def __call__(self, rows: NDArray[np.int64]) -> NDArray[np.float64]:
        new = np.array(sorted({int(r) for r in rows} - self.known.keys()), np.int64)
        owner = np.searchsorted(self.pool.starts, new, "right") - 1
        for number in np.unique(owner):
            mine = new[owner == number]
            local = (mine - self.pool.starts[number]).astype(np.int32)
            q, classes = self.question, self.pool.shards[number].classes
            values = match_scores(q.spectrum, classes, local, q.config, q.one_per_carbon)
            self.known.update(zip(mine.tolist(), values.tolist(), strict=True))
        return np.array([self.known[int(r)] for r in rows])


def _quick(question: Question, shard: Any, rows: NDArray[np.int32] | None = None) -> NDArray[np.float32]:
    rows = np.arange(len(shard), dtype=np.int32) if rows is None else rows
    return quick_scores(question.spectrum, shard.classes, shard.carbons, rows, question.config, question.one_per_carbon)


def _add_similarities(
    similar: dict[tuple[str, ...], list[float]],
    data: Dataset,
    case: Case,
    pool: Library,
    top: Sequence[int | None],
    sizes: Sequence[int],
    what: tuple[str, str],
) -> None:
    """Table D.2: similarities of the first hit to the truth; the truth itself (None) counts 1 by every measure.

    The paper's figures say the same: by Russel, where a molecule is not like itself, they equal the top-1 accuracy.
    """
    truth = parse_smiles(data.smiles[case.row].decode())
    seen: dict[int | None, dict[str, float]] = {None: dict.fromkeys(MEASURES, 1.0)}
    for row, size in zip(top, sizes, strict=True):
        if row is not None and row not in seen:
            seen[row] = fingerprint_similarities(truth, parse_smiles(pool.smiles(row)))
        for measure, value in seen[row].items():
            similar[*what, measure, str(size)].append(value)


def _tree(flat: dict[tuple[str, ...], Any]) -> dict[str, Any]:
    """Nested tables from keys of several parts."""
    root: dict[str, Any] = {}
    for parts, value in flat.items():
        here = root
        for part in parts[:-1]:
            here = here.setdefault(part, {})
        here[parts[-1]] = value
    return root
