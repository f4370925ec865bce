"""Similarity on the graph level: the cosines of spectra and stored molecules, and what chooses among them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from km3aid.kernels.load import (
    BOOL,
    COUNT,
    FLOAT32,
    INT8,
    INT16,
    INT32,
    INT64,
    TO_FLOAT32,
    TO_INT32,
    TO_INT64,
    UINT16,
    Kernel,
)
from km3aid.spectra.spectrum import Spectrum

# What a carbon too many or too few takes off the similarity that chooses what is matched at all. Fitted on searches of
# all of 1.2 million molecules for 30 spectra: with these values the last of the ten best ranks highest.
_CHARGE_PER_CARBON, _CHARGE_DISTINCT = 1 / 20, 1 / 40
_INT16, _INT32, _INT8 = 2**15 - 1, 2**31 - 1, 2**7
_molecules, _queries = (INT8, FLOAT32, UINT16, INT32), (INT16, FLOAT32, INT64, BOOL, FLOAT32)
_similar_enough = Kernel(
    "similar_enough", *_molecules, *_queries, FLOAT32, INT32, *3 * [COUNT], TO_INT32, TO_FLOAT32, TO_INT64, gives=None
)


class Queries(NamedTuple):
    """Q spectra in the form that `find_similar` compares with molecules; made by `pack_queries`."""

    vectors: NDArray[np.int16]  # (Q, D), to be multiplied by `step`
    step: NDArray[np.float32]  # (Q,)
    peaks: NDArray[np.int64]  # (Q,) how many each has
    per_carbon: NDArray[np.bool_]  # (Q,) whether a peak stands for one carbon, otherwise for a class
    charge: NDArray[np.float32]  # (Q,) taken off the cosine for each too many or too few


def pack_queries(vectors: NDArray[np.float32], spectra: Sequence[Spectrum]) -> Queries:
    """Pack Q spectra with their embeddings (Q, D), rounded to 16 bits or to as many as keep the sums within 32."""
    largest = min(_INT16, _INT32 // (_INT8 * vectors.shape[1]))
    step = np.maximum(np.abs(vectors).max(1), 1e-9) / np.float32(largest)
    alone = np.array([s.one_per_carbon for s in spectra], bool)
    return Queries(
        np.ascontiguousarray(np.rint(vectors / step[:, None]), np.int16),
        step.astype(np.float32),
        np.array([len(s) for s in spectra], np.int64),
        alone,
        np.where(alone, _CHARGE_PER_CARBON, _CHARGE_DISTINCT).astype(np.float32),
    )


class Similar(NamedTuple):
    """What `find_similar` found for one query."""

    rows: NDArray[np.int32]  # (F,)
    cosine: NDArray[np.float32]  # (F,)


def find_similar(
    embedding: NDArray[np.int8],
    scale: NDArray[np.float32],
    carbons: NDArray[np.uint16],
    offset: NDArray[np.int32],
    queries: Queries,
    rows: NDArray[np.int32],
    least: NDArray[np.float32] | None = None,
) -> list[Similar]:
    """For each query those of `rows` (R,) whose cosine less the charges reaches `least` (Q,), by default all.

    `embedding` (N, D) are 8-bit vectors to be multiplied by `scale` (N,); molecule n has `carbons[n]` carbons in
    `offset[n + 1] - offset[n]` classes.
    """
    count = len(queries.step)
    if queries.vectors.shape[1] != embedding.shape[1]:
        raise ValueError(f"vectors of {queries.vectors.shape[1]} numbers for embeddings of {embedding.shape[1]}")
    limit = np.full(count, -np.inf, np.float32) if least is None else least
    found, number = np.empty((count, len(rows)), np.int32), np.zeros(count, np.int64)
    cosine = np.empty((count, len(rows)), np.float32)
    size = (count, embedding.shape[1], len(rows))
    _similar_enough(embedding, scale, carbons, offset, *queries, limit, rows, *size, found, cosine, number)
    return [Similar(found[k, :n].copy(), cosine[k, :n].copy()) for k, n in enumerate(number)]


def charges(
    carbons: NDArray[np.uint16], offset: NDArray[np.int32], queries: Queries, rows: NDArray[np.int32]
) -> NDArray[np.float32]:
    """What the carbons that `rows` (R,) have too many or too few take off their cosines with each query (Q, R)."""
    members = np.where(queries.per_carbon[:, None], carbons[rows], offset[rows + 1] - offset[rows])
    off: NDArray[np.float32] = queries.charge[:, None] * np.abs(members - queries.peaks[:, None])
    return off.astype(np.float32)
