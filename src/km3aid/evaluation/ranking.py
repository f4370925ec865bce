"""Fit the costs by which distinct peaks compare molecules: the right one should be likely among its candidates.

While the assignments of all candidates are held, their scores are smooth functions of the costs. These are fitted, the
candidates are assigned anew, and so on.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.engine import Engine
from km3aid.evaluation.calibration import Fitted
from km3aid.evaluation.literature import Asked
from km3aid.library import Library
from km3aid.matching.assign import cheapest_pairs
from km3aid.matching.classes import CarbonClasses
from km3aid.matching.compiled.packed import classes_of_row
from km3aid.matching.config import Fusion, MatchConfig, Ranking
from km3aid.matching.cost import shift_cost
from km3aid.matching.fusion import fuse
from km3aid.matching.linear_sum import expit, logit
from km3aid.molecules import parse_smiles
from km3aid.search import NO_FILTERS, Limits, LocalLibrary
from km3aid.spectra.spectrum import Spectrum

_CANDIDATES = 100  # of each spectrum
_TOGETHER = 32
_ROUNDS = 5
_STEP = 0.7  # by which the logarithm of a cost may change in one round, while the assignments are held
_WRONG = 0.02  # the share of spectra that belong to another molecule: no cost can make theirs likely
_WIDEST_PPM = 100.0  # of the outliers: flat over all shifts
_COUNTED = ("unassigned_peak", "unobserved_carbon", "overlap", "split")


class Question(NamedTuple):
    """A spectrum with R candidates, some of which are right."""

    spectrum: Spectrum
    graph: NDArray[np.float64]  # (R,) cosine
    classes: list[CarbonClasses]
    right: NDArray[np.bool_]  # (R,)


class _Explained(NamedTuple):
    """The cheapest assignments of the C candidates of Q questions: N pairs of a peak and a class."""

    starts: NDArray[np.int64]  # (Q,) the first candidate of each question
    right: NDArray[np.bool_]  # (C,)
    graph: NDArray[np.float64]  # (C,)
    candidate: NDArray[np.int64]  # (N,)
    away_ppm: NDArray[np.float64]  # (N,)
    scale_ppm: NDArray[np.float64]  # (N,) as stated by the model
    counts: NDArray[np.float64]  # (C, 4) of what `_COUNTED` names
    fixed: NDArray[np.float64]  # (C,) what multiplicities and counts cost


def ask(engine: Engine, library: Library, asked: Sequence[Asked]) -> list[Question]:
    """The best molecules of a library for each spectrum; the right one is added where it is not among them."""
    questions = []
    for first in range(0, len(asked), _TOGETHER):
        part = asked[first : first + _TOGETHER]
        queries = engine.queries([a.spectrum for a in part])
        limits = Limits(exactly=5 * _CANDIDATES, kept=_CANDIDATES, sure=_CANDIDATES)
        found = LocalLibrary(library).find_many(queries, [NO_FILTERS] * len(part), limits)
        own = Library.of_entries(list(engine.entries((a.smiles, None) for a in part)))
        for row, (query, candidates) in enumerate(zip(queries, found, strict=True)):
            molecule = parse_smiles(part[row].smiles)
            places = [library.locate(int(r)) for r in candidates.rows]
            right = [
                shard.formulas[int(shard.formula_code[n])].as_py() == molecule.formula
                and parse_smiles(smiles).inchi_key[:14] == molecule.inchi_key[:14]
                for (shard, n), (smiles, _) in zip(places, candidates.entries, strict=True)
            ]
            classes = [classes_of_row(shard.classes, n) for shard, n in places]
            graph = candidates.graph
            if not any(right):
                shard = own.shards[0]
                graph = np.append(graph, shard.embedding[row].astype(np.float64) * shard.scale[row] @ query.vector)
                classes, right = [*classes, classes_of_row(shard.classes, row)], [*right, True]
            questions.append(Question(query.spectrum, graph, classes, np.array(right, bool)))
    return questions


def fit_ranking(questions: Mapping[str, Sequence[Question]], matching: MatchConfig) -> Fitted:
    """`matching` with the costs and weights that make the right candidates of all kinds of questions likeliest.

    Each kind counts the same. The best round wins; tried: the mean loss of each kind before, and after every round.
    """
    made = matching.changed(distinct_ranking=_ranking(matching.ranking(one_per_carbon=False)))
    outcomes, tried = [], []
    for number in range(_ROUNDS + 1):
        explained = {kind: _explain(some, made) for kind, some in questions.items()}
        losses = {kind: _loss(some, made) for kind, some in explained.items()}
        outcomes.append((sum(losses.values()), made))
        tried.append({"setting": "distinct_ranking", "value": number, "loss": sum(losses.values()), "by_kind": losses})
        if number < _ROUNDS:
            made = _better(explained, made)
    return Fitted(min(outcomes, key=lambda outcome: outcome[0])[1], tried)


def _better(explained: Mapping[str, _Explained], before: MatchConfig) -> MatchConfig:
    """The constants that are likeliest while every candidate keeps its assignment."""

    def loss(parameters: NDArray[np.float64]) -> float:
        changed = _from_parameters(parameters, before)
        return float(sum(_loss(some, changed) for some in explained.values()))

    start = _to_parameters(before)
    bounds = [(x - _STEP, x + _STEP) for x in start]
    from scipy.optimize import minimize

    found = minimize(loss, start, method="L-BFGS-B", bounds=bounds, options={"maxiter": 15})
    return _from_parameters(found.x, before)


def _explain(questions: Sequence[Question], matching: MatchConfig) -> _Explained:
    config = matching.ranking(one_per_carbon=False)
    price = np.array([getattr(config, name) for name in _COUNTED])
    candidates, pairs, counts = [], [], []
    totals: list[float] = []
    for question in questions:
        shift = np.array([peak.shift_ppm for peak in question.spectrum])
        for classes in question.classes:
            matched, total = cheapest_pairs(question.spectrum, classes, config)
            peak, k = (np.array(side, int) for side in (zip(*matched, strict=True) if matched else ([], [])))
            peaks, ks = len(set(peak.tolist())), len(set(k.tolist()))
            counts.append((len(shift) - peaks, len(classes) - ks, len(peak) - peaks, len(peak) - ks))
            pairs.append(np.stack([np.abs(shift[peak] - classes.shift_ppm[k]), classes.scale_ppm[k]]))
            candidates.append(np.full(len(peak), len(totals)))
            totals.append(total)
    away, scale = np.concatenate(pairs, 1)
    owner, number = np.concatenate(candidates), np.array(counts, np.float64)
    shifts = np.bincount(owner, shift_cost(away, scale, config), len(totals))
    sizes = [len(question.classes) for question in questions]
    return _Explained(
        np.cumsum([0, *sizes[:-1]]),
        np.concatenate([q.right for q in questions]),
        np.concatenate([q.graph for q in questions]),
        owner,
        away,
        scale,
        number,
        np.array(totals) - shifts - number @ price,
    )


def _loss(explained: _Explained, matching: MatchConfig) -> float:
    """Mean negative log-likelihood of the right candidates."""
    config = matching.ranking(one_per_carbon=False)
    price = np.array([getattr(config, name) for name in _COUNTED])
    shifts = shift_cost(explained.away_ppm, explained.scale_ppm, config)
    cost = np.bincount(explained.candidate, shifts, len(explained.right)) + explained.counts @ price + explained.fixed
    score = fuse(explained.graph, -cost, matching.distinct_fusion)
    highest = np.maximum.reduceat(score, explained.starts)
    sizes = np.diff([*explained.starts, len(score)])
    weight = np.exp(score - np.repeat(highest, sizes))
    right = np.add.reduceat(weight * explained.right, explained.starts) / np.add.reduceat(weight, explained.starts)
    return float(-np.log(_WRONG + (1 - _WRONG) * right).mean())


def _ranking(config: MatchConfig) -> Ranking:
    return Ranking(**{name: getattr(config, name) for name in Ranking.__slots__})


def _to_parameters(matching: MatchConfig) -> NDArray[np.float64]:
    """Logarithms of all costs and weights; of the share of outliers, the log-odds."""
    assert matching.distinct_ranking is not None
    fusion = matching.distinct_fusion
    costs = ((name, getattr(matching.distinct_ranking, name)) for name in Ranking.__slots__)
    logarithms = [float(logit(value)) if name == "outlier" else float(np.log(value)) for name, value in costs]
    return np.array([np.log(fusion.graph_weight), np.log(fusion.match_weight), *logarithms])


def _from_parameters(parameters: NDArray[np.float64], matching: MatchConfig) -> MatchConfig:
    """The inverse of `_to_parameters`."""
    graph, match, *costs = parameters.tolist()
    values: dict[str, Any] = {
        name: float(expit(x)) if name == "outlier" else float(np.exp(x))
        for name, x in zip(Ranking.__slots__, costs, strict=True)
    }
    values["outlier_ppm"] = min(values["outlier_ppm"], _WIDEST_PPM)
    fusion = Fusion(float(np.exp(graph)), float(np.exp(match)))
    return matching.changed(distinct_ranking=Ranking(**values), distinct_fusion=fusion)
