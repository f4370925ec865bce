"""One score from two: similarity on the graph level and the likelihood of the best assignment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import log_softmax, softmax

from km3aid.matching.config import Fusion


def fuse(graph: NDArray[np.float64], match: NDArray[np.float64], how: Fusion) -> NDArray[np.float64]:
    """Fused scores (N,) of N candidates; a difference is a log-odds."""
    score: NDArray[np.float64] = how.graph_weight * graph + how.match_weight * match
    return score


def probabilities(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """Probability (N,) of each candidate, given that one of them is right."""
    result: NDArray[np.float64] = softmax(score) if len(score) else score
    return result


def fit_fusion(
    graph: Sequence[NDArray[np.float64]], match: Sequence[NDArray[np.float64]], right: Sequence[int]
) -> tuple[Fusion, float]:
    """Weights that maximise the likelihood of the right candidate `right[q]` in each query's list, and its mean
    negative logarithm."""

    def loss(log_weights: NDArray[np.float64]) -> float:
        how = Fusion(*np.exp(log_weights))
        return -float(np.mean([log_softmax(fuse(g, m, how))[r] for g, m, r in zip(graph, match, right, strict=True)]))

    found = minimize(loss, np.log([20.0, 0.5]), method="Nelder-Mead", options={"maxiter": 120})
    return Fusion(*(float(w) for w in np.exp(found.x))), float(found.fun)
