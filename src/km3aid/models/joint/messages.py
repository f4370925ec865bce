"""The messages of a layer in one compiled pass, for inference on a CPU."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(nogil=True, cache=True, fastmath=True)
def add_messages(x, factor, term, source, target, kind, around):
    """Add relu(x·factor + term) of every edge to its target's row of `around` (A, D).

    The atoms `x` (A, D) and the tables `factor` and `term` (K, D), one row for each kind of bond, are in single
    precision; `source`, `target` and `kind` (E,) describe the edges. Tensor operations would take six passes.
    """
    half = np.float32(0.5)
    for e in range(len(source)):
        s, t, k = source[e], target[e], kind[e]
        for j in range(x.shape[1]):
            message = x[s, j] * factor[k, j] + term[k, j]
            around[t, j] += half * (message + abs(message))  # relu without a branch: many j at a time
