/* SPDX-License-Identifier: Apache-2.0
 * odl: see odl.h for what it does and DESIGN.md for why it is like that. docs/fixed-point.md is the
 * specification; names, formats and the order of every sum are those of it.
 *
 * Signed numbers are shifted right arithmetically (C99 6.5.7 leaves that to the compiler; all that we
 * know do, and the build fails where one does not). Nothing is ever shifted left that is negative. */
#include "odl.h"

#include <string.h>

#include "odl_image.h"
#include "odl_numbers.h"

/* Two numbers of 16 bits at a time, where the processor can: the same bits (ODL_PORTABLE to do without). */
#if defined(__ARM_FEATURE_DSP) && (defined(__GNUC__) || defined(__clang__)) && !defined(ODL_PORTABLE)
#define ODL_DSP 1
#include <arm_acle.h>
#else
#define ODL_DSP 0
#endif

/* Of a device, wherever it decides ----------------------------------------------------------------------- */

odl_accuracy odl_how_right(const odl *o) { return odl_estimate_now(&o->estimate, o->model->accuracy); }

odl_rules odl_default_rules(const odl_model *model) {
    odl_rules rules;
    memset(&rules, 0, sizeof rules);
    rules.audits = rules.confirm = rules.bouts = rules.estimate = 1;
    rules.settle_after = 256;
    rules.spacing = 4;
    /* the least whole number that is not below 0.15 */
    rules.margin = (int32_t)((((int64_t)3 << model->o_bits) + 19) / 20);
    rules.per_hour = rules.per_day = ODL_NO_LIMIT;
    return rules;
}

#ifndef ODL_CORE

typedef char odl_shifts_are_arithmetic[(-1 >> 1) == -1 ? 1 : -1];
typedef char odl_outputs_fit_32_bits[ODL_D <= 258 ? 1 : -1];

/* Formats: docs/fixed-point.md. */
#define LEVELS 127 /* h is -127..127 */
#define U_BITS 12
#define F_BITS 8
#define F_MOST 0x7FFFF
#define D_LEAST 0x8000u
#define D_MOST 0xFFFFu
#define D_LOWEST 12
#define D_DEEPEST 63
#define K_BITS 24
#define A_BITS 28
#define G_BITS 16
#define V_MOST 0x7FFFFFF
#define M_BITS 15
#define T_BITS 16
#define C_MOST 0xFFFFFF
#define S_BITS 16
#define I_BITS 12
#define L_BITS 12
#define MEAN_BITS 8

/* The policy. */
#define THETA_START 3277
#define THETA_LOWEST 328
#define THETA_HIGHEST 32768
#define THETA_FALL 4
#define AMBIGUOUS 3
#define FAR 6
#define FIRST_KAPPA 5
#define LAST_KAPPA 6
#define OWN 2
#define FULL_OWN 3
#define HOLD 1      /* log2 of what is held weighs, in labels */
#define KNOWN 3     /* below 2^-KNOWN of the usual leverage P stays */
#define OWN_KNOWN 2 /* the same of own labels */

/* The detector. */
#define QUARTER 11357
#define LEAST 26844u
#define THRESHOLD (30 << S_BITS)
#define SLACK (1 << (S_BITS - 1))
#define Z_LOWEST (-3 * (1 << S_BITS))
#define Z_HIGHEST (1 << S_BITS)
#define MEMORY 5

/* What is asked. */
#define AUDIT_FIRST 1u
#define AUDIT_LAST 1024u
#define AUDITS_EACH 2
#define AUDIT_SILENT 128u
#define RIPE 2u
#define RIPE_LAST 8u
#define RIPENS 8u
#define SETTLE_LABELS 2u
#define DOUBTED 32
#define SPACING 4u
#define LONGEST_BACKOFF 10u
#define VOUCHED_MOST 2
#define VOUCHED_FINE 8
#define TROUBLE_LABELS 24u
#define TROUBLE_SHARE 39321u
#define UNFIT_AUDITS 8u
#define UNFIT_SHARE 26214u
#define RECENT 3
#define ALL 65536
#define CONTRADICTION 32u
#define SILENCE 3u
#define LONGEST 32768u /* samples after which no answer is waited for */
#define LASTS 32u      /* windows that an answer is passed on to */
#define ONE_BOUT 8u    /* windows that count as a bout where none can be told */
#define BEFORE 4u      /* windows at most that the mean of a bout stands for */
#define GUARD_HIGHEST ((uint64_t)1000 << 32)

/* The budget, in ms. */

/* Flags of a query. */
#define REASON 3u
#define TRUSTED 4u
#define IN_BOUT 8u
#define HALVINGS 4 /* shift: a window that was drawn weighs 2^halvings */

/* What the present model makes of a window. */
typedef struct {
    uint8_t predicted;
    int32_t confidence;
    uint32_t leverage;
} outlook;

/* log2(1 + i / 32), 12 bits of fraction */
static const uint16_t LOG2[33] = {
    0, 182, 358, 530, 696, 858, 1016, 1169, 1319, 1465, 1607, 1746, 1882, 2015, 2145, 2272, 2396,
    2518, 2637, 2754, 2869, 2982, 3092, 3200, 3307, 3412, 3514, 3615, 3715, 3812, 3908, 4003, 4096};

/* Numbers ------------------------------------------------------------------------------------------ */

static int32_t sat32(int64_t v) {
    return v > INT32_MAX ? INT32_MAX : v < INT32_MIN ? INT32_MIN : (int32_t)v;
}

static int64_t clipped(int64_t v, int64_t most) { return v > most ? most : v < -most ? -most : v; }

/* v / 2^bits to the nearest, halves up; bits may be negative. */
static int64_t rounded(int64_t v, int bits) {
    if (bits <= 0) {
        return v * ((int64_t)1 << -bits);
    }
    return (v + ((int64_t)1 << (bits - 1))) >> bits;
}

static int length64(uint64_t v) {
    const uint32_t high = (uint32_t)(v >> 32);
    return high ? 32 + odl_length(high) : odl_length((uint32_t)v);
}

/* v / 2^shift, rounded, within what 32 bits hold, and within -most..most. */
static uint32_t shifted_u(uint32_t v, int shift) {
    if (shift > 31) {
        return 0;
    }
    if (shift > 0) {
        return (v >> shift) + ((v >> (shift - 1)) & 1u);
    }
    return odl_length(v) - shift > 32 ? UINT32_MAX : v << -shift;
}

static int32_t shifted(int32_t v, int shift, int32_t most) {
    if (shift > 31) {
        return 0;
    }
    if (shift > 0) {
        /* cppcheck-suppress shiftTooManyBitsSigned */
        v = (v >> shift) + ((v >> (shift - 1)) & 1);
        return v > most ? most : v < -most ? -most : v;
    }
    const uint32_t size = shifted_u((uint32_t)(v < 0 ? -v : v), shift);
    const int32_t found = size > (uint32_t)most ? most : (int32_t)size;
    return v < 0 ? -found : found;
}

/* A number as mantissa 2^exponent, the mantissa of 15 bits and a sign. */
typedef struct {
    int32_t mantissa;
    int exponent;
} number;

static number number_of_u(uint32_t size) {
    number n;
    n.exponent = odl_length(size) - M_BITS;
    n.mantissa = (int32_t)(n.exponent > 0 ? size >> n.exponent : size << -n.exponent);
    return n;
}

static number number_of(int32_t value) {
    number n = number_of_u(value < 0 ? 0u - (uint32_t)value : (uint32_t)value);
    n.mantissa = value < 0 ? -n.mantissa : n.mantissa;
    return n;
}

/* floor(a b / 2^16): two products of 32 bits. */
static int32_t times16(int32_t a, int32_t b) {
    return (a >> 16) * b + (int32_t)(((a & 0xFFFF) * b) >> 16);
}

/* A multiplier of u: 15 bits and a sign, and how far the product is to be shifted. */
typedef struct {
    int32_t mantissa;
    int shift;
} factor;

/* As a factor that is to be shifted by so much; *limited becomes 1 where it is at its limit. */
static factor factor_of(int32_t mantissa, int shift, uint32_t *limited) {
    factor f = {0, 1};
    if (mantissa == 0 || shift > 30) {
        return f;
    }
    if (shift < 1) {
        *limited = 1;
        f.mantissa = mantissa < 0 ? -32767 : 32767;
        return f;
    }
    f.mantissa = mantissa;
    f.shift = shift;
    return f;
}

/* u times a factor; up: what is added before the shift, half of its unit to round to nearest. */
static int32_t stepped(int32_t u, factor f, int32_t up) {
    return (times16(u, f.mantissa) + up) >> f.shift;
}

static int32_t half(factor f) { return (int32_t)1 << (f.shift - 1); }

/* To 16 or 32 bits; *limited becomes 1 where that changes the number. */
static int16_t sat16(int32_t v, uint32_t *limited) {
    if (v != (int16_t)v) {
        *limited = 1;
        return v > 0 ? 32767 : -32768;
    }
    return (int16_t)v;
}

static int32_t add32(int32_t a, int32_t b, uint32_t *limited) {
#if defined(__GNUC__) || defined(__clang__)
    int32_t sum;
    if (!__builtin_add_overflow(a, b, &sum)) {
        return sum;
    }
#else
    if (b >= 0 ? a <= INT32_MAX - b : a >= INT32_MIN - b) {
        return a + b;
    }
#endif
    *limited = 1;
    return b > 0 ? INT32_MAX : INT32_MIN;
}

/* 1 / value as r 2^-(47 - c). */
typedef struct {
    uint32_t r;
    int c;
} inverse;

static inverse inverse_of(uint32_t value) {
    inverse i;
    i.c = 32 - odl_length(value);
    i.r = 0x80000000u / ((value << i.c) >> 16);
    if (i.r > 0xFFFFu) {
        i.r = 0xFFFFu;
    }
    return i;
}

/* log2, rounded down, linear between 32 steps. */
static int32_t log2_of(uint64_t value) {
    int exponent = length64(value) - 1;
    uint32_t fraction =
        (uint32_t)(exponent > 15 ? value >> (exponent - 15) : value << (15 - exponent)) - 0x8000u;
    uint32_t step = fraction >> 10;
    return (int32_t)((uint32_t)exponent << L_BITS) + LOG2[step] +
           (((LOG2[step + 1] - LOG2[step]) * (int32_t)(fraction & 1023u)) >> 10);
}

/* The learner --------------------------------------------------------------------------------------- */

/* Rows of 16 bits: their parity, a product with h, steps along u. Rows may begin at any even address. */
#if ODL_DSP
/* gcc's own macro is not clean of its -Wsign-conversion. */
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wsign-conversion"
static inline int32_t within16(int32_t v) { return __ssat(v, 16); }
#pragma GCC diagnostic pop

/* a times the lower or upper half of b, its upper 32 bits: gcc has no intrinsic for them. */
static inline int32_t mulwb(int32_t a, int32_t b) {
    int32_t product;
    __asm__("smulwb %0, %1, %2" : "=r"(product) : "r"(a), "r"(b));
    return product;
}

static inline int32_t mulwt(int32_t a, int32_t b) {
    int32_t product;
    __asm__("smulwt %0, %1, %2" : "=r"(product) : "r"(a), "r"(b));
    return product;
}

static int32_t pair(const int16_t *at) {
    int32_t two;
    __builtin_memcpy(&two, at, 4);
    return two;
}

static int32_t put_pair(int16_t *at, int32_t low, int32_t high) {
    const int32_t two = (int32_t)(((uint32_t)low & 0xFFFFu) | ((uint32_t)high << 16));
    __builtin_memcpy(at, &two, 4);
    return two;
}

/* Whether anything was saturated since it was asked last: the processor's Q flag. */
static uint32_t saturated(void) {
    uint32_t flags;
    __asm__ volatile("mrs %0, apsr" : "=r"(flags));
    __asm__ volatile("msr apsr_nzcvq, %0" : : "r"(flags & ~0x08000000u) : "cc");
    return (flags >> 27) & 1u;
}
#endif

/* In the lower 16 bits, exclusive or that of the upper 16. */
static uint32_t parity(const int16_t *row, int size) {
    uint32_t all = 0;
    int i = 0;
#if ODL_DSP
    for (; i + 1 < size; i += 2) {
        all ^= (uint32_t)pair(row + i);
    }
#endif
    for (; i < size; i++) {
        all ^= (uint16_t)row[i];
    }
    return all;
}

static int32_t product(const int16_t *row, const int16_t *h, int size) {
    int32_t total = 0;
    int i = 0;
#if ODL_DSP
    for (; i + 3 < size; i += 4) {
        total = __smlad(pair(row + i), pair(h + i), total);
        total = __smlad(pair(row + i + 2), pair(h + i + 2), total);
    }
    if (i + 1 < size) {
        total = __smlad(pair(row + i), pair(h + i), total);
        i += 2;
    }
#endif
    for (; i < size; i++) {
        total += (int32_t)row[i] * h[i];
    }
    return total;
}

/* The same; into *sum goes the row's parity. */
static int32_t projected(const int16_t *row, const int16_t *h, int size, uint32_t *sum) {
    int32_t total = 0;
    uint32_t all = *sum;
    int i = 0;
#if ODL_DSP
    for (; i + 3 < size; i += 4) {
        const int32_t a = pair(row + i);
        const int32_t b = pair(row + i + 2);
        total = __smlad(a, pair(h + i), total);
        total = __smlad(b, pair(h + i + 2), total);
        all ^= (uint32_t)(a ^ b);
    }
    if (i + 1 < size) {
        const int32_t a = pair(row + i);
        total = __smlad(a, pair(h + i), total);
        all ^= (uint32_t)a;
        i += 2;
    }
#endif
    for (; i < size; i++) {
        total += (int32_t)row[i] * h[i];
        all ^= (uint16_t)row[i];
    }
    *sum = all;
    return total;
}

/* row += u factor, rounded up as often as the fraction says: by a number that was drawn, every other element by
 * what is left of it. Whether a number was at its limit. */
static uint32_t stepped_row(int16_t *row, const int32_t *u, factor f, uint32_t drawn, int size) {
    const int32_t up = (int32_t)(drawn >> (32 - f.shift));
    const int32_t other = (int32_t)(~drawn >> (32 - f.shift));
    uint32_t limited = 0;
    int i = 0;
#if ODL_DSP
    (void)saturated();
    for (; i + 1 < size; i += 2) {
        const int32_t two = pair(row + i);
        const int32_t a = (__smlawb(u[i], f.mantissa, up) >> f.shift) + (int16_t)two;
        const int32_t b = (__smlawb(u[i + 1], f.mantissa, other) >> f.shift) + (two >> 16);
        (void)put_pair(row + i, within16(a), within16(b));
    }
    limited = saturated();
#endif
    for (; i < size; i++) {
        row[i] = sat16(row[i] + stepped(u[i], f, i % 2 ? other : up), &limited);
    }
    return limited;
}

/* u += v row, v with 4 bits of fraction more. */
static uint32_t gathered(int32_t *u, const int16_t *row, int32_t v, int size) {
    uint32_t limited = 0;
    int i = 0;
#if ODL_DSP
    (void)saturated();
    for (; i + 1 < size; i += 2) {
        const int32_t two = pair(row + i);
        u[i] = __qadd(u[i], mulwb(v, two));
        u[i + 1] = __qadd(u[i + 1], mulwt(v, two));
    }
    limited = saturated();
#endif
    for (; i < size; i++) {
        u[i] = add32(u[i], times16(v, row[i]), &limited);
    }
    return limited;
}

#if ODL_DSP
/* Of `turned`, two numbers: 18 instructions, for which compilers take 23 and more. */
#define TURN_PAIR                                                                                      \
    "ldr %[two], [%[row]]\n\t"                                                                         \
    "ldrd %[a], %[b], [%[u]]\n\t"                                                                      \
    "smlawb %[c], %[a], %[mantissa], %[up]\n\t"                                                        \
    "smlawb %[d], %[b], %[mantissa], %[up]\n\t"                                                        \
    "asr %[c], %[c], %[shift]\n\t"                                                                     \
    "asr %[d], %[d], %[shift]\n\t"                                                                     \
    "sxtah %[c], %[c], %[two]\n\t"                                                                     \
    "add %[d], %[d], %[two], asr #16\n\t"                                                              \
    "ssat %[c], #16, %[c]\n\t"                                                                         \
    "ssat %[d], #16, %[d]\n\t"                                                                         \
    "pkhbt %[c], %[c], %[d], lsl #16\n\t"                                                              \
    "eor %[sum], %[sum], %[c]\n\t"                                                                     \
    "str %[c], [%[row]], #4\n\t"                                                                       \
    "smulwb %[c], %[v], %[two]\n\t"                                                                    \
    "smulwt %[d], %[v], %[two]\n\t"                                                                    \
    "qadd %[a], %[a], %[c]\n\t"                                                                        \
    "qadd %[b], %[b], %[d]\n\t"                                                                        \
    "strd %[a], %[b], [%[u]], #8\n\t"
#define TURN_OPERANDS                                                                                  \
    : [two] "=&r"(two), [a] "=&r"(a), [b] "=&r"(b), [c] "=&r"(c), [d] "=&r"(d), [row] "+&r"(row),      \
      [u] "+&r"(u), [sum] "+&r"(sum)                                                                   \
    : [mantissa] "r"(f.mantissa), [up] "r"(up), [shift] "r"(f.shift), [v] "r"(v), [end] "r"(end)       \
    : "cc", "memory"

static uint32_t turned_pairs(int32_t *u, int16_t *row, int32_t v, factor f, int32_t up, int size, uint32_t sum) {
    const int16_t *const end = row + size;
    int32_t two, a, b, c, d;
    if ((size & 2) != 0) {
        __asm__ volatile(TURN_PAIR TURN_OPERANDS);
    }
    if (row != end) {
        __asm__ volatile("1:\n\t" TURN_PAIR TURN_PAIR "cmp %[row], %[end]\n\tbne 1b" TURN_OPERANDS);
    }
    return sum;
}
#endif

/* Both at once, of the row as it was: u += v row, row += (the u before) factor; into *sum goes the row's parity. */
static ODL_APART uint32_t turned(int32_t *u, int16_t *row, int32_t v, factor f, int size, uint32_t *sum) {
    uint32_t limited = 0;
    const int32_t up = half(f);
    uint32_t all = *sum;
    int i = 0;
#if ODL_DSP
    (void)saturated();
    all = turned_pairs(u, row, v, f, up, size & ~1, all);
    i = size & ~1;
    limited = saturated();
#endif
    for (; i < size; i++) {
        const int32_t element = row[i];
        row[i] = sat16(element + stepped(u[i], f, up), &limited);
        all ^= (uint16_t)row[i];
        u[i] = add32(u[i], times16(v, element), &limited);
    }
    *sum = all;
    return limited;
}

/* Of P, from U's parity: it changes with every bit that does. */
static uint32_t checked(const odl *o, uint32_t of_u) {
    uint32_t sum = (of_u ^ of_u >> 16) & 0xFFFFu;
    for (int j = 0; j < ODL_D; j++) {
        sum ^= o->mantissa[j] | (uint32_t)o->exponent[j] << 16;
    }
    return sum;
}

static uint32_t checksum(const odl *o) { return checked(o, parity(o->U, ODL_TRIANGLE)); }

static void factory_p(odl *o) {
    memcpy(o->U, o->model->U, sizeof(int16_t) * (size_t)ODL_TRIANGLE);
    memcpy(o->mantissa, o->model->mantissa, sizeof o->mantissa);
    memcpy(o->exponent, o->model->exponent, sizeof o->exponent);
    o->sum = checksum(o);
}

static void factory(odl *o) {
    factory_p(o);
    o->dither = 1;
    memset(o->b, 0, sizeof o->b);
    memcpy(o->b, o->model->b, sizeof(int16_t) * (size_t)o->model->classes * ODL_D);
    o->classes = o->model->classes;
}

#if ODL_NODES > 0 && ODL_ALPHA == 1 && ODL_NODES % 32 == 0 && ODL_DSP
#define WORDS (ODL_NODES / 32)
#define MOST_INPUTS 256 /* that fit sums of 16 bits, a multiple of four */

/* The sums of two nodes are in one word, and inputs are added two at a time: their signs for both nodes
 * are four bits, which choose one of 16 words. Four inputs are taken at each visit of a sum. */
static void drain(odl *o, int32_t *two) {
    for (int k = 0; k < ODL_NODES / 2; k++) {
        o->u[2 * k] += (int16_t)two[k];
        o->u[2 * k + 1] += two[k] >> 16;
        two[k] = 0;
    }
}

static void choices(int32_t a, int32_t b, int32_t choice[16]) {
    const int32_t sum[4] = {-a - b, a - b, b - a, a + b};
    for (int k = 0; k < 16; k++) {
        (void)put_pair((int16_t *)&choice[k], sum[(k & 1) | (k >> 1 & 2)],
                       sum[(k >> 1 & 1) | (k >> 2 & 2)]);
    }
}

static void sums(odl *o, const int8_t *x) {
    uint32_t state = o->model->seed;
    int32_t two[ODL_NODES / 2];
    memset(o->u, 0, sizeof(int32_t) * ODL_NODES);
    memset(two, 0, sizeof two);
    for (int i = 0; i < ODL_INPUTS; i += 4) {
        uint32_t signs[3][WORDS];
        int32_t one[16];
        int32_t other[16];
        int32_t v[4];
        for (int k = 0; k < 4; k++) {
            v[k] = i + k < ODL_INPUTS ? x[i + k] : 0;
        }
        choices(v[0], v[1], one);
        choices(v[2], v[3], other);
        for (int k = 0; k < 3; k++) {
            for (int w = 0; w < WORDS; w++) {
                signs[k][w] = state;
                (void)odl_draw(&state);
            }
        }
        int32_t *at = two;
        for (int w = 0; w < WORDS; w++) {
            const uint32_t even = (signs[0][w] & 0x33333333u) | (signs[1][w] & 0x33333333u) << 2;
            const uint32_t odd = (signs[0][w] >> 2 & 0x33333333u) | (signs[1][w] & 0xCCCCCCCCu);
            const uint32_t more = (signs[2][w] & 0x33333333u) | (state & 0x33333333u) << 2;
            const uint32_t last = (signs[2][w] >> 2 & 0x33333333u) | (state & 0xCCCCCCCCu);
            for (int k = 0; k < 32; k += 4) {
                int32_t sum = (int32_t)__sadd16(at[0], one[even >> k & 15u]);
                at[0] = (int32_t)__sadd16(sum, other[more >> k & 15u]);
                sum = (int32_t)__sadd16(at[1], one[odd >> k & 15u]);
                at[1] = (int32_t)__sadd16(sum, other[last >> k & 15u]);
                at += 2;
            }
            (void)odl_draw(&state);
        }
        if ((i + 4) % MOST_INPUTS == 0) {
            drain(o, two);
        }
    }
    drain(o, two);
}
#elif ODL_NODES > 0
/* The nodes' sums into u: weight (i, j) is number i N + j of the hash. */
static void sums(odl *o, const int8_t *x) {
    uint32_t state = o->model->seed;
    memset(o->u, 0, sizeof(int32_t) * ODL_NODES);
#if ODL_ALPHA == 0
    for (int i = 0; i < ODL_INPUTS; i++) {
        const int32_t v = x[i];
        for (int j = 0; j < ODL_NODES; j++) {
            o->u[j] += v * ((int16_t)(uint16_t)(state >> 16) >> 1);
            (void)odl_draw(&state);
        }
    }
#else
    /* One bit is one weight: of what is to be added where it is 1, twice as much, less all of it. */
    int32_t total = 0;
    int bit = 0;
    for (int i = 0; i < ODL_INPUTS; i++) {
        const int32_t v = x[i];
        total += v;
        for (int j = 0; j < ODL_NODES; j++) {
            o->u[j] += v & -(int32_t)((state >> bit) & 1u);
            bit++;
            if (bit == 32) {
                bit = 0;
                (void)odl_draw(&state);
            }
        }
    }
    for (int j = 0; j < ODL_NODES; j++) {
        o->u[j] = 2 * o->u[j] - total;
    }
#endif
}
#endif

/* h of scaled inputs: these and a constant where links are direct, then the nodes. */
static void hidden(odl *o, const int8_t *x) {
    int16_t *h = o->h;
#if ODL_DIRECT
    for (int i = 0; i < ODL_INPUTS; i++) {
        *h++ = x[i];
    }
    *h++ = LEVELS;
#endif
#if ODL_NODES > 0
    sums(o, x);
    for (int j = 0; j < ODL_NODES; j++) {
        const int64_t z = (((int64_t)o->u[j] * o->model->node_gain) >> o->model->node_shift) + 64;
        *h++ = (int16_t)(z < 0 ? 0 : z > LEVELS ? LEVELS : z);
    }
#else
    (void)h;
#endif
}

/* f = U^T h, into u; P's checksum. */
static uint32_t project(odl *o) {
    const int16_t *column = o->U;
    uint32_t sum = 0;
    for (int j = 0; j < ODL_D; j++) {
        const int32_t total = (int32_t)o->h[j] * (1 << U_BITS) + projected(column, o->h, j, &sum);
        column += j;
        o->u[j] = (int32_t)clipped(rounded(total, U_BITS - F_BITS), F_MOST);
    }
    return checked(o, sum);
}

/* D f^2 of one direction. */
static uint32_t spread(number f, uint32_t mantissa, int exponent) {
    const uint32_t square = (uint32_t)(f.mantissa * f.mantissa) >> 14;
    return shifted_u(square * mantissa, exponent - 2 * f.exponent + 2 * F_BITS - 14 - A_BITS);
}

static uint32_t leverage(const odl *o) {
    uint32_t total = 0;
    for (int j = 0; j < ODL_D; j++) {
        const uint32_t more = spread(number_of(o->u[j]), o->mantissa[j], o->exponent[j]);
        total = more > UINT32_MAX - total ? UINT32_MAX : total + more;
    }
    return total;
}

/* What the present model makes of h: outputs stay in o, f in u. Where P is not what it was left as (a
 * bit that flipped) it is the factory's again. */
static ODL_APART outlook look(odl *o) {
    outlook seen;
    if (project(o) != o->sum) {
        factory_p(o);
        o->repaired++;
        (void)project(o);
    }
    int32_t second = INT32_MIN;
    seen.predicted = 0;
    for (int k = 0; k < o->classes; k++) {
        int32_t v = product(o->b[k], o->h, ODL_D);
        o->o[k] = v;
        if (k == 0) {
            continue;
        }
        if (v > o->o[seen.predicted]) {
            second = o->o[seen.predicted];
            seen.predicted = (uint8_t)k;
        } else if (v > second) {
            second = v;
        }
    }
    seen.confidence = o->o[seen.predicted] - second;
    seen.leverage = leverage(o);
    return seen;
}

/* One step of P for what was just looked at; f in u becomes u. change: 0 for u alone. Returns 1 / weight
 * + h^T P h, 0 where that is too great, and nothing has changed then. */
static ODL_APART uint32_t narrow(odl *o, uint32_t alpha, uint32_t lever, int change) {
    const int u_bits = o->model->u_bits;
    if (lever > UINT32_MAX - alpha) {
        o->refused++;
        return 0;
    }
    const uint32_t total = alpha + lever;
    inverse inv = inverse_of(alpha);
    int16_t *column = o->U;
    uint32_t sum = 0;
    for (int j = 0; j < ODL_D; j++) {
        const number f = number_of(o->u[j]);
        const uint32_t m = o->mantissa[j];
        int e = o->exponent[j];
        const int32_t v =
            shifted(f.mantissa * (int32_t)m, e + F_BITS - u_bits - f.exponent, V_MOST);
        const uint32_t along = spread(f, m, e);
        const uint32_t before = alpha;
        uint32_t limited = 0;
        if (change) {
            const number n = number_of(-f.mantissa * (int32_t)inv.r);
            const factor slope =
                factor_of(n.mantissa, u_bits - 1 - f.exponent - n.exponent - inv.c, &limited);
            limited |= turned(o->u, column, 16 * v, slope, j, &sum);
        } else {
            limited = gathered(o->u, column, 16 * v, j);
        }
        o->limited += limited;
        o->u[j] = v;
        column += j;
        alpha += along;
        inv = inverse_of(alpha);
        if (change) {
            const number less = number_of_u(along < before ? along : before);
            uint32_t part = shifted_u((uint32_t)less.mantissa * inv.r, 23 - inv.c - less.exponent);
            part = part > 1u << K_BITS ? 1u << K_BITS : part;
            uint64_t wide = (uint64_t)m * (along <= before ? (1u << K_BITS) - part : part);
            int more = K_BITS + 16 - length64(wide);
            more = more < D_DEEPEST - e ? more : D_DEEPEST - e;
            e += more;
            wide = ((wide << more) + (1u << (K_BITS - 1))) >> K_BITS;
            o->mantissa[j] = (uint16_t)(wide < D_LEAST ? D_LEAST : wide > D_MOST ? D_MOST : wide);
            o->exponent[j] = (uint8_t)e;
        }
    }
    if (change) {
        o->sum = checked(o, sum);
    }
    return total;
}

/* 1 / (count 2^shift), count 1 to 4. */
static uint32_t weighing(uint32_t count, int shift) {
    return (((uint32_t)1 << (29 - shift)) / count + 1u) >> 1;
}

/* What was just looked at has the activity k; b follows, and P where it is not known well. */
static ODL_APART void learn(odl *o, uint32_t lever, int k, uint32_t alpha) {
    const uint32_t total = narrow(o, alpha, lever, lever > o->model->usual >> KNOWN);
    if (total == 0) {
        return;
    }
    const int o_bits = o->model->o_bits;
    const int64_t one = (int64_t)1 << o_bits;
    int64_t share = (int64_t)((((uint64_t)1 << (A_BITS + G_BITS + 1)) / total + 1u) >> 1);
    if (!o->rules.whole) {
        const int64_t reach = (int64_t)5 << (o_bits - 3);
        int64_t highest = -INT32_MAX;
        for (int i = 0; i < o->classes; i++) {
            if (i != k && o->o[i] > highest) {
                highest = o->o[i];
            }
        }
        const int64_t lead = clipped(o->o[k] - highest, INT32_MAX);
        const uint32_t along = total - alpha;
        int64_t room = 0;
        if (lead < reach) {
            room = (int64_t)((uint64_t)((reach - lead) << G_BITS) / (uint64_t)(one - lead));
        }
        if (rounded(share * (int64_t)along, A_BITS) > room) {
            share = (int64_t)(((uint64_t)room << A_BITS) / along);
        }
    }
    for (int i = 0; i < o->classes; i++) {
        const int64_t beyond = o->o[i] - (i == k ? one : 0); /* its target */
        const int64_t gain = -clipped(rounded(beyond * share, G_BITS), INT32_MAX);
        uint32_t limited = 0;
        const number n = number_of((int32_t)gain);
        const factor f = factor_of(n.mantissa, o->model->u_bits - 16 - n.exponent, &limited);
        limited |= stepped_row(o->b[i], o->u, f, odl_draw(&o->dither), ODL_D);
        o->limited += limited;
    }
}

/* As if what was just looked at had been learnt with the outputs that it has. */
static void hold(odl *o, uint32_t lever) {
    (void)narrow(o, weighing(1, o->kappa + HOLD), lever, 1);
}

/* The policy ---------------------------------------------------------------------------------------- */

static void policy_start(odl *o) {
    o->theta = THETA_START;
    o->kappa = FIRST_KAPPA;
    o->disagreed = 0;
    memset(o->named, 0, sizeof o->named);
}

/* confidence 2^halved with T_BITS, within 0..C_MOST. */
static uint32_t whole_confidence(const odl *o, int32_t confidence, int halved) {
    const int shift = T_BITS + halved - o->model->o_bits;
    const int64_t c = shift >= 0 ? (int64_t)confidence * ((int64_t)1 << shift) : confidence >> -shift;
    return c > C_MOST ? C_MOST : c < 0 ? 0u : (uint32_t)c;
}

static int unsure(const odl *o, uint32_t confidence, uint32_t lever) {
    const uint64_t usual = o->model->usual;
    const uint64_t far = lever < usual << FAR ? lever : usual << FAR;
    return confidence * usual <= o->theta * (usual + far);
}

static int doubts(const odl *o, uint32_t confidence, uint32_t lever) {
    return ((uint64_t)lever << AMBIGUOUS) >= o->model->usual && unsure(o, confidence, lever);
}

static int doubtful(const odl *o, const outlook *seen) {
    return doubts(o, whole_confidence(o, seen->confidence, 0), seen->leverage);
}

static void policy_told(odl *o, const outlook *seen, int label) {
    const uint32_t confidence = whole_confidence(o, seen->confidence, 0);
    const int wrong = label != seen->predicted;
    uint32_t theta = o->theta;
    o->named[label / 32] |= (uint32_t)1 << (label % 32);
    if (doubts(o, confidence, seen->leverage)) {
        theta = wrong ? 2 * theta : theta - (theta >> THETA_FALL);
        theta = theta < THETA_LOWEST ? THETA_LOWEST : theta > THETA_HIGHEST ? THETA_HIGHEST : theta;
        o->theta = (uint16_t)theta;
    } else if (wrong) {
        while (o->theta < THETA_HIGHEST && !unsure(o, confidence, seen->leverage)) {
            theta = 2u * o->theta;
            if (theta > THETA_HIGHEST || theta == 0) { /* by a bit that flipped: it would stay so */
                theta = THETA_HIGHEST;
            }
            o->theta = (uint16_t)theta;
        }
    }
    if (wrong && o->disagreed && o->kappa < LAST_KAPPA) {
        o->kappa++;
    }
    o->disagreed = (uint8_t)wrong;
}

/* What an own label weighs in labels: its halvings. */
static int own_halvings(const odl *o) {
    int named = 0;
    for (int k = 0; k < ODL_CLASSES && named < FULL_OWN; k++) {
        named += (int)((o->named[k / 32] >> (k % 32)) & 1u);
    }
    return OWN + FULL_OWN - named;
}

/* The detector -------------------------------------------------------------------------------------- */

static int32_t score(const odl *o, const outlook *seen) {
    const int32_t far = log2_of((uint64_t)seen->leverage + LEAST) - (A_BITS << L_BITS);
    return (int32_t)whole_confidence(o, seen->confidence, 0) -
           (int32_t)(((int64_t)far * QUARTER) >> L_BITS);
}

static int drifts(odl *o, const outlook *seen) {
    const int k = seen->predicted;
    if (k >= o->model->scores) { /* named on the device: no usual trust yet */
        return 0;
    }
    const int64_t off = (int64_t)(score(o, seen) - o->score_mean[k]) * o->model->score_inverse[k];
    int64_t z = rounded(off, I_BITS);
    z = z < Z_LOWEST ? Z_LOWEST : z > Z_HIGHEST ? Z_HIGHEST : z;
    const int32_t sum = o->shortfall - (int32_t)z - SLACK;
    o->shortfall = sum > 0 ? sum : 0;
    if (o->shortfall <= THRESHOLD) {
        return 0;
    }
    o->shortfall = 0;
    return 1;
}

static void adapt(odl *o, const outlook *seen) {
    const int k = seen->predicted;
    if (k < o->model->scores) {
        o->score_mean[k] += (int32_t)rounded((int64_t)score(o, seen) - o->score_mean[k], MEMORY);
    }
}

/* The bout ------------------------------------------------------------------------------------------ */

enum { NEW, SAME, STRAY };

static int told(const odl *o) { return o->rules.bouts && o->model->bout_weights != 0; }

static void bout_begin(odl *o) {
    o->number++;
    o->age = 0;
    o->passed = 0;
    o->answer = ODL_NO_ANSWER;
    o->asked = 0;
    o->counted = 0;
}

static void bout_reset(odl *o) {
    memset(o->votes, 0, sizeof o->votes);
    bout_begin(o);
}

static int place(odl *o, const int8_t *x) {
    int found = NEW;
    if (o->of > 0) {
        uint64_t distance = 0;
        for (int i = 0; i < ODL_INPUTS; i++) {
            const int32_t off = (int32_t)x[i] * (1 << MEAN_BITS) - o->mean[i];
            const uint32_t size = (uint32_t)(off < 0 ? -off : off);
            distance += (uint64_t)o->model->bout_weights[i] * (size * size); /* size < 2^16 */
        }
        if (distance <= o->model->bout_limits[o->of - 1]) {
            found = SAME;
        } else if (!o->stray) {
            o->stray = 1;
            return STRAY;
        }
    }
    const int k = found == NEW ? 0 : o->of;
    for (int i = 0; i < ODL_INPUTS; i++) {
        const int32_t now = (int32_t)x[i] * (1 << MEAN_BITS);
        const int32_t off = now - o->mean[i];
        int32_t more = off;
        if (k == 2) {
            more = (int32_t)rounded((int64_t)off * 21846, 16);
        } else if (k > 0) {
            more = (int32_t)rounded(off, k < 2 ? 1 : 2);
        }
        o->mean[i] = (int16_t)(o->mean[i] + more);
    }
    o->of = (uint8_t)(k < 4 ? k + 1 : 4);
    o->stray = 0;
    return found;
}

/* Take in a window; the class of its bout so far, -1 for a stray, which belongs to none. */
static int bout_update(odl *o, const int8_t *x) {
    const int anew = o->passed >= LASTS;
    int found = NEW;
    if (told(o)) {
        found = place(o, x);
        if (found == STRAY) {
            return -1;
        }
    }
    int most = 0;
    for (int k = 0; k < o->classes; k++) {
        o->votes[k] = anew || found == NEW ? o->o[k] : o->votes[k] + o->o[k];
        if (o->votes[k] > o->votes[most]) {
            most = k;
        }
    }
    if (anew || found == NEW) {
        bout_begin(o);
    }
    o->age++;
    return o->answer == ODL_NO_ANSWER ? most : o->answer;
}

/* Whether with this window the bout is old enough to be asked; once a bout. */
static int bout_ripens(odl *o, uint32_t age) {
    if (!told(o)) {
        o->windows = (uint8_t)((o->windows + 1u) % ONE_BOUT);
        return o->windows == 0;
    }
    if (o->counted || o->age < age) {
        return 0;
    }
    o->counted = 1;
    return 1;
}

static int bout_ripe(const odl *o, uint32_t age) { return !told(o) || (o->age >= age && !o->asked); }

/* The budget ---------------------------------------------------------------------------------------- */

static void budget_tick(odl *o, uint64_t now) {
    o->now = now;
    if (odl_hourly(&o->rules) == ODL_NO_LIMIT) {
        return;
    }
    const uint32_t hour = (uint32_t)(now / ODL_HOUR);
    if (hour > o->hour) {
        o->hour = hour;
        o->this_hour = 0;
        const uint32_t day = hour / 24u;
        if (day > o->day) {
            o->day = day;
            o->today = 0;
        }
    }
}

static int spent(const odl *o) {
    return o->rules.per_day != ODL_NO_LIMIT && o->today >= o->rules.per_day;
}

static int budget_open(const odl *o) {
    const uint32_t most = odl_hourly(&o->rules);
    if (most == ODL_NO_LIMIT) {
        return 1;
    }
    if (spent(o) || o->this_hour >= most) {
        return 0;
    }
    return !o->ever_asked || o->now < o->last_asked || o->now - o->last_asked >= odl_between(most);
}

/* How often the day's were halved. */
static int scarce(const odl *o) {
    const uint32_t all = o->rules.per_day;
    if (all == ODL_NO_LIMIT || all == 0) {
        return 0;
    }
    const uint32_t left = o->today < all ? all - o->today : 1u;
    return odl_length(all / left) - 1;
}

/* What is asked next -------------------------------------------------------------------------------- */

static int32_t drawn_interval(odl *o, uint32_t interval) {
    return (int32_t)(interval + odl_draw(&o->draws) % interval);
}

static void train_anew(odl *o) {
    o->calm = 0;
    o->agreed = 0;
    o->labels = 0;
    o->disagreeing = 0;
}

static void restart(odl *o) {
    o->mode = ODL_PREDICTING;
    o->evidence = 0;
    o->bets = 0;
    o->vouched = o->model->trusted ? VOUCHED_MOST : -VOUCHED_FINE;
    o->worse = 0;
    o->audits = 0;
    o->unfit = 0;
    o->interval = AUDIT_FIRST;
    o->until_audit = drawn_interval(o, AUDIT_FIRST);
    o->agreeing = 0;
    o->wait = 1;
    o->since = SPACING;
    o->unanswered = 0;
    o->doubted = 0;
    o->again = 0;
    o->held = 0;
    o->contradictions = 0;
    o->puzzled = 0;
    train_anew(o);
}

static uint32_t backoff(const odl *o) {
    return o->unanswered < LONGEST_BACKOFF ? o->unanswered : LONGEST_BACKOFF;
}

/* Windows from which a bout may be asked. */
static uint32_t ripe_age(const odl *o) { return RIPE + (o->puzzled + RIPENS - 1u) / RIPENS; }

static int audit_due(const odl *o) {
    if (!o->rules.audits || o->until_audit > 0) {
        return 0;
    }
    return !o->unanswered || o->since >= AUDIT_SILENT << backoff(o);
}

static int reason(const odl *o, int doubt) {
    if (o->since < (uint32_t)o->wait << backoff(o)) {
        return ODL_NOT_ASKED;
    }
    if (o->again) {
        return ODL_AGAIN;
    }
    if (audit_due(o)) {
        return ODL_AUDIT;
    }
    return doubt ? ODL_DOUBT : ODL_NOT_ASKED;
}

static uint32_t recent(uint32_t share, int one) {
    return (uint32_t)((int32_t)share + (((one ? ALL : 0) - (int32_t)share) >> RECENT));
}

static void answered(odl *o) {
    o->unanswered = 0;
    if (o->puzzled > 0) {
        o->puzzled--;
    }
}

static void fresh(odl *o) {
    factory(o);
    bout_reset(o);
    o->queued = 0;
    policy_start(o);
    for (int k = 0; k < o->model->scores; k++) {
        o->score_mean[k] = o->model->score_mean[k];
    }
    o->shortfall = 0;
    odl_estimate_restart(&o->estimate);
}

/* Take a transition, with all that it means. */
static ODL_APART void change(odl *o, int event) {
    const int back = event == ODL_ROLLBACK || event == ODL_WENT_BACK;
    const int trains = !back && event != ODL_SETTLED && event != ODL_TOLD_TO_STOP;
    o->mode = trains ? ODL_TRAINING : ODL_PREDICTING;
    if (trains) {
        train_anew(o);
        o->interval = AUDIT_FIRST;
        o->agreeing = 0;
        const int32_t next = drawn_interval(o, AUDIT_FIRST);
        if (next < o->until_audit) {
            o->until_audit = next;
        }
        policy_start(o);
    } else if (back) {
        restart(o);
        if (event == ODL_WENT_BACK) {
            o->worse = 1;
            o->vouched = -VOUCHED_FINE;
        }
        fresh(o);
    } else {
        o->shortfall = 0;
    }
}

/* An audit: which model was right. Whether the factory's is better. */
static int guard(odl *o, int factory_right, int present_right) {
    if (factory_right == present_right) {
        return 0;
    }
    o->bets++;
    const int shift = 2 * (odl_length(o->bets) - 1) + 1;
    const uint64_t kept_back = shift > 32 ? 0 : ((uint64_t)1 << 32) >> shift;
    o->evidence = ((o->evidence + kept_back) * (factory_right ? 7u : 1u)) >> 2;
    return o->evidence >= GUARD_HIGHEST;
}

static int audited(odl *o, int trusted, int agrees, int factory_right) {
    o->audits++;
    o->unfit = recent(o->unfit, !agrees);
    if (trusted) {
        const int v = o->vouched + (agrees ? 1 : -VOUCHED_FINE);
        o->vouched = (int8_t)(v < -VOUCHED_FINE ? -VOUCHED_FINE : v > VOUCHED_MOST ? VOUCHED_MOST : v);
    }
    if (o->vouched >= 0) {
        o->worse = 0;
    }
    return guard(o, factory_right, agrees);
}

static void reconsider(odl *o, int why, int agrees) {
    const int fit = o->model->trusted;
    if (!agrees) {
        o->interval = AUDIT_FIRST;
        o->agreeing = 0;
    } else if (fit || why == ODL_AUDIT) {
        o->agreeing++;
        if (fit || o->agreeing == AUDITS_EACH) {
            o->interval = (uint16_t)(2u * o->interval > AUDIT_LAST ? AUDIT_LAST : 2u * o->interval);
            o->agreeing = 0;
        }
    }
    o->until_audit = drawn_interval(o, o->interval);
}

/* The label of a query: what becomes of it, and in *event what it causes (taken by the caller, but for
 * the numbers of this part). */
static int verdict(odl *o, unsigned flags, int agrees, int factory_right, int surprising, uint16_t bout,
                   uint8_t k, int *event) {
    const int why = (int)(flags & REASON);
    *event = ODL_NOTHING;
    answered(o);
    const int confirms =
        why == ODL_AGAIN && o->held && o->held_bout == bout && o->held_class == k;
    const int held = o->rules.confirm && surprising && !agrees && !confirms && !o->doubted;
    if (why == ODL_AGAIN && agrees) {
        const uint32_t more = o->contradictions + CONTRADICTION;
        o->contradictions = (uint16_t)(more > 4 * CONTRADICTION ? 4 * CONTRADICTION : more);
    } else if (o->contradictions > 0) {
        o->contradictions--;
    }
    o->again = (uint8_t)held;
    o->held = (uint8_t)held;
    o->held_bout = bout;
    o->held_class = k;
    if (agrees) {
        o->doubted = 0;
    } else if (confirms) {
        o->doubted = DOUBTED;
    }
    reconsider(o, why, agrees);
    if (why == ODL_AUDIT && audited(o, (flags & TRUSTED) != 0, agrees, factory_right)) {
        *event = ODL_WENT_BACK;
        return ODL_AUDITED;
    }
    if (o->mode == ODL_PREDICTING && !agrees && !held) {
        *event = ODL_DISAGREEMENT;
        change(o, ODL_DISAGREEMENT);
    }
    if (agrees) {
        const uint32_t wait = 2u * o->wait;
        o->wait = (uint8_t)(wait < o->rules.spacing ? wait : o->rules.spacing);
        o->agreed++;
    } else {
        o->wait = 1;
        o->calm = 0;
        o->agreed = 0;
    }
    if (held) {
        return ODL_HELD;
    }
    o->labels++;
    o->disagreeing = recent(o->disagreeing, !agrees);
    return ODL_LEARNT;
}

unsigned odl_troubles(const odl *o) {
    unsigned found = 0;
    found |= o->labels >= TROUBLE_LABELS && o->disagreeing > TROUBLE_SHARE ? ODL_DISAGREEING : 0u;
    found |= o->contradictions > CONTRADICTION ? ODL_CONTRADICTED : 0u;
    found |= o->audits >= UNFIT_AUDITS && o->unfit > UNFIT_SHARE ? ODL_UNFIT : 0u;
    found |= o->worse ? ODL_WORSE : 0u;
    found |= o->unanswered >= SILENCE ? ODL_SILENT : 0u;
    found |= spent(o) ? ODL_SPENT : 0u;
    return found;
}

/* The device ---------------------------------------------------------------------------------------- */

void odl_init(odl *o, const odl_model *model, const odl_rules *rules, uint32_t seed) {
    memset(o, 0, sizeof *o);
    o->model = model;
    o->rules = *rules;
    o->draws = (2u * seed + 1u) * 0x9E3779B9u;
    odl_estimate_begin(&o->estimate, seed);
    restart(o);
    o->number = 65535;
    bout_begin(o);
    fresh(o);
}

/* The place of a query in the queue, -1 where it is not. */
static int queued(const odl *o, uint32_t sample) {
    for (int i = 0; i < o->queued; i++) {
        if (o->queue[i].sample == (uint16_t)sample && o->next - sample <= LONGEST) {
            return i;
        }
    }
    return -1;
}

static void unqueue(odl *o, int i) {
    o->queued--;
    for (; i < o->queued; i++) {
        o->queue[i] = o->queue[i + 1];
    }
}

static void ask(odl *o, uint32_t sample, const int8_t *x, int why, int trusts, int in_bout,
                int halvings, uint8_t predicted) {
    odl_query *query = &o->queue[o->queued++];
    query->sample = (uint16_t)sample;
    query->bout = o->number;
    query->flags = (uint16_t)((unsigned)why | (trusts ? TRUSTED : 0u) | (in_bout ? IN_BOUT : 0u) |
                              ((unsigned)halvings << HALVINGS));
    query->predicted = predicted;
    memcpy(query->x, x, ODL_INPUTS);
    o->asked |= (uint8_t)in_bout;
    o->today++;
    o->this_hour++;
    o->last_asked = o->now;
    o->ever_asked = 1;
    o->since = 0;
    if (o->unanswered < 255u) {
        o->unanswered++;
    }
    o->again = 0;
    if (why == ODL_AUDIT) {
        o->until_audit = drawn_interval(o, o->interval);
    }
}

/* A label for what was just looked at; where the prediction has it by a margin, it is held. */
static void learn_label(odl *o, const outlook *seen, int k) {
    if (seen->predicted != k || seen->confidence < o->rules.margin) {
        learn(o, seen->leverage, k, weighing(1, o->kappa));
    } else if (seen->leverage > o->model->usual >> KNOWN) {
        hold(o, seen->leverage);
    }
}

/* What is trusted and not known well: learnt with the own label, or held. */
static void learn_own(odl *o, const outlook *seen) {
    if (seen->leverage <= o->model->usual >> KNOWN) {
        return;
    }
    const int vouched = o->rules.audits ? o->vouched : VOUCHED_MOST;
    if (vouched >= 0 && seen->leverage > o->model->usual >> OWN_KNOWN) {
        const int shift = o->kappa - own_halvings(o) + vouched - VOUCHED_MOST;
        learn(o, seen->leverage, seen->predicted, weighing(1, shift));
    } else {
        hold(o, seen->leverage);
    }
}

/* Learn the bout's answer, ask the window, learn the own label, or leave it; why it is asked. */
static int decide(odl *o, uint32_t sample, const int8_t *x, const outlook *seen) {
    const uint32_t ripe = ripe_age(o);
    if (bout_ripens(o, ripe)) {
        o->until_audit--;
    }
    if (o->answer != ODL_NO_ANSWER) {
        o->passed++;
        learn_label(o, seen, o->answer);
        return ODL_NOT_ASKED;
    }
    const int doubt = doubtful(o, seen);
    if (bout_ripe(o, ripe) && o->queued < ODL_QUEUE) {
        const int halved = scarce(o);
        const int worth =
            !halved || doubts(o, whole_confidence(o, seen->confidence, halved), seen->leverage);
        const int why = reason(o, doubt && worth);
        if (why && budget_open(o)) {
            ask(o, sample, x, why, !doubt, 1, 0, 0);
            return why;
        }
    }
    if (!doubt) {
        learn_own(o, seen);
    }
    return ODL_NOT_ASKED;
}

void odl_sample(odl *o, const int8_t x[ODL_INPUTS], uint64_t now, int sensed, odl_step *step) {
    hidden(o, x);
    const outlook seen = look(o);
    if (o->ever_sampled && now > o->last_sample && now - o->last_sample > o->model->gap) {
        odl_pause(o);
    }
    o->last_sample = now;
    o->ever_sampled = 1;
    const uint32_t sample = o->next++;
    o->since++;
    if (o->doubted) {
        o->doubted--;
    }
    budget_tick(o, now);
    if (o->queued > 0 && (uint16_t)(sample - o->queue[0].sample) >= LONGEST) {
        unqueue(o, 0);
        o->dropped++;
    }
    const int activity = sensed == ODL_MARKED ? -1 : bout_update(o, x);
    const int inside = activity >= 0;
    int event = ODL_NOTHING;
    int asked = ODL_NOT_ASKED;
    int taken = 0;
    if (sensed != ODL_MARKED && (sensed == ODL_FINE || seen.leverage <= o->model->usual)) {
        if (o->mode == ODL_PREDICTING && drifts(o, &seen)) {
            event = ODL_DRIFT;
            change(o, event);
        }
        if (inside) {
            asked = decide(o, sample, x, &seen);
        }
        if (o->mode == ODL_TRAINING && event == ODL_NOTHING) {
            adapt(o, &seen);
            o->calm++;
            if (o->rules.settle_after && o->calm >= o->rules.settle_after &&
                o->agreed >= SETTLE_LABELS) {
                event = ODL_SETTLED;
                change(o, event);
            }
        }
        taken = inside;
    }
    if (sensed == ODL_MARKED) {
        /* of no bout, and not counted */
    } else if (taken && (o->asked || o->answer != ODL_NO_ANSWER)) {
        odl_estimate_known(&o->estimate, o->number, o->answer, seen.predicted);
    } else {
        const int open = o->rules.estimate && budget_open(o) && o->queued < ODL_QUEUE;
        const int halvings = odl_estimate_draw(&o->estimate, open);
        if (halvings) {
            ask(o, sample, x, ODL_AUDIT, !doubtful(o, &seen), taken, halvings, seen.predicted);
            asked = ODL_AUDIT;
        }
    }
    step->sample = sample;
    step->predicted = seen.predicted;
    step->confidence = seen.confidence;
    step->leverage = seen.leverage;
    step->mode = o->mode;
    step->asked = (uint8_t)asked;
    step->event = (uint8_t)event;
    step->theta = o->theta;
    step->troubles = (uint8_t)odl_troubles(o);
    step->activity = inside ? (uint8_t)activity : seen.predicted;
    step->bout = o->number;
}

/* The bout that the device is in has a label. */
static ODL_APART void bout_answered(odl *o, int k, int outcome) {
    if (outcome == ODL_HELD) {
        o->asked = 0; /* to be confirmed */
        return;
    }
    if (outcome == ODL_LEARNT && told(o) && o->age >= 2) {
        const uint32_t windows = o->age - 1u < BEFORE ? o->age - 1u : BEFORE;
        int8_t *mean = o->queue[o->queued].x; /* the place that the query has just left */
        for (int i = 0; i < ODL_INPUTS; i++) {
            mean[i] = (int8_t)rounded(o->mean[i], MEAN_BITS);
        }
        hidden(o, mean);
        const outlook seen = look(o);
        learn(o, seen.leverage, k, weighing(windows, o->kappa));
    }
    if (told(o)) {
        o->answer = (uint8_t)k;
    }
}

int odl_label(odl *o, uint32_t sample, int label, odl_answer *answer) {
    answer->event = ODL_NOTHING;
    if (label != ODL_DONT_KNOW && (label < 0 || label > o->classes)) {
        return ODL_E_LABEL;
    }
    const int i = queued(o, sample);
    if (i < 0) {
        answer->outcome = ODL_UNKNOWN;
        return ODL_OK;
    }
    const uint16_t bout = o->queue[i].bout;
    const unsigned flags = o->queue[i].flags;
    hidden(o, o->queue[i].x);
    const uint8_t before = o->queue[i].predicted;
    unqueue(o, i);
    odl_estimate_replied(&o->estimate, o->model->accuracy, flags >> HALVINGS, before, label);
    if (label == ODL_DONT_KNOW) {
        const uint32_t most = RIPENS * (RIPE_LAST - RIPE);
        o->puzzled = (uint8_t)(o->puzzled + RIPENS > most ? most : o->puzzled + RIPENS);
        answer->outcome = ODL_ABSTAINED;
        return ODL_OK;
    }
    if (!(flags & IN_BOUT)) {
        answered(o);
        answer->outcome = ODL_AUDITED;
        return ODL_OK;
    }
    if (label == o->classes && label >= ODL_CLASSES) {
        odl_estimate_labelled(&o->estimate, bout, label);
        answered(o);
        answer->outcome = ODL_REFUSED;
        return ODL_OK;
    }
    const outlook seen = look(o);
    int factory_right = 0;
    if ((flags & REASON) == ODL_AUDIT) {
        int best = 0;
        int32_t highest = product(o->model->b, o->h, ODL_D);
        for (int k = 1; k < o->model->classes; k++) {
            const int32_t v = product(o->model->b + k * ODL_D, o->h, ODL_D);
            if (v > highest) {
                highest = v;
                best = k;
            }
        }
        factory_right = best == label;
    }
    const int agrees = seen.predicted == label;
    int surprising = 0;
    if (!agrees && o->rules.confirm) {
        const int64_t gap =
            (int64_t)o->o[seen.predicted] - (label < o->classes ? o->o[label] : 0);
        surprising = !doubts(o, whole_confidence(o, sat32(gap), 0), seen.leverage);
    }
    int event = ODL_NOTHING;
    const int outcome = verdict(o, flags, agrees, factory_right, surprising,
                                told(o) ? bout : 0, told(o) ? (uint8_t)label : 0, &event);
    if (event == ODL_WENT_BACK) {
        change(o, event);
    }
    if (outcome == ODL_LEARNT) {
        if (label == o->classes) {
            o->o[label] = 0;
            o->votes[label] = 0;
            o->classes++;
        }
        policy_told(o, &seen, label);
        learn_label(o, &seen, label);
    }
    if (outcome != ODL_HELD) {
        odl_estimate_labelled(&o->estimate, bout, label);
    }
    if (bout == o->number) {
        bout_answered(o, label, outcome);
    }
    answer->outcome = (uint8_t)outcome;
    answer->event = (uint8_t)event;
    return ODL_OK;
}

void odl_pause(odl *o) {
    if (told(o)) {
        o->of = 0;
        o->stray = 0;
    }
    bout_begin(o);
}

int odl_train(odl *o, int train) {
    if ((o->mode == ODL_TRAINING) == (train != 0)) {
        return ODL_NOTHING;
    }
    change(o, train ? ODL_TOLD_TO_TRAIN : ODL_TOLD_TO_STOP);
    return train ? ODL_TOLD_TO_TRAIN : ODL_TOLD_TO_STOP;
}

void odl_rollback(odl *o) { change(o, ODL_ROLLBACK); }

/* The state as bytes ---------------------------------------------------------------------------------- */

void odl_walk(odl *o, odl_cursor *c) {
    for (int k = 0; k < ODL_TRIANGLE; k++) {
        S16(o->U[k]);
    }
    for (int j = 0; j < ODL_D; j++) {
        U16(o->mantissa[j]);
        U8(o->exponent[j]);
    }
    U8(o->classes);
    for (int k = 0; k < ODL_CLASSES; k++) {
        for (int j = 0; j < ODL_D; j++) {
            S16(o->b[k][j]);
        }
        S32(o->score_mean[k]);
        S64(o->votes[k]);
    }
    U32(o->sum);
    U32(o->dither);
    U16(o->theta);
    U8(o->kappa);
    U8(o->disagreed);
    for (int k = 0; k < (ODL_CLASSES + 31) / 32; k++) {
        U32(o->named[k]);
    }
    S32(o->shortfall);
    for (int i = 0; i < ODL_INPUTS; i++) {
        S16(o->mean[i]);
    }
    U32(o->age);
    U16(o->number);
    U8(o->of);
    U8(o->stray);
    U8(o->passed);
    U8(o->answer);
    U8(o->asked);
    U8(o->counted);
    U8(o->windows);
    U8(o->mode);
    U8(o->wait);
    U8(o->again);
    U8(o->doubted);
    U8(o->puzzled);
    U8(o->agreeing);
    U8(o->worse);
    U8(o->held);
    S8(o->vouched);
    U8(o->unanswered);
    U16(o->held_bout);
    U8(o->held_class);
    U16(o->contradictions);
    U16(o->interval);
    S32(o->until_audit);
    U32(o->since);
    U32(o->calm);
    U32(o->agreed);
    U32(o->labels);
    U32(o->audits);
    U32(o->disagreeing);
    U32(o->unfit);
    U32(o->draws);
    U64(o->evidence);
    U32(o->bets);
    U32(o->hour);
    U32(o->day);
    U64(o->now);
    U64(o->last_asked);
    U64(o->last_sample);
    U32(o->today);
    U32(o->this_hour);
    U8(o->ever_asked);
    U8(o->ever_sampled);
    odl_walk_estimate(&o->estimate, c);
    U8(o->queued);
    for (int i = 0; i < ODL_QUEUE; i++) {
        odl_query *q = &o->queue[i];
        U16(q->sample);
    U16(q->bout);
    U16(q->flags);
    U8(q->predicted);
        for (int k = 0; k < ODL_INPUTS; k++) {
            S8(q->x[k]);
        }
    }
    U32(o->next);
    U32(o->limited);
    U32(o->refused);
    U32(o->repaired);
    U32(o->dropped);
}

/* Whether every number is one that the device could have. */
int odl_sound(const odl *o) {
    int ok = o->classes >= o->model->classes && o->classes <= ODL_CLASSES && checksum(o) == o->sum;
    for (int j = 0; j < ODL_D; j++) {
        ok &= o->mantissa[j] >= D_LEAST && o->exponent[j] >= D_LOWEST && o->exponent[j] <= D_DEEPEST;
    }
    ok &= o->theta >= THETA_LOWEST && o->theta <= THETA_HIGHEST;
    ok &= o->kappa >= FIRST_KAPPA && o->kappa <= LAST_KAPPA;
    ok &= o->shortfall >= 0 && o->shortfall <= THRESHOLD;
    for (int k = 0; k < o->model->scores && k < ODL_CLASSES; k++) {
        ok &= o->score_mean[k] >= -(1 << 26) && o->score_mean[k] <= 1 << 26;
    }
    for (int k = 0; k < ODL_CLASSES; k++) {
        ok &= o->votes[k] > -((int64_t)1 << 62) && o->votes[k] < (int64_t)1 << 62;
    }
    for (int i = 0; i < ODL_INPUTS; i++) {
        ok &= o->mean[i] >= -LEVELS * (1 << MEAN_BITS) && o->mean[i] <= LEVELS * (1 << MEAN_BITS);
    }
    ok &= o->of <= 4 && (o->answer == ODL_NO_ANSWER || o->answer < o->classes) && o->windows < ONE_BOUT;
    ok &= o->mode <= ODL_TRAINING && o->wait >= 1 && o->puzzled <= RIPENS * (RIPE_LAST - RIPE);
    ok &= o->vouched >= -VOUCHED_FINE && o->vouched <= VOUCHED_MOST;
    ok &= o->interval >= 1 && o->interval <= AUDIT_LAST && (o->interval & (o->interval - 1u)) == 0;
    ok &= o->disagreeing <= ALL && o->unfit <= ALL && o->draws != 0 && o->dither != 0;
    ok &= o->contradictions <= 4 * CONTRADICTION && o->evidence < GUARD_HIGHEST * 2u;
    ok &= odl_estimate_sound(&o->estimate) && o->queued <= ODL_QUEUE;
    for (int i = 0; i < o->queued && i < ODL_QUEUE; i++) {
        const odl_query *q = &o->queue[i];
        ok &= (q->flags & REASON) != 0 && q->predicted < o->classes;
        ok &= odl_estimate_drawable((unsigned)q->flags >> HALVINGS);
        for (int k = 0; k < ODL_INPUTS; k++) {
            ok &= q->x[k] >= -LEVELS;
        }
    }
    return ok;
}

#endif
