"""Fit the weights by which a search joins the graph level and the match, on searches of a library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.evaluation.calibration import Fitted
from km3aid.evaluation.cases import Case
from km3aid.evaluation.retrieval import query_connectivity, rank_of_connectivity
from km3aid.library import Library
from km3aid.matching.config import Fusion, MatchConfig
from km3aid.matching.fusion import fit_fusion
from km3aid.search.local import find_candidates
from km3aid.search.query import NO_FILTERS, Limits
from km3aid.spectra.spectrum import Spectrum

QUERIES = 400
_EXACTLY = 100  # candidates of each query that are matched exactly
# nats for each carbon too many or too few; no more, for the recorded spectra are complete and favour any higher cost,
# which would lose the molecule of a list that lacks a carbon
_WRONG_NUMBER = (6.0, 9.0, 12.0)

FitLoss = Callable[[MatchConfig], tuple[Fusion, float]]
"""The best weights under some constants, and their mean negative log-likelihood."""


def fit_search(engine: Engine, data: Dataset, cases: Sequence[Case], library: Library) -> Fitted:
    """The engine's constants with fitted weights and `wrong_number`, from the first of `cases` as queries."""
    queries = cases[:QUERIES]
    blocks = [query_connectivity(data, case) for case in queries]
    per_carbon, distinct = [c.per_carbon() for c in queries], [c.distinct() for c in queries]
    return choose_fusion(
        engine.matching,
        lambda matching: _fit(engine.with_matching(matching), library, per_carbon, blocks),
        lambda matching: _fit(engine.with_matching(matching), library, distinct, blocks),
    )


def choose_fusion(matching: MatchConfig, fit_per_carbon: FitLoss, fit_distinct: FitLoss) -> Fitted:
    """`matching` with the likeliest `wrong_number` and both fusions; each is fitted by one of the functions."""
    tried: list[dict[str, Any]] = []
    outcomes = []
    for cost in _WRONG_NUMBER:
        changed = matching.changed(wrong_number=cost)
        fusion, loss = fit_per_carbon(changed)
        tried.append({"setting": "wrong_number", "value": cost, "loss": loss})
        outcomes.append((loss, changed.changed(per_carbon_fusion=fusion)))
    best = min(outcomes, key=lambda outcome: outcome[0])[1]
    fusion, loss = fit_distinct(best)
    tried.append({"setting": "distinct_fusion", "value": [fusion.graph_weight, fusion.match_weight], "loss": loss})
    return Fitted(best.changed(distinct_fusion=fusion), tried)


def _fit(engine: Engine, library: Library, spectra: Sequence[Spectrum], blocks: Sequence[str]) -> tuple[Fusion, float]:
    """Weights of graph level and match from the queries whose molecule is among the candidates, and their mean loss."""
    graphs, matches, right = [], [], []
    for spectrum, block in zip(spectra, blocks, strict=True):
        found = find_candidates(engine.query(spectrum), library, NO_FILTERS, Limits(exactly=_EXACTLY))
        rank = rank_of_connectivity([smiles for smiles, _ in found.entries], block)
        if rank <= len(found.entries):
            graphs.append(found.graph)
            matches.append(found.match)
            right.append(int(rank) - 1)
    return fit_fusion(graphs, matches, right)
