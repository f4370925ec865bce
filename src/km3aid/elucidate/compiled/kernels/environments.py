"""The kernel that describes the surroundings of every atom of many sketched molecules by numbers."""

import numpy as np
from numba import njit

from km3aid.matching.compiled.kernels.compiling import cached_njit

_LARGEST_RING = 8
_ROUNDS = 6  # after these, atoms with equal numbers are taken for equivalent


@njit(nogil=True, inline="always")
def mixed(x):
    """The bits of a 64-bit number, stirred (splitmix64)."""
    x = np.uint64(x) + np.uint64(0x9E3779B97F4A7C15)
    x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return x ^ (x >> np.uint64(31))


@njit(nogil=True)
def ring_size(order, atoms, i, j, edge, seen):
    """The atoms of the smallest ring through the bond of `i` and `j`, 0 where it is larger than looked for."""
    seen[:atoms] = 0
    seen[i] = 1
    edge[0] = i
    first, last = 0, 1
    while first < last:
        at = edge[first]
        first += 1
        if seen[at] >= _LARGEST_RING:
            return 0
        for n in range(atoms):
            if order[at, n] and not seen[n] and not (at == i and n == j):
                if n == j:
                    return seen[at] + 1
                seen[n] = seen[at] + 1
                edge[last] = n
                last += 1
    return 0


@cached_njit()
def describe(element, charge, hydrogens, order, atoms, valence, radius, equal, structure, ring):
    """Fill `radius` (M, A, 3), the surroundings of each atom to one, two and three bonds; `equal` (M, A), the same for
    equivalent atoms; `structure` (M,), the same for the same molecule but for configuration and Kekulé form; and `ring`
    (M, A), the size of the smallest ring.

    Only elements whose `valence` (119,) varies (0) are told by the orders of their bonds.
    """
    most = element.shape[1]
    edge, seen = np.zeros(most, np.int64), np.zeros(most, np.int64)
    own, fresh = np.zeros(most, np.uint64), np.zeros(most, np.uint64)
    for m in range(len(atoms)):
        count = atoms[m]
        bonds = order[m]
        ring[m, :] = 0
        for i in range(count):
            for j in range(i):
                if bonds[i, j]:
                    size = ring_size(bonds, count, i, j, edge, seen)
                    if size:
                        if not ring[m, i] or size < ring[m, i]:
                            ring[m, i] = size
                        if not ring[m, j] or size < ring[m, j]:
                            ring[m, j] = size
        for i in range(count):
            degree, total = 0, 0
            for j in range(count):
                if bonds[i, j]:
                    degree += 1
                    total += bonds[i, j]
            usual = valence[element[m, i]]
            if usual:
                spare = usual - degree - hydrogens[m, i]
                spare += charge[m, i] if element[m, i] != 6 else -abs(charge[m, i])
            else:
                spare = total - degree
            code = np.uint64(element[m, i])
            code = code * np.uint64(16) + np.uint64(hydrogens[m, i])
            code = code * np.uint64(16) + np.uint64(degree)
            code = code * np.uint64(16) + np.uint64(spare + 4)
            code = code * np.uint64(16) + np.uint64(charge[m, i] + 8)
            code = code * np.uint64(16) + np.uint64(ring[m, i])
            own[i] = mixed(code)
        for step in range(_ROUNDS):
            for i in range(count):
                total_bits = np.uint64(0)
                for j in range(count):
                    if bonds[i, j]:
                        total_bits += mixed(own[j] ^ np.uint64(0x5851F42D4C957F2D))
                fresh[i] = mixed(own[i] * np.uint64(0x2545F4914F6CDD1D) + total_bits)
            for i in range(count):
                own[i] = fresh[i]
                if step < 3:
                    radius[m, i, step] = fresh[i]
        together = np.uint64(0)
        for i in range(count):
            equal[m, i] = own[i]
            together += mixed(own[i])
        structure[m] = together


@cached_njit()
def carbon_classes(element, hydrogens, equal, shift, scale, atoms, offset, out_shift, out_scale, out_h, out_size):
    """Group equivalent carbons: fill the columns of packed classes and `offset` (M + 1,); returns how many there are.

    `shift` and `scale` (M, A) in ppm are averaged over a class.
    """
    total = 0
    for m in range(len(atoms)):
        offset[m] = total
        for i in range(atoms[m]):
            if element[m, i] != 6:
                continue
            first = i
            for j in range(i):
                if element[m, j] == 6 and equal[m, j] == equal[m, i]:
                    first = j
                    break
            if first != i:
                continue
            size, place, width = 0, 0.0, 0.0
            for j in range(i, atoms[m]):
                if element[m, j] == 6 and equal[m, j] == equal[m, i]:
                    size += 1
                    place += shift[m, j]
                    width += scale[m, j]
            out_shift[total] = place / size
            out_scale[total] = width / size
            out_h[total] = hydrogens[m, i]
            out_size[total] = min(size, 255)
            total += 1
    offset[len(atoms)] = total
    return total
