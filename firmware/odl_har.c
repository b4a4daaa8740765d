/* SPDX-License-Identifier: Apache-2.0
 * odl_har: see odl_har.h for what it does and DESIGN.md for why it is like that.
 * docs/fixed-point-inputs.md is the specification; names, formats and the order of every sum are those
 * of it. As in odl.c, right shifts of signed numbers are arithmetic and nothing negative is shifted
 * left. */
#include "odl_har.h"

#include <string.h>

typedef char odl_har_shifts_are_arithmetic[(-1 >> 1) == -1 ? 1 : -1];
typedef char odl_har_sums_fit[ODL_HAR_HOP <= 1024 ? 1 : -1];

#define WINDOW (2 * ODL_HAR_HOP)
#define V_BITS 16
#define GRAVITY_BITS 24
#define B_BITS 20
#define ONE_G (1 << V_BITS)
#define MOST ((1 << 22) - 1)
#define B_MOST ((1 << 28) - 1)
#define E_BITS 14
#define U_BITS 15
#define L_BITS 12
#define M_BITS 11
#define VEC_BITS 14
#define Q_BITS 28
#define W_BITS 12
#define Q_ONE ((int32_t)1 << Q_BITS)
#define H_MOST 127
#define STUCK 16
#define GONE 16
#define PATIENCE 256
#define STEADY 2
#define MOST_BLOCKS 8
#define RMS_FLOOR 7
#define BRISK 41943 /* 0.1 g, squared, 22 bits */

enum { MEAN, EXTREME, ENERGY, VARIANCE, SIZE, RANGE, CALMER, CHANGE, CREST, NORM, PAIR, SIGNED, CUBE,
       CORRELATION };

/* log2(1 + i / 32), 12 bits of fraction */
static const uint16_t LOG2[33] = {
    0, 182, 358, 530, 696, 858, 1016, 1169, 1319, 1465, 1607, 1746, 1882, 2015, 2145, 2272, 2396,
    2518, 2637, 2754, 2869, 2982, 3092, 3200, 3307, 3412, 3514, 3615, 3715, 3812, 3908, 4003, 4096};

/* Numbers ------------------------------------------------------------------------------------------ */

static int length(uint32_t v) {
#if defined(__GNUC__) || defined(__clang__)
    return v ? 32 - __builtin_clz(v) : 0;
#else
    int n = 0;
    for (int half = 16; half > 0; half >>= 1) {
        if (v >> half) {
            v >>= half;
            n += half;
        }
    }
    return n + (int)v;
#endif
}

static int length64(uint64_t v) {
    const uint32_t high = (uint32_t)(v >> 32);
    return high ? 32 + length(high) : length((uint32_t)v);
}

static uint32_t magnitude(int32_t v) { return v < 0 ? 0u - (uint32_t)v : (uint32_t)v; }

static uint64_t magnitude64(int64_t v) { return v < 0 ? 0u - (uint64_t)v : (uint64_t)v; }

static int32_t clipped(int32_t v, int32_t most) { return v > most ? most : v < -most ? -most : v; }

/* v / 2^bits to the nearest, halves up; bits may be negative. */
static int32_t rounded(int32_t v, int bits) {
    if (bits <= 0) {
        return v * ((int32_t)1 << -bits);
    }
    return (v >> bits) + ((v >> (bits - 1)) & 1);
}

static int64_t rounded64(int64_t v, int bits) {
    if (bits <= 0) {
        return v * ((int64_t)1 << -bits);
    }
    return (v >> bits) + ((v >> (bits - 1)) & 1);
}

/* a b / 2^16 to the nearest, b of 16 bits: two products of 32 bits. */
static int32_t round16(int32_t a, int32_t b) {
    return (a >> 16) * b + (((a & 0xFFFF) * b + 0x8000) >> 16);
}

/* a / b towards 0, b > 0. */
static int64_t quotient(int64_t a, uint32_t b) {
    const int64_t size = (int64_t)(magnitude64(a) / b);
    return a < 0 ? -size : size;
}

/* Roots, rounded down. */
static uint32_t root32(uint32_t rest) {
    uint32_t found = 0;
    for (uint32_t one = (uint32_t)1 << 30; one > 0; one >>= 2) {
        if (rest >= found + one) {
            rest -= found + one;
            found = (found >> 1) + one;
        } else {
            found >>= 1;
        }
    }
    return found;
}

static uint32_t root64(uint64_t rest) {
    uint64_t found = 0;
    for (uint64_t one = (uint64_t)1 << 60; one > 0; one >>= 2) {
        if (rest >= found + one) {
            rest -= found + one;
            found = (found >> 1) + one;
        } else {
            found >>= 1;
        }
    }
    return (uint32_t)found;
}

static int32_t log2_of(uint64_t value) {
    const int exponent = length64(value) - 1;
    const uint32_t fraction =
        (uint32_t)(exponent > 15 ? value >> (exponent - 15) : value << (15 - exponent)) - 0x8000u;
    const uint32_t step = fraction >> 10;
    return (int32_t)((uint32_t)exponent << L_BITS) + LOG2[step] +
           (((LOG2[step + 1] - LOG2[step]) * (int32_t)(fraction & 1023u)) >> 10);
}

static uint32_t longest(int32_t x, int32_t y, int32_t z) {
    uint32_t most = magnitude(x);
    most = magnitude(y) > most ? magnitude(y) : most;
    return magnitude(z) > most ? magnitude(z) : most;
}

/* The length of a vector, from 15 bits of the longest of its parts. */
static int32_t norm(int32_t x, int32_t y, int32_t z) {
    const int32_t v[3] = {x, y, z};
    const uint32_t most = longest(x, y, z);
    if (most == 0) {
        return 0;
    }
    const int shift = length(most) - 15;
    uint32_t total = 0;
    for (int k = 0; k < 3; k++) {
        int32_t part = rounded(v[k], shift);
        part = part < 32767 ? part : 32767;
        total += (uint32_t)(part * part);
    }
    return rounded((int32_t)root32(total), -shift);
}

/* The unit vector along a vector, 15 bits; nothing of nothing. */
static void upwards(int32_t x, int32_t y, int32_t z, int32_t up[3]) {
    const int32_t v[3] = {x, y, z};
    const int shift = length(longest(x, y, z)) - 14;
    int32_t part[3];
    uint32_t total = 0;
    for (int k = 0; k < 3; k++) {
        part[k] = rounded(v[k], shift);
        total += (uint32_t)(part[k] * part[k]);
    }
    const uint32_t size = root32(total);
    const uint32_t inverse = ((uint32_t)1 << 30) / (size ? size : 1);
    for (int k = 0; k < 3; k++) {
        uint32_t share = (magnitude(part[k]) * inverse) >> 15;
        share = share < 32767 ? share : 32767;
        up[k] = part[k] < 0 ? -(int32_t)share : (int32_t)share;
    }
}

/* One reading --------------------------------------------------------------------------------------- */

/* The part of a vector along up, and the length of the rest. */
static void along(const int32_t *v, const int32_t *up, int32_t *part, int32_t *rest) {
    const int32_t p =
        clipped(round16(2 * v[0], up[0]) + round16(2 * v[1], up[1]) + round16(2 * v[2], up[2]), MOST);
    const int32_t n = norm(v[0] - round16(2 * p, up[0]), v[1] - round16(2 * p, up[1]),
                           v[2] - round16(2 * p, up[2]));
    *part = p;
    *rest = n < MOST ? n : MOST;
}

static void signals(odl_har *o, const int32_t imu[6]) {
    const odl_har_model *m = o->model;
    int32_t *out = o->channels;
    int32_t up[3];
    for (int axis = 0; axis < 3; axis++) {
        const int32_t a = imu[axis] * (1 << (GRAVITY_BITS - V_BITS));
        if (!o->started) {
            o->gravity[0][axis] = o->gravity[1][axis] = a;
        }
        o->gravity[0][axis] += round16(a - o->gravity[0][axis], m->gravity_gain);
        o->gravity[1][axis] += round16(o->gravity[0][axis] - o->gravity[1][axis], m->gravity_gain);
        out[axis] = imu[axis];
        out[3 + axis] = imu[axis] - rounded(o->gravity[1][axis], GRAVITY_BITS - V_BITS);
        out[6 + axis] = imu[3 + axis];
    }
    upwards(o->gravity[1][0], o->gravity[1][1], o->gravity[1][2], up);
    out[9] = norm(out[0], out[1], out[2]) - ONE_G;
    out[10] = norm(out[6], out[7], out[8]);
    along(out + 3, up, &out[11], &out[12]);
    along(out + 6, up, &out[13], &out[14]);
    int k = ODL_HAR_SIGNALS;
    for (int step = 0; step < ODL_HAR_STEPS; step++) {
        const int from = m->steps[step];
        out[k++] = o->started ? clipped(out[from] - o->last[from], MOST) : 0;
    }
    for (int band = 0; band < ODL_HAR_BANDS; band++) {
        int32_t *memory = o->memory[band];
        const int32_t x =
            round16(out[m->bands[band]] * (1 << (B_BITS - V_BITS)), m->coefficients[band][0]);
        if (!o->started) { /* the steady state of a band-pass: nothing comes out */
            memory[0] = memory[1] = -x;
        }
        const int32_t y = clipped(x + memory[0], B_MOST);
        memory[0] = memory[1] - round16(4 * y, m->coefficients[band][1]);
        memory[1] = -x - round16(2 * y, m->coefficients[band][2]);
        out[k++] = rounded(y, B_BITS - V_BITS);
    }
    memcpy(o->last, out, sizeof o->last);
    o->started = 1;
}

/* A product of numbers within 2^21, in 32 bits where they are small. */
static int64_t times(int32_t a, int32_t b) {
    if ((uint32_t)(a + 32768) < 65536u && (uint32_t)(b + 32768) < 65536u) {
        return (int64_t)(a * b);
    }
    return (int64_t)a * b;
}

/* Into half a window's sums; the channels are rounded to E_BITS on the way, since nobody reads them
 * afterwards. */
static void accumulate(odl_har *o) {
    int32_t *v = o->channels;
    int32_t *narrow = o->halves[1].narrow;
    const uint8_t(*row)[2] = o->model->accumulators;
    for (int k = 0; k < ODL_HAR_SUMS; k++) {
        *narrow++ += v[(*row++)[0]];
    }
    for (int k = 0; k < ODL_HAR_MAGNITUDES; k++) {
        const int32_t one = v[(*row++)[0]];
        *narrow++ += one < 0 ? -one : one;
    }
    for (int k = 0; k < ODL_HAR_MAXIMA; k++, narrow++) {
        const int32_t one = v[(*row++)[0]];
        *narrow = one > *narrow ? one : *narrow;
    }
    for (int k = 0; k < ODL_HAR_MINIMA; k++, narrow++) {
        const int32_t one = v[(*row++)[0]];
        *narrow = one < *narrow ? one : *narrow;
    }
    for (int k = 0; k < ODL_HAR_CHANNELS; k++) {
        v[k] = rounded(v[k], V_BITS - E_BITS);
    }
    int64_t *wide = o->halves[1].wide;
    for (int k = 0; k < ODL_HAR_SQUARES; k++) {
        const uint32_t one = magnitude(v[(*row++)[0]]);
        *wide++ += (int64_t)(one < 65536u ? (uint64_t)(one * one) : (uint64_t)one * one);
    }
    for (int k = 0; k < ODL_HAR_PRODUCTS; k++, row++) {
        *wide++ += times(v[(*row)[0]], v[(*row)[1]]);
    }
}

static void empty(odl_har_half *half) {
    memset(half, 0, sizeof *half);
    int32_t *narrow = half->narrow + ODL_HAR_SUMS + ODL_HAR_MAGNITUDES;
    for (int k = 0; k < ODL_HAR_MAXIMA; k++) {
        *narrow++ = -((int32_t)1 << 30);
    }
    for (int k = 0; k < ODL_HAR_MINIMA; k++) {
        *narrow++ = (int32_t)1 << 30;
    }
}

/* One window ---------------------------------------------------------------------------------------- */

static int64_t in_half(const odl_har *o, int which, int k) {
    const odl_har_half *half = &o->halves[which];
    return k < ODL_HAR_NARROW ? half->narrow[k] : half->wide[k - ODL_HAR_NARROW];
}

/* An accumulator of the whole window. */
static int64_t joined(const odl_har *o, int k) {
    const int64_t a = in_half(o, 0, k);
    const int64_t b = in_half(o, 1, k);
    if (k < ODL_HAR_SUMS + ODL_HAR_MAGNITUDES || k >= ODL_HAR_NARROW) {
        return a + b;
    }
    const int maximum = k < ODL_HAR_NARROW - ODL_HAR_MINIMA;
    return (a > b) == maximum ? a : b;
}

/* window^2 times a variance, from the sums of squares and of values. */
static int64_t spread(int64_t square, int64_t total) {
    const int64_t middle = rounded64(total, V_BITS - E_BITS);
    const int64_t v = square * WINDOW - middle * middle;
    return v > 0 ? v : 0;
}

/* A number of 30 bits at most; *shift: how often it was halved for that, an even number. */
static int64_t halved(int64_t v, int *shift) {
    int n = length64(magnitude64(v)) - 30;
    n = n > 0 ? n : 0;
    n += n & 1;
    *shift = n;
    return v >> n;
}

static int64_t correlation(int64_t a, int64_t b, int64_t c, uint64_t floor, int deep) {
    int n;
    int m;
    a = halved(a, &n);
    b = halved(b, &m);
    const int half = (n + m) >> 1 > deep ? (n + m) >> 1 : deep;
    const uint64_t least = half > 31 ? 0 : ((floor * WINDOW * WINDOW) >> 2 * half) * WINDOW * WINDOW;
    uint32_t below = root64(((uint64_t)(a * b) >> (2 * half - n - m)) + least);
    below = below ? below : 1;
    const int64_t above = rounded64(c, half);
    uint64_t size = (magnitude64(above) << U_BITS) / below;
    size = size < 32767 ? size : 32767;
    return above < 0 ? -(int64_t)size : (int64_t)size;
}

static int64_t input(const odl_har *o, const uint8_t *row, const int32_t *up, int32_t norm_of_mean) {
    const uint64_t *floors = o->model->floors;
    const int64_t low = (int64_t)floors[0];
    const int i = row[1];
    const int j = row[2];
    const int32_t whole = log2_of(WINDOW);
    int64_t one;
    int64_t other;
    switch (row[0]) {
    case NORM:
        return norm_of_mean;
    case PAIR:
        return (up[i] * up[j]) >> U_BITS;
    case SIGNED:
        return (up[i] * (up[i] < 0 ? -up[i] : up[i])) >> U_BITS;
    case CUBE:
        return (((up[i] * up[i]) >> U_BITS) * up[i]) >> U_BITS;
    case CALMER:
    case CHANGE:
        one = log2_of((uint64_t)(2 * in_half(o, 0, i) + low));
        other = log2_of((uint64_t)(2 * in_half(o, 1, i) + low));
        if (row[0] == CHANGE) {
            return one > other ? one - other : other - one;
        }
        return (one < other ? one : other) - whole - 2 * E_BITS * (1 << L_BITS);
    default:
        break;
    }
    one = joined(o, i);
    other = joined(o, j);
    switch (row[0]) {
    case MEAN:
        return quotient(one, WINDOW);
    case EXTREME:
        return one;
    case ENERGY:
        return log2_of((uint64_t)(one + low)) - whole - 2 * E_BITS * (1 << L_BITS);
    case VARIANCE:
        return log2_of((uint64_t)(spread(other, one) + low * WINDOW)) -
               (2 * whole + 2 * E_BITS * (1 << L_BITS));
    case SIZE:
        return log2_of((uint64_t)one + floors[1]) - whole - 16 * (1 << L_BITS);
    case RANGE:
        one -= other;
        return log2_of((uint64_t)(one > 0 ? one : 0) + floors[2]) - 16 * (1 << L_BITS);
    case CREST: {
        const uint64_t deep = (uint64_t)root64((uint64_t)quotient(other * 16, WINDOW)) * WINDOW;
        return log2_of((uint64_t)one + floors[1]) - log2_of(deep + floors[1]);
    }
    default: {
        const int64_t third = joined(o, row[3]);
        const int64_t a = spread(joined(o, row[4]), other);
        const int64_t b = spread(joined(o, row[5]), third);
        const int64_t c = one * WINDOW - rounded64(other, V_BITS - E_BITS) * rounded64(third, V_BITS - E_BITS);
        return correlation(a, b, c, floors[3], (int)floors[4]);
    }
    }
}

static void finish(const odl_har *o, int8_t *x) {
    const odl_har_model *m = o->model;
    int32_t up[3] = {0, 0, 0};
    int32_t size = 0;
    if (m->mean[0] >= 0 && m->mean[1] >= 0 && m->mean[2] >= 0) {
        int32_t v[3];
        for (int k = 0; k < 3; k++) {
            v[k] = (int32_t)joined(o, m->mean[k]);
        }
        upwards(v[0], v[1], v[2], up);
        size = norm((int32_t)quotient(v[0], WINDOW), (int32_t)quotient(v[1], WINDOW),
                    (int32_t)quotient(v[2], WINDOW));
    }
    for (int k = 0; k < ODL_HAR_INPUTS; k++) {
        int64_t away = input(o, m->inputs[k], up, size) - m->middle[k];
        const int64_t most = (int64_t)1 << 40;
        away = away > most ? most : away < -most ? -most : away;
        const int64_t h = rounded64(away * m->gain[k], m->shift[k]);
        x[k] = (int8_t)(h > H_MOST ? H_MOST : h < -H_MOST ? -H_MOST : h);
    }
}

#if ODL_HAR_ALIGN
/* Rotations ----------------------------------------------------------------------------------------- */

static const odl_har_turn NONE = {{Q_ONE, 0, 0, 0}};

static int64_t times_q(int64_t a, int64_t b) { return (a * b + (1 << (Q_BITS - 1))) >> Q_BITS; }

/* Numbers within 2^32 made Q_BITS long; of nothing, nothing. */
static void unit(int64_t *parts, int count) {
    uint64_t most = 0;
    for (int k = 0; k < count; k++) {
        most = magnitude64(parts[k]) > most ? magnitude64(parts[k]) : most;
    }
    if (most == 0) {
        return;
    }
    const int shift = 29 - length64(most);
    uint64_t total = 0;
    for (int k = 0; k < count; k++) {
        parts[k] = shift >= 0 ? parts[k] * ((int64_t)1 << shift) : parts[k] >> -shift;
        total += (uint64_t)(parts[k] * parts[k]);
    }
    const uint32_t size = root64(total);
    for (int k = 0; k < count; k++) {
        parts[k] = quotient(parts[k] * ((int64_t)1 << Q_BITS), size);
    }
}

static int64_t dot(const int64_t *a, const int64_t *b) {
    return times_q(a[0], b[0]) + times_q(a[1], b[1]) + times_q(a[2], b[2]);
}

static void cross(const int64_t *a, const int64_t *b, int64_t *out) {
    out[0] = times_q(a[1], b[2]) - times_q(a[2], b[1]);
    out[1] = times_q(a[2], b[0]) - times_q(a[0], b[2]);
    out[2] = times_q(a[0], b[1]) - times_q(a[1], b[0]);
}

static odl_har_turn turn_of(const int64_t *parts) {
    odl_har_turn t;
    for (int k = 0; k < 4; k++) {
        t.q[k] = (int32_t)parts[k];
    }
    return t;
}

static int same_turn(odl_har_turn a, odl_har_turn b) {
    return a.q[0] == b.q[0] && a.q[1] == b.q[1] && a.q[2] == b.q[2] && a.q[3] == b.q[3];
}

/* The unit quaternion along parts; half a turn about some other axis where that is next to nothing. */
static odl_har_turn half_of(int64_t *parts, const int64_t *otherwise) {
    uint64_t most = 0;
    for (int k = 0; k < 4; k++) {
        most = magnitude64(parts[k]) > most ? magnitude64(parts[k]) : most;
    }
    if (most < 1 << 6) {
        parts[0] = 0;
        for (int k = 0; k < 3; k++) {
            parts[1 + k] = otherwise[k];
        }
    } else {
        unit(parts, 4);
    }
    return turn_of(parts);
}

/* The least rotation from unit vector a to unit vector b. */
static odl_har_turn onto(const int64_t *a, const int64_t *b) {
    int least = 0;
    for (int k = 1; k < 3; k++) {
        least = magnitude64(a[k]) < magnitude64(a[least]) ? k : least;
    }
    int64_t axis[3] = {0, 0, 0};
    int64_t parts[4];
    axis[least] = Q_ONE;
    parts[0] = Q_ONE + dot(a, b);
    cross(a, b, parts + 1);
    return half_of(parts, axis);
}

/* First b, then a. */
static odl_har_turn both(odl_har_turn a, odl_har_turn b) {
    const int32_t *w = a.q;
    const int32_t *p = b.q;
    int64_t out[4];
    out[0] = times_q(w[0], p[0]) - times_q(w[1], p[1]) - times_q(w[2], p[2]) - times_q(w[3], p[3]);
    out[1] = times_q(w[0], p[1]) + times_q(p[0], w[1]) + times_q(w[2], p[3]) - times_q(w[3], p[2]);
    out[2] = times_q(w[0], p[2]) + times_q(p[0], w[2]) + times_q(w[3], p[1]) - times_q(w[1], p[3]);
    out[3] = times_q(w[0], p[3]) + times_q(p[0], w[3]) + times_q(w[1], p[2]) - times_q(w[2], p[1]);
    unit(out, 4);
    return turn_of(out);
}

static odl_har_turn back(odl_har_turn t) {
    t.q[1] = -t.q[1];
    t.q[2] = -t.q[2];
    t.q[3] = -t.q[3];
    return t;
}

/* In the middle of a, with so much weight, and b. */
static odl_har_turn mean(odl_har_turn a, int weight, odl_har_turn b) {
    int64_t out[4];
    int64_t alike = 0;
    for (int k = 0; k < 4; k++) {
        alike += times_q(a.q[k], b.q[k]);
    }
    for (int k = 0; k < 4; k++) {
        out[k] = (int64_t)weight * a.q[k] + (alike >= 0 ? b.q[k] : -(int64_t)b.q[k]);
    }
    unit(out, 4);
    return turn_of(out);
}

static int64_t twice(const odl_har_turn *t, int i, int j) { return 2 * times_q(t->q[i], t->q[j]); }

static void matrix_of(odl_har_turn t, int64_t m[3][3]) {
    m[0][0] = Q_ONE - twice(&t, 2, 2) - twice(&t, 3, 3);
    m[0][1] = twice(&t, 1, 2) - twice(&t, 0, 3);
    m[0][2] = twice(&t, 1, 3) + twice(&t, 0, 2);
    m[1][0] = twice(&t, 1, 2) + twice(&t, 0, 3);
    m[1][1] = Q_ONE - twice(&t, 1, 1) - twice(&t, 3, 3);
    m[1][2] = twice(&t, 2, 3) - twice(&t, 0, 1);
    m[2][0] = twice(&t, 1, 3) - twice(&t, 0, 2);
    m[2][1] = twice(&t, 2, 3) + twice(&t, 0, 1);
    m[2][2] = Q_ONE - twice(&t, 1, 1) - twice(&t, 2, 2);
}

static void times_matrix(int64_t m[3][3], const int64_t *v, int64_t *out) {
    for (int k = 0; k < 3; k++) {
        out[k] = dot(m[k], v);
    }
}

/* The rotation onto the people trained on, of the block's vectors. */
static odl_har_turn mounting(const odl_har *o) {
    const odl_har_template *c = o->model->alignment;
    int64_t up[3];
    int64_t gravity[3];
    for (int k = 0; k < 3; k++) {
        up[k] = o->block[0][k];
        gravity[k] = c->gravity[k];
    }
    if (up[0] == 0 && up[1] == 0 && up[2] == 0) {
        return NONE;
    }
    unit(up, 3);
    const odl_har_turn upright = onto(up, gravity);
    int64_t m[3][3];
    matrix_of(upright, m);
    int64_t flat[2] = {0, 0};
    for (int v = 1; v < ODL_HAR_VECTORS; v++) {
        int64_t own[3];
        int64_t level[3];
        int64_t side[3];
        for (int k = 0; k < 3; k++) {
            own[k] = o->block[v][k];
        }
        times_matrix(m, own, level);
        cross(level, gravity, side);
        for (int k = 0; k < 3; k++) {
            flat[0] += c->heading[v - 1][k] * level[k];
            flat[1] += c->heading[v - 1][k] * side[k];
        }
    }
    const uint64_t most =
        magnitude64(flat[0]) > magnitude64(flat[1]) ? magnitude64(flat[0]) : magnitude64(flat[1]);
    int shift = length64(most) - 31;
    shift = shift > 0 ? shift : 0;
    flat[0] >>= shift;
    flat[1] >>= shift;
    unit(flat, 2);
    if (flat[0] == 0 && flat[1] == 0) { /* nothing to compare */
        return upright;
    }
    int64_t parts[4];
    parts[0] = Q_ONE + flat[0];
    for (int k = 0; k < 3; k++) {
        parts[1 + k] = times_q(-flat[1], gravity[k]);
    }
    return both(half_of(parts, gravity), upright);
}

/* Whether a rotation is more than a test lets pass. */
static int outside(odl_har_turn t, const int32_t test[3][3]) {
    int64_t r[3];
    int64_t total = 0;
    for (int k = 0; k < 3; k++) {
        const int32_t part = t.q[0] >= 0 ? t.q[1 + k] : -t.q[1 + k];
        r[k] = part >> (Q_BITS - 15);
    }
    for (int i = 0; i < 3; i++) {
        for (int j = 0; j < 3; j++) {
            total += r[i] * r[j] * test[i][j];
        }
    }
    return total > (int64_t)1 << (28 + W_BITS);
}

/* How the sensor sits ------------------------------------------------------------------------------- */

static void new_block(odl_har *o) {
    memset(o->block, 0, sizeof o->block);
    o->brisk = 0;
}

static void align_pause(odl_har *o) {
    o->seen = 0;
    o->waited = 0;
    o->odd = 0;
    new_block(o);
}

/* The readings are turned otherwise from now on; 1 where that is a change. */
static int align_to(odl_har *o, odl_har_turn aligned) {
    if (same_turn(aligned, o->aligned)) {
        return 0;
    }
    int64_t m[3][3];
    o->aligned = aligned;
    matrix_of(aligned, m);
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++) {
            o->rotation[i][k] = (int32_t)m[i][k];
        }
    }
    o->alignments++;
    return 1;
}

static int decide(odl_har *o, odl_har_turn found, int sure) {
    const odl_har_template *c = o->model->alignment;
    const odl_har_turn apart = both(found, back(o->wearing));
    if (o->blocks && !outside(apart, c->remounted[sure ? 0 : 1])) {
        o->odd = 0;
        if (o->blocks == MOST_BLOCKS) {
            return 0;
        }
        o->wearing = mean(o->wearing, o->blocks, found);
        o->blocks++;
    } else {
        const int alike = o->odd > 0 && !outside(both(found, back(o->other)), c->remounted[1]);
        o->other = alike ? mean(o->other, o->odd, found) : found;
        o->odd = (uint8_t)(alike ? o->odd + 1 : 1);
        if (!sure && o->odd < MOST_BLOCKS) {
            return 0;
        }
        o->wearings = (uint8_t)(o->wearings < 2 ? o->wearings + 1 : 2);
        o->wearing = o->other;
        o->blocks = o->odd;
        o->odd = 0;
    }
    if (o->wearings > 1) {
        return align_to(o, both(o->first, o->wearing));
    }
    const int turned = !same_turn(o->aligned, NONE) ||
                       outside(o->wearing, c->turned[o->blocks == MOST_BLOCKS ? 1 : 0]);
    o->first = turned ? NONE : back(o->wearing);
    return align_to(o, turned ? o->wearing : NONE);
}

static int32_t small(int32_t v) { return clipped(rounded(v, V_BITS - M_BITS), 32767); }

/* One reading's part in a half window's sums. */
static void gather(odl_har *o) {
    int32_t now[ODL_HAR_KEPT];
    const int16_t *past = o->past[0];
    now[0] = small(o->channels[11]);
    now[1] = small(o->channels[13]);
    for (int axis = 0; axis < 3; axis++) {
        now[2 + axis] = small(o->channels[3 + axis]);
        now[5 + axis] = small(o->channels[6 + axis]);
    }
    const int32_t norm_now = small(o->channels[9]);
    o->norms += norm_now;
    o->squares[0] += norm_now * norm_now;
    o->squares[1] += now[0] * now[0];
    o->squares[2] += now[1] * now[1];
    for (int axis = 0; axis < 3; axis++) {
        o->squares[3] += now[2 + axis] * now[2 + axis];
        o->squares[4] += now[5 + axis] * now[5 + axis];
        o->sums[axis] += rounded(o->channels[axis], V_BITS - VEC_BITS);
        int64_t *into = o->products + axis;
        for (int signal = 0; signal < 2; signal++) {
            for (int vector = 2; vector <= 5; vector += 3) {
                into[0] += past[signal] * now[vector + axis];
                into[3] += now[signal] * now[vector + axis];
                into[6] += now[signal] * past[vector + axis];
                into += 9;
            }
        }
    }
    memmove(o->past[0], o->past[1], sizeof o->past[0] * (ODL_HAR_LAG - 1));
    for (int k = 0; k < ODL_HAR_KEPT; k++) {
        o->past[ODL_HAR_LAG - 1][k] = (int16_t)now[k];
    }
}

static uint32_t rms(int64_t squares) {
    return root64((uint64_t)quotient(squares * 1024, ODL_HAR_HOP)) + RMS_FLOOR;
}

/* The half window's vectors as the sensor has them, added to the block. */
static void add_vectors(odl_har *o) {
    int64_t undone[3][3];
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++) {
            undone[i][k] = o->rotation[k][i];
        }
    }
    uint64_t inverse = 0;
    for (int v = 0; v < ODL_HAR_VECTORS; v++) {
        int64_t own[3];
        int64_t turned[3];
        if (v >= 1 && (v - 1) % 3 == 0) {
            const int which = (v - 1) / 3; /* of signal and vector: 2 which / 2 + which % 2 */
            const uint64_t scale =
                ((uint64_t)rms(o->squares[1 + which / 2]) * rms(o->squares[3 + which % 2])) >> 14;
            inverse = ((uint64_t)1 << 40) / (scale ? scale : 1);
        }
        for (int k = 0; k < 3; k++) {
            if (v == 0) {
                own[k] = quotient(o->sums[k], ODL_HAR_HOP);
            } else {
                const int64_t part =
                    (quotient(o->products[3 * (v - 1) + k], ODL_HAR_HOP) * (int64_t)inverse) >> 30;
                own[k] = part > 65536 ? 65536 : part < -65536 ? -65536 : part;
            }
        }
        times_matrix(undone, own, turned);
        for (int k = 0; k < 3; k++) {
            o->block[v][k] += (int32_t)turned[k];
        }
    }
}

/* Filters and what is kept of readings go on as if the sensor had always been turned so. */
static void turn_state(odl_har *o, int32_t before[3][3]) {
    int64_t change[3][3];
    int64_t v[3];
    int64_t out[3];
    for (int i = 0; i < 3; i++) {
        for (int k = 0; k < 3; k++) {
            int64_t a[3];
            int64_t b[3];
            for (int j = 0; j < 3; j++) {
                a[j] = o->rotation[i][j];
                b[j] = before[k][j];
            }
            change[i][k] = dot(a, b);
        }
    }
    for (int row = 0; row < 5; row++) {
        int32_t *at = row < 2 ? o->gravity[row] : o->last + 3 * (row - 2);
        for (int k = 0; k < 3; k++) {
            v[k] = at[k];
        }
        times_matrix(change, v, out);
        for (int k = 0; k < 3; k++) {
            at[k] = (int32_t)out[k];
        }
    }
    for (int row = 0; row < 2 * ODL_HAR_LAG; row++) {
        int16_t *at = o->past[row / 2] + (row % 2 ? 5 : 2);
        for (int k = 0; k < 3; k++) {
            v[k] = at[k];
        }
        times_matrix(change, v, out);
        for (int k = 0; k < 3; k++) {
            at[k] = (int16_t)(out[k] > 32767 ? 32767 : out[k] < -32767 ? -32767 : out[k]);
        }
    }
}

/* Half a window is complete; 1 where the rotation changed. */
static int align_half(odl_har *o) {
    const int64_t hop = ODL_HAR_HOP;
    const int brisk = o->squares[0] * hop - (int64_t)o->norms * o->norms > BRISK * hop * hop;
    int changed = 0;
    o->waited = (uint16_t)(o->waited < PATIENCE ? o->waited + 1 : PATIENCE);
    o->run = (uint8_t)(!brisk ? 0 : o->run <= STEADY ? o->run + 1 : STEADY + 1);
    if (o->run > STEADY) {
        add_vectors(o);
        o->brisk++;
        if (o->brisk >= o->model->alignment->block) {
            const odl_har_turn found = mounting(o);
            const int sure = !o->seen;
            int32_t before[3][3];
            memcpy(before, o->rotation, sizeof before);
            new_block(o);
            o->seen = 1;
            changed = decide(o, found, sure);
            if (changed) {
                turn_state(o, before);
            }
        }
    }
    memset(o->products, 0, sizeof o->products);
    memset(o->squares, 0, sizeof o->squares);
    memset(o->sums, 0, sizeof o->sums);
    o->norms = 0;
    return changed;
}
#endif

/* The stream ---------------------------------------------------------------------------------------- */

/* As if nothing had been read, but for how the sensor sits. */
static void restart(odl_har *o) {
    o->readings = 0;
    o->same = 0;
    o->missing = 0;
    o->started = 0;
    o->marks[0] = o->marks[1] = 0;
    empty(&o->halves[0]);
    empty(&o->halves[1]);
#if ODL_HAR_ALIGN
    memset(o->products, 0, sizeof o->products);
    memset(o->squares, 0, sizeof o->squares);
    memset(o->sums, 0, sizeof o->sums);
    memset(o->past, 0, sizeof o->past);
    o->norms = 0;
#endif
}

void odl_har_init(odl_har *o, const odl_har_model *model) {
    memset(o, 0, sizeof *o);
    o->model = model;
#if ODL_HAR_ALIGN
    o->aligned = o->wearing = o->first = o->other = NONE;
    for (int k = 0; k < 3; k++) {
        o->rotation[k][k] = Q_ONE;
    }
    align_pause(o);
#endif
    restart(o);
}

void odl_har_pause(odl_har *o, int off) {
    restart(o);
#if ODL_HAR_ALIGN
    if (off) {
        align_pause(o);
    }
#else
    (void)off;
#endif
}

/* The last reading's signals, turned as it is known to sit. */
static void read(odl_har *o) {
    const odl_har_model *m = o->model;
    int32_t imu[6];
    for (int k = 0; k < 6; k++) {
        imu[k] = rounded(o->raw[k] * m->factor[k / 3], m->factor_shift[k / 3]);
    }
#if ODL_HAR_ALIGN
    if (m->alignment && o->alignments) {
        for (int first = 0; first < 6; first += 3) {
            const int32_t v[3] = {4 * imu[first], 4 * imu[first + 1], 4 * imu[first + 2]};
            for (int k = 0; k < 3; k++) {
                const int32_t *row = o->rotation[k];
                imu[first + k] = clipped(round16(v[0], row[0] >> 14) + round16(v[1], row[1] >> 14) +
                                             round16(v[2], row[2] >> 14),
                                         MOST);
            }
        }
    }
#endif
    signals(o, imu);
}

int odl_har_push(odl_har *o, const int16_t counts[6], odl_har_window *window) {
    int full = 0;
    if (counts == 0) {
        o->missing++;
        if (o->missing > GONE || !o->started) {
            restart(o);
            return 0;
        }
    } else {
        int same = o->started;
        for (int k = 0; k < 6; k++) {
            same &= counts[k] == o->raw[k];
            o->raw[k] = counts[k];
        }
        o->same = (uint8_t)(!same ? 0 : o->same < STUCK ? o->same + 1 : STUCK);
        o->missing = 0;
    }
    for (int k = 0; k < 6; k++) {
        full |= o->raw[k] == 32767 || o->raw[k] == -32768;
    }
    o->marks[1] |= (uint8_t)(full || o->same >= STUCK - 1 || o->missing > 0);
    read(o);
#if ODL_HAR_ALIGN
    if (o->model->alignment) {
        gather(o);
    }
#endif
    accumulate(o);
    o->readings++;
    if (o->readings % ODL_HAR_HOP != 0) {
        return 0;
    }
    const int whole = o->readings >= WINDOW;
    if (whole) {
        o->readings = WINDOW;
        finish(o, window->x);
        window->marked = o->marks[0] | o->marks[1];
    }
    o->halves[0] = o->halves[1];
    empty(&o->halves[1]);
    o->marks[0] = o->marks[1];
    o->marks[1] = 0;
    int turned = 0;
    int known = 1;
#if ODL_HAR_ALIGN
    if (o->model->alignment) {
        turned = align_half(o);
        known = o->seen || o->waited >= PATIENCE;
    }
#endif
    if (whole) {
        window->turned = (uint8_t)turned;
        window->known = (uint8_t)known;
    }
    return whole;
}

/* Other rates --------------------------------------------------------------------------------------- */

void odl_har_clock_init(odl_har_clock *clock, uint32_t millihertz) {
    memset(clock, 0, sizeof *clock);
    clock->step = (uint32_t)((((uint64_t)millihertz << 16) + 25000u) / 50000u);
}

int odl_har_clock_push(odl_har_clock *clock, const int16_t counts[6], int16_t out[2][6]) {
    int made = 0;
    if (!clock->started) {
        memcpy(clock->before, counts, sizeof clock->before);
        memcpy(out[0], counts, sizeof clock->before);
        clock->started = 1;
        clock->at = clock->step;
        return 1;
    }
    while (clock->at <= 65536u && made < 2) {
        const int32_t share = (int32_t)(clock->at >> 1); /* 15 bits */
        for (int k = 0; k < 6; k++) {
            const int32_t way = counts[k] - clock->before[k];
            out[made][k] = (int16_t)(clock->before[k] + (((int64_t)way * share + 16384) >> 15));
        }
        made++;
        clock->at += clock->step;
    }
    clock->at -= 65536u;
    memcpy(clock->before, counts, sizeof clock->before);
    return made;
}
