/* The kernel of similarity on the graph level. */
#include "kernels.h"

#define TOGETHER 64 /* vectors that are compared with one query after another while they are in the nearest cache */

#if defined(__clang__) /* by itself it takes half as many at a time */
#define VECTORS _Pragma("clang loop vectorize_width(16) interleave_count(2)")
#else
#define VECTORS
#endif

/* For each of Q queries the rows whose cosine, less a charge per carbon too many or too few, reaches `least` (Q,).
 *
 * `queries` (Q, D) are 16-bit vectors to be multiplied by `step` (Q,), `embedding` (N, D) 8-bit ones to be multiplied
 * by `scale` (N,). Sums of integers do not depend on the order of adding or on how many queries are asked at once; the
 * caller sees to it that they stay within 32 bits. `count` (Q,) is the number of carbons of each query where
 * `per_carbon` (Q,), otherwise of its carbon classes; `charge` (Q,) is what each of them too many or too few costs.
 * Query k finds `number[k]` of the R `rows`, which go to `found_rows` (Q, R), their cosines to `found` (Q, R). */
EXPORT void KERNEL(similar_enough)(
    const int8_t *restrict embedding, const float *restrict scale, const uint16_t *restrict carbons,
    const int32_t *restrict offset, const int16_t *restrict queries, const float *restrict step,
    const int64_t *restrict count, const bool *restrict per_carbon, const float *restrict charge,
    const float *restrict least, const int32_t *restrict rows, int64_t query_count, int64_t width, int64_t row_count,
    int32_t *restrict found_rows, float *restrict found, int64_t *restrict number) {
    float classes[TOGETHER], atoms[TOGETHER], scales[TOGETHER], cosine[TOGETHER], needed[TOGETHER];
    memset(cosine, 0, sizeof cosine);
    memset(classes, 0, sizeof classes);
    memset(atoms, 0, sizeof atoms);
    memset(scales, 0, sizeof scales);
    for (int64_t begin = 0; begin < row_count; begin += TOGETHER) {
        const int32_t *block = rows + begin;
        int64_t length = least_of(TOGETHER, row_count - begin);
        for (int64_t i = 0; i < length; i++) {
            classes[i] = (float)(offset[block[i] + 1] - offset[block[i]]);
            atoms[i] = carbons[block[i]];
            scales[i] = scale[block[i]];
        }
        for (int64_t k = 0; k < query_count; k++) {
            const int16_t *query = queries + k * width;
            const float *own = per_carbon[k] ? atoms : classes;
            float expected = (float)count[k];
            for (int64_t i = 0; i < TOGETHER; i++) needed[i] = least[k] + charge[k] * fabsf(own[i] - expected);
            for (int64_t i = 0; i < length; i++) {
                const int8_t *vector = embedding + (int64_t)block[i] * width;
                int32_t total = 0;
                VECTORS
                for (int64_t j = 0; j < width; j++) total += vector[j] * query[j];
                cosine[i] = (float)total;
            }
            for (int64_t i = 0; i < TOGETHER; i++) cosine[i] *= scales[i] * step[k];
            int64_t place = k * row_count + number[k];
            for (int64_t i = 0; i < length; i++) {
                if (cosine[i] >= needed[i]) {
                    found_rows[place] = block[i];
                    found[place++] = cosine[i];
                }
            }
            number[k] = place - k * row_count;
        }
    }
}
