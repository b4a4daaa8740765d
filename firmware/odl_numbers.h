/* SPDX-License-Identifier: Apache-2.0
 * odl_numbers: what odl.c, odl_core.c and odl_estimate.c compute with; a program needs none of it. */
#ifndef ODL_NUMBERS_H
#define ODL_NUMBERS_H

#include "odl.h"

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

#define ODL_HOUR 3600000u /* ms */

/* Questions an hour, the lower of both limits, a day's lasting four hours at least; ODL_NO_LIMIT for none. */
static inline uint32_t odl_hourly(const odl_rules *rules) {
    uint32_t most = rules->per_hour;
    if (rules->per_day != ODL_NO_LIMIT) {
        const uint32_t share = (rules->per_day + 3u) / 4u;
        most = share < most ? share : most;
    }
    return most;
}

/* ms between two questions, at so many an hour: half of even spacing. */
static inline uint32_t odl_between(uint32_t most) { return ODL_HOUR / (2u * most); }

#endif
