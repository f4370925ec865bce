"""The kernel of the quick match: a bound of the cost of an assignment."""

import numpy as np

from km3aid.matching.compiled.kernels.compiling import cached_njit
from km3aid.matching.compiled.kernels.prefetch import AHEAD, fetch
from km3aid.matching.compiled.packed import LOWEST_PPM, STEP_PPM


@cached_njit(fastmath=True)
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

    The cost of a pair is divided between the two sums, `share` of it for the peaks; with one peak `per_carbon` the
    side with fewer members pays it all, and of equal sides the more expensive one. `peaks` are padded; the first
    `count` are real. `penalty` (5, P) goes by attached hydrogens, `steepness` and `floor` by the code of the spread.
    What would cost `farthest` or more stays alone.
    """
    # Counted from `lowest` no cost is negative. Such floats sort as their bits do as integers, and of integers the
    # compiler finds the smallest for many peaks at a time, of floats only one by one.
    cost = np.empty(len(peaks), np.float32)
    nearest = np.empty(len(peaks) + 1, np.float32)  # of every peak, and of the class in hand
    cost_bits, nearest_bits = cost.view(np.int32), nearest.view(np.int32)
    last = len(peaks)
    wide_base = wide_floor - lowest
    for i in range(len(rows)):
        fetch(offset, rows[min(i + 2 * AHEAD, len(rows) - 1)])
        soon = offset[rows[min(i + AHEAD, len(rows) - 1)]]
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
