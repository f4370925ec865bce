"""The messages of a layer in one compiled pass, for a model that does not train on a CPU."""

from __future__ import annotations

import numpy as np
from numba import njit


@njit(nogil=True, cache=True, fastmath=True)
def add_messages(x, factor, term, source, target, kind, around):
    """Add relu(x·factor + term) of every edge to its target's row of `around` (A, D).

    `x` (A, D) are the atoms, `factor` and `term` (K, D) belong to the kinds of bonds; all in single precision. Each
    edge (E,) has a `source`, a `target` and a `kind`. As tensor operations the same takes six passes over (E, D).
    """
    half = np.float32(0.5)
    for e in range(len(source)):
        s, t, k = source[e], target[e], kind[e]
        for j in range(x.shape[1]):
            message = x[s, j] * factor[k, j] + term[k, j]
            around[t, j] += half * (message + abs(message))  # relu, for many j at a time
