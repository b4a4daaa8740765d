/* SPDX-License-Identifier: Apache-2.0
 * odl_har: from a sensor's raw counts to the inputs that odl takes, one reading at a time; and how the
 * sensor sits, found out from brisk motion. C99, no floating point, no allocation, no libc but memcpy,
 * memmove and memset. Every result is, to the bit, what docs/fixed-point-inputs.md says.
 *
 * All state is one struct that the caller owns; functions are re-entrant for different ones.
 * Sizes come from "odl_config.h", which `tinyodl export c` writes beside the model:
 *   ODL_HAR_INPUTS    n, inputs of a window
 *   ODL_HAR_CHANNELS  signals, differences and octave bands of a reading
 *   ODL_HAR_STEPS, ODL_HAR_BANDS  of these, differences and bands
 *   ODL_HAR_SUMS, _MAGNITUDES, _MAXIMA, _MINIMA, _SQUARES, _PRODUCTS  what is kept of half a window
 *   ODL_HAR_HOP       readings in half a window
 *   ODL_HAR_ALIGN     1 where the sensor may sit any way
 */
#ifndef ODL_HAR_H
#define ODL_HAR_H

#include <stdint.h>

#include "odl_config.h"

#define ODL_HAR_NARROW (ODL_HAR_SUMS + ODL_HAR_MAGNITUDES + ODL_HAR_MAXIMA + ODL_HAR_MINIMA)
#define ODL_HAR_WIDE (ODL_HAR_SQUARES + ODL_HAR_PRODUCTS)
#define ODL_HAR_SIGNALS 15
#define ODL_HAR_VECTORS 13
#define ODL_HAR_LAG 3
#define ODL_HAR_KEPT 8

/* How the people trained on wear it. */
typedef struct {
    int32_t gravity[3];                           /* 28 bits of fraction */
    int16_t heading[ODL_HAR_VECTORS - 1][3];      /* 14 */
    uint16_t block;                               /* brisk half windows that tell a mounting */
    int32_t turned[2][3][3], remounted[2][3][3];  /* 12 */
} odl_har_template;

/* What to compute, written by `tinyodl export c`. */
typedef struct {
    int16_t factor[2]; /* counts to 2^-16 g or rad/s: acceleration, rotation */
    uint8_t factor_shift[2];
    int16_t gravity_gain;
    const uint8_t *steps, *bands;             /* sources */
    const int16_t (*coefficients)[3];         /* of the bands */
    const uint8_t (*accumulators)[2];         /* channel, other channel; in that order of kinds */
    const uint8_t (*inputs)[6];               /* kind, and accumulators or axes */
    const int32_t *middle;                    /* (n) */
    const int16_t *gain;                      /* (n) */
    const uint8_t *shift;                     /* (n) */
    uint64_t floors[5];
    int16_t mean[3];                          /* accumulators of the mean acceleration, -1: none */
    const odl_har_template *alignment;        /* 0: readings are taken as they come */
} odl_har_model;

typedef struct {
    int8_t x[ODL_HAR_INPUTS]; /* what odl_sample takes */
    uint8_t known;  /* whether it is known how the sensor sits */
    uint8_t turned; /* whether it was just found to sit otherwise */
    uint8_t marked; /* a reading was at full scale, stuck or missing: predict, do not learn */
} odl_har_window;

/* A rotation: w, x, y, z with 28 bits of fraction. */
typedef struct {
    int32_t q[4];
} odl_har_turn;

typedef struct {
    int64_t wide[ODL_HAR_WIDE > 0 ? ODL_HAR_WIDE : 1];
    int32_t narrow[ODL_HAR_NARROW > 0 ? ODL_HAR_NARROW : 1];
} odl_har_half;

typedef struct {
    const odl_har_model *model;
    int32_t gravity[2][3];
    int32_t last[ODL_HAR_SIGNALS];
    int32_t memory[ODL_HAR_BANDS > 0 ? ODL_HAR_BANDS : 1][2];
    odl_har_half halves[2];
    int32_t channels[ODL_HAR_CHANNELS];
    int16_t raw[6];
    uint16_t missing;
    uint32_t readings;
    uint8_t started, same, marks[2];
#if ODL_HAR_ALIGN
    int64_t products[3 * (ODL_HAR_VECTORS - 1)];
    int64_t squares[5];
    int32_t norms, sums[3];
    int16_t past[ODL_HAR_LAG][ODL_HAR_KEPT];
    int32_t block[ODL_HAR_VECTORS][3];
    int32_t rotation[3][3];
    odl_har_turn aligned, wearing, first, other;
    uint32_t alignments;
    uint16_t waited, brisk;
    uint8_t run, odd, seen, wearings, blocks;
#endif
} odl_har;

void odl_har_init(odl_har *har, const odl_har_model *model);

/* One reading: acceleration x, y, z, rotation x, y, z as the sensor counts them; 0 where one is missing.
 * 1 where a window is complete (each half window, from the first whole one on), else 0.
 * Some 190 products of 32 bits a reading, 80 more with alignment, one division of 32 bits. */
int odl_har_push(odl_har *har, const int16_t counts[6], odl_har_window *window);

/* A recording ends: what follows is read afresh; off: and the sensor may sit otherwise. */
void odl_har_pause(odl_har *har, int off);

/* Readings at another rate to 50 a second, between the two nearest. */
typedef struct {
    uint32_t step, at; /* readings of the sensor for one at 50 a second, 16 bits of fraction */
    int16_t before[6];
    uint8_t started;
} odl_har_clock;

/* millihertz: the sensor's rate, 25,000 to 400,000. */
void odl_har_clock_init(odl_har_clock *clock, uint32_t millihertz);

/* One reading of the sensor's; how many readings at 50 a second came of it (2 at most), into out. */
int odl_har_clock_push(odl_har_clock *clock, const int16_t counts[6], int16_t out[2][6]);

#endif
