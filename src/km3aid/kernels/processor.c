/* Which of the kernels compiled for x86-64 this processor can run. */
#include "kernels.h"

#if defined(__x86_64__)
#include <cpuid.h>

static uint64_t enabled(void) { /* the registers that the operating system keeps */
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

#define HAS(word, bit) (((word) >> (bit)) & 1)

/* 1: plain x86-64; 3: with AVX2, FMA and what else the x86-64 psABI asks of v3. With AVX-512 nothing is faster. */
EXPORT int processor_level(void) {
    uint32_t a, b, c, d, b7, c7, d7, extended;
    if (!__get_cpuid(1, &a, &b, &c, &d) || !HAS(c, 27) || !HAS(c, 28)) return 1; /* OSXSAVE, AVX */
    const bool scalar = HAS(c, 12) && HAS(c, 22) && HAS(c, 23) && HAS(c, 29); /* FMA, MOVBE, POPCNT, F16C */
    if (!__get_cpuid(0x80000001u, &a, &b, &extended, &d) || !HAS(extended, 5)) return 1; /* LZCNT */
    if (!__get_cpuid_count(7, 0, &a, &b7, &c7, &d7)) return 1;
    if (!scalar || (enabled() & 0x6) != 0x6) return 1;
    return HAS(b7, 3) && HAS(b7, 5) && HAS(b7, 8) ? 3 : 1; /* BMI1, AVX2, BMI2 */
}

#else

EXPORT int processor_level(void) { return 1; }

#endif

/* What the library was compiled from, so that a test can tell an old one. */
EXPORT const char *compiled_from(void) { return SOURCE; }
