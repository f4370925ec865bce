"""The kernel of similarity on the graph level."""

import numpy as np

from km3aid.matching.compiled.kernels.compiling import cached_njit

_TOGETHER = 64  # vectors that are compared with one query after another while they are in the nearest cache


@cached_njit()
def similar_enough(
    embedding, scale, carbons, offset, queries, step, count, per_carbon, charge, least, rows, found_rows, found, number
):
    """For each of Q queries the rows whose cosine, less a charge per carbon too many or too few, reaches `least` (Q,).

    `queries` (Q, D) are 16-bit vectors to be multiplied by `step` (Q,), `embedding` (N, D) 8-bit ones to be multiplied
    by `scale` (N,). Sums of integers do not depend on the order of adding or on how many queries are asked at once.
    `count` (Q,) is the number of carbons of each query where `per_carbon` (Q,), otherwise of its carbon classes;
    `charge` (Q,) is what each of them too many or too few costs. Query k finds `number[k]` rows, which go to
    `found_rows[k]`, their cosines to `found[k]`.
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
