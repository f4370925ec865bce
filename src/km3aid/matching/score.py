"""Set matching between one spectrum and many stored molecules: a quick score for all, the exact one for the best."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from km3aid.matching import kernels
from km3aid.matching.assign import OVERLAPS
from km3aid.matching.config import MatchConfig
from km3aid.matching.packed import SCALES_PPM, PackedClasses
from km3aid.spectra.spectrum import Spectrum

_FARTHEST = 8.0  # nats: a peak without carbon or a carbon without peak
_LANES = 8  # peaks are padded to a multiple, for the vector unit
_ALONE = 2048  # rows below which a second thread does not pay
_PADDING_PPM = 1e6
_Answer = TypeVar("_Answer")
_thread = threading.local()


def similarities(
    embedding: NDArray[np.int8], scale: NDArray[np.float32], query: NDArray[np.float32], rows: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Cosine (R,) of the query's unit vector (D,) with the molecules `rows` of (N, D) 8-bit vectors."""
    return _share(rows, np.float32, lambda part, out: kernels.similarity(embedding, scale, query, part, out))


def quick_scores(
    spectrum: Spectrum,
    classes: PackedClasses,
    carbons: NDArray[np.uint16],
    rows: NDArray[np.int32],
    config: MatchConfig,
    one_per_carbon: bool = False,
) -> NDArray[np.float32]:
    """A log-likelihood (R,) of the spectrum for every molecule of `rows`: each peak at its nearest class, each class
    at its nearest peak, averaged. With `one_per_carbon` molecules with another number of `carbons` pay for each.

    It is no matching, so it may give two peaks to one class; it serves to choose what is matched exactly.
    """
    count = len(spectrum)
    peaks = np.full(-(-count // _LANES) * _LANES, _PADDING_PPM, np.float32)
    peaks[:count] = [p.shift_ppm for p in spectrum]
    penalty = np.zeros((5, len(peaks)), np.float32)
    for p, peak in enumerate(spectrum):
        if peak.hydrogens is not None:
            penalty[:, p] = -np.log(config.wrong_multiplicity / 3)
            penalty[peak.hydrogens, p] = 0
    scales = config.trusted_scale(SCALES_PPM)
    steepness, floor = (1 / scales).astype(np.float32), np.log(2 * scales).astype(np.float32)
    tolerance = 3 + count // 8 if one_per_carbon else -1
    fixed = (peaks, count, penalty, steepness, floor, floor.min(), np.float32(_FARTHEST), tolerance)
    return _share(rows, np.float32, lambda part, out: kernels.quick_match(*classes[:5], carbons, *fixed, part, out))


def match_scores(
    spectrum: Spectrum,
    classes: PackedClasses,
    rows: NDArray[np.int32],
    config: MatchConfig,
    one_per_carbon: bool = False,
) -> NDArray[np.float64]:
    """Log-likelihood (R,) of the best assignment in every molecule of `rows`: minus `assign.cheapest_cost`."""
    query = np.array(
        [
            (p.shift_ppm, -1 if p.hydrogens is None else p.hydrogens, p.count or 0, config.unassigned_peak)
            for p in spectrum
        ],
        np.float64,
    ).T.copy()
    settings = (
        float(np.log1p(-config.outlier)),
        float(np.log(config.outlier / (2 * config.outlier_ppm))),
        config.outlier_ppm,
        float(-np.log1p(-config.wrong_multiplicity)),
        float(-np.log(config.wrong_multiplicity / 3)),
        config.wrong_count,
        config.unobserved_carbon,
        config.overlap,
        config.split,
        config.wrong_number,
    )
    fixed = (query, settings, config.trusted_scale(SCALES_PPM), one_per_carbon, OVERLAPS)
    return _share(rows, np.float64, lambda part, out: kernels.exact_match(*classes, *fixed, part, out), alone=64)


def side_by_side(calls: Sequence[Callable[[], _Answer]]) -> Iterator[_Answer]:
    """The answers of independent calls, in order: each has a thread of its own, and its rows are not shared further."""
    if len(calls) == 1 or _threads() == 1:
        return (call() for call in calls)
    return _pool().map(lambda call: call(), calls)


def _share(
    rows: NDArray[np.int32], kind: type, work: Callable[[NDArray[np.int32], NDArray[Any]], None], alone: int = _ALONE
) -> NDArray[Any]:
    """Let threads fill one result (R,), each for its part of the rows."""
    out: NDArray[Any] = np.empty(len(rows), kind)
    if len(rows) <= alone or _threads() == 1 or getattr(_thread, "of_pool", False):
        work(rows, out)
        return out
    edges = np.linspace(0, len(rows), 2 * _threads() + 1).astype(int)
    parts = [slice(a, b) for a, b in pairwise(edges)]
    list(_pool().map(lambda part: work(rows[part], out[part]), parts))
    return out


def _threads() -> int:
    return int(os.environ.get("OMP_NUM_THREADS", 0)) or len(os.sched_getaffinity(0))


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(_threads(), "km3aid-match", lambda: setattr(_thread, "of_pool", True))
