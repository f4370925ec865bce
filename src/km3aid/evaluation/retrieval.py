"""Find validation molecules in a library by their spectra, with one peak per carbon and from distinct peaks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.evaluation.cases import Case
from km3aid.library import Library
from km3aid.matching.config import Fusion
from km3aid.matching.fusion import fit_fusion
from km3aid.molecules import parse_smiles
from km3aid.search.stages import NO_FILTERS, Limits, find_candidates

_TOPS = (1, 5, 10)


def evaluate_retrieval(engine: Engine, data: Dataset, cases: Sequence[Case], library: Library) -> dict[str, Any]:
    """Top-k shares over `cases`; a hit counts where its connectivity is the query's (13C sees little of the rest)."""
    result: dict[str, Any] = {"queries": len(cases), "library": len(library)}
    for kind, one_per_carbon in (("per_carbon", True), ("distinct", False)):
        ranks, elapsed = [], []
        for case in cases:
            spectrum = case.per_carbon() if one_per_carbon else case.distinct()
            hits = engine.search(spectrum, library, top=max(_TOPS))
            block = data.inchi_key[case.row][:14].decode()
            found = (h.rank for h in hits.hits if _connectivity(h.smiles) == block)
            ranks.append(next(found, max(_TOPS) + 1))
            elapsed.append(hits.elapsed_ms)
        shares = {f"top_{k}": float(np.mean(np.array(ranks) <= k)) for k in _TOPS}
        result[kind] = {**shares, "median_elapsed_ms": float(np.median(elapsed))}
    return result


def fit_search_fusion(
    engine: Engine, data: Dataset, cases: Sequence[Case], library: Library, one_per_carbon: bool
) -> tuple[Fusion, float]:
    """Weights of graph level and match from queries whose molecule is in the library, and their mean loss."""
    graphs, matches, right = [], [], []
    for case in cases:
        spectrum = case.per_carbon() if one_per_carbon else case.distinct()
        found = find_candidates(engine.question(spectrum), library, NO_FILTERS, Limits(exactly=100))
        block = data.inchi_key[case.row][:14].decode()
        place = [i for i, (smiles, _) in enumerate(found.entries) if _connectivity(smiles) == block]
        if place:
            graphs.append(found.graph)
            matches.append(found.match)
            right.append(place[0])
    return fit_fusion(graphs, matches, right)


@cache
def _connectivity(smiles: str) -> str:
    """First block of the InChIKey."""
    return parse_smiles(smiles).inchi_key[:14]
