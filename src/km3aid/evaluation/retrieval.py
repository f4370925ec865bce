"""Find validation molecules in a library by their spectra, with one peak per carbon and from distinct peaks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np

from km3aid.data.dataset import Dataset
from km3aid.engine import Engine
from km3aid.evaluation.cases import Case
from km3aid.evaluation.metrics import top_k_shares
from km3aid.library import Library
from km3aid.molecules import parse_smiles
from km3aid.spectra.spectrum import Spectrum

_TOPS = (1, 5, 10)


def evaluate_retrieval(engine: Engine, data: Dataset, cases: Sequence[Case], library: Library) -> dict[str, Any]:
    """Top-k shares over `cases`; a hit counts where its connectivity is the query's (13C sees little of the rest)."""
    blocks = [query_connectivity(data, case) for case in cases]
    forms = {"per_carbon": [c.per_carbon() for c in cases], "distinct": [c.distinct() for c in cases]}
    found = {name: _search(engine, library, spectra, blocks) for name, spectra in forms.items()}
    return {"queries": len(cases), "library": len(library), **found}


def _search(engine: Engine, library: Library, spectra: Sequence[Spectrum], blocks: Sequence[str]) -> dict[str, float]:
    ranks, elapsed = [], []
    for spectrum, block in zip(spectra, blocks, strict=True):
        hits = engine.search(spectrum, library, top=max(_TOPS), by="structure")
        ranks.append(rank_of_connectivity([h.smiles for h in hits.hits], block))
        elapsed.append(hits.elapsed_ms)
    return {**top_k_shares(ranks, _TOPS), "median_elapsed_ms": float(np.median(elapsed))}


def query_connectivity(data: Dataset, case: Case) -> str:
    """First block of the InChIKey of a case."""
    block: str = data.inchi_key[case.row][:14].decode()
    return block


def rank_of_connectivity(smiles: Sequence[str], block: str) -> float:
    """Rank, from 1, of the first hit whose InChIKey begins with `block`; infinite where there is none."""
    return next((float(rank) for rank, s in enumerate(smiles, 1) if _connectivity(s) == block), float("inf"))


@cache
def _connectivity(smiles: str) -> str:
    """First block of the InChIKey."""
    return parse_smiles(smiles).inchi_key[:14]
