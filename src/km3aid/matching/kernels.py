"""Compiled inner loops of a search: similarity, quick match and exact match of many molecules with one spectrum.

Each takes the molecules to look at as `rows` and writes one number per row to `out`. They release the interpreter's
lock, so that threads share the rows; Numba compiles them at the first call and keeps the result on disk.
"""

from __future__ import annotations

import math

import numpy as np
from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic
from numpy.typing import NDArray

from km3aid.matching.packed import LOWEST_PPM, STEP_PPM

_NOTHING = np.inf
_NEGLIGIBLE = 20  # nats: a density e²⁰ times smaller adds 2·10⁻⁹ to another
_STEPS = 32  # of the table below, per nat
_ROUNDING = 1e-6  # nats
_AHEAD = 8  # molecules whose memory is on its way while one is looked at
_TOGETHER = 64  # vectors that are compared with one query after another while they are in the nearest cache


def _tabulate() -> NDArray[np.float64]:
    """Coefficients (steps, 4) of the cubics that follow log(1 + exp(−x)), 0 ≤ x ≤ 20, to 10⁻⁹ and meet smoothly."""
    x = np.arange(_NEGLIGIBLE * _STEPS + 1) / _STEPS
    value, slope = np.log1p(np.exp(-x)), -1 / (1 + np.exp(x)) / _STEPS
    rise = np.diff(value)
    cubic = slope[1:] + slope[:-1] - 2 * rise
    return np.stack([value[:-1], slope[:-1], rise - slope[:-1] - cubic, cubic], 1)


_BOTH = _tabulate()


@intrinsic
def fetch(typing, array, index):
    """Have the memory of an array's element on its way to the cache, without waiting for it."""

    def emit(context, builder, signature, given):
        data = context.make_array(signature.args[0])(context, builder, given[0]).data
        place = builder.bitcast(builder.gep(data, [given[1]]), ir.IntType(8).as_pointer())
        number = ir.IntType(32)
        kind = ir.FunctionType(ir.VoidType(), [place.type, number, number, number])
        prefetch = builder.module.declare_intrinsic("llvm.prefetch", [place.type], kind)
        builder.call(prefetch, [place, number(0), number(3), number(1)])  # to be read, kept near, data
        return context.get_dummy_value()

    return types.void(array, types.intp), emit


@njit(nogil=True, cache=True)
def similar_enough(
    embedding, scale, carbons, offset, queries, step, count, per_carbon, charge, least, rows, found_rows, found, number
):
    """For each of Q queries the rows whose cosine, less a charge for every carbon too many or too few, is `least` (Q,).

    `queries` (Q, D) are 16-bit vectors to be multiplied by `step` (Q,), `embedding` (N, D) 8-bit ones to be multiplied
    by `scale`: sums of integers, so that the order in which they are added, and how many queries are asked at once,
    changes no digit. `count` (Q,) are the carbons of the queries where `per_carbon` (Q,), else their carbon classes,
    and `charge` (Q,) what one of them too many or too few costs. Query k finds `number[k]` rows; they go to
    `found_rows[k]` and their cosines to `found[k]`.
    """
    members = np.empty((2, _TOGETHER), np.float32)  # carbon classes and carbons
    scales, cosine = np.empty(_TOGETHER, np.float32), np.empty(_TOGETHER, np.float32)
    needed = np.empty(_TOGETHER, np.float32)
    for begin in range(0, len(rows), _TOGETHER):
        block = rows[begin : begin + _TOGETHER]
        for i in range(len(block)):
            members[0, i] = offset[block[i] + 1] - offset[block[i]]
            members[1, i] = carbons[block[i]]
            scales[i] = scale[block[i]]
        for k in range(len(queries)):
            query, own, expected = queries[k], members[int(per_carbon[k])], np.float32(count[k])
            for i in range(_TOGETHER):
                needed[i] = least[k] + charge[k] * abs(own[i] - expected)
            for i in range(len(block)):
                vector = embedding[block[i]]
                total = np.int32(0)
                for j in range(len(query)):
                    total = np.int32(total + np.int32(vector[j]) * np.int32(query[j]))
                cosine[i] = total
            for i in range(_TOGETHER):
                cosine[i] *= scales[i] * step[k]
            place = number[k]
            for i in range(len(block)):
                if cosine[i] >= needed[i]:
                    found_rows[k, place], found[k, place] = block[i], cosine[i]
                    place += 1
            number[k] = place


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
    wide_steepness,
    wide_floor,
    lowest,
    farthest,
    share,
    per_carbon,
    wrong_number,
    rows,
    out,
):
    """Minus a bound of the cost of an assignment: every peak at its nearest class, every class at its nearest peak.

    A pair's cost is shared out between the two sums, `share` of it to the peaks. `peaks` are padded; the first `count`
    are real. `penalty` (5, P) by attached hydrogens, `steepness` and `floor` by the code of the spread. What is
    `farthest` or more away stays alone. With one peak `per_carbon` the side with fewer members pays all.
    """
    # Counted from `lowest` no cost is negative. Such floats have the order of their bits as integers, whose smallest
    # the compiler finds for many peaks at a time; that of floats it finds one by one.
    cost = np.empty(len(peaks), np.float32)
    nearest = np.empty(len(peaks) + 1, np.float32)  # of every peak, and of the class in hand
    cost_bits, nearest_bits = cost.view(np.int32), nearest.view(np.int32)
    last = len(peaks)
    wide_base = wide_floor - lowest
    for i in range(len(rows)):
        fetch(offset, rows[min(i + 2 * _AHEAD, len(rows) - 1)])
        soon = offset[rows[min(i + _AHEAD, len(rows) - 1)]]
        fetch(shift, soon)
        fetch(spread, soon)
        fetch(hydrogens, soon)
        fetch(size, soon)
        n = rows[i]
        off = int(carbons[n]) - count if per_carbon else 0
        nearest[:] = farthest - lowest
        classes = np.float32(0)
        for k in range(offset[n], offset[n + 1]):
            place = np.float32(LOWEST_PPM) + np.float32(STEP_PPM) * np.float32(shift[k])
            slope, base = steepness[spread[k]], floor[spread[k]] - lowest
            extra = penalty[min(hydrogens[k], 4)]
            for p in range(last):
                away = abs(place - peaks[p])
                near, wide = away * slope + base, away * wide_steepness + wide_base
                cost[p] = (near if near < wide else wide) + extra[p]
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
        part = share if off == 0 else np.float32(1) if off > 0 else np.float32(0)
        out[i] = -(part * total + (1 - part) * classes + wrong_number * np.float32(abs(off)))


@njit(nogil=True, cache=True)
def exact_match(
    offset, shift, spread, hydrogens, size, splits, query, settings, scales, per_carbon, overlaps, rows, least, out
):
    """Minus the cost of the cheapest assignment, as `km3aid.matching.assign.cheapest_cost` defines it.

    `query` (4, P): shift, attached hydrogens (−1 unknown), count (0 unknown), cost of staying alone. `settings`: log
    share of good predictions, log density at 0 of the wrong ones, their scale, costs of a right and of a wrong
    multiplicity, of a wrong count, of an unobserved carbon, of an overlap, of a split, of a wrong number. Where the
    result cannot be `least` (R,), minus infinity comes out, as soon as a bound or the assignment on its way says so.
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
                if high - low < _NEGLIGIBLE:  # log(1 + exp(low − high))
                    at = (high - low) * _STEPS
                    step = int(at)
                    x, both = at - step, _BOTH[step]
                    value -= both[0] + x * (both[1] + x * (both[2] + x * both[3]))
                if query[1, p] >= 0:
                    value += same if query[1, p] == hydrogens[k] else other
                if not per_carbon and query[2, p] > 0:
                    value += wrong_count * min(max(size[k] - query[2, p], 0.0), 4.0)
                cost[p, k - first] = value
        if least[i] > -_NOTHING:
            if per_carbon:
                bound = per_carbon_bound(cost, size[first:last], slots) + abs(slots - peaks) * wrong_number
            else:
                bound = distinct_bound(cost, query[3], unobserved, overlap, split)
            if -bound < least[i] - _ROUNDING:
                out[i] = -_NOTHING
                continue
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
        rest = abs(slots - peaks) * wrong_number if per_carbon else query[3].sum() + (last - first) * unobserved
        most = _ROUNDING - least[i] - rest
        out[i] = -(cheapest_assignment(price if price.shape[0] <= slots else price.T.copy(), most) + rest)


@njit(nogil=True, cache=True)
def per_carbon_bound(cost, size, slots):
    """What assigning one peak per carbon costs at least: `cost` (P, K), `size` (K,) carbons of each class.

    Every member of the smaller side pays its cheapest partner; where the sides are equal, either may pay.
    """
    peaks, classes = cost.shape
    by_peaks, by_carbons = 0.0, 0.0
    for p in range(peaks):
        by_peaks += cost[p].min()
    for k in range(classes):
        by_carbons += cost[:, k].min() * size[k]
    if slots == peaks:
        return max(by_peaks, by_carbons)
    return by_peaks if slots > peaks else by_carbons


@njit(nogil=True, cache=True)
def distinct_bound(cost, alone, unobserved, overlap, split):
    """What assigning distinct peaks costs at least: `cost` (P, K), `alone` (P,) that of a peak without a class.

    The cost of a pair is shared out so that peak and class would rather stay alone at the same cost of the pair. An
    overlap is paid by the class, a split by the peak.
    """
    peaks, classes = cost.shape
    total = 0.0
    share = alone[0] / (alone[0] + unobserved)
    for p in range(peaks):
        nearest = cost[p].min()
        total += min(alone[p], share * nearest, nearest + split)
    for k in range(classes):
        nearest = cost[:, k].min()
        total += min(unobserved, (1 - share) * nearest, nearest + overlap)
    return total


@njit(nogil=True, cache=True)
def cheapest_assignment(price, most):
    """Cost of the cheapest assignment of every row to a column of its own, (R, C) with R ≤ C; infinity above `most`.

    Shortest augmenting paths with potentials (Jonker & Volgenant, Computing 38 (1987) 325). Index 0 of the columns is
    the root of a path. Rows whose cheapest column is free take it at once. The sum of the potentials, which every step
    of a path raises, is never more than the cost: it says early that this will exceed `most`.
    """
    n, m = price.shape
    u, v = np.zeros(n + 1), np.zeros(m + 1)
    owner, back = np.zeros(m + 1, np.int64), np.zeros(m + 1, np.int64)
    placed = np.zeros(n + 1, np.bool_)
    bound = 0.0
    for row in range(1, n + 1):
        cheapest = np.argmin(price[row - 1])
        u[row] = price[row - 1, cheapest]
        bound += u[row]
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
            bound += step
            if bound > most:
                return _NOTHING
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
