"""Every figure of merit, defined once: pure functions of arrays that know nothing of models or data sets."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from km3aid.matching.linear_sum import linear_sum_assignment

Floats = NDArray[np.floating]


def best_alone(score: Floats) -> NDArray[np.intp]:
    """The best carbon (P,) of every peak by itself; `score` is (P, C), among equals the first carbon wins.

    Several peaks may choose one carbon.
    """
    chosen: NDArray[np.intp] = score.argmax(1)
    return chosen


def best_released(score: Floats) -> NDArray[np.intp]:
    """The best carbon (P,) of every peak after a softmax over the peaks for each carbon; `score` (P, C) in nats.

    The paper's release scores the node level so: a carbon that some peak fits much better counts less for the others.

    >>> crowded = np.array([[5.0, 4.0], [9.0, 1.0]])  # both peaks like the first carbon best
    >>> best_alone(crowded).tolist(), best_released(crowded).tolist()
    ([0, 0], [1, 0])
    """
    away = score - score.max(0, keepdims=True)
    return best_alone(away - np.log(np.exp(away).sum(0, keepdims=True)))


def best_one_to_one(score: Floats) -> NDArray[np.intp]:
    """The carbons (P,) of the matching with the highest total; `score` is (P, C) with P ≤ C.

    Carbons with equal columns are interchangeable; they are dealt out in the order of the peaks, as `Engine.match`
    does, so that the result does not depend on the solver.

    >>> best_one_to_one(np.array([[3.0, 2.0, 0.0], [4.0, 3.9, 0.0], [0.0, 0.0, 1.0]])).tolist()
    [0, 1, 2]
    """
    _, chosen = linear_sum_assignment(-score.astype(np.float64))
    _, kind = np.unique(score, axis=1, return_inverse=True)
    kind = kind.ravel()
    dealt = np.array(chosen)
    for k in np.unique(kind[chosen]):
        takers = np.flatnonzero(kind[chosen] == k)
        dealt[takers] = np.flatnonzero(kind == k)[: len(takers)]
    return dealt


def share_right(carbon_ppm: Floats, peak_ppm: Floats) -> float:
    """Share of peaks whose chosen carbon was recorded at the peak's own shift; both arrays are (P,)."""
    return float((carbon_ppm == peak_ppm).mean())


def own_is_best(similarity: Floats) -> NDArray[np.bool_]:
    """Whether each row's highest column is its own (B,); `similarity` is (B, B), among equals the first column wins.

    Row by row of spectra × molecules this is the paper's graph-level accuracy, spectrum → molecule.
    """
    own: NDArray[np.bool_] = similarity.argmax(1) == np.arange(len(similarity))
    return own


def share_of_first(score: Floats, right: NDArray[np.bool_]) -> float:
    """Share of the first place that right candidates hold, 0 to 1: equal scores share it; both arrays are (N,)."""
    return float(right[score == score.max()].mean())


def expected_rank(others: Floats, own: float) -> float:
    """Rank of a score among others (N,) where equal scores stand in random order: 1 + above + half of the equal."""
    return 1 + float((others > own).sum()) + float((others == own).sum()) / 2


def top_k_shares(ranks: Sequence[float] | Floats, tops: Sequence[int]) -> dict[str, float]:
    """Share of ranks (Q,), counted from 1, that are at most k.

    >>> top_k_shares([1, 2, 7], (1, 5))
    {'top_1': 0.3333333333333333, 'top_5': 0.6666666666666666}
    """
    values = np.asarray(ranks)
    return {f"top_{k}": float((values <= k).mean()) for k in tops}


def bootstrap_interval(values: Floats, draws: int = 2000) -> tuple[float, float]:
    """The 95 % interval of the mean of `values` (N,), from means of as many drawn with replacement.

    >>> bootstrap_interval(np.ones(5))
    (1.0, 1.0)
    """
    drawn = np.random.default_rng(0).integers(0, len(values), (draws, len(values)))
    low, high = np.quantile(values[drawn].mean(1), (0.025, 0.975))
    return float(low), float(high)


def size_bands(carbons: NDArray[np.int64]) -> dict[str, NDArray[np.bool_]]:
    """Which molecules (M,) are in each of the paper's bands, by their number of carbons (M,)."""
    return {
        "all": carbons > 0,
        "under_10": carbons < 10,
        "10_to_20": (carbons >= 10) & (carbons <= 20),
        "over_20": carbons > 20,
    }


def error_free_by_size(share: Floats, carbons: NDArray[np.int64]) -> dict[str, dict[str, Any]]:
    """In every size band the molecules and the share of them whose share of right carbons (M,) is exactly 1."""
    return {
        name: {"molecules": int(band.sum()), "share": float((share[band] == 1).mean()) if band.any() else None}
        for name, band in size_bands(carbons).items()
    }


def accuracy_summary(share: Floats) -> dict[str, Any]:
    """Share of molecules with everything right and with 80 % or more, and a histogram in tenths, of shares (M,)."""
    if not len(share):
        return {"perfect": None, "at_least_80": None, "histogram": [0] * 10}
    tenths = np.minimum((share * 10 + 1e-9).astype(int), 9)
    return {
        "perfect": float((share == 1).mean()),
        "at_least_80": float((share >= 0.8 - 1e-9).mean()),
        "histogram": np.bincount(tenths, minlength=10).tolist(),
    }


def accuracy_in_bins(values: Floats, share: Floats, edges: Sequence[float]) -> list[dict[str, Any]]:
    """Mean share and error-free molecules where `edges[i]` ≤ value < `edges[i + 1]`; empty bins are left out."""
    rows = []
    for low, high in pairwise(edges):
        inside = (values >= low) & (values < high)
        if inside.any():
            error_free = float((share[inside] == 1).mean())
            figures = {"molecules": int(inside.sum()), "accuracy": float(share[inside].mean()), "no_error": error_free}
            rows.append({"from": low, "below": high, **figures})
    return rows


def shift_errors(away_ppm: Floats) -> dict[str, float]:
    """Mean and median of the absolute errors (C,) of predicted shifts, in ppm."""
    away = np.abs(away_ppm)
    return {"shift_mean_error_ppm": float(away.mean()), "shift_median_error_ppm": float(np.median(away))}


def calibration_error(confidence: Floats, correct: NDArray[np.bool_], bins: int = 15) -> float:
    """Expected calibration error: mean gap between confidence and share right over equally wide bins.

    Both arrays are (P,). Guo et al., ICML 2017.
    """
    index = _bin_of(confidence, bins)
    gap = np.abs(np.bincount(index, confidence, bins) - np.bincount(index, correct.astype(float), bins))
    return float(gap.sum() / len(confidence))


def chance_calibration_error(confidence: Floats, bins: int = 15, draws: int = 1000) -> float:
    """The calibration error that so few have in the mean, even if every confidence (P,) holds.

    >>> 0.02 < chance_calibration_error(np.full(100, 0.5)) < 0.06
    True
    """
    drawn = np.random.default_rng(0).random((draws, len(confidence)))
    return float(np.mean([calibration_error(confidence, draw < confidence, bins) for draw in drawn]))


def reliability_curve(confidence: Floats, correct: NDArray[np.bool_], bins: int = 10) -> list[dict[str, Any]]:
    """Peaks, mean confidence and share right in equally wide bins of the confidence (P,); empty bins are left out."""
    index = _bin_of(confidence, bins)
    return [
        {
            "peaks": int((index == b).sum()),
            "confidence": float(confidence[index == b].mean()),
            "right": float(correct[index == b].mean()),
        }
        for b in np.unique(index)
    ]


def brier_score(confidence: Floats, correct: NDArray[np.bool_]) -> float:
    """Mean squared gap between the confidence (P,) and what came true: 0 is perfect."""
    return float(((confidence - correct) ** 2).mean())


def roc_area(score: Floats, true: NDArray[np.bool_]) -> float:
    """Area under the ROC curve: how often a true case (N,) scores above a false one; equal scores count half.

    >>> roc_area(np.array([0.1, 0.4, 0.4, 0.9]), np.array([False, False, True, True]))
    0.875
    """
    from scipy.stats import rankdata

    rank = rankdata(score)
    positive = int(true.sum())
    wins = rank[true].sum() - positive * (positive + 1) / 2
    return float(wins / (positive * (len(true) - positive)))


def _bin_of(confidence: Floats, bins: int) -> NDArray[np.int64]:
    """The bin (P,) of each confidence; 1 belongs to the last one."""
    index: NDArray[np.int64] = np.minimum((confidence * bins).astype(np.int64), bins - 1)
    return index
