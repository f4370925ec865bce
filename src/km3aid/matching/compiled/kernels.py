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

from km3aid.matching.compiled.packed import LOWEST_PPM, STEP_PPM

_NOTHING = np.inf
_NEGLIGIBLE = 20.0  # nats: a density e²⁰ times smaller adds 2·10⁻⁹ to another
_ROUNDING = 1e-6  # nats
LANES = 8  # peaks that the vector unit looks at together; queries are padded to a multiple
_AHEAD = 8  # molecules whose memory is on its way while one is looked at
_TOGETHER = 64  # vectors that are compared with one query after another while they are in the nearest cache


@njit(nogil=True, inline="always")
def log_both(away):
    """log(1 + exp(−away)) for away ≥ 0, to 2·10⁻⁹: without a branch or a table, so that it is done for many at a time.

    With p = exp(−away), the 64th power of a short series, it is 2 artanh(p / (2 + p)), a series that ends early.
    """
    x = -min(away, _NEGLIGIBLE) / 64
    power = 1 + x * (1 + x * (1 / 2 + x * (1 / 6 + x * (1 / 24 + x / 120))))
    power *= power
    power *= power
    power *= power
    power *= power
    power *= power
    power *= power
    t = power / (2 + power)
    z = t * t
    series = 1 / 9 + z * (1 / 11 + z * (1 / 13 + z * (1 / 15 + z / 17)))
    return 2 * t * (1 + z * (1 / 3 + z * (1 / 5 + z * (1 / 7 + z * series))))


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

    A pair's cost is shared out between the two sums, `share` of it to the peaks; with one peak `per_carbon` the side
    with fewer members pays all, where they are equal the dearer one. `peaks` are padded; the first `count` are real.
    `penalty` (5, P) by attached hydrogens, `steepness` and `floor` by the code of the spread. What is `farthest` or
    more away stays alone.
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
        if not per_carbon:
            total = share * total + (1 - share) * classes
        elif off < 0 or (off == 0 and total < classes):
            total = classes
        out[i] = -(total + wrong_number * np.float32(abs(off)))


@njit(nogil=True, cache=True, error_model="numpy")
def exact_match(
    offset,
    shift,
    spread,
    hydrogens,
    size,
    splits,
    peaks,
    count,
    penalty,
    expected,
    excess,
    settings,
    scales,
    per_carbon,
    overlaps,
    rows,
    least,
    out,
):
    """Minus the cost of the cheapest assignment, as `km3aid.matching.assign.cheapest_cost` defines it.

    `peaks` are padded; the first `count` are real. `penalty` (5, P) by attached hydrogens; a class costs a peak its
    `excess` (P,) for every carbon, up to four, beyond the `expected` (P,). `settings`: log share of good predictions,
    log density at 0 of the wrong ones, their scale, costs of an unassigned peak, an unobserved carbon, an overlap, a
    split and a wrong number. Where the result cannot be `least` (R,), minus infinity comes out, as soon as a bound or
    the assignment on its way says so.
    """
    right, wide, wide_ppm, alone, unobserved, overlap, split, wrong_number = settings
    wide_steepness = 1 / wide_ppm
    most_classes = 0
    for i in range(len(rows)):
        most_classes = max(most_classes, offset[rows[i] + 1] - offset[rows[i]])
    cost = np.empty((most_classes, len(peaks)))
    by_peak, by_class = np.empty(len(peaks)), np.empty(most_classes)
    for i in range(len(rows)):
        soon = offset[rows[min(i + _AHEAD, len(rows) - 1)]]
        fetch(shift, soon)
        fetch(spread, soon)
        fetch(hydrogens, soon)
        fetch(size, soon)
        fetch(splits, soon)
        first, last = offset[rows[i]], offset[rows[i] + 1]
        classes, slots = last - first, 0
        by_peak[:] = _NOTHING
        for k in range(first, last):
            slots += size[k] if (per_carbon or splits[k]) else 1
            own, steepness = cost[k - first], 1 / scales[spread[k]]
            place, top = LOWEST_PPM + STEP_PPM * shift[k], right + math.log(steepness / 2)
            extra = penalty[min(hydrogens[k], 4)]
            costs_of_class(peaks, extra, expected, excess, place, top, steepness, wide, wide_steepness, size[k], own)
            nearest = own[0]
            for p in range(1, count):
                nearest = own[p] if own[p] < nearest else nearest
            by_class[k - first] = nearest
            for p in range(len(peaks)):
                by_peak[p] = own[p] if own[p] < by_peak[p] else by_peak[p]
        rest = abs(slots - count) * wrong_number if per_carbon else count * alone + classes * unobserved
        if least[i] > -_NOTHING:
            if per_carbon:
                bound = per_carbon_bound(by_peak[:count], by_class[:classes], size[first:last], slots) + rest
            else:
                bound = distinct_bound(by_peak[:count], by_class[:classes], alone, unobserved, overlap, split)
            if -bound < least[i] - _ROUNDING:
                out[i] = -_NOTHING
                continue
        layers = 1 if per_carbon else overlaps
        price = np.empty((count * layers, slots))
        column = 0
        for k in range(first, last):
            for copy in range(size[k] if (per_carbon or splits[k]) else 1):
                for layer in range(layers):
                    for p in range(count):
                        value = cost[k - first, p]
                        if not per_carbon:
                            if layer and copy:
                                value = 0.0
                            else:
                                value += overlap if layer else -alone
                                value += split if copy else -unobserved
                            value = min(value, 0.0)
                        price[layer * count + p, column] = value
                column += 1
        most = _ROUNDING - least[i] - rest
        out[i] = -(cheapest_assignment(price if price.shape[0] <= slots else price.T.copy(), most) + rest)


@njit(nogil=True, cache=True, error_model="numpy")
def costs_of_class(peaks, extra, expected, excess, place, top, steepness, wide, wide_steepness, members, out):
    """Negative log-likelihood (P,) of every peak at one carbon class; without a branch, as `log_both` needs it."""
    for p in range(len(peaks)):
        away = abs(peaks[p] - place)
        near, far = top - away * steepness, wide - away * wide_steepness
        more = members - expected[p]
        more = (more if more < 4.0 else 4.0) if more > 0.0 else 0.0
        out[p] = extra[p] + excess[p] * more - (near if near > far else far) - log_both(abs(near - far))


@njit(nogil=True, cache=True)
def per_carbon_bound(by_peak, by_class, size, slots):
    """What assigning one peak per carbon costs at least, but for a wrong number.

    Of every peak (P,) and class (K,) the cheapest partner's cost is given, of the latter the `size` (K,) in carbons.
    Every member of the smaller side pays that; where the sides are equal, either may.
    """
    peaks, carbons = 0.0, 0.0
    for nearest in by_peak:
        peaks += nearest
    for k in range(len(by_class)):
        carbons += by_class[k] * size[k]
    if slots == len(by_peak):
        return max(peaks, carbons)
    return peaks if slots > len(by_peak) else carbons


@njit(nogil=True, cache=True)
def distinct_bound(by_peak, by_class, alone, unobserved, overlap, split):
    """What assigning distinct peaks costs at least; of every peak (P,) and class (K,) the cheapest partner's is given.

    The cost of a pair is shared out so that peak and class would rather stay alone at the same cost of the pair. An
    overlap is paid by the class, a split by the peak.
    """
    total = 0.0
    share = alone / (alone + unobserved)
    for nearest in by_peak:
        total += min(alone, share * nearest, nearest + split)
    for nearest in by_class:
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
