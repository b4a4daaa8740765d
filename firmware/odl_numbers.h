/* SPDX-License-Identifier: Apache-2.0
 * odl_numbers: what odl.c and odl_estimate.c compute with; a program needs none of it. */
#ifndef ODL_NUMBERS_H
#define ODL_NUMBERS_H

#include <stdint.h>

/* What is called seldom has a stack frame of its own. */
#if defined(__GNUC__) || defined(__clang__)
#define ODL_APART __attribute__((noinline))
#else
#define ODL_APART
#endif

/* Bits of a number: 0 of 0. */
static inline int odl_length(uint32_t v) {
#if defined(__GNUC__) || defined(__clang__)
    return v ? 32 - __builtin_clz(v) : 0;
#else
    int n = 0;
    for (int step = 16; step > 0; step >>= 1) {
        if (v >> step) {
            v >>= step;
            n += step;
        }
    }
    return n + (int)v;
#endif
}

/* Marsaglia's xorshift of 32 bits. */
static inline uint32_t odl_draw(uint32_t *state) {
    uint32_t s = *state;
    s ^= s << 13;
    s ^= s >> 17;
    s ^= s << 5;
    *state = s;
    return s;
}

#endif
