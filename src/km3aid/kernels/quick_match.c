/* The kernel of the quick match: a bound of the cost of an assignment. */
#include "kernels.h"

static inline float smaller(float a, float b) { return a < b ? a : b; }

/* Minus a bound of the cost of an assignment: every peak at its nearest class, every class at its nearest peak.
 *
 * Molecule n owns the classes `offset[n]` to `offset[n + 1]` of `shift`, `spread`, `hydrogens` and `size`. The cost of
 * a pair is divided between the two sums, `share` of it for the peaks; with one peak `per_carbon` the side with fewer
 * members pays it all, and of equal sides the more expensive one. `peaks` (P,) are padded; the first `count` are real.
 * `penalty` (5, P) goes by attached hydrogens, `steepness` and `floors` (256,) by the code of the spread. What would
 * cost `farthest` or more stays alone. Writes R numbers to `out`; 1 where memory is short. */
EXPORT int KERNEL(quick_match)(
    const int32_t *restrict offset, const uint16_t *restrict shift, const uint8_t *restrict spread,
    const uint8_t *restrict hydrogens, const uint8_t *restrict size, const uint16_t *restrict carbons,
    const float *restrict peaks, int64_t width, int64_t count, const float *restrict penalty,
    const float *restrict steepness, const float *restrict floors, float wide_steepness, float wide_floor, float farthest,
    float share, bool per_carbon, float wrong_number, const int32_t *restrict rows, int64_t row_count,
    float *restrict out) {
    float *restrict nearest = malloc((size_t)most_of(width, 1) * sizeof *nearest);
    if (!nearest) return 1;
    for (int64_t i = 0; i < row_count; i++) {
        FETCH(offset + rows[least_of(i + 2 * AHEAD, row_count - 1)]);
        int64_t soon = offset[rows[least_of(i + AHEAD, row_count - 1)]];
        FETCH(shift + soon);
        FETCH(spread + soon);
        FETCH(hydrogens + soon);
        FETCH(size + soon);
        int64_t n = rows[i];
        int64_t off = per_carbon ? (int64_t)carbons[n] - count : 0;
        for (int64_t p = 0; p < width; p++) nearest[p] = farthest;
        float classes = 0;
        for (int64_t k = offset[n]; k < offset[n + 1]; k++) {
            const float place = (float)LOWEST_PPM + (float)STEP_PPM * (float)shift[k];
            const float slope = steepness[spread[k]], base = floors[spread[k]];
            const float *extra = penalty + width * least_of(hydrogens[k], 4);
            float best = farthest;
            for (int64_t p = 0; p < width; p++) {
                float away = fabsf(place - peaks[p]);
                float cost = smaller(away * slope + base, away * wide_steepness + wide_floor) + extra[p];
                nearest[p] = smaller(cost, nearest[p]);
                best = smaller(cost, best);
            }
            classes += per_carbon ? best * (float)size[k] : best;
        }
        float total = 0;
        for (int64_t p = 0; p < count; p++) total += nearest[p];
        if (!per_carbon) {
            total = share * total + (1 - share) * classes;
        } else if (off < 0 || (off == 0 && total < classes)) {
            total = classes;
        }
        out[i] = -(total + wrong_number * (float)llabs(off));
    }
    free(nearest);
    return 0;
}
