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
from km3aid.evaluation.cases import Case
from km3aid.library import Filters
from km3aid.matching.config import Fusion
from km3aid.molecules import Molecule, parse_smiles
from km3aid.molecules.similarity import FINGERPRINT, MEASURES, fingerprint_similarities
from km3aid.reproduction.measures.nested_library import Reference, Same
from km3aid.reproduction.measures.ranks import Ranks, Scores, best_place, rank_among, shares_within
from km3aid.search.query import Query as SearchQuery
from km3aid.spectra.spectrum import Peak, Spectrum

SIZES = (100, 1000, 10_000, 100_000, 1_000_000)
KINDS = ("distinct", "per_carbon", "per_carbon_with_multiplicity")
KNOWLEDGE = ("none", "formula", "mass_0.01", "mass_5")
EXACTLY = 400  # of the best by the quick score
_TOGETHER = 32


class Scoring(NamedTuple):
    """One way to order a library: weights of similarity and match; `exact`: the best are matched exactly."""

    name: str
    weights: Fusion | None  # None: those of the question
    exact: bool


SIMILARITY = Scoring("similarity", Fusion(1.0, 0.0), False)
SCORINGS = (SIMILARITY, Scoring("match", Fusion(0.0, 1.0), True), Scoring("fused", None, True))


class Scope(NamedTuple):
    """Which kinds of spectra are looked for, in which orders of the library, and what else is known of the molecule."""

    kinds: Sequence[str] = KINDS
    scorings: Sequence[Scoring] = SCORINGS
    knowledge: Sequence[str] = KNOWLEDGE


EVERYTHING = Scope()
PAPER = Scope(KINDS[:1], (SIMILARITY,))  # the paper's models see the same in every kind of spectrum


class Query(NamedTuple):
    """A case, its molecule, its place in the library of the queries' molecules, and where the reference holds it."""

    case: Case
    molecule: Molecule
    number: int
    same: Same

    def passing(self, reference: Reference, known: str) -> NDArray[np.int64] | None:
        """Places that fit what is known of the molecule, None for all."""
        if known == "none":
            return None
        if known == "formula":
            return reference.passing(Filters(formula=self.molecule.formula))
        tolerance = float(known.removeprefix("mass_"))
        return reference.passing(Filters(mass_da=self.molecule.exact_mass_da, mass_tolerance_da=tolerance))


def query_spectrum(case: Case, kind: str) -> Spectrum:
    """The spectrum of a case in one of `KINDS`."""
    if kind == "distinct":
        return case.distinct()
    spectrum = case.per_carbon()
    if kind == "per_carbon":
        spectrum = Spectrum(tuple(Peak(p.shift_ppm) for p in spectrum), one_per_carbon=True)
    return spectrum


def evaluate_zero_shot(
    engine: Engine,
    data: Dataset,
    cases: Sequence[Case],
    reference: Reference,
    own: Reference,
    scope: Scope = EVERYTHING,
) -> dict[str, Any]:
    """Shares of queries within the first 1, 5, 10, 25, by InChIKey and by its first block.

    A library of n is the query's molecule and the first n − 1 others of the reference; ties count as their expected
    rank. `own` holds the molecules of `cases`, row by row.
    """
    sizes = [n for n in SIZES if n <= len(reference)]
    queries = [_query(n, data, case, reference) for n, case in enumerate(cases)]
    ranks: dict[tuple[str, ...], list[Ranks]] = defaultdict(list)
    similar: dict[tuple[str, ...], list[float]] = defaultdict(list)
    for query, kind, scores in _all_scores(engine, queries, reference, own, scope):
        passing = {known: query.passing(reference, known) for known in scope.knowledge}
        for name, by in scores.items():
            for known, places in passing.items():
                for size in sizes:
                    ranks[kind, name, known, str(size)].append(rank_among(by, places, query.same, size, EXACTLY))
            for size in sizes:
                first = best_place(by, query.same, size, EXACTLY)
                for measure, value in _similarities(query.molecule, reference, first).items():
                    similar[kind, name, measure, str(size)].append(value)
    return {
        "queries": len(cases),
        "reference": len(reference),
        "sizes": sizes,
        "matched_exactly": EXACTLY,
        "shares": _tree({k: shares_within(v) for k, v in ranks.items()}),
        "top_1_similarity": _tree({k: float(np.mean(v)) for k, v in similar.items()}),
        "fingerprint": FINGERPRINT,
    }


def _query(number: int, data: Dataset, case: Case, reference: Reference) -> Query:
    molecule = parse_smiles(data.smiles[case.row].decode())
    return Query(case, molecule, number, reference.same(data.inchi_key[case.row].decode(), molecule.formula))


def _all_scores(
    engine: Engine,
    queries: Sequence[Query],
    reference: Reference,
    own: Reference,
    scope: Scope,
) -> Iterator[tuple[Query, str, dict[str, Scores]]]:
    """For every query and kind of spectrum the scores of the reference and of the right molecule."""
    for kind in scope.kinds:
        for first in range(0, len(queries), _TOGETHER):
            part = queries[first : first + _TOGETHER]
            questions = [engine.query(query_spectrum(q.case, kind)) for q in part]
            among, right = reference.similarities(questions), own.similarities(questions)
            for n, (query, question) in enumerate(zip(part, questions, strict=True)):
                mine = int(own.place[query.number])
                right_one = _RightOne(own, mine, float(right[n, mine]))
                yield query, kind, _scores(question, reference, among[n], right_one, scope.scorings)


class _RightOne(NamedTuple):
    """The query's molecule: its place among those of all queries, and its similarity."""

    own: Reference
    place: int
    similarity: float


def _scores(
    question: SearchQuery,
    reference: Reference,
    similarity: NDArray[np.float32],
    right: _RightOne,
    scorings: Sequence[Scoring],
) -> dict[str, Scores]:
    """Scores by every scoring."""
    quick, own_quick, own_exact = np.zeros_like(similarity), np.float32(0), 0.0
    if any(s.exact for s in scorings):
        quick, own_quick = reference.quick(question), right.own.quick(question)[right.place]
        own_exact = float(right.own.exact(question, np.array([right.place]))[0])
    exact = _Exact(question, reference)
    scores = {}
    for scoring in scorings:
        w = scoring.weights or question.fusion
        scores[scoring.name] = Scores(
            w.graph_weight * similarity + w.match_weight * quick,
            float(w.graph_weight * np.float32(right.similarity) + w.match_weight * own_quick),
            _Blend(w, similarity, exact) if scoring.exact else None,
            w.graph_weight * right.similarity + w.match_weight * own_exact,
        )
    return scores


@dataclass(frozen=True, slots=True)
class _Blend:
    """Similarity and exact match of places in one score."""

    weights: Fusion
    similarity: NDArray[np.float32]
    match: _Exact

    def __call__(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        w = self.weights
        similarity = self.similarity[places].astype(np.float64)
        score: NDArray[np.float64] = w.graph_weight * similarity + w.match_weight * self.match(places)
        return score


class _Exact:
    """Exact match scores of places, each computed once."""

    def __init__(self, question: SearchQuery, reference: Reference) -> None:
        self.question, self.reference = question, reference
        self.known: dict[int, float] = {}

    def __call__(self, places: NDArray[np.int64]) -> NDArray[np.float64]:
        new = np.array([p for p in places.tolist() if p not in self.known], np.int64)
        self.known.update(zip(new.tolist(), self.reference.exact(self.question, new).tolist(), strict=True))
        return np.array([self.known[p] for p in places.tolist()])


def _similarities(molecule: Molecule, reference: Reference, first: int | None) -> dict[str, float]:
    """Table D.2: similarities of the first hit to the truth; the truth itself (None) counts 1 by every measure.

    The paper's figures say the same: by Russel, where a molecule is not like itself, they equal the top-1 accuracy.
    """
    if first is None:
        return dict.fromkeys(MEASURES, 1.0)
    return fingerprint_similarities(molecule, parse_smiles(reference.smiles(first)))


def _tree(flat: dict[tuple[str, ...], Any]) -> dict[str, Any]:
    """Nested tables from keys of several parts."""
    root: dict[str, Any] = {}
    for parts, value in flat.items():
        here = root
        for part in parts[:-1]:
            here = here.setdefault(part, {})
        here[parts[-1]] = value
    return root
