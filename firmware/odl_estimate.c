/* SPDX-License-Identifier: Apache-2.0
 * odl_estimate: see odl_estimate.h, and docs/fixed-point-device.md for the formulas. */
#include "odl_estimate.h"

#include <string.h>

#include "odl_numbers.h"

#define FIRST 4
#define SHARE_LEAST 3
#define FASTEST 32
#define PER_DRAW 50u
#define MOST_HALVINGS 24
#define NARROW 6553u
#define COUNTED 65535u
#define CELLS 256u
#define TAIL 13107u
#define PRIOR 2u
#define MOST_DRAWS (1024u << 8)
#define SHARE_ONE 65536u

/* log2 sin((i + 1/2) 90 / 256 degrees), 11 bits of fraction */
static const int16_t LOG_SIN[256] = {
    -17098, -13852, -12343, -11349, -10606, -10013, -9520, -9097, -8728, -8400, -8104, -7836,
    -7590, -7363, -7152, -6956, -6772, -6599, -6435, -6280, -6133, -5993, -5860, -5732, -5610,
    -5493, -5380, -5272, -5167, -5066, -4969, -4875, -4784, -4695, -4610, -4526, -4446, -4367,
    -4291, -4217, -4144, -4074, -4005, -3938, -3872, -3808, -3746, -3685, -3625, -3566, -3509,
    -3453, -3398, -3344, -3292, -3240, -3189, -3140, -3091, -3043, -2996, -2950, -2905, -2860,
    -2816, -2773, -2731, -2689, -2648, -2608, -2569, -2530, -2491, -2454, -2417, -2380, -2344,
    -2308, -2273, -2239, -2205, -2172, -2139, -2106, -2074, -2043, -2012, -1981, -1951, -1921,
    -1891, -1862, -1834, -1806, -1778, -1750, -1723, -1696, -1670, -1644, -1618, -1593, -1568,
    -1543, -1518, -1494, -1470, -1447, -1424, -1401, -1378, -1356, -1334, -1312, -1290, -1269,
    -1248, -1227, -1207, -1186, -1166, -1147, -1127, -1108, -1089, -1070, -1051, -1033, -1015,
    -997, -979, -962, -945, -928, -911, -894, -878, -861, -845, -830, -814, -798, -783, -768, -753,
    -739, -724, -710, -696, -682, -668, -654, -641, -628, -614, -601, -589, -576, -564, -551, -539,
    -527, -516, -504, -492, -481, -470, -459, -448, -437, -427, -416, -406, -396, -386, -376, -366,
    -357, -347, -338, -329, -320, -311, -303, -294, -286, -277, -269, -261, -253, -245, -238, -230,
    -223, -216, -208, -201, -195, -188, -181, -175, -168, -162, -156, -150, -144, -138, -133, -127,
    -122, -117, -112, -107, -102, -97, -92, -88, -83, -79, -75, -71, -67, -63, -59, -56, -52, -49,
    -45, -42, -39, -36, -34, -31, -28, -26, -23, -21, -19, -17, -15, -13, -12, -10, -9, -7, -6, -5,
    -4, -3, -2, -2, -1, -1, 0, 0, 0};

/* 2^(i / 32), 24 bits of fraction */
static const uint32_t EXP2[33] = {
    16777216, 17144589, 17520007, 17903645, 18295684, 18696307, 19105703, 19524063, 19951585,
    20388467, 20834917, 21291142, 21757357, 22233781, 22720638, 23218155, 23726566, 24246111,
    24777031, 25319578, 25874004, 26440571, 27019544, 27611195, 28215802, 28833647, 29465022,
    30110222, 30769550, 31443315, 32131834, 32835430, 33554432};

/* sin^2(i 90 / 256 degrees), 16 bits of fraction; what is over 45 degrees is 1 less what is below */
static const uint16_t SHARES[129] = {
    0, 2, 10, 22, 39, 62, 89, 121, 158, 200, 246, 298, 355, 416, 482, 554, 630, 710, 796, 887, 982,
    1082, 1187, 1297, 1411, 1530, 1654, 1782, 1915, 2053, 2196, 2343, 2494, 2650, 2811, 2976, 3146,
    3320, 3499, 3682, 3869, 4061, 4257, 4457, 4662, 4871, 5084, 5301, 5522, 5748, 5977, 6211, 6448,
    6690, 6935, 7185, 7438, 7695, 7956, 8220, 8489, 8760, 9036, 9315, 9598, 9884, 10173, 10466,
    10762, 11062, 11365, 11671, 11980, 12293, 12608, 12927, 13248, 13573, 13900, 14230, 14563,
    14899, 15237, 15578, 15922, 16268, 16617, 16968, 17321, 17677, 18035, 18395, 18758, 19122,
    19489, 19858, 20228, 20601, 20975, 21351, 21729, 22108, 22489, 22872, 23256, 23641, 24028,
    24417, 24806, 25197, 25588, 25981, 26375, 26770, 27166, 27563, 27960, 28358, 28757, 29156,
    29556, 29957, 30357, 30759, 31160, 31562, 31964, 32366, 32768};

void odl_estimate_restart(odl_estimate *e) {
    e->share = FASTEST;
    e->seen = e->known = e->right = e->drawn = 0;
    e->weights = e->squares = e->rights = e->nobodys = 0;
    e->silence = 0;
    e->waiters = 0;
}

void odl_estimate_begin(odl_estimate *e, uint32_t seed) {
    e->draws = (2u * seed + 1u) * 0x85EBCA6Bu;
    odl_estimate_restart(e);
}

/* The place of a bout among those that wait, ODL_WAITING where it does not. */
static int waiting(const odl_estimate *e, uint16_t bout) {
    for (int i = 0; i < e->waiters; i++) {
        if (e->waiting[i].bout == bout) {
            return i;
        }
    }
    return ODL_WAITING;
}

static void wait_no_more(odl_estimate *e, int i) {
    e->waiters--;
    for (; i < e->waiters; i++) {
        e->waiting[i] = e->waiting[i + 1];
    }
}

void odl_estimate_known(odl_estimate *e, uint16_t bout, uint8_t answer, uint8_t predicted) {
    e->seen++;
    if (answer != ODL_NO_ANSWER) {
        e->known++;
        e->right += predicted == answer;
        return;
    }
    int i = waiting(e, bout);
    if (i == ODL_WAITING) {
        if (e->waiters == ODL_WAITING) {
            wait_no_more(e, 0);
        }
        i = e->waiters++;
        memset(&e->waiting[i], 0, sizeof e->waiting[i]);
        e->waiting[i].bout = bout;
    }
    if (e->waiting[i].count[predicted] < COUNTED) {
        e->waiting[i].count[predicted]++;
    }
}

int odl_estimate_draw(odl_estimate *e, int open) {
    e->seen++;
    if (!open) {
        return 0;
    }
    int halvings = odl_length(e->seen) - e->share;
    halvings = (halvings > FIRST ? halvings : FIRST) + e->silence;
    halvings += (uint64_t)e->drawn * PER_DRAW > e->seen;
    halvings = halvings < MOST_HALVINGS ? halvings : MOST_HALVINGS;
    if (odl_draw(&e->draws) & (((uint32_t)1 << halvings) - 1u)) {
        return 0;
    }
    e->drawn++;
    if (e->silence < MOST_HALVINGS) {
        e->silence++;
    }
    return halvings;
}

void odl_estimate_labelled(odl_estimate *e, uint16_t bout, int k) {
    const int i = waiting(e, bout);
    if (i == ODL_WAITING) {
        return;
    }
    for (int c = 0; c < ODL_CLASSES; c++) {
        e->known += e->waiting[i].count[c];
        e->right += c == k ? e->waiting[i].count[c] : 0u;
    }
    wait_no_more(e, i);
}

/* The posterior's mass in a cell, below its greatest exponent. */
static uint32_t mass(int64_t a, int64_t b, int64_t greatest, uint32_t cell) {
    const int64_t below = greatest - (2 * a * LOG_SIN[cell] + 2 * b * LOG_SIN[CELLS - 1u - cell]);
    const uint32_t fine = (uint32_t)(0 - (uint64_t)below) & 0x7FFFFu;
    const int64_t shift = (below + fine) >> 19;
    const uint32_t step = fine >> 14;
    const uint32_t rest = fine & 0x3FFFu;
    const uint32_t more = EXP2[step + 1u] - EXP2[step];
    const uint32_t between = EXP2[step] + (uint32_t)(((uint64_t)more * rest) >> 14);
    return shift > 31 ? 0u : between >> shift;
}

static uint32_t share_at(uint32_t cell) {
    return cell <= CELLS / 2u ? SHARES[cell] : SHARE_ONE - SHARES[CELLS - cell];
}

/* The share below which so much of the mass is, in 2^-18. */
static uint32_t quantile(int64_t a, int64_t b, int64_t greatest, uint64_t total, uint32_t part) {
    const uint64_t below = (total * part) >> 18;
    uint64_t sum = 0;
    uint32_t cell = 0;
    uint32_t here = mass(a, b, greatest, 0);
    while (sum + here <= below) {
        sum += here;
        here = mass(a, b, greatest, ++cell);
    }
    const uint32_t wide = share_at(cell + 1u) - share_at(cell);
    return share_at(cell) + (uint32_t)((wide * (below - sum)) / here);
}

static ODL_APART odl_accuracy interval_of(uint64_t right, uint64_t weights, uint64_t squares, uint32_t usual) {
    odl_accuracy found;
    const int none = right == 0;
    const int all = right == weights;
    found.share = (uint32_t)(right * SHARE_ONE / weights);
    while (weights >= (uint64_t)1 << 26) {
        right >>= 1;
        weights >>= 1;
        squares >>= 2;
    }
    int64_t a = (int64_t)(((weights * right) << 8) / squares);
    int64_t b = (int64_t)(((weights * (weights - right)) << 8) / squares);
    while (a + b > (int64_t)MOST_DRAWS) {
        a >>= 1;
        b >>= 1;
    }
    if (usual) {
        a += (PRIOR * usual) >> 8;
        b += (PRIOR * (SHARE_ONE - usual)) >> 8;
    }
    int64_t greatest = INT64_MIN;
    for (uint32_t i = 0; i < CELLS; i++) {
        const int64_t e = 2 * a * LOG_SIN[i] + 2 * b * LOG_SIN[CELLS - 1u - i];
        greatest = e > greatest ? e : greatest;
    }
    uint64_t total = 0;
    for (uint32_t i = 0; i < CELLS; i++) {
        total += mass(a, b, greatest, i);
    }
    found.low = quantile(a, b, greatest, total, TAIL);
    found.low = none ? 0 : found.low < found.share ? found.low : found.share;
    found.high = quantile(a, b, greatest, total, ((uint32_t)1 << 18) - TAIL);
    found.high = all ? SHARE_ONE : found.high > found.share ? found.high : found.share;
    return found;
}

odl_accuracy odl_estimate_now(const odl_estimate *e, uint32_t accuracy) {
    odl_accuracy found = {SHARE_ONE / 2u, 0, SHARE_ONE};
    const odl_accuracy nothing = found;
    if (e->weights) {
        found = interval_of(e->rights, e->weights, e->squares, accuracy);
    }
    uint64_t sampled = e->seen - e->known;
    uint64_t weights = e->weights;
    uint64_t nobodys = e->nobodys;
    if (nobodys) {
        while (weights + nobodys >= (uint64_t)1 << 31) {
            weights >>= 1;
            nobodys >>= 1;
        }
        sampled = sampled * weights / (weights + nobodys);
    }
    const uint64_t counted = e->known + sampled;
    if (counted == 0) {
        return nothing;
    }
    const uint64_t right = (uint64_t)SHARE_ONE * e->right;
    found.share = (uint32_t)((right + sampled * found.share) / counted);
    found.low = (uint32_t)((right + sampled * found.low) / counted);
    found.high = (uint32_t)((right + sampled * found.high) / counted);
    return found;
}

void odl_estimate_replied(odl_estimate *e, uint32_t accuracy, unsigned halvings, uint8_t predicted, int k) {
    e->silence = 0;
    if (halvings == 0) {
        return;
    }
    const uint64_t weight = (uint64_t)1 << halvings;
    if (k < 0) {
        e->nobodys += weight;
        return;
    }
    e->weights += weight;
    e->squares += weight * weight;
    e->rights += predicted == k ? weight : 0u;
    const odl_accuracy found = odl_estimate_now(e, accuracy);
    if (found.high - found.low > 2u * NARROW) {
        e->share = (uint8_t)(e->share < FASTEST ? e->share + 1 : FASTEST);
    } else {
        int share = odl_length(e->seen) - FIRST;
        share = (e->share < share ? e->share : share) - 1;
        e->share = (uint8_t)(share > SHARE_LEAST ? share : SHARE_LEAST);
    }
}

int odl_estimate_sound(const odl_estimate *e) {
    int ok = e->draws != 0;
    ok &= e->share >= SHARE_LEAST && e->share <= FASTEST && e->silence <= MOST_HALVINGS;
    ok &= e->known <= e->seen && e->right <= e->known;
    ok &= e->rights <= e->weights && (e->weights == 0) == (e->squares == 0);
    ok &= e->weights < (uint64_t)1 << 46 && e->nobodys < (uint64_t)1 << 46 && e->squares >= e->weights;
    return ok && e->waiters <= ODL_WAITING;
}

int odl_estimate_drawable(unsigned halvings) {
    return halvings == 0 || (halvings >= FIRST && halvings <= MOST_HALVINGS);
}
