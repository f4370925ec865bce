"""Find validation molecules in a library by their spectra, with one peak per carbon and from distinct peaks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.engine.search import NO_FILTERS, find_candidates
from km3aid.evaluation.cases import Case
from km3aid.library import Library
from km3aid.matching.fusion import fit_fusion
from km3aid.molecules import parse_smiles

_TOPS = (1, 5, 10)


def evaluate_retrieval(engine: Engine, data: Dataset, cases: Sequence[Case], library: Library) -> dict[str, Any]:
    """Top-k shares over `cases`; a hit counts where its connectivity is the query's (13C sees little of the rest)."""
    result: dict[str, Any] = {"queries": len(cases), "library": len(library)}
    for kind, one_per_carbon in (("per_carbon", True), ("distinct", False)):
        ranks, elapsed = [], []
        for case in cases:
            spectrum = case.per_carbon() if one_per_carbon else case.distinct()
            hits = engine.search(spectrum, library, top=max(_TOPS), one_per_carbon=one_per_carbon)
            block = data.inchi_key[case.row][:14].decode()
            found = (h.rank for h in hits.hits if parse_smiles(h.smiles).inchi_key[:14] == block)
            ranks.append(next(found, max(_TOPS) + 1))
            elapsed.append(hits.elapsed_ms)
        shares = {f"top_{k}": float(np.mean(np.array(ranks) <= k)) for k in _TOPS}
        result[kind] = {**shares, "median_elapsed_ms": float(np.median(elapsed))}
    return result


def fit_search_fusion(
    engine: Engine, data: Dataset, cases: Sequence[Case], library: Library, one_per_carbon: bool
) -> dict[str, float]:
    """Weights of graph level and match from queries whose molecule is in the library; returned as a table."""
    graphs, matches, right = [], [], []
    for case in cases:
        spectrum = case.per_carbon() if one_per_carbon else case.distinct()
        rows, graph, match, *_ = find_candidates(
            engine.question(spectrum, one_per_carbon), library, NO_FILTERS, exactly=100
        )
        block = data.inchi_key[case.row][:14].decode()
        found = [i for i, r in enumerate(rows) if parse_smiles(library.smiles(int(r))).inchi_key[:14] == block]
        if found:
            graphs.append(graph)
            matches.append(match)
            right.append(found[0])
    fusion = fit_fusion(graphs, matches, right)
    return {"graph_weight": fusion.graph_weight, "match_weight": fusion.match_weight}
