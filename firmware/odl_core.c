/* SPDX-License-Identifier: Apache-2.0
 * odl_core: odl.h on a core in hardware, over its registers (odl_core_map.h, docs/registers.md). The core
 * decides and learns; here windows and labels go in, results come out, and how right it is is kept, which
 * the core leaves to its host. How often the chance of a window that was drawn was halved, and what was
 * predicted of it, is in bits of the question's flags that the core lets be.
 *
 * A window's inputs are written by this driver; a program that sends packets instead reads the results
 * itself. The core reads the factory's model by its own port: it must be that of odl_init. */
#include "odl.h"

#ifdef ODL_CORE

#include <string.h>

#include "odl_core_map.h"
#include "odl_image.h"
#include "odl_numbers.h"

#if ODL_CORE_INPUTS != ODL_INPUTS || ODL_CORE_NODES != ODL_NODES || ODL_CORE_DIRECT != ODL_DIRECT || \
    ODL_CORE_CLASSES != ODL_CLASSES || ODL_CORE_QUEUE != ODL_QUEUE ||                                \
    (ODL_NODES > 0 && ODL_CORE_ALPHA != ODL_ALPHA)
#error "odl_core_map.h is of a core of other sizes than odl_config.h: export both of one model"
#endif
#if ODL_CORE_FLAG_WHY != 3 || ODL_CORE_FLAG_TRUSTED != 4 || ODL_CORE_FLAG_IN_BOUT != 8
#error "a question's flags are others: take odl_core.c and odl_core_map.h of one version"
#endif

/* Yours, where the core is not in the processor's own addresses. */
#ifndef ODL_CORE_READ
#define ODL_CORE_READ(at) (*(volatile const uint32_t *)((uintptr_t)(ODL_CORE) + (at)))
#define ODL_CORE_WRITE(at, value) (*(volatile uint32_t *)((uintptr_t)(ODL_CORE) + (at)) = (value))
#endif
/* What a processor does while a command runs, to sleep for instance. */
#ifndef ODL_CORE_WAIT
#define ODL_CORE_WAIT() ((void)0)
#endif

#define LEVELS 127
#define HALVINGS 4 /* shift in a question's flags: a window that was drawn weighs 2^halvings */
#define HALVINGS_BITS 5u
#define PREDICTED 9 /* shift of what was predicted of it */
#define OWN_FLAGS 0x1FFu
#define FLAGS 0xFFFFu
#define WORD_BYTES 8u /* of a word of vectors */
#define LANES ((int)ODL_CORE_LANES)
#define NOBODY 255u

static uint32_t get(uint32_t at) { return ODL_CORE_READ(at); }

static void put(uint32_t at, uint32_t value) { ODL_CORE_WRITE(at, value); }

static uint32_t element(uint32_t array, int i) { return array + 4u * (uint32_t)i; }

static void run(uint32_t command) {
    put(ODL_CORE_REGISTER_COMMAND, command);
    while (get(ODL_CORE_WRAPPER_STATUS) & ODL_CORE_STATUS_BUSY) {
        ODL_CORE_WAIT();
    }
}

/* What a program may look at. */
static void keep(odl *o) {
    o->classes = (uint8_t)get(ODL_CORE_V_CLASSES);
    o->mode = (uint8_t)get(ODL_CORE_V_MODE);
}

/* How it behaves -------------------------------------------------------------------------------------- */

static void configure(const odl_model *model, const odl_rules *rules, uint32_t seed) {
    const uint32_t most = odl_hourly(rules);
    const int told = rules->bouts && model->bout_weights != 0;
    put(ODL_CORE_V_U_BITS, model->u_bits);
#if ODL_NODES > 0
    put(ODL_CORE_V_NODES,
        ((uint32_t)model->node_gain & 0xFFFFu) | (uint32_t)(model->node_shift - (int)ODL_CORE_DROPPED) << 16);
    put(ODL_CORE_V_SEED, model->seed);
#endif
    put(ODL_CORE_V_USUAL, model->usual);
    put(ODL_CORE_V_O_BITS, model->o_bits);
    put(ODL_CORE_V_FACTORY_CLASSES, model->classes);
    put(ODL_CORE_V_TRUSTED, model->trusted);
    put(ODL_CORE_V_TOLD, (uint32_t)told);
    put(ODL_CORE_V_SCORES, model->scores);
    put(ODL_CORE_V_GAP, model->gap);
    put(ODL_CORE_V_AUDITS, rules->audits);
    put(ODL_CORE_V_CONFIRM, rules->confirm);
    put(ODL_CORE_V_SETTLE_AFTER, rules->settle_after);
    put(ODL_CORE_V_SPACING, rules->spacing);
    put(ODL_CORE_V_WHOLE, rules->whole);
    put(ODL_CORE_V_MARGIN, (uint32_t)rules->margin);
    put(ODL_CORE_V_PER_DAY, rules->per_day);
    put(ODL_CORE_V_HOURLY, most);
    put(ODL_CORE_V_APART, most && most != ODL_NO_LIMIT ? odl_between(most) : 0u);
    put(ODL_CORE_V_DRAWS, (2u * seed + 1u) * 0x9E3779B9u);
    for (int i = 0; model->bout_weights && i < ODL_INPUTS; i++) {
        put(element(ODL_CORE_ARRAY_MEAN, i), (uint32_t)model->bout_weights[i] << 16);
    }
    for (int i = 0; model->bout_weights && i < 4; i++) {
        put(element(ODL_CORE_ARRAY_LIMIT_LOW, i), (uint32_t)model->bout_limits[i]);
        put(element(ODL_CORE_ARRAY_LIMIT_HIGH, i), (uint32_t)(model->bout_limits[i] >> 32));
    }
    for (int k = 0; k < model->scores; k++) {
        put(element(ODL_CORE_ARRAY_SCORE_INVERSE, k), (uint32_t)model->score_inverse[k]);
    }
}

void odl_init(odl *o, const odl_model *model, const odl_rules *rules, uint32_t seed) {
    memset(o, 0, sizeof *o);
    o->model = model;
    o->rules = *rules;
    odl_estimate_begin(&o->estimate, seed);
    for (uint32_t i = 0; i < ODL_CORE_SCALARS; i++) {
        put(ODL_CORE_MEMORY_SCALARS + 4u * i, 0);
    }
    configure(model, &o->rules, seed);
    run(ODL_CORE_DO_INITIALISE);
    keep(o);
}

/* Windows, labels ------------------------------------------------------------------------------------- */

static void set_time(uint64_t now) {
    put(ODL_CORE_V_NOW_HIGH, (uint32_t)(now >> 32));
    put(ODL_CORE_V_NOW_LOW, (uint32_t)now);
}

/* Four a word; behind the last is what h has there. */
static void set_inputs(const int8_t *x) {
    for (int i = 0; i < ODL_INPUTS + ODL_DIRECT; i += 4) {
        uint32_t word = 0;
        for (int k = 0; k < 4; k++) {
            const int value = i + k < ODL_INPUTS ? x[i + k] : i + k == ODL_INPUTS ? ODL_DIRECT * LEVELS : 0;
            word |= (uint32_t)(uint8_t)value << (8 * k);
        }
        put(ODL_CORE_REGISTER_INPUT + (uint32_t)i, word);
    }
}

/* The window that was just decided about is asked, to say how right the device is. */
static void ask_drawn(int halvings, uint8_t predicted) {
    run(ODL_CORE_DO_ASK_DRAWN);
    const uint32_t at = element(ODL_CORE_ARRAY_PLACE, (int)get(ODL_CORE_V_QUEUED) - 1);
    put(at, get(at) | (uint32_t)halvings << HALVINGS | (uint32_t)predicted << PREDICTED);
}

void odl_sample(odl *o, const int8_t x[ODL_INPUTS], uint64_t now, int sensed, odl_step *step) {
    set_inputs(x);
    set_time(now);
    put(ODL_CORE_V_SENSED, (uint32_t)sensed);
    run(ODL_CORE_DO_SAMPLE);
    step->predicted = (uint8_t)get(ODL_CORE_V_PREDICTED);
    step->bout = (uint16_t)get(ODL_CORE_V_NUMBER);
    const uint8_t answer = (uint8_t)get(ODL_CORE_V_ANSWER);
    if (sensed == ODL_MARKED) {
        /* of no bout, and not counted */
    } else if (get(ODL_CORE_V_TAKEN) && (get(ODL_CORE_V_ASKED) || answer != ODL_NO_ANSWER)) {
        odl_estimate_known(&o->estimate, step->bout, answer, step->predicted);
    } else {
        const int halvings = odl_estimate_draw(&o->estimate, o->rules.estimate && get(ODL_CORE_V_OPEN));
        if (halvings) {
            ask_drawn(halvings, step->predicted);
        }
    }
    step->sample = get(ODL_CORE_V_SAMPLE);
    step->confidence = (int32_t)get(ODL_CORE_V_CONFIDENCE);
    step->leverage = get(ODL_CORE_V_LEVERAGE);
    keep(o);
    step->mode = o->mode;
    step->asked = (uint8_t)get(ODL_CORE_V_WHY);
    step->event = (uint8_t)get(ODL_CORE_V_EVENT);
    step->theta = (uint16_t)get(ODL_CORE_V_THETA);
    step->troubles = (uint8_t)get(ODL_CORE_V_TROUBLES);
    step->activity = (uint8_t)get(ODL_CORE_V_ACTIVITY);
}

/* The place of a question in the queue, -1 where it is not. */
static int queued(uint32_t sample) {
    const int count = (int)get(ODL_CORE_V_QUEUED);
    const uint32_t next = get(ODL_CORE_V_NEXT);
    for (int i = 0; i < count; i++) {
        const uint32_t question = get(element(ODL_CORE_ARRAY_QUESTION, i));
        if (((question ^ sample) & 0xFFFFu) == 0 && next - sample <= ODL_CORE_LONGEST) {
            return i;
        }
    }
    return -1;
}

int odl_label(odl *o, uint32_t sample, int label, odl_answer *answer) {
    answer->event = ODL_NOTHING;
    if (label != ODL_DONT_KNOW && (label < 0 || label > o->classes)) {
        return ODL_E_LABEL;
    }
    const int i = queued(sample);
    if (i < 0) {
        answer->outcome = ODL_UNKNOWN;
        return ODL_OK;
    }
    const uint16_t bout = (uint16_t)(get(element(ODL_CORE_ARRAY_QUESTION, i)) >> 16);
    const uint32_t flags = get(element(ODL_CORE_ARRAY_PLACE, i)) & FLAGS;
    const uint32_t halvings = (flags >> HALVINGS) & ((1u << HALVINGS_BITS) - 1u);
    odl_estimate_replied(&o->estimate, o->model->accuracy, halvings, (uint8_t)(flags >> PREDICTED), label);
    put(ODL_CORE_V_ABOUT, sample);
    put(ODL_CORE_V_LABEL, label == ODL_DONT_KNOW ? NOBODY : (uint32_t)label);
    run(ODL_CORE_DO_LABEL);
    answer->outcome = (uint8_t)get(ODL_CORE_V_OUTCOME);
    answer->event = (uint8_t)get(ODL_CORE_V_EVENT);
    keep(o);
    if (answer->event == ODL_WENT_BACK) {
        odl_estimate_restart(&o->estimate);
    }
    if ((flags & ODL_CORE_FLAG_IN_BOUT) && answer->outcome != ODL_HELD && answer->outcome != ODL_ABSTAINED) {
        odl_estimate_labelled(&o->estimate, bout, label);
    }
    return ODL_OK;
}

void odl_pause(odl *o) {
    (void)o;
    run(ODL_CORE_DO_PAUSED);
}

int odl_train(odl *o, int train) {
    put(ODL_CORE_V_TRAIN, train != 0);
    run(ODL_CORE_DO_BY_HAND);
    keep(o);
    return (int)get(ODL_CORE_V_EVENT);
}

void odl_rollback(odl *o) {
    run(ODL_CORE_DO_ROLLBACK);
    keep(o);
    odl_estimate_restart(&o->estimate);
}

unsigned odl_troubles(const odl *o) {
    (void)o;
    return (unsigned)get(ODL_CORE_V_TROUBLES);
}

/* The state as bytes ---------------------------------------------------------------------------------- */

/* Bytes of a word, from a bit of it on; its others stay. */
static void part(odl_cursor *c, uint32_t at, int shift, int bytes) {
    const uint32_t word = get(at);
    const uint32_t mask = (0xFFFFFFFFu >> (32 - 8 * bytes)) << shift;
    const uint32_t v = (uint32_t)odl_pass(c, (word & mask) >> shift, bytes);
    if (!c->write) {
        put(at, (word & ~mask) | v << shift);
    }
}

/* A word of so many bytes; with fewer than four it has no sign. */
static void whole(odl_cursor *c, uint32_t at, int bytes) {
    const uint32_t v = (uint32_t)odl_pass(c, get(at), bytes);
    if (!c->write) {
        put(at, v);
    }
}

static void signed8(odl_cursor *c, uint32_t at) {
    const uint32_t v = (uint32_t)odl_pass(c, get(at), 1);
    if (!c->write) {
        put(at, (uint32_t)(int8_t)(uint8_t)v);
    }
}

/* An element of 16 bits, two a word. */
static uint32_t pair_at(uint32_t array, uint32_t i) { return array + 4u * (i / 2u); }

static int pair_shift(uint32_t i) { return (int)(i % 2u) * 16; }

/* The first element of a column of U, in elements: each begins with words of its own. */
static uint32_t column(int j) {
    uint32_t words = 0;
    for (int i = 0; i < j; i++) {
        words += (uint32_t)(i / LANES + 1);
    }
    return words * ODL_CORE_LANES;
}

static void walk_model(odl_cursor *c) {
    for (int j = 0; j < ODL_D; j++) {
        const uint32_t from = column(j);
        for (int i = 0; i < j; i++) {
            const uint32_t k = from + (uint32_t)i;
            part(c, pair_at(ODL_CORE_MEMORY_U, k), pair_shift(k), 2);
        }
    }
    for (int j = 0; j < ODL_D; j++) {
        part(c, element(ODL_CORE_ARRAY_D, j), 0, 2);
        part(c, element(ODL_CORE_ARRAY_D, j), 16, 1);
    }
    whole(c, ODL_CORE_V_CLASSES, 1);
    for (int k = 0; k < ODL_CLASSES; k++) {
        for (int j = 0; j < ODL_D; j++) {
            const uint32_t i = (uint32_t)k * ODL_CORE_ROW * ODL_CORE_LANES + (uint32_t)j;
            part(c, pair_at(ODL_CORE_MEMORY_B, i), pair_shift(i), 2);
        }
        whole(c, element(ODL_CORE_ARRAY_SCORE_MEAN, k), 4);
        whole(c, element(ODL_CORE_ARRAY_VOTES_LOW, k), 4);
        whole(c, element(ODL_CORE_ARRAY_VOTES_HIGH, k), 4);
    }
    /* the core's has U's ones in it */
    const uint32_t sum = (uint32_t)odl_pass(c, get(ODL_CORE_V_SUM) ^ ODL_CORE_ONES, 4);
    if (!c->write) {
        put(ODL_CORE_V_SUM, sum ^ ODL_CORE_ONES);
    }
    whole(c, ODL_CORE_V_DITHER, 4);
}

/* Words of the core's and how many bytes an image has of them, in its order. */
typedef struct {
    uint32_t at;
    uint8_t bytes;
} field;

static const field BEFORE_MEAN[] = {
    {ODL_CORE_V_THETA, 2}, {ODL_CORE_V_KAPPA, 1}, {ODL_CORE_V_DISAGREED, 1}, {ODL_CORE_V_NAMED, 4},
    {ODL_CORE_V_SHORTFALL, 4}};

static const field AFTER_MEAN[] = {
    {ODL_CORE_V_AGE, 4}, {ODL_CORE_V_NUMBER, 2}, {ODL_CORE_V_OF, 1}, {ODL_CORE_V_STRAY, 1},
    {ODL_CORE_V_PASSED, 1}, {ODL_CORE_V_ANSWER, 1}, {ODL_CORE_V_ASKED, 1}, {ODL_CORE_V_COUNTED, 1},
    {ODL_CORE_V_WINDOWS, 1}, {ODL_CORE_V_MODE, 1}, {ODL_CORE_V_WAIT, 1}, {ODL_CORE_V_AGAIN, 1},
    {ODL_CORE_V_DOUBTED, 1}, {ODL_CORE_V_PUZZLED, 1}, {ODL_CORE_V_AGREEING, 1}, {ODL_CORE_V_WORSE, 1},
    {ODL_CORE_V_HELD, 1}};

static const field AFTER_VOUCHED[] = {
    {ODL_CORE_V_UNANSWERED, 1}, {ODL_CORE_V_HELD_BOUT, 2}, {ODL_CORE_V_HELD_CLASS, 1},
    {ODL_CORE_V_CONTRADICTIONS, 2}, {ODL_CORE_V_INTERVAL, 2}, {ODL_CORE_V_UNTIL_AUDIT, 4},
    {ODL_CORE_V_SINCE, 4}, {ODL_CORE_V_CALM, 4}, {ODL_CORE_V_AGREED, 4}, {ODL_CORE_V_LABELS, 4},
    {ODL_CORE_V_AUDITS_MADE, 4}, {ODL_CORE_V_DISAGREEING, 4}, {ODL_CORE_V_UNFIT, 4}, {ODL_CORE_V_DRAWS, 4},
    {ODL_CORE_V_EVIDENCE_LOW, 4}, {ODL_CORE_V_EVIDENCE_HIGH, 4}, {ODL_CORE_V_BETS, 4},
    {ODL_CORE_V_HOUR, 4}, {ODL_CORE_V_DAY, 4}, {ODL_CORE_V_NOW_LOW, 4}, {ODL_CORE_V_NOW_HIGH, 4},
    {ODL_CORE_V_LAST_ASKED_LOW, 4}, {ODL_CORE_V_LAST_ASKED_HIGH, 4}, {ODL_CORE_V_LAST_SAMPLE_LOW, 4},
    {ODL_CORE_V_LAST_SAMPLE_HIGH, 4}, {ODL_CORE_V_TODAY, 4}, {ODL_CORE_V_THIS_HOUR, 4},
    {ODL_CORE_V_EVER_ASKED, 1}, {ODL_CORE_V_EVER_SAMPLED, 1}};

static const field AFTER_QUEUE[] = {
    {ODL_CORE_V_NEXT, 4}, {ODL_CORE_V_LIMITED, 4}, {ODL_CORE_V_REFUSED, 4}, {ODL_CORE_V_REPAIRED, 4},
    {ODL_CORE_V_DROPPED, 4}};

#define FIELDS(list) (int)(sizeof(list) / sizeof(list)[0])

static void walk_fields(odl_cursor *c, const field *fields, int count) {
    for (int i = 0; i < count; i++) {
        whole(c, fields[i].at, fields[i].bytes);
    }
}

/* What waits; of places without a question flags are zeros, the rest is what was there. */
static void walk_queue(odl_cursor *c) {
    whole(c, ODL_CORE_V_QUEUED, 1);
    const int count = (int)get(ODL_CORE_V_QUEUED);
    for (int i = 0; i < ODL_QUEUE; i++) {
        const uint32_t place = element(ODL_CORE_ARRAY_PLACE, i);
        const uint32_t slot = get(place) >> 16;
        const uint32_t had = i < count ? get(place) & FLAGS : 0u;
        part(c, element(ODL_CORE_ARRAY_QUESTION, i), 0, 2);
        part(c, element(ODL_CORE_ARRAY_QUESTION, i), 16, 2);
        const uint32_t flags = (uint32_t)odl_pass(c, had & OWN_FLAGS, 2);
        const uint32_t predicted = (uint32_t)odl_pass(c, had >> PREDICTED, 1);
        /* what has no room here could not be: without a reason odl_sound refuses it */
        const int fits = i < count && flags <= OWN_FLAGS && predicted <= FLAGS >> PREDICTED;
        if (!c->write) {
            put(place, slot << 16 | (fits ? flags | predicted << PREDICTED : 0u));
        }
        for (uint32_t k = 0; k < ODL_INPUTS; k++) {
            part(c, ODL_CORE_MEMORY_VECTORS + WORD_BYTES * slot + k / 4u * 4u, (int)(k % 4u) * 8, 1);
        }
    }
}

void odl_walk(odl *o, odl_cursor *c) {
    walk_model(c);
    walk_fields(c, BEFORE_MEAN, FIELDS(BEFORE_MEAN));
    for (int i = 0; i < ODL_INPUTS; i++) {
        part(c, element(ODL_CORE_ARRAY_MEAN, i), 0, 2);
    }
    walk_fields(c, AFTER_MEAN, FIELDS(AFTER_MEAN));
    signed8(c, ODL_CORE_V_VOUCHED);
    walk_fields(c, AFTER_VOUCHED, FIELDS(AFTER_VOUCHED));
    odl_walk_estimate(&o->estimate, c);
    walk_queue(c);
    walk_fields(c, AFTER_QUEUE, FIELDS(AFTER_QUEUE));
    if (!c->write) {
        run(ODL_CORE_DO_WAKE);
        keep(o);
    }
}

static uint32_t checksum(void) {
    uint32_t sum = ODL_CORE_ONES;
    for (int j = 0; j < ODL_D; j++) {
        const uint32_t from = column(j);
        for (int i = 0; i < j; i++) {
            const uint32_t k = from + (uint32_t)i;
            sum ^= get(pair_at(ODL_CORE_MEMORY_U, k)) >> pair_shift(k) & 0xFFFFu;
        }
        sum ^= get(element(ODL_CORE_ARRAY_D, j));
    }
    return sum;
}

#define WITHIN(name, low, high) (get(ODL_CORE_V_##name) - (low) <= (uint32_t)(high) - (uint32_t)(low))

/* The same limits as in odl.c. */
int odl_sound(const odl *o) {
    int ok = o->classes >= o->model->classes && o->classes <= ODL_CLASSES;
    ok = ok && checksum() == get(ODL_CORE_V_SUM);
    for (int j = 0; j < ODL_D; j++) {
        const uint32_t d = get(element(ODL_CORE_ARRAY_D, j));
        ok &= (d & 0x8000u) != 0 && d >> 16 >= 12u && d >> 16 <= 63u;
    }
    ok &= WITHIN(THETA, 328u, 32768u) && WITHIN(KAPPA, 5u, 6u) && WITHIN(SHORTFALL, 0u, 30u << 16);
    for (int k = 0; k < o->model->scores && k < ODL_CLASSES; k++) {
        const int32_t mean = (int32_t)get(element(ODL_CORE_ARRAY_SCORE_MEAN, k));
        ok &= mean >= -(1 << 26) && mean <= 1 << 26;
    }
    for (int k = 0; k < ODL_CLASSES; k++) {
        const uint32_t high = get(element(ODL_CORE_ARRAY_VOTES_HIGH, k)) + 0x40000000u;
        const uint32_t low = get(element(ODL_CORE_ARRAY_VOTES_LOW, k));
        ok &= high < 0x80000000u && (high | low) != 0;
    }
    for (int i = 0; i < ODL_INPUTS; i++) {
        const int32_t mean = (int16_t)(uint16_t)get(element(ODL_CORE_ARRAY_MEAN, i));
        ok &= mean >= -LEVELS * 256 && mean <= LEVELS * 256;
    }
    ok &= WITHIN(OF, 0u, 4u) && WITHIN(WINDOWS, 0u, 7u) && WITHIN(MODE, 0u, 1u);
    ok &= get(ODL_CORE_V_ANSWER) == ODL_NO_ANSWER || get(ODL_CORE_V_ANSWER) < o->classes;
    ok &= WITHIN(WAIT, 1u, 255u) && WITHIN(PUZZLED, 0u, 48u);
    ok &= get(ODL_CORE_V_VOUCHED) + 8u <= 10u;
    ok &= WITHIN(INTERVAL, 1u, 1024u);
    ok &= (get(ODL_CORE_V_INTERVAL) & (get(ODL_CORE_V_INTERVAL) - 1u)) == 0;
    ok &= WITHIN(DISAGREEING, 0u, 65536u) && WITHIN(UNFIT, 0u, 65536u);
    ok &= get(ODL_CORE_V_DRAWS) != 0 && get(ODL_CORE_V_DITHER) != 0;
    ok &= WITHIN(CONTRADICTIONS, 0u, 128u) && WITHIN(EVIDENCE_HIGH, 0u, 1999u);
    ok &= odl_estimate_sound(&o->estimate) && WITHIN(QUEUED, 0u, ODL_QUEUE);
    for (int i = 0; i < ODL_QUEUE && i < (int)get(ODL_CORE_V_QUEUED); i++) {
        const uint32_t place = get(element(ODL_CORE_ARRAY_PLACE, i));
        ok &= (place & ODL_CORE_FLAG_WHY) != 0 && (place & FLAGS) >> PREDICTED < o->classes;
        ok &= odl_estimate_drawable((place & OWN_FLAGS) >> HALVINGS);
        for (uint32_t k = 0; k < ODL_INPUTS; k++) {
            const uint32_t at = ODL_CORE_MEMORY_VECTORS + WORD_BYTES * (place >> 16) + k / 4u * 4u;
            ok &= (uint8_t)(get(at) >> (k % 4u * 8u)) != 0x80u;
        }
    }
    return ok;
}

#endif
