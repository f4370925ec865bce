/* The kernel of the exact match, and what it calls: the cheapest assignment, as soon as bounds allow. */
#include "kernels.h"

#define NEGLIGIBLE 20.0 /* nats: a density e²⁰ times smaller adds 2·10⁻⁹ to another */
#define ROUNDING 1e-6   /* nats */

static inline double smaller(double a, double b) { return a < b ? a : b; }

/* log(1 + exp(−away)) for away ≥ 0, to 2·10⁻⁹, without a branch or a table, so that many are computed at a time.
 *
 * With p = exp(−away), the 64th power of a short series, it is 2 artanh(p / (2 + p)), another short series. */
static inline double log_both(double away) {
    double x = -smaller(away, NEGLIGIBLE) / 64;
    double power = 1 + x * (1 + x * (1.0 / 2 + x * (1.0 / 6 + x * (1.0 / 24 + x / 120))));
    power *= power;
    power *= power;
    power *= power;
    power *= power;
    power *= power;
    power *= power;
    double t = power / (2 + power), z = t * t;
    double series = 1.0 / 9 + z * (1.0 / 11 + z * (1.0 / 13 + z * (1.0 / 15 + z / 17)));
    return 2 * t * (1 + z * (1.0 / 3 + z * (1.0 / 5 + z * (1.0 / 7 + z * series))));
}

EXPORT double KERNEL(log_both)(double away) { return log_both(away); }

/* What a spectrum's peaks cost anywhere; see `exact_match`. */
typedef struct {
    const double *peaks, *expected, *excess;
    int64_t width;
    double right, wide, wide_steepness;
} prices;

/* Negative log-likelihood (P,) of every peak at one carbon class of a shift `place`; without a branch. */
static void costs_of_class(const prices *given, const double *restrict extra, double place, double steepness,
                           double members, double *restrict out) {
    const double *restrict peaks = given->peaks, *restrict expected = given->expected,
                           *restrict excess = given->excess;
    const double top = given->right + log(steepness / 2), wide = given->wide, flat = given->wide_steepness;
    for (int64_t p = 0; p < given->width; p++) {
        double away = fabs(peaks[p] - place);
        double near = top - away * steepness, far = wide - away * flat;
        double more = members - expected[p];
        more = more > 0.0 ? smaller(more, 4.0) : 0.0;
        out[p] = extra[p] + excess[p] * more - (near > far ? near : far) - log_both(fabs(near - far));
    }
}

/* A lower bound of the cost of assigning one peak per carbon, without what a wrong number costs.
 *
 * For every peak (P,) and class (K,) the cost of its cheapest partner is given, and for classes the `size` (K,) in
 * carbons. Every member of the smaller side pays at least that; of equal sides, either does. */
static double per_carbon_bound(const double *by_peak, int64_t count, const double *by_class, const uint8_t *size,
                               int64_t classes, int64_t slots) {
    double peaks = 0, carbons = 0;
    for (int64_t p = 0; p < count; p++) peaks += by_peak[p];
    for (int64_t k = 0; k < classes; k++) carbons += by_class[k] * size[k];
    if (slots == count) return peaks > carbons ? peaks : carbons;
    return slots > count ? peaks : carbons;
}

/* A lower bound of the cost of assigning distinct peaks, from every peak's (P,) and class's (K,) cheapest partner.
 *
 * The cost of a pair is divided so that peak and class prefer to stay alone from the same cost of the pair on. The
 * class pays for an overlap, the peak for a split. */
static double distinct_bound(const double *by_peak, int64_t count, const double *by_class, int64_t classes,
                             double alone, double unobserved, double overlap, double split) {
    double total = 0, share = alone / (alone + unobserved);
    for (int64_t p = 0; p < count; p++) {
        total += smaller(alone, smaller(share * by_peak[p], by_peak[p] + split));
    }
    for (int64_t k = 0; k < classes; k++) {
        total += smaller(unobserved, smaller((1 - share) * by_class[k], by_class[k] + overlap));
    }
    return total;
}

/* Memory that grows as larger molecules come, and is used again for the next. */
typedef struct {
    void *place;
    size_t bytes;
    bool failed;
} room;

static void *enough(room *held, size_t bytes) {
    if (bytes > held->bytes) {
        free(held->place);
        held->bytes = 2 * bytes;
        held->place = malloc(held->bytes);
        held->failed = !held->place;
        if (held->failed) held->bytes = 0;
    }
    return held->place;
}

/* Cost of the cheapest assignment of every row to a column of its own, (n, m) with n ≤ m; infinity above `most`, or
 * where there is none.
 *
 * Shortest augmenting paths with potentials (Jonker & Volgenant, Computing 38 (1987) 325). Index 0 of the columns is
 * the root of a path. Rows whose cheapest column is free take it at once. The sum of the potentials, which every step
 * of a path raises, never exceeds the cost, so it shows early that this will exceed `most`. */
static double cheapest(const double *restrict price, int64_t n, int64_t m, double most, room *held) {
    size_t rows = (size_t)n + 1, columns = (size_t)m + 1;
    size_t bytes = sizeof(double) * (rows + 2 * columns) + sizeof(int64_t) * 2 * columns + rows + columns;
    char *place = enough(held, bytes);
    if (!place) return INFINITY;
    double *u = (double *)place, *v = u + rows, *slack = v + columns;
    int64_t *owner = (int64_t *)(slack + columns), *back = owner + columns;
    bool *placed = (bool *)(back + columns), *done = placed + rows;
    memset(place, 0, bytes);
    double bound = 0;
    for (int64_t row = 1; row <= n; row++) {
        const double *own = price + (row - 1) * m;
        int64_t best = 0;
        for (int64_t j = 1; j < m; j++) best = own[j] < own[best] ? j : best;
        u[row] = own[best];
        bound += u[row];
        if (!owner[best + 1]) {
            owner[best + 1] = row;
            placed[row] = true;
        }
    }
    for (int64_t row = 1; row <= n; row++) {
        if (placed[row]) continue;
        owner[0] = row;
        int64_t column = 0;
        for (int64_t j = 0; j <= m; j++) {
            slack[j] = INFINITY;
            done[j] = false;
        }
        while (owner[column] || !done[column]) {
            done[column] = true;
            int64_t i = owner[column], nearest = 0;
            const double *own = price + (i - 1) * m;
            double step = INFINITY;
            for (int64_t j = 1; j <= m; j++) {
                if (done[j]) continue;
                double reduced = own[j - 1] - u[i] - v[j];
                if (reduced < slack[j]) {
                    slack[j] = reduced;
                    back[j] = column;
                }
                if (slack[j] < step) {
                    step = slack[j];
                    nearest = j;
                }
            }
            bound += step;
            if (!(step < INFINITY)) return INFINITY;
            if (bound > most) return INFINITY;
            for (int64_t j = 0; j <= m; j++) {
                if (done[j]) {
                    u[owner[j]] += step;
                    v[j] -= step;
                } else {
                    slack[j] -= step;
                }
            }
            column = nearest;
            if (!owner[column]) break;
        }
        while (column) {
            int64_t before = back[column];
            owner[column] = owner[before];
            column = before;
        }
    }
    double total = 0;
    for (int64_t j = 1; j <= m; j++) {
        if (owner[j]) total += price[(owner[j] - 1) * m + j - 1];
    }
    return total;
}

EXPORT double KERNEL(cheapest_assignment)(const double *price, int64_t n, int64_t m, double most) {
    room held = {0};
    double cost = cheapest(price, n, m, most, &held);
    free(held.place);
    return cost;
}

/* Minus the cost of the cheapest assignment, as `km3aid.matching.assign.cheapest_cost` defines it.
 *
 * Molecule n owns the classes `offset[n]` to `offset[n + 1]` of `shift`, `spread`, `hydrogens`, `size` and `splits`.
 * `peaks` (P,) are padded; the first `count` are real. `penalty` (5, P) goes by attached hydrogens; a class costs a peak
 * its `excess` (P,) for every carbon, up to four, beyond the `expected` (P,). `settings` (8,) are the log share of good
 * predictions, the log density at 0 of wrong ones, their scale, and the costs of an unassigned peak, an unobserved
 * carbon, an overlap, a split and a wrong number; `scales` (256,) go by the code of the spread, in ppm. The result (R,)
 * is minus infinity where it cannot reach `least` (R,), as soon as a bound or the unfinished assignment shows it.
 * Returns 1 where memory is short. */
EXPORT int KERNEL(exact_match)(
    const int32_t *restrict offset, const uint16_t *restrict shift, const uint8_t *restrict spread,
    const uint8_t *restrict hydrogens, const uint8_t *restrict size, const uint8_t *restrict splits,
    const double *restrict peaks, int64_t width, int64_t count, const double *restrict penalty,
    const double *restrict expected, const double *restrict excess, const double *restrict settings,
    const double *restrict scales, bool per_carbon, int64_t overlaps, const int32_t *restrict rows,
    const double *restrict least, int64_t row_count, double *restrict out) {
    const double alone = settings[3], unobserved = settings[4], overlap = settings[5], split = settings[6];
    const double wrong_number = settings[7];
    const prices given = {peaks, expected, excess, width, settings[0], settings[1], 1 / settings[2]};
    const int64_t layers = per_carbon ? 1 : overlaps, lines = count * layers;
    int64_t most_classes = 1;
    for (int64_t i = 0; i < row_count; i++) {
        most_classes = most_of(most_classes, offset[rows[i] + 1] - offset[rows[i]]);
    }
    double *cost = malloc(sizeof(double) * (size_t)(most_classes * width + width + most_classes));
    if (!cost) return 1;
    double *by_peak = cost + most_classes * width, *by_class = by_peak + width;
    room prices_held = {0}, paths_held = {0};
    int failed = 0;
    for (int64_t i = 0; i < row_count && !failed; i++) {
        int64_t soon = offset[rows[least_of(i + AHEAD, row_count - 1)]];
        FETCH(shift + soon);
        FETCH(spread + soon);
        FETCH(hydrogens + soon);
        FETCH(size + soon);
        FETCH(splits + soon);
        const int64_t first = offset[rows[i]], last = offset[rows[i] + 1], classes = last - first;
        int64_t slots = 0;
        for (int64_t p = 0; p < width; p++) by_peak[p] = INFINITY;
        for (int64_t k = first; k < last; k++) {
            slots += per_carbon || splits[k] ? size[k] : 1;
            double *own = cost + (k - first) * width;
            const double *extra = penalty + width * least_of(hydrogens[k], 4);
            costs_of_class(&given, extra, LOWEST_PPM + STEP_PPM * shift[k], 1 / scales[spread[k]], size[k], own);
            double nearest = INFINITY;
            for (int64_t p = 0; p < count; p++) nearest = own[p] < nearest ? own[p] : nearest;
            by_class[k - first] = nearest;
            for (int64_t p = 0; p < width; p++) by_peak[p] = own[p] < by_peak[p] ? own[p] : by_peak[p];
        }
        const double rest = per_carbon ? (double)llabs(slots - count) * wrong_number
                                       : (double)count * alone + (double)classes * unobserved;
        if (least[i] > -INFINITY) {
            double bound =
                per_carbon ? per_carbon_bound(by_peak, count, by_class, size + first, classes, slots) + rest
                           : distinct_bound(by_peak, count, by_class, classes, alone, unobserved, overlap, split);
            if (-bound < least[i] - ROUNDING) {
                out[i] = -INFINITY;
                continue;
            }
        }
        double *price = enough(&prices_held, sizeof(double) * (size_t)most_of(lines * slots, 1));
        if (!price) {
            failed = 1;
            break;
        }
        const bool upright = lines <= slots; /* the smaller side makes the rows */
        const int64_t to_line = upright ? slots : 1, to_slot = upright ? 1 : lines;
        int64_t column = 0;
        for (int64_t k = 0; k < classes; k++) {
            const double *own = cost + k * width;
            const int64_t copies = per_carbon || splits[first + k] ? size[first + k] : 1;
            for (int64_t copy = 0; copy < copies; copy++, column++) {
                for (int64_t layer = 0; layer < layers; layer++) {
                    double *to = price + layer * count * to_line + column * to_slot;
                    if (per_carbon) {
                        for (int64_t p = 0; p < count; p++) to[p * to_line] = own[p];
                    } else if (layer && copy) {
                        for (int64_t p = 0; p < count; p++) to[p * to_line] = 0.0;
                    } else {
                        const double by_line = layer ? overlap : -alone, by_copy = copy ? split : -unobserved;
                        for (int64_t p = 0; p < count; p++) to[p * to_line] = smaller(own[p] + by_line + by_copy, 0.0);
                    }
                }
            }
        }
        const int64_t n = upright ? lines : slots, m = upright ? slots : lines;
        const double found = cheapest(price, n, m, ROUNDING - least[i] - rest, &paths_held);
        failed = paths_held.failed;
        out[i] = -(found + rest);
    }
    free(cost);
    free(prices_held.place);
    free(paths_held.place);
    return failed;
}
