/* The kernels that describe the surroundings of every atom of many sketched molecules by numbers. */
#include "kernels.h"

#define LARGEST_RING 8
#define ROUNDS 6 /* after these, atoms with equal numbers are taken for equivalent */
#define RADII 3
#define CARBON 6

/* The bits of a 64-bit number, stirred (splitmix64). */
static inline uint64_t mixed(uint64_t x) {
    x += 0x9E3779B97F4A7C15u;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9u;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBu;
    return x ^ (x >> 31);
}

/* The atoms of the smallest ring through the bond of `i` and `j`, 0 where it is larger than looked for. */
static int64_t ring_size(const uint8_t *order, int64_t most, int64_t atoms, int64_t i, int64_t j, int64_t *edge,
                         int64_t *seen) {
    memset(seen, 0, sizeof(int64_t) * (size_t)atoms);
    seen[i] = 1;
    edge[0] = i;
    for (int64_t first = 0, last = 1; first < last; first++) {
        int64_t at = edge[first];
        if (seen[at] >= LARGEST_RING) return 0;
        for (int64_t n = 0; n < atoms; n++) {
            if (!order[at * most + n] || seen[n] || (at == i && n == j)) continue;
            if (n == j) return seen[at] + 1;
            seen[n] = seen[at] + 1;
            edge[last++] = n;
        }
    }
    return 0;
}

static inline void shrink(uint8_t *ring, int64_t size) {
    if (!*ring || size < *ring) *ring = (uint8_t)size;
}

/* The code of an atom and its bonds' number, before anything of its surroundings is mixed in. Only elements whose
 * `valence` varies (0) are told by the orders of their bonds. */
static uint64_t own_code(const uint8_t *bonds, int64_t count, uint8_t element, int8_t charge, uint8_t hydrogens,
                         uint8_t ring, const int64_t *valence) {
    int64_t degree = 0, total = 0;
    for (int64_t j = 0; j < count; j++) {
        degree += bonds[j] != 0;
        total += bonds[j];
    }
    int64_t usual = valence[element], spare = total - degree;
    if (usual) spare = usual - degree - hydrogens + (element == CARBON ? -llabs(charge) : charge);
    uint64_t code = element;
    code = code * 16 + hydrogens;
    code = code * 16 + (uint64_t)degree;
    code = code * 16 + (uint64_t)(spare + 4);
    code = code * 16 + (uint64_t)(charge + 8);
    return mixed(code * 16 + ring);
}

/* Fill `radius` (M, A, 3), the surroundings of each atom to one, two and three bonds; `equal` (M, A), the same for
 * equivalent atoms; `structure` (M,), the same for the same molecule but for configuration and Kekulé form; and `ring`
 * (M, A), the size of the smallest ring.
 *
 * Molecule m has `atoms[m]` of the A atoms of `element`, `charge` and `hydrogens` (M, A), and the orders of its bonds in
 * `order` (M, A, A); `valence` (119,) goes by element, 0 where it varies. Returns 1 where memory is short. */
EXPORT int KERNEL(describe)(const uint8_t *restrict element, const int8_t *restrict charge,
                            const uint8_t *restrict hydrogens, const uint8_t *restrict order,
                            const int64_t *restrict atoms, int64_t molecules, int64_t most,
                            const int64_t *restrict valence, uint64_t *restrict radius, uint64_t *restrict equal,
                            uint64_t *restrict structure, uint8_t *restrict ring) {
    int64_t *edge = malloc(4 * sizeof(int64_t) * (size_t)most_of(most, 1));
    if (!edge) return 1;
    int64_t *seen = edge + most;
    uint64_t *own = (uint64_t *)(seen + most), *fresh = own + most;
    for (int64_t m = 0; m < molecules; m++) {
        const int64_t count = atoms[m], at = m * most;
        const uint8_t *bonds = order + at * most;
        memset(ring + at, 0, (size_t)most);
        for (int64_t i = 0; i < count; i++) {
            for (int64_t j = 0; j < i; j++) {
                if (!bonds[i * most + j]) continue;
                int64_t size = ring_size(bonds, most, count, i, j, edge, seen);
                if (!size) continue;
                shrink(ring + at + i, size);
                shrink(ring + at + j, size);
            }
        }
        for (int64_t i = 0; i < count; i++) {
            own[i] = own_code(bonds + i * most, count, element[at + i], charge[at + i], hydrogens[at + i],
                              ring[at + i], valence);
        }
        for (int step = 0; step < ROUNDS; step++) {
            for (int64_t i = 0; i < count; i++) {
                uint64_t total = 0;
                for (int64_t j = 0; j < count; j++) {
                    if (bonds[i * most + j]) total += mixed(own[j] ^ 0x5851F42D4C957F2Du);
                }
                fresh[i] = mixed(own[i] * 0x2545F4914F6CDD1Du + total);
            }
            memcpy(own, fresh, sizeof(uint64_t) * (size_t)count);
            for (int64_t i = 0; i < count && step < RADII; i++) radius[(at + i) * RADII + step] = fresh[i];
        }
        uint64_t together = 0;
        for (int64_t i = 0; i < count; i++) {
            equal[at + i] = own[i];
            together += mixed(own[i]);
        }
        structure[m] = together;
    }
    free(edge);
    return 0;
}

/* Group equivalent carbons: fill the columns of packed classes and `offset` (M + 1,); returns how many there are.
 *
 * `shift` and `scale` (M, A) in ppm are averaged over a class. */
EXPORT int64_t KERNEL(carbon_classes)(const uint8_t *restrict element, const uint8_t *restrict hydrogens,
                                      const uint64_t *restrict equal, const double *restrict shift,
                                      const double *restrict scale, const int64_t *restrict atoms, int64_t molecules,
                                      int64_t most, int64_t *restrict offset, double *restrict out_shift,
                                      double *restrict out_scale, uint8_t *restrict out_hydrogens,
                                      uint8_t *restrict out_size) {
    int64_t total = 0;
    for (int64_t m = 0; m < molecules; m++) {
        offset[m] = total;
        for (int64_t i = m * most, end = i + atoms[m]; i < end; i++) {
            if (element[i] != CARBON) continue;
            bool first = true;
            for (int64_t j = m * most; j < i && first; j++) first = element[j] != CARBON || equal[j] != equal[i];
            if (!first) continue;
            int64_t size = 0;
            double place = 0, width = 0;
            for (int64_t j = i; j < end; j++) {
                if (element[j] != CARBON || equal[j] != equal[i]) continue;
                size++;
                place += shift[j];
                width += scale[j];
            }
            out_shift[total] = place / (double)size;
            out_scale[total] = width / (double)size;
            out_hydrogens[total] = hydrogens[i];
            out_size[total++] = (uint8_t)least_of(size, 255);
        }
    }
    offset[molecules] = total;
    return total;
}
