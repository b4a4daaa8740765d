/* SPDX-License-Identifier: Apache-2.0
 * odl_serial: see odl_serial.h. */
#include "odl_serial.h"

#include <string.h>

enum { HELLO = 1, START, READING, LABEL, PAUSE, TRAIN, ROLL_BACK, STATE, SAVE };
enum { DONE = 128, ABOUT = 129, WINDOW = 131, ANSWER = 132, EVENT = 134, STANDS = 136, PIECE = 137, WRONG = 255 };

/* Going out ---------------------------------------------------------------------------------------- */

static void begin(odl_serial *s, uint8_t kind) {
    s->out[0] = kind;
    s->size = 1;
}

static void add(odl_serial *s, uint32_t v, int bytes) {
    for (int i = 0; i < bytes; i++) {
        s->out[s->size++] = (uint8_t)(v >> (8 * i));
    }
}

/* What was gathered, as a frame: each run of at most 254 bytes without a zero behind its length plus 1. */
static void end(odl_serial *s) {
    add(s, odl_crc32(0, s->out, s->size), 4);
    for (uint16_t from = 0; from <= s->size;) {
        uint16_t to = from;
        while (to < s->size && s->out[to] != 0 && to - from < 254) {
            to++;
        }
        s->put(s->context, (uint8_t)(to - from + 1));
        for (uint16_t i = from; i < to; i++) {
            s->put(s->context, s->out[i]);
        }
        from = (uint16_t)(to - from < 254 ? to + 1 : to);
    }
    s->put(s->context, 0);
}

static void say(odl_serial *s, uint8_t kind) {
    begin(s, kind);
    end(s);
}

static void wrong(odl_serial *s, uint8_t what) {
    begin(s, WRONG);
    add(s, what, 1);
    end(s);
}

static int piece(void *context, uint32_t at, const uint8_t *bytes, uint32_t size) {
    odl_serial *s = context;
    begin(s, PIECE);
    add(s, at, 4);
    memcpy(s->out + s->size, bytes, size);
    s->size = (uint16_t)(s->size + size);
    end(s);
    return 0;
}

/* Coming in ---------------------------------------------------------------------------------------- */

static uint32_t take(const uint8_t **at, int bytes) {
    uint32_t v = 0;
    for (int i = 0; i < bytes; i++) {
        v |= (uint32_t)*(*at)++ << (8 * i);
    }
    return v;
}

static void start(odl_serial *s, const uint8_t *at) {
    odl_rules rules;
    const uint32_t seed = take(&at, 4);
    memset(&rules, 0, sizeof rules);
    rules.audits = (uint8_t)take(&at, 1);
    rules.confirm = (uint8_t)take(&at, 1);
    rules.bouts = (uint8_t)take(&at, 1);
    rules.estimate = (uint8_t)take(&at, 1);
    rules.settle_after = (uint16_t)take(&at, 2);
    rules.spacing = (uint8_t)take(&at, 1);
    rules.whole = (uint8_t)take(&at, 1);
    rules.margin = (int32_t)take(&at, 4);
    rules.per_hour = (uint16_t)take(&at, 2);
    rules.per_day = (uint16_t)take(&at, 2);
    odl_init(s->device, s->device->model, &rules, seed);
    odl_har_init(s->har, s->har->model);
    say(s, DONE);
}

static void reading(odl_serial *s, const uint8_t *at, int there) {
    const uint64_t low = take(&at, 4);
    const uint64_t now = low | (uint64_t)take(&at, 4) << 32;
    int16_t counts[6];
    odl_har_window window;
    odl_step step;
    for (int i = 0; i < 6 && there; i++) {
        counts[i] = (int16_t)take(&at, 2);
    }
    if (!odl_har_push(s->har, there ? counts : 0, &window)) {
        say(s, DONE);
        return;
    }
    odl_sample(s->device, window.x, now, window.marked ? ODL_MARKED : window.known, &step);
    begin(s, WINDOW);
    memcpy(s->out + 1, window.x, ODL_INPUTS);
    s->size = 1 + ODL_INPUTS;
    add(s, window.known, 1);
    add(s, window.turned, 1);
    add(s, window.marked, 1);
    add(s, step.sample, 4);
    add(s, step.predicted, 1);
    add(s, step.mode, 1);
    add(s, step.asked, 1);
    add(s, step.event, 1);
    add(s, step.troubles, 1);
    add(s, step.activity, 1);
    add(s, step.bout, 2);
    add(s, (uint32_t)step.confidence, 4);
    add(s, step.leverage, 4);
    add(s, step.theta, 2);
    end(s);
}

static void label(odl_serial *s, const uint8_t *at) {
    const uint32_t sample = take(&at, 4);
    odl_answer found = {ODL_UNKNOWN, ODL_NOTHING};
    const int code = odl_label(s->device, sample, (int16_t)take(&at, 2), &found);
    begin(s, ANSWER);
    add(s, (uint8_t)code, 1);
    add(s, found.outcome, 1);
    add(s, found.event, 1);
    add(s, s->device->classes, 1);
    end(s);
}

static void hello(odl_serial *s) {
    begin(s, ABOUT);
    add(s, ODL_SERIAL_VERSION, 1);
    add(s, s->device->model->fingerprint, 4);
    add(s, ODL_IMAGE_BYTES, 4);
    add(s, ODL_INPUTS, 2);
    add(s, ODL_HAR_HOP, 2);
    add(s, ODL_CLASSES, 1);
    add(s, (uint16_t)s->har->model->factor[0], 2);
    add(s, (uint16_t)s->har->model->factor[1], 2);
    add(s, s->har->model->factor_shift[0], 1);
    add(s, s->har->model->factor_shift[1], 1);
    end(s);
}

static void stands(odl_serial *s) {
    const odl_accuracy right = odl_how_right(s->device);
    begin(s, STANDS);
    add(s, right.share, 4);
    add(s, right.low, 4);
    add(s, right.high, 4);
    add(s, s->device->estimate.drawn, 4);
    add(s, odl_troubles(s->device), 1);
    add(s, s->device->mode, 1);
    end(s);
}

/* Bytes of a kind's fields; -1: there is no such kind. */
static int fields(uint8_t kind) {
    static const int8_t SIZES[] = {-1, 0, 20, 20, 6, 1, 1, 0, 0, 0};
    return kind < sizeof SIZES ? SIZES[kind] : -1;
}

/* A frame that is whole: its kind, and so many bytes of fields. */
static void answer(odl_serial *s, int size) {
    const uint8_t kind = s->in[0], *at = s->in + 1;
    const int missing = kind == READING && size == 8; /* a reading that was none */
    if (fields(kind) < 0) {
        wrong(s, ODL_SERIAL_KIND);
    } else if (fields(kind) != size && !missing) {
        wrong(s, ODL_SERIAL_LENGTH);
    } else if (kind == HELLO) {
        hello(s);
    } else if (kind == START) {
        start(s, at);
    } else if (kind == READING) {
        reading(s, at, !missing);
    } else if (kind == LABEL) {
        label(s, at);
    } else if (kind == TRAIN) {
        const int event = odl_train(s->device, *at != 0);
        begin(s, EVENT);
        add(s, (uint32_t)event, 1);
        end(s);
    } else if (kind == STATE) {
        stands(s);
    } else {
        if (kind == PAUSE && *at == 0) {
            odl_pause(s->device);
        } else if (kind == PAUSE) {
            odl_har_pause(s->har, *at > 1);
        } else if (kind == ROLL_BACK) {
            odl_rollback(s->device);
        } else {
            (void)odl_save_to(s->device, piece, s);
        }
        say(s, DONE);
    }
}

static void keep(odl_serial *s, uint8_t byte) {
    if (s->got < ODL_SERIAL_LONGEST) {
        s->in[s->got++] = byte;
    } else {
        s->bad = 1;
    }
}

static void fresh(odl_serial *s) { s->got = s->left = s->bad = 0, s->code = 0xFF; }

void odl_serial_init(odl_serial *s, odl *device, odl_har *har, void (*put)(void *context, uint8_t byte),
                     void *context) {
    memset(s, 0, sizeof *s);
    s->device = device;
    s->har = har;
    s->put = put;
    s->context = context;
    fresh(s);
}

void odl_serial_byte(odl_serial *s, uint8_t byte) {
    if (byte != 0) {
        if (s->left != 0) {
            keep(s, byte);
            s->left--;
        } else { /* a length; before it a zero, but after a run of 254 */
            if (s->code != 0xFF) {
                keep(s, 0);
            }
            s->code = byte;
            s->left = (uint8_t)(byte - 1);
        }
        return;
    }
    const int size = s->got - 5, nothing = s->got == 0 && !s->bad && s->left == 0;
    int whole = size >= 0 && !s->bad && s->left == 0;
    if (whole) {
        const uint8_t *at = s->in + s->got - 4;
        whole = take(&at, 4) == odl_crc32(0, s->in, (uint32_t)s->got - 4u);
    }
    if (whole) {
        answer(s, size);
    } else if (!nothing) { /* a zero alone is how a line is cleared */
        wrong(s, ODL_SERIAL_DAMAGED);
    }
    fresh(s);
}
