/* SPDX-License-Identifier: Apache-2.0
 * odl_estimate: how right a device is, from windows whose bout has an answer and from those that are drawn
 * to be asked. The library and the driver of a core both keep it; a program calls odl_how_right. */
#ifndef ODL_ESTIMATE_H
#define ODL_ESTIMATE_H

#include <stdint.h>

#include "odl_config.h"

#define ODL_WAITING 16 /* bouts that are asked and wait for their label */
#define ODL_NO_ANSWER 255u

/* A share of 1 is 65536. */
typedef struct {
    uint32_t share, low, high;
} odl_accuracy;

typedef struct {
    uint16_t bout;
    uint16_t count[ODL_CLASSES];
} odl_waiting;

typedef struct {
    uint32_t seen, known, right, drawn; /* windows */
    uint64_t weights, squares, rights, nobodys;
    uint32_t draws;
    uint8_t share, silence, waiters;
    odl_waiting waiting[ODL_WAITING]; /* the oldest first */
} odl_estimate;

/* Of a device that has seen nothing. */
void odl_estimate_begin(odl_estimate *estimate, uint32_t seed);

/* The factory's model again; what is drawn goes on. */
void odl_estimate_restart(odl_estimate *estimate);

/* One more window of a bout that is asked or answered (ODL_NO_ANSWER: not yet). */
void odl_estimate_known(odl_estimate *estimate, uint16_t bout, uint8_t answer, uint8_t predicted);

/* One more window of another: how often its chance was halved, where it is drawn to be asked; else 0. open:
 * whether it may be. */
int odl_estimate_draw(odl_estimate *estimate, int open);

/* Somebody replied to a question that had such a chance; predicted: when it was drawn, k: a class, or less
 * than 0 where nobody knows; accuracy: of the factory's model, 0 where it is not known. */
void odl_estimate_replied(odl_estimate *estimate, uint32_t accuracy, unsigned halvings, uint8_t predicted,
                          int k);

/* A bout has a label. */
void odl_estimate_labelled(odl_estimate *estimate, uint16_t bout, int k);

odl_accuracy odl_estimate_now(const odl_estimate *estimate, uint32_t accuracy);

/* Whether every number is one that there could be; the same of a chance. */
int odl_estimate_sound(const odl_estimate *estimate);
int odl_estimate_drawable(unsigned halvings);

#endif
