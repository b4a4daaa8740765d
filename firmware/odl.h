/* SPDX-License-Identifier: Apache-2.0
 * odl: tiny on-device learning. A model that was trained on other people recognises the activity of
 * its wearer, asks for a label now and then, and learns it.
 *
 * C99, no floating point, no allocation, no libc but memcpy, memmove and memset. All state is one struct that
 * the caller owns (`sizeof(odl)` is a compile-time constant); the model is constant and may stay in
 * flash. Every function is re-entrant for different states, none for one state: a label that comes in
 * an interrupt must wait until odl_sample has returned. Every result is, to the bit, what
 * docs/fixed-point.md says; DESIGN.md says why it is like that.
 *
 * Where ODL_CORE is defined all of this is done by a core in hardware (odl_core.c): its base address, with
 * "odl_core_map.h" of `tinyodl export rtl` beside odl_config.h. Results are the same, and so are images but
 * for free places in the queue. The state is the core's then, and there is one: the struct has the estimate.
 *
 * Sizes come from "odl_config.h", which `tinyodl export c` writes beside the model:
 *   ODL_INPUTS   n, scaled inputs of a window
 *   ODL_NODES    N, hidden nodes (0: none)
 *   ODL_DIRECT   1 where the inputs and a constant are learnt from as they are
 *   ODL_ALPHA    how the nodes' weights are made: 0 hash, 1 sign
 *   ODL_CLASSES  m, activities that there is room for
 *   ODL_QUEUE    questions that may wait for an answer
 */
#ifndef ODL_H
#define ODL_H

#include <stdint.h>

#include "odl_config.h"
#include "odl_estimate.h"

#define ODL_D (ODL_DIRECT * (ODL_INPUTS + 1) + ODL_NODES) /* d, elements of h */
#define ODL_TRIANGLE (ODL_D * (ODL_D - 1) / 2)            /* above the diagonal */
#define ODL_NO_LIMIT 0xFFFFu

/* Results. Negative ones change nothing. */
enum {
    ODL_OK = 0,
    ODL_E_LABEL = -1,   /* no such activity */
    ODL_E_SIZE = -2,    /* an image of another size */
    ODL_E_FOREIGN = -3, /* an image of another model, configuration or set of rules */
    ODL_E_VERSION = -4, /* an image of an older or a newer version */
    ODL_E_DAMAGED = -5, /* an image whose checksum, or one of whose numbers, cannot be */
    ODL_E_STORE = -6    /* reading or writing failed */
};

enum { ODL_PREDICTING = 0, ODL_TRAINING = 1 };

/* Why a window is asked. */
enum { ODL_NOT_ASKED = 0, ODL_AUDIT = 1, ODL_AGAIN = 2, ODL_DOUBT = 3 };

/* What changed the mode. */
enum {
    ODL_NOTHING = 0,
    ODL_DRIFT,
    ODL_DISAGREEMENT,
    ODL_TOLD_TO_TRAIN,
    ODL_SETTLED,
    ODL_TOLD_TO_STOP,
    ODL_ROLLBACK,
    ODL_WENT_BACK
};

/* What became of a label. */
enum {
    ODL_LEARNT = 0,
    ODL_AUDITED,   /* compared only */
    ODL_HELD,      /* against what was trusted: the next window is asked */
    ODL_ABSTAINED, /* nobody knew */
    ODL_UNKNOWN,   /* never asked, answered twice, or too late */
    ODL_REFUSED    /* a new activity, and no room */
};

/* What a person should look at: bits. */
enum {
    ODL_DISAGREEING = 1,
    ODL_CONTRADICTED = 2,
    ODL_UNFIT = 4,
    ODL_WORSE = 8,
    ODL_SILENT = 16,
    ODL_SPENT = 32
};

#define ODL_DONT_KNOW (-1) /* a label */

/* How a window was sensed. */
enum { ODL_NOT_KNOWN = 0, ODL_FINE = 1, ODL_MARKED = 2 };

/* A trained model in whole numbers, written by `tinyodl export c`. */
typedef struct {
    uint32_t fingerprint; /* tells models apart */
    const int16_t *U;     /* (ODL_TRIANGLE), columns above the diagonal one after another */
    const uint16_t *mantissa; /* (ODL_D), of D */
    const uint8_t *exponent;
    const int16_t *b; /* (classes, ODL_D): output weights */
    uint8_t classes;
    uint8_t u_bits, o_bits; /* fractions of u and of outputs */
    uint32_t usual;         /* the leverage of what it was trained for */
    uint32_t accuracy;      /* its share right on people left out, in 2^-16; 0: not known */
    uint8_t trusted;        /* whether that is enough to take its word */
    const uint16_t *bout_weights; /* (ODL_INPUTS), 0: bouts are not told */
    const uint64_t *bout_limits;  /* (4) */
    uint8_t scores;               /* activities that the detector knows; 0: there is none */
    const int32_t *score_mean;
    const int32_t *score_inverse;
    uint32_t gap;    /* ms without a window that end a bout */
    uint32_t seed;      /* the first state of the hash that makes the nodes' weights */
    int32_t node_gain;  /* of the nodes, see docs/fixed-point.md */
    uint8_t node_shift;
} odl_model;

/* How a device behaves; odl_default_rules() is what you want. */
typedef struct {
    uint8_t audits, confirm, bouts, estimate;
    uint16_t settle_after; /* samples, 0: trains for ever */
    uint8_t spacing;
    uint8_t whole;  /* 1: a label is learnt in full */
    int32_t margin; /* of the outputs, o_bits; by which a prediction has a label that is held */
    uint16_t per_hour, per_day; /* questions, ODL_NO_LIMIT for none */
} odl_rules;

typedef struct {
    uint32_t sample; /* the window's number: a label names it */
    uint8_t predicted, mode, asked, event, troubles;
    uint8_t activity;   /* of the bout so far */
    uint16_t bout;      /* its number */
    int32_t confidence; /* P1P2, o_bits */
    uint32_t leverage;  /* h^T P h, 28 bits of fraction */
    uint16_t theta;     /* the policy's threshold, 16 bits of fraction */
} odl_step;

typedef struct {
    uint8_t outcome, event;
} odl_answer;

/* What follows is the library's own business, but for `classes`; it is here so that its size is known. */
#ifdef ODL_CORE
typedef struct {
    uint8_t classes, mode;
    const odl_model *model;
    odl_rules rules;
    odl_estimate estimate;
} odl;
#else
typedef struct {
    uint16_t sample; /* its low bits: nothing waits for longer than they last */
    uint16_t bout;
    uint16_t flags;    /* reason, trusted, in a bout, how often the chance was halved that it had */
    uint8_t predicted; /* of a window that was drawn */
    int8_t x[ODL_INPUTS];
} odl_query;

typedef struct {
    /* the model on its wearer */
    int16_t U[ODL_TRIANGLE > 0 ? ODL_TRIANGLE : 1];
    uint16_t mantissa[ODL_D];
    uint8_t exponent[ODL_D];
    uint8_t classes;
    int16_t b[ODL_CLASSES][ODL_D];
    uint32_t sum;    /* of P, as it was left */
    uint32_t dither; /* of what b's steps are rounded by */
    /* the policy */
    uint16_t theta;
    uint8_t kappa, disagreed;
    uint32_t named[(ODL_CLASSES + 31) / 32];
    /* the detector */
    int32_t score_mean[ODL_CLASSES];
    int32_t shortfall;
    /* the bout */
    int16_t mean[ODL_INPUTS];
    int64_t votes[ODL_CLASSES];
    uint32_t age;
    uint16_t number;
    uint8_t of, stray, passed, answer, asked, counted, windows;
    /* what is asked next */
    uint8_t mode, wait, again, doubted, puzzled, agreeing, worse;
    uint8_t held;
    int8_t vouched;
    uint8_t unanswered;
    uint16_t held_bout;
    uint8_t held_class;
    uint16_t contradictions, interval;
    int32_t until_audit;
    uint32_t since, calm, agreed, labels, audits, disagreeing, unfit;
    uint32_t draws;
    uint64_t evidence;
    uint32_t bets;
    /* the budget */
    uint32_t hour, day;
    uint64_t now, last_asked, last_sample;
    uint32_t today, this_hour;
    uint8_t ever_asked, ever_sampled;
    /* how right it is */
    odl_estimate estimate;
    /* questions under way, the oldest first */
    uint8_t queued;
    odl_query queue[ODL_QUEUE];
    uint32_t next;
    /* counted for whoever looks after it */
    uint32_t limited, refused, repaired, dropped;
    /* given */
    const odl_model *model;
    odl_rules rules;
    /* scratch: nothing in it outlives a call */
    int16_t h[ODL_D + (ODL_D & 1)];
    int32_t u[ODL_D];
    int32_t o[ODL_CLASSES];
} odl;

#endif

/* Settings that `tinyodl run` has: audits, bouts, confirming, an estimate, no budget. */
odl_rules odl_default_rules(const odl_model *model);

/* The factory's model on a device that has seen nothing. seed: of its draws; any number, another one
 * for each device. */
void odl_init(odl *device, const odl_model *model, const odl_rules *rules, uint32_t seed);

/* One window: its scaled inputs (in steps of clip / 127), a time in ms of any clock that does not run
 * backwards, and how it was sensed: ODL_FINE, ODL_NOT_KNOWN (it is not known yet how the sensor sits), or
 * ODL_MARKED (a reading was none: it is predicted, no more). Where step->asked is not 0, somebody is to be
 * asked for the activity of step->sample.
 * At most 2.5 d^2 + 3 d m + 10 n multiply-adds. */
void odl_sample(odl *device, const int8_t x[ODL_INPUTS], uint64_t now, int sensed, odl_step *step);

/* The answer: a class number, device->classes for a new activity, or ODL_DONT_KNOW. Late, twice or for a
 * window long gone is all the same. At most 4 d^2 + 6 d m multiply-adds. */
int odl_label(odl *device, uint32_t sample, int label, odl_answer *answer);

/* A recording ends, or nothing is sensed for a while. */
void odl_pause(odl *device);

/* Start (1) or stop (0) training by hand; what it caused, ODL_NOTHING where it changes nothing. */
int odl_train(odl *device, int train);

/* Back to the factory's model; what waits for a label is forgotten. */
void odl_rollback(odl *device);

/* How right the device takes itself to be, and its 90 % interval. */
odl_accuracy odl_how_right(const odl *device);

/* What a person should look at now: bits. */
unsigned odl_troubles(const odl *device);

/* The state as bytes that any device with this model can go on from, whatever its processor.
 * odl_save writes ODL_IMAGE_BYTES. odl_load refuses, with a code, what is not such an image, and leaves
 * the device as it was; only where the checksum is right and a number is out of its format is the
 * device the factory's afterwards. */
#define ODL_IMAGE_BYTES                                                                                \
    (229u + 2u * ODL_TRIANGLE + 3u * ODL_D + ODL_CLASSES * (2u * ODL_D + 12u) +                        \
     4u * ((ODL_CLASSES + 31u) / 32u) + 2u * ODL_INPUTS + ODL_WAITING * (2u + 2u * ODL_CLASSES) +      \
     ODL_QUEUE * (7u + ODL_INPUTS))
void odl_save(odl *device, uint8_t image[ODL_IMAGE_BYTES]);
int odl_load(odl *device, const uint8_t *image, uint32_t size);

/* The same in pieces of 32 bytes (the last is shorter), in order, for whoever has no room for an image.
 * A piece that could not be written or read is answered by anything but 0. Loading reads all of it twice. */
typedef int (*odl_write)(void *context, uint32_t at, const uint8_t *bytes, uint32_t size);
typedef int (*odl_read)(void *context, uint32_t at, uint8_t *bytes, uint32_t size);
int odl_save_to(odl *device, odl_write write, void *context);
int odl_load_from(odl *device, odl_read read, void *context, uint32_t size);

/* CRC-32 as IEEE 802.3 has it, of bytes behind those whose CRC is given (0: of none). */
uint32_t odl_crc32(uint32_t crc, const uint8_t *bytes, uint32_t size);

#endif
