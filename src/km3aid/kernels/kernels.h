/* What all kernels share. Each file is compiled once for every level of a processor's abilities (build.py), and its
 * functions carry the level in their names: exact_match_base, exact_match_v3. Arrays are contiguous, rows last. */
#ifndef KM3AID_KERNELS_H
#define KM3AID_KERNELS_H

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if defined(_WIN32)
#define EXPORT __declspec(dllexport)
#else
#define EXPORT __attribute__((visibility("default")))
#endif

#define WITH_LEVEL_(name, level) name##_##level
#define WITH_LEVEL(name, level) WITH_LEVEL_(name, level)
#define KERNEL(name) WITH_LEVEL(name, LEVEL)

#define AHEAD 8 /* molecules whose memory is fetched while another one is looked at */
#define FETCH(place) __builtin_prefetch((place), 0, 3)

/* As in matching/compiled/packed.py: a stored shift counts steps above the lowest. */
#define LOWEST_PPM (-100.0)
#define STEP_PPM 0.01

static inline int64_t least_of(int64_t a, int64_t b) { return a < b ? a : b; }
static inline int64_t most_of(int64_t a, int64_t b) { return a > b ? a : b; }

#endif
