"""The kernel of the exact match, and what it calls: the cheapest assignment, as soon as bounds allow."""

import math

import numpy as np
from numba import njit

from km3aid.matching.compiled.kernels.compiling import cached_njit
from km3aid.matching.compiled.kernels.prefetch import AHEAD, fetch
from km3aid.matching.compiled.packed import LOWEST_PPM, STEP_PPM

_NEVER = np.inf
_NEGLIGIBLE = 20.0  # nats: a density e²⁰ times smaller adds 2·10⁻⁹ to another
_ROUNDING = 1e-6  # nats


@njit(nogil=True, inline="always")
def log_both(away):
    """log(1 + exp(−away)) for away ≥ 0, to 2·10⁻⁹, without a branch or a table, so that many are computed at a time.

    With p = exp(−away), the 64th power of a short series, it is 2 artanh(p / (2 + p)), another short series.
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


@cached_njit(error_model="numpy")
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

    `peaks` are padded; the first `count` are real. `penalty` (5, P) goes by attached hydrogens; a class costs a peak
    its `excess` (P,) for every carbon, up to four, beyond the `expected` (P,). `settings` are the log share of good
    predictions, the log density at 0 of wrong ones, their scale, and the costs of an unassigned peak, an unobserved
    carbon, an overlap, a split and a wrong number. The result is minus infinity where it cannot reach `least` (R,), as
    soon as a bound or the unfinished assignment shows it.
    """
    right, wide, wide_ppm, alone, unobserved, overlap, split, wrong_number = settings
    wide_steepness = 1 / wide_ppm
    most_classes = 0
    for i in range(len(rows)):
        most_classes = max(most_classes, offset[rows[i] + 1] - offset[rows[i]])
    cost = np.empty((most_classes, len(peaks)))
    by_peak, by_class = np.empty(len(peaks)), np.empty(most_classes)
    for i in range(len(rows)):
        soon = offset[rows[min(i + AHEAD, len(rows) - 1)]]
        fetch(shift, soon)
        fetch(spread, soon)
        fetch(hydrogens, soon)
        fetch(size, soon)
        fetch(splits, soon)
        first, last = offset[rows[i]], offset[rows[i] + 1]
        classes, slots = last - first, 0
        by_peak[:] = _NEVER
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
        if least[i] > -_NEVER:
            if per_carbon:
                bound = per_carbon_bound(by_peak[:count], by_class[:classes], size[first:last], slots) + rest
            else:
                bound = distinct_bound(by_peak[:count], by_class[:classes], alone, unobserved, overlap, split)
            if -bound < least[i] - _ROUNDING:
                out[i] = -_NEVER
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


@cached_njit(error_model="numpy")
def costs_of_class(peaks, extra, expected, excess, place, top, steepness, wide, wide_steepness, members, out):
    """Negative log-likelihood (P,) of every peak at one carbon class; without a branch, like `log_both`."""
    for p in range(len(peaks)):
        away = abs(peaks[p] - place)
        near, far = top - away * steepness, wide - away * wide_steepness
        more = members - expected[p]
        more = (more if more < 4.0 else 4.0) if more > 0.0 else 0.0
        out[p] = extra[p] + excess[p] * more - (near if near > far else far) - log_both(abs(near - far))


@cached_njit()
def per_carbon_bound(by_peak, by_class, size, slots):
    """A lower bound of the cost of assigning one peak per carbon, without what a wrong number costs.

    For every peak (P,) and class (K,) the cost of its cheapest partner is given, and for classes the `size` (K,) in
    carbons. Every member of the smaller side pays at least that; of equal sides, either does.
    """
    peaks, carbons = 0.0, 0.0
    for nearest in by_peak:
        peaks += nearest
    for k in range(len(by_class)):
        carbons += by_class[k] * size[k]
    if slots == len(by_peak):
        return max(peaks, carbons)
    return peaks if slots > len(by_peak) else carbons


@cached_njit()
def distinct_bound(by_peak, by_class, alone, unobserved, overlap, split):
    """A lower bound of the cost of assigning distinct peaks, from every peak's (P,) and class's (K,) cheapest partner.

    The cost of a pair is divided so that peak and class prefer to stay alone from the same cost of the pair on. The
    class pays for an overlap, the peak for a split.
    """
    total = 0.0
    share = alone / (alone + unobserved)
    for nearest in by_peak:
        total += min(alone, share * nearest, nearest + split)
    for nearest in by_class:
        total += min(unobserved, (1 - share) * nearest, nearest + overlap)
    return total


@cached_njit()
def cheapest_assignment(price, most):
    """Cost of the cheapest assignment of every row to a column of its own, (R, C) with R ≤ C; infinity above `most`.

    Shortest augmenting paths with potentials (Jonker & Volgenant, Computing 38 (1987) 325). Index 0 of the columns is
    the root of a path. Rows whose cheapest column is free take it at once. The sum of the potentials, which every step
    of a path raises, never exceeds the cost, so it shows early that this will exceed `most`.
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
        slack, done = np.full(m + 1, _NEVER), np.zeros(m + 1, np.bool_)
        while owner[column] or not done[column]:
            done[column] = True
            i, step, nearest = owner[column], _NEVER, 0
            for j in range(1, m + 1):
                if not done[j]:
                    reduced = price[i - 1, j - 1] - u[i] - v[j]
                    if reduced < slack[j]:
                        slack[j], back[j] = reduced, column
                    if slack[j] < step:
                        step, nearest = slack[j], j
            bound += step
            if bound > most:
                return _NEVER
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
