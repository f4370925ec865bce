"""One score from two: the similarity on the graph level, and the likelihood of the best assignment."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from km3aid.matching.config import Fusion
from km3aid.matching.linear_sum import log_softmax, softmax


def fuse(graph: NDArray[np.float64], match: NDArray[np.float64], fusion: Fusion) -> NDArray[np.float64]:
    """Fused scores (N,) of N candidates; the difference of two is their log-odds."""
    score: NDArray[np.float64] = fusion.graph_weight * graph + fusion.match_weight * match
    return score


def probabilities(score: NDArray[np.float64]) -> NDArray[np.float64]:
    """The probability (N,) of each candidate, provided that one of them is right."""
    result: NDArray[np.float64] = softmax(score) if len(score) else score
    return result


def fit_fusion(
    graph: Sequence[NDArray[np.float64]], match: Sequence[NDArray[np.float64]], right: Sequence[int]
) -> tuple[Fusion, float]:
    """The weights that make the right candidate `right[q]` of each query likeliest, and their loss in nats."""
    from scipy.optimize import minimize

    def loss(log_weights: NDArray[np.float64]) -> float:
        fusion = Fusion(*np.exp(log_weights))
        queries = zip(graph, match, right, strict=True)
        return -float(np.mean([log_softmax(fuse(g, m, fusion))[r] for g, m, r in queries]))

    best = minimize(loss, np.log([20.0, 0.5]), method="Nelder-Mead", options={"maxiter": 120})
    return Fusion(*(float(w) for w in np.exp(best.x))), float(best.fun)
