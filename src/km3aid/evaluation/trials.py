"""Searches with the right structure there, and the same with it taken away: on these presence is fitted and judged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.engine import Engine
from km3aid.engine.rescoring import rescored
from km3aid.evaluation.cases import Case
from km3aid.library import Filters, Library
from km3aid.matching.classes import CarbonClasses
from km3aid.matching.compiled.exact_match import ExactMatch
from km3aid.matching.compiled.packed import classes_of_row
from km3aid.matching.fit import Fit, fit_of
from km3aid.matching.fusion import fuse, probabilities
from km3aid.matching.presence import Compared, presence_figures
from km3aid.molecules import connectivity, parse_smiles
from km3aid.search import NO_FILTERS, Candidates, LocalLibrary, Query
from km3aid.search.query import FITTED
from km3aid.spectra.spectrum import Spectrum

_TOGETHER = 32
_SHORT_LISTS = ((0, 0), (1, 3), (4, 9))  # wrong candidates, as a chemist has them: the least and the most


class Question(NamedTuple):
    """A spectrum whose structure is known."""

    kind: str  # per_carbon, distinct, dept, disturbed, literature
    spectrum: Spectrum
    smiles: str


class Trial(NamedTuple):
    """What a comparison showed, and what was true."""

    kind: str
    among: str  # what was compared: "all" of the library, the "isomers" of the right structure, or a "few"
    figures: dict[str, float]
    present: bool  # whether the right connectivity was there
    first_right: bool  # whether it was the first hit
    first_share: float  # the first hit's probability, provided that the right one is there


class _Pool(NamedTuple):
    """Candidates of one query, best first; the last is followed by the right structure."""

    query: Query
    score: NDArray[np.float64]  # (R + 1,) fused
    graph: NDArray[np.float64]  # (R + 1,)
    match: NDArray[np.float64]  # (R + 1,)
    key: list[str]  # (R + 1,) connectivities; far down the list something else
    classes: list[CarbonClasses | None]  # (R + 1,)
    fits: dict[int, Fit]  # those made so far


def questions_of(case: Case, smiles: str) -> list[Question]:
    """A molecule of the data with one peak per carbon, with distinct peaks, these with the attached hydrogens that the
    structure has (as of DEPT), and with peaks lost and added.
    """
    disturbed, _ = case.disturbed(np.random.default_rng(case.row))
    spectra = {
        "per_carbon": case.per_carbon(),
        "distinct": case.distinct(),
        "dept": case.with_hydrogens(),
        "disturbed": disturbed,
    }
    return [Question(kind, spectrum, smiles) for kind, spectrum in spectra.items()]


def trials(engine: Engine, library: Library, questions: Sequence[Question]) -> Iterator[Trial]:
    """Comparisons for each question, in turn with and without all that shares its connectivity.

    The right structure is added where the library lacks it, or where the search did not bring it up.
    """
    for among in ("all", "isomers"):
        for first in range(0, len(questions), _TOGETHER):
            asked = questions[first : first + _TOGETHER]
            queries = engine.queries([q.spectrum for q in asked])
            filters = [NO_FILTERS if among == "all" else Filters(formula=_formula(q.smiles)) for q in asked]
            answers = LocalLibrary(library).find_many(queries, filters)
            right = Library.of_entries(list(engine.precise.entries((q.smiles, None) for q in asked)))
            for number, (question, query, found) in enumerate(zip(asked, queries, answers, strict=True), first):
                pool = _pool(*rescored(engine, query, found), right, number - first)
                yield from _compare(
                    question.kind, among, pool, found.passed, np.random.default_rng([number, len(among)])
                )


def _compare(kind: str, among: str, pool: _Pool, passed: int, rng: np.random.Generator) -> Iterator[Trial]:
    right = len(pool.key) - 1
    wrong = [place for place in range(right) if pool.key[place] != pool.key[right]]
    if wrong:
        yield _trial(kind, among, pool, wrong, passed)
    yield _trial(kind, among, pool, [*wrong, right], max(passed, 1))
    near = wrong[: FITTED // 2]
    for least, most in _SHORT_LISTS:
        size = min(int(rng.integers(least, most + 1)), max(len(near) - 1, 0))
        few = rng.permutation(near)[: size + 1].tolist()
        yield _trial(kind, "few", pool, [*few[:size], right], size + 1)
        if few:
            yield _trial(kind, "few", pool, few, len(few))


def _trial(kind: str, among: str, pool: _Pool, places: Sequence[int], passed: int) -> Trial:
    order = sorted(places, key=lambda place: -pool.score[place])
    firsts = list({pool.key[place]: place for place in reversed(order)}.values())[::-1]
    best, right = order[0], pool.key[-1]
    if best not in pool.fits:
        classes = pool.classes[best]
        assert classes is not None
        pool.fits[best] = fit_of(pool.query.spectrum, classes, pool.query.config)
    shown = Compared(pool.score[firsts], float(pool.graph[best]), float(pool.match[best]), pool.fits[best], passed)
    present = len(pool.key) - 1 in places
    share = float(probabilities(shown.score)[0])
    return Trial(kind, among, presence_figures(shown), present, present and pool.key[best] == right, share)


def _pool(query: Query, found: Candidates, right: Library, row: int) -> _Pool:
    """The candidates of a query with the right structure, which is one row of a library of those."""
    own = right.smiles(row)
    shard = right.shards[0]
    graph = np.append(found.graph, shard.embedding[row].astype(np.float64) * shard.scale[row] @ query.vector)
    match = np.append(found.match, ExactMatch(query.spectrum, query.config)(shard.classes, np.array([row], np.int32)))
    near = found.entries[: 2 * FITTED]
    far = [f"candidate {number}" for number in range(len(near), len(found.entries))]
    nothing = [None] * (len(found.entries) - len(found.classes))
    return _Pool(
        query,
        fuse(graph, match, query.fusion),
        graph,
        match,
        [*(connectivity(text) for text, _ in near), *far, connectivity(own)],
        [*found.classes, *nothing, classes_of_row(shard.classes, row)],
        {},
    )


def _formula(smiles: str) -> str:
    return parse_smiles(smiles).formula
