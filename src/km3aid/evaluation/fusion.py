"""Fit the constants by which a search joins the graph level and the match, on searches of a library."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.evaluation.calibration import Fitted
from km3aid.evaluation.cases import Case
from km3aid.evaluation.literature import Asked
from km3aid.evaluation.ranking import ask, fit_ranking
from km3aid.evaluation.retrieval import query_connectivity, rank_of_connectivity
from km3aid.library import Library
from km3aid.matching.config import Fusion, MatchConfig
from km3aid.matching.fusion import fit_fusion
from km3aid.search.local import find_candidates
from km3aid.search.query import NO_FILTERS, Limits
from km3aid.spectra.spectrum import Spectrum

QUERIES = 400
_RANKED = 200  # of these, whose candidates are assigned again and again
_EXACTLY = 100  # candidates of each query that are matched exactly
# nats for each carbon too many or too few; no more, for the recorded spectra are complete and favour any higher cost,
# which would lose the molecule of a list that lacks a carbon
_WRONG_NUMBER = (6.0, 9.0, 12.0)

FitLoss = Callable[[MatchConfig], tuple[Fusion, float]]
"""The best weights under some constants, and their mean negative log-likelihood."""


def fit_per_carbon(engine: Engine, data: Dataset, cases: Sequence[Case], library: Library) -> Fitted:
    """The engine's constants with fitted weights and `wrong_number` for one peak per carbon, from the first `cases`."""
    queries = cases[:QUERIES]
    blocks = [query_connectivity(data, case) for case in queries]
    spectra = [c.per_carbon() for c in queries]
    return choose_wrong_number(
        engine.matching, lambda matching: _fit(engine.with_matching(matching), library, spectra, blocks)
    )


def fit_distinct(
    engine: Engine, data: Dataset, cases: Sequence[Case], library: Library, lines: Sequence[Asked] = ()
) -> Fitted:
    """The engine's constants with those by which distinct peaks compare molecules fitted.

    The first of `cases` are asked for twice, the second time with peaks lost and added, and so are the real `lines`.
    """
    some, rng = [(case, data.smiles[case.row].decode()) for case in cases[:_RANKED]], np.random.default_rng(0)
    asked = {
        "distinct": [Asked(case.distinct(), smiles) for case, smiles in some],
        "disturbed": [Asked(case.disturbed(rng)[0], smiles) for case, smiles in some],
        "literature": list(lines),
    }
    return fit_ranking({kind: ask(engine, library, a) for kind, a in asked.items() if a}, engine.matching)


def choose_wrong_number(matching: MatchConfig, fit: FitLoss) -> Fitted:
    """`matching` with the likeliest `wrong_number`, and the weights that `fit` finds with it."""
    tried: list[dict[str, Any]] = []
    outcomes = []
    for cost in _WRONG_NUMBER:
        changed = matching.changed(wrong_number=cost)
        fusion, loss = fit(changed)
        tried.append({"setting": "wrong_number", "value": cost, "loss": loss})
        outcomes.append((loss, changed.changed(per_carbon_fusion=fusion)))
    return Fitted(min(outcomes, key=lambda outcome: outcome[0])[1], tried)


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
