"""How much of scoring every molecule with everything a search finds: measured on a library itself."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.engine.engine import Engine
from km3aid.library import Library
from km3aid.matching.compiled.packed import LOWEST_PPM, SCALES_PPM, STEP_PPM
from km3aid.matching.config import MatchConfig
from km3aid.matching.fusion import fuse
from km3aid.search.local import find_candidates
from km3aid.search.query import MATCHED_EXACTLY, MATCHED_QUICKLY, NO_FILTERS, Candidates, Limits, Query
from km3aid.spectra.spectrum import Spectrum

TOP = 10
_LOST = 0.04  # of the peaks


def measure_recall(
    engine: Engine, library: Library, queries: int, *, seed: int = 0, progress: Callable[[int], None] | None = None
) -> dict[str, Any]:
    """Search made-up spectra of random molecules, and compare the ten best with those of a complete scoring.

    A spectrum is the molecule's predicted shifts, each off by an error of the scale to expect, some of them lost.
    """
    rng = np.random.default_rng(seed)
    shares, found, elapsed = [], [], []
    for row in rng.choice(len(library), min(queries, len(library)), replace=False):
        question = engine.query(_spectrum(library, int(row), engine.matching, rng))
        began = time.perf_counter()
        hits = best_rows(question, find_candidates(question, library, NO_FILTERS))
        elapsed.append(1000 * (time.perf_counter() - began))
        shares.append(agreement(question, library, hits))
        found.append(int(row) in hits)
        if progress:
            progress(1)
    return {
        "queries": len(shares),
        "recall_of_top_10": round(float(np.mean(shares)), 4),
        "molecule_in_top_10": round(float(np.mean(found)), 4),
        "median_ms": round(statistics.median(elapsed), 1),
        "matched_quickly": min(MATCHED_QUICKLY, len(library)),
        "matched_exactly": min(MATCHED_EXACTLY, len(library)),
    }


def agreement(question: Query, library: Library, hits: NDArray[np.int64]) -> float:
    """Share of the ten best of scoring every molecule with everything that are among `hits`."""
    every = find_candidates(question, library, NO_FILTERS, Limits(None, len(library), sure=TOP))
    best = best_rows(question, every)
    return len(np.intersect1d(best, hits)) / len(best)


def best_rows(question: Query, found: Candidates) -> NDArray[np.int64]:
    """The rows of the ten best by the fused score, best first."""
    rows: NDArray[np.int64] = found.rows[np.argsort(-fuse(found.graph, found.match, question.fusion), kind="stable")]
    return rows[:TOP]


def _spectrum(library: Library, row: int, config: MatchConfig, rng: np.random.Generator) -> Spectrum:
    shard, local = library.locate(row)
    classes = shard.classes
    own = slice(int(classes.offset[local]), int(classes.offset[local + 1]))
    scale = config.trusted_scale(SCALES_PPM[classes.spread[own]])
    shifts = LOWEST_PPM + STEP_PPM * classes.shift[own] + rng.laplace(0, scale)
    kept = shifts[rng.random(len(shifts)) >= _LOST]
    return Spectrum.from_shifts(np.unique(np.round(kept if len(kept) else shifts[:1], 1)).tolist())
