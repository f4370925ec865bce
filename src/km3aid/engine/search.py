"""The stages of a search: filters, similarity on the graph level, quick match, exact match of the best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray

from km3aid.library import Filters, Library
from km3aid.matching.config import Fusion, MatchConfig
from km3aid.matching.fusion import fuse
from km3aid.matching.score import match_scores, quick_scores, similarities
from km3aid.spectra.spectrum import Spectrum

MATCHED_EXACTLY = 400  # molecules, the best by similarity and quick match
MATCHED_QUICKLY = 100_000  # molecules, the most similar; a library up to this size is matched whole
_BLOCK = 2048  # molecules multiplied with many spectra at once: their vectors stay in the cache
_SAMPLE = 20_000  # similarities that decide which are among the best


class Candidates(NamedTuple):
    """The best R molecules of a library for one spectrum, best first by the quick score."""

    rows: NDArray[np.int64]  # (R,)
    graph: NDArray[np.float64]  # (R,) cosine
    match: NDArray[np.float64]  # (R,) log-likelihood of the best assignment
    passed: int  # molecules that the filters let through


class Question(NamedTuple):
    """One spectrum with all that a search of it needs."""

    spectrum: Spectrum
    vector: NDArray[np.float32]  # (D,) its embedding
    one_per_carbon: bool
    config: MatchConfig

    @property
    def fusion(self) -> Fusion:
        return self.config.per_carbon_fusion if self.one_per_carbon else self.config.distinct_fusion


def find_candidates(
    question: Question,
    library: Library,
    filters: Filters,
    *,
    exactly: int = MATCHED_EXACTLY,
    quickly: int | None = MATCHED_QUICKLY,
    graph: NDArray[np.float32] | None = None,
) -> Candidates:
    """The best molecules for one spectrum; `graph` (N,) are its similarities where they are known already.

    `quickly=None` matches all molecules, however many.
    """
    rows = library.filter(filters)
    if graph is None:
        parts = [
            similarities(shard.embedding, shard.scale, question.vector, r)
            for shard, r in zip(library.shards, rows, strict=True)
        ]
    else:
        starts = library.starts[:-1]
        parts = [graph[start : start + len(s)][r] for s, r, start in zip(library.shards, rows, starts, strict=True)]
    passed = sum(map(len, rows))
    least = _threshold(parts, passed, quickly)
    found = []
    for shard, start, r, similar in zip(library.shards, library.starts[:-1], rows, parts, strict=True):
        if least is not None:
            kept = np.flatnonzero(similar >= least)
            r, similar = r[kept], similar[kept]
        quick = quick_scores(
            question.spectrum, shard.classes, shard.carbons, r, question.config, question.one_per_carbon
        )
        found.append((start + r, similar, quick))
    row, similar, quick = (np.concatenate(column) for column in zip(*found, strict=True))
    score = fuse(similar.astype(np.float64), quick.astype(np.float64), question.fusion)
    best = _best(score, library, row, exactly, filters.substructure_test())
    return Candidates(
        row[best].astype(np.int64), similar[best].astype(np.float64), _match(question, library, row[best]), passed
    )


def similarities_of_many(vectors: NDArray[np.float32], library: Library, device: torch.device) -> NDArray[np.float32]:
    """Cosines (Q, N) of Q spectra's vectors (Q, D) with all molecules: matrix products, block by block."""
    queries = torch.from_numpy(vectors).to(device).T
    out = np.empty((len(vectors), len(library)), np.float32)
    for shard, start in zip(library.shards, library.starts[:-1], strict=True):
        for first in range(0, len(shard), _BLOCK):
            part = slice(first, min(first + _BLOCK, len(shard)))
            block = torch.from_numpy(shard.embedding[part].astype(np.float32)).to(device)
            product = (block @ queries).cpu().numpy() * shard.scale[part, None]
            out[:, start + part.start : start + part.stop] = product.T
    return out


def _threshold(parts: Sequence[NDArray[np.float32]], passed: int, quickly: int | None) -> float | None:
    """A similarity that about `quickly` molecules reach, from a sample; None where all are to be matched."""
    if quickly is None or passed <= quickly:
        return None
    step = max(1, passed // _SAMPLE)
    sample = np.concatenate([part[::step] for part in parts])
    return float(np.quantile(sample, 1 - quickly / passed))


def _best(
    score: NDArray[np.float64],
    library: Library,
    rows: NDArray[np.int64],
    count: int,
    holds: Callable[[str], bool] | None,
) -> NDArray[np.int64]:
    """Places of the `count` best scores, best first; with `holds` only of molecules that pass it."""
    if holds is None:
        if count < len(score):
            nearly = np.argpartition(-score, count - 1)[:count]
            return nearly[np.argsort(-score[nearly], kind="stable")]
        return np.argsort(-score, kind="stable")
    found: list[int] = []
    for place in np.argsort(-score, kind="stable"):
        if holds(library.smiles(int(rows[place]))):
            found.append(int(place))
            if len(found) == count:
                break
    return np.array(found, np.int64)


def _match(question: Question, library: Library, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Exact match scores (R,) of the rows."""
    out = np.empty(len(rows))
    owner = np.searchsorted(library.starts, rows, "right") - 1
    for number in np.unique(owner):
        mine = owner == number
        local = (rows[mine] - library.starts[number]).astype(np.int32)
        classes = library.shards[number].classes
        out[mine] = match_scores(question.spectrum, classes, local, question.config, question.one_per_carbon)
    return out
