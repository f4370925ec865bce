"""Set matching between one spectrum and many stored molecules: a quick score for all, the exact one for the best."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from km3aid.matching.assign import OVERLAPS
from km3aid.matching.compiled import kernels
from km3aid.matching.compiled.packed import SCALES_PPM, PackedClasses
from km3aid.matching.config import MatchConfig
from km3aid.spectra.spectrum import Spectrum
from km3aid.threads import thread_count

_ALONE = 2048  # rows below which a second thread does not pay
_PADDING_PPM = 1e6
_HOPELESS = 1e4  # nats: with one peak per carbon no peak stays alone
_ROUNDING = 0.01  # nats
# What a carbon too many or too few takes off the similarity that chooses what is matched at all. By a search of all
# molecules for the ten best of 30 spectra among 1.2 million: the last of them comes earliest with these.
_CHARGE_PER_CARBON, _CHARGE_DISTINCT = 1 / 20, 1 / 40
_INT16, _INT32, _INT8 = 2**15 - 1, 2**31 - 1, 2**7 - 1
_Answer = TypeVar("_Answer")
_thread = threading.local()


class Queries(NamedTuple):
    """Q spectra as `find_similar` compares them with molecules; made by `pack_queries`."""

    vectors: NDArray[np.int16]  # (Q, D), to be multiplied by `step`
    step: NDArray[np.float32]  # (Q,)
    peaks: NDArray[np.int64]  # (Q,) how many it has
    per_carbon: NDArray[np.bool_]  # (Q,) whether each stands for one carbon; otherwise for a carbon class
    charge: NDArray[np.float32]  # (Q,) of cosine, for every one of them too many or too few


def pack_queries(vectors: NDArray[np.float32], spectra: Sequence[Spectrum]) -> Queries:
    """Q spectra with their embeddings (Q, D).

    The vectors are rounded to 16 bits, or to as many as keep the sums within 32.
    """
    largest = min(_INT16, _INT32 // (_INT8 * vectors.shape[1]))
    step = np.maximum(np.abs(vectors).max(1), 1e-9) / np.float32(largest)
    alone = np.array([s.one_per_carbon for s in spectra], bool)
    return Queries(
        np.rint(vectors / step[:, None]).astype(np.int16),
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
    """For each query those of `rows` (R,) whose cosine less the charges is `least` (Q,) or more, by default all.

    `embedding` (N, D) are 8-bit vectors to be multiplied by `scale` (N,); molecule n has `carbons[n]` carbons in
    `offset[n + 1] - offset[n]` classes.
    """
    count = len(queries.step)
    limit = np.full(count, -np.inf, np.float32) if least is None else least
    found, number = np.empty((count, len(rows)), np.int32), np.zeros(count, np.int64)
    cosine = np.empty((count, len(rows)), np.float32)
    kernels.similar_enough(embedding, scale, carbons, offset, *queries, limit, rows, found, cosine, number)
    return [Similar(found[k, :n].copy(), cosine[k, :n].copy()) for k, n in enumerate(number)]


def charges(
    carbons: NDArray[np.uint16], offset: NDArray[np.int32], queries: Queries, rows: NDArray[np.int32]
) -> NDArray[np.float32]:
    """What the carbons that each of `rows` (R,) has too many or too few take off its cosine with each query (Q, R)."""
    members = np.where(queries.per_carbon[:, None], carbons[rows], offset[rows + 1] - offset[rows])
    off: NDArray[np.float32] = queries.charge[:, None] * np.abs(members - queries.peaks[:, None])
    return off.astype(np.float32)


def _padded(count: int) -> int:
    return -(-count // kernels.LANES) * kernels.LANES


def _peaks(spectrum: Spectrum) -> NDArray[np.float64]:
    """The shifts (P,), padded."""
    shifts = np.full(_padded(len(spectrum)), _PADDING_PPM)
    shifts[: len(spectrum)] = [peak.shift_ppm for peak in spectrum]
    return shifts


def _multiplicity_costs(spectrum: Spectrum, right: float, wrong: float) -> NDArray[np.float64]:
    """What each peak costs at a class of 0 to 4 attached hydrogens (5, P); nothing if its multiplicity is unknown."""
    costs = np.zeros((5, _padded(len(spectrum))))
    for p, peak in enumerate(spectrum):
        if peak.hydrogens is not None:
            costs[:, p] = wrong
            costs[peak.hydrogens, p] = right
    return costs


class QuickMatch:
    """Scores many molecules by a bound of the log-likelihood of a spectrum, without assigning anything.

    Each peak goes to its nearest class and each class to its nearest peak, each for its share of the cost; with one
    peak per carbon the fewer pay all, or the dearer side. It may give two peaks to one class, so it serves to choose
    what is matched exactly: see `above_quick`.
    """

    def __init__(self, spectrum: Spectrum, config: MatchConfig) -> None:
        floor, wide_floor = _floors(config)
        farthest = _HOPELESS if spectrum.one_per_carbon else config.unassigned_peak + config.unobserved_carbon
        lowest = min(floor.min(), wide_floor)
        numbers = (1 / config.outlier_ppm, wide_floor, lowest, farthest, _peak_share(config))
        self._fixed = (
            _peaks(spectrum).astype(np.float32),
            len(spectrum),
            _multiplicity_costs(spectrum, 0.0, -np.log(config.wrong_multiplicity / 3)).astype(np.float32),
            (1 / config.trusted_scale(SCALES_PPM)).astype(np.float32),
            floor.astype(np.float32),
            *map(np.float32, numbers),
            spectrum.one_per_carbon,
            np.float32(config.wrong_number),
        )

    def __call__(
        self, classes: PackedClasses, carbons: NDArray[np.uint16], rows: NDArray[np.int32]
    ) -> NDArray[np.float32]:
        """Scores (R,) of the molecules `rows`, which have `carbons` (N,)."""
        return _share(
            rows, np.float32, lambda at, out: kernels.quick_match(*classes[:5], carbons, *self._fixed, rows[at], out)
        )


def above_quick(spectrum: Spectrum, config: MatchConfig) -> float:
    """How far the score of `ExactMatch` may be above that of `QuickMatch`, at most.

    At each peak it adds two densities, of which the larger counts there. Where the best pairs are worth more than a
    split or an overlap costs, it may gain by these, too: a split spares the class its share, an overlap the peak.
    """
    both = float(np.log(2))
    if spectrum.one_per_carbon:
        return both * len(spectrum) + _ROUNDING
    (near, wide), share = _floors(config), _peak_share(config)
    best_pair = min(float(near.min()), wide)
    split = max(0.0, -(1 - share) * best_pair - config.split)
    overlap = max(0.0, both - share * best_pair - config.overlap)
    return (both + split + (OVERLAPS - 1) * overlap) * len(spectrum) + _ROUNDING


def _floors(config: MatchConfig) -> tuple[NDArray[np.float64], float]:
    """What a pair of equal shifts costs by either density: the right one for each code of a spread, the wrong one."""
    near = np.log(2 * config.trusted_scale(SCALES_PPM)) - np.log1p(-config.outlier)
    return near, float(np.log(2 * config.outlier_ppm / config.outlier))


def _peak_share(config: MatchConfig) -> float:
    """Of a pair's cost, with distinct peaks."""
    return config.unassigned_peak / (config.unassigned_peak + config.unobserved_carbon)


class ExactMatch:
    """Scores molecules by the log-likelihood of the best assignment of a spectrum: minus `assign.cheapest_cost`."""

    def __init__(self, spectrum: Spectrum, config: MatchConfig) -> None:
        width = _padded(len(spectrum))
        expected, excess = np.zeros(width), np.zeros(width)
        for p, peak in enumerate(spectrum):
            if peak.count and not spectrum.one_per_carbon:
                expected[p], excess[p] = peak.count, config.wrong_count
        right, wrong = -np.log1p(-config.wrong_multiplicity), -np.log(config.wrong_multiplicity / 3)
        settings = (
            np.log1p(-config.outlier),
            np.log(config.outlier / (2 * config.outlier_ppm)),
            config.outlier_ppm,
            config.unassigned_peak,
            config.unobserved_carbon,
            config.overlap,
            config.split,
            config.wrong_number,
        )
        self._fixed = (
            _peaks(spectrum),
            len(spectrum),
            _multiplicity_costs(spectrum, right, wrong),
            expected,
            excess,
            tuple(map(float, settings)),
            config.trusted_scale(SCALES_PPM),
            spectrum.one_per_carbon,
            OVERLAPS,
        )

    def __call__(
        self, classes: PackedClasses, rows: NDArray[np.int32], least: NDArray[np.float64] | None = None
    ) -> NDArray[np.float64]:
        """Scores (R,) of the molecules `rows`; minus infinity, sooner, where they cannot be `least` (R,)."""
        limit = np.full(len(rows), -np.inf) if least is None else least
        return _share(
            rows,
            np.float64,
            lambda at, out: kernels.exact_match(*classes, *self._fixed, rows[at], limit[at], out),
            alone=64,
        )


def side_by_side(calls: Sequence[Callable[[], _Answer]]) -> Iterator[_Answer]:
    """The answers of independent calls, in order: each has a thread of its own, and its rows are not shared further."""
    if len(calls) == 1 or thread_count() == 1:
        return (call() for call in calls)
    return _pool().map(lambda call: call(), calls)


def _share(
    rows: NDArray[np.int32], kind: type, work: Callable[[slice, NDArray[Any]], None], alone: int = _ALONE
) -> NDArray[Any]:
    """Let threads fill one result (R,), each for its part of the rows."""
    out: NDArray[Any] = np.empty(len(rows), kind)
    if len(rows) <= alone or thread_count() == 1 or getattr(_thread, "of_pool", False):
        work(slice(None), out)
        return out
    edges = np.linspace(0, len(rows), 2 * thread_count() + 1).astype(int)
    parts = [slice(a, b) for a, b in pairwise(edges)]
    list(_pool().map(lambda part: work(part, out[part]), parts))
    return out


@cache
def _pool() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(thread_count(), "km3aid-match", lambda: setattr(_thread, "of_pool", True))
