"""Compiled inner loops of a search: similarity, quick match and exact match of many molecules with one spectrum.

Each takes the molecules to look at as `rows` and writes one number per row to `out`. They release the interpreter's
lock, so that threads share the rows; Numba compiles them at the first call and keeps the result on disk.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from km3aid.matching.packed import LOWEST_PPM, STEP_PPM

_NOTHING = np.inf
_NEGLIGIBLE = 20.0  # nats: a density e²⁰ times smaller adds 2·10⁻⁹ to another


@njit(nogil=True, cache=True, fastmath=True)
def similarity(embedding, scale, query, rows, out):
    """Dot products of the query (D,) with 8-bit vectors (N, D), each multiplied by its scale (N,)."""
    for i in range(len(rows)):
        vector = embedding[rows[i]]
        total = np.float32(0)
        for j in range(len(query)):
            total += np.float32(vector[j]) * query[j]
        out[i] = total * scale[rows[i]]


@njit(nogil=True, cache=True, fastmath=True)
def quick_match(
    offset,
    shift,
    spread,
    hydrogens,
    size,
    carbons,
    peaks,
    count,
    penalty,
    steepness,
    floor,
    lowest,
    farthest,
    tolerance,
    rows,
    out,
):
    """Minus the mean of two sums: every peak at its nearest class, every class at its nearest peak.

    `peaks` are padded; the first `count` are real. `penalty` (5, P) by attached hydrogens, `steepness` and `floor` by
    the code of the spread. `tolerance` < 0: distinct peaks; otherwise one peak per carbon, and a molecule that is off
    by more carbons than that is not looked at closely.
    """
    # Counted from `lowest` no cost is negative. Such floats have the order of their bits as integers, whose smallest
    # the compiler finds for many peaks at a time; that of floats it finds one by one.
    cost = np.empty(len(peaks), np.float32)
    nearest = np.empty(len(peaks) + 1, np.float32)  # of every peak, and of the class in hand
    cost_bits, nearest_bits = cost.view(np.int32), nearest.view(np.int32)
    last = len(peaks)
    per_carbon = tolerance >= 0
    for i in range(len(rows)):
        n = rows[i]
        off = abs(int(carbons[n]) - count) if per_carbon else 0
        if per_carbon and off > tolerance:
            out[i] = -farthest * np.float32(off + count)
            continue
        nearest[:] = farthest - lowest
        classes = np.float32(0)
        for k in range(offset[n], offset[n + 1]):
            place = np.float32(LOWEST_PPM) + np.float32(STEP_PPM) * np.float32(shift[k])
            slope, base = steepness[spread[k]], floor[spread[k]] - lowest
            extra = penalty[min(hydrogens[k], 4)]
            for p in range(last):
                cost[p] = abs(place - peaks[p]) * slope + (base + extra[p])
            nearest[last] = farthest - lowest
            best = nearest_bits[last]
            for p in range(last):
                nearest_bits[p] = min(nearest_bits[p], cost_bits[p])
                best = min(best, cost_bits[p])
            nearest_bits[last] = best
            least = nearest[last] + lowest
            classes += least * np.float32(size[k]) if per_carbon else least
        total = np.float32(0)
        for p in range(count):
            total += nearest[p] + lowest
        out[i] = -(np.float32(0.5) * (total + classes) + farthest * np.float32(off))


@njit(nogil=True, cache=True)
def exact_match(
    offset, shift, spread, hydrogens, size, splits, query, settings, scales, per_carbon, overlaps, rows, out
):
    """Minus the cost of the cheapest assignment, as `km3aid.matching.assign.cheapest_cost` defines it.

    `query` (4, P): shift, attached hydrogens (−1 unknown), count (0 unknown), cost of staying alone. `settings`: log
    share of good predictions, log density at 0 of the wrong ones, their scale, costs of a right and of a wrong
    multiplicity, of a wrong count, of an unobserved carbon, of an overlap, of a split, of a wrong number.
    """
    peaks = query.shape[1]
    right, wide, wide_ppm, same, other, wrong_count, unobserved, overlap, split, wrong_number = settings
    wide_steepness = 1 / wide_ppm
    for i in range(len(rows)):
        first, last = offset[rows[i]], offset[rows[i] + 1]
        cost = np.empty((peaks, last - first))
        slots = 0
        for k in range(first, last):
            steepness = 1 / scales[spread[k]]
            top = right + math.log(steepness / 2)
            place = LOWEST_PPM + STEP_PPM * shift[k]
            slots += size[k] if (per_carbon or splits[k]) else 1
            for p in range(peaks):
                away = abs(query[0, p] - place)
                a = top - away * steepness
                b = wide - away * wide_steepness
                high, low = max(a, b), min(a, b)
                value = -high
                if high - low < _NEGLIGIBLE:  # seldom: most peaks are far from most classes
                    value -= math.log1p(math.exp(low - high))
                if query[1, p] >= 0:
                    value += same if query[1, p] == hydrogens[k] else other
                if not per_carbon and query[2, p] > 0:
                    value += wrong_count * min(max(size[k] - query[2, p], 0.0), 4.0)
                cost[p, k - first] = value
        layers = 1 if per_carbon else overlaps
        price = np.empty((peaks * layers, slots))
        column = 0
        for k in range(first, last):
            for copy in range(size[k] if (per_carbon or splits[k]) else 1):
                for layer in range(layers):
                    for p in range(peaks):
                        value = cost[p, k - first]
                        if not per_carbon:
                            if layer and copy:
                                value = 0.0
                            else:
                                value += overlap if layer else -query[3, p]
                                value += split if copy else -unobserved
                            value = min(value, 0.0)
                        price[layer * peaks + p, column] = value
                column += 1
        total = cheapest_assignment(price if price.shape[0] <= slots else price.T.copy())
        if per_carbon:
            total += abs(slots - peaks) * wrong_number
        else:
            total += query[3].sum() + (last - first) * unobserved
        out[i] = -total


@njit(nogil=True, cache=True)
def cheapest_assignment(price):
    """Cost of the cheapest assignment of every row to a column of its own, (R, C) with R ≤ C.

    Shortest augmenting paths with potentials (Jonker & Volgenant, Computing 38 (1987) 325). Index 0 of the columns is
    the root of a path. Rows whose cheapest column is free take it at once.
    """
    n, m = price.shape
    u, v = np.zeros(n + 1), np.zeros(m + 1)
    owner, back = np.zeros(m + 1, np.int64), np.zeros(m + 1, np.int64)
    placed = np.zeros(n + 1, np.bool_)
    for row in range(1, n + 1):
        cheapest = np.argmin(price[row - 1])
        u[row] = price[row - 1, cheapest]
        if owner[cheapest + 1] == 0:
            owner[cheapest + 1], placed[row] = row, True
    for row in range(1, n + 1):
        if placed[row]:
            continue
        owner[0], column = row, 0
        slack, done = np.full(m + 1, _NOTHING), np.zeros(m + 1, np.bool_)
        while owner[column] or not done[column]:
            done[column] = True
            i, step, nearest = owner[column], _NOTHING, 0
            for j in range(1, m + 1):
                if not done[j]:
                    reduced = price[i - 1, j - 1] - u[i] - v[j]
                    if reduced < slack[j]:
                        slack[j], back[j] = reduced, column
                    if slack[j] < step:
                        step, nearest = slack[j], j
            for j in range(m + 1):
                if done[j]:
                    u[owner[j]] += step
                    v[j] -= step
                else:
                    slack[j] -= step
            column = nearest
            if owner[column] == 0:
                break
        while column:
            before = back[column]
            owner[column], column = owner[before], before
    total = 0.0
    for j in range(1, m + 1):
        if owner[j]:
            total += price[owner[j] - 1, j - 1]
    return total
