/* SPDX-License-Identifier: Apache-2.0
 * odl_image: between the bytes of a state and who has it, the library or the driver of a core; a program
 * needs none of it. */
#ifndef ODL_IMAGE_H
#define ODL_IMAGE_H

#include "odl.h"

#define ODL_CHUNK 32u

/* Where bytes go, or come from, some at a time: one walk through the state does both. */
typedef struct {
    odl_write write; /* 0: bytes come in */
    odl_read read;
    void *context;
    uint32_t at, crc, size;
    int failed;
    uint8_t chunk[ODL_CHUNK];
} odl_cursor;

/* So many bytes of a number, out or in; what it is now. */
uint64_t odl_pass(odl_cursor *c, uint64_t v, int bytes);

#define U8(v) ((v) = (uint8_t)odl_pass(c, (uint8_t)(v), 1))
#define S8(v) ((v) = (int8_t)(uint8_t)odl_pass(c, (uint8_t)(v), 1))
#define U16(v) ((v) = (uint16_t)odl_pass(c, (uint16_t)(v), 2))
#define S16(v) ((v) = (int16_t)(uint16_t)odl_pass(c, (uint16_t)(v), 2))
#define U32(v) ((v) = (uint32_t)odl_pass(c, (uint32_t)(v), 4))
#define S32(v) ((v) = (int32_t)(uint32_t)odl_pass(c, (uint32_t)(v), 4))
#define U64(v) ((v) = odl_pass(c, (v), 8))
#define S64(v) ((v) = (int64_t)odl_pass(c, (uint64_t)(v), 8))

void odl_walk_estimate(odl_estimate *estimate, odl_cursor *c);

/* All of a state, in the order of an image; whether every number is one that the device could have. */
void odl_walk(odl *device, odl_cursor *c);
int odl_sound(const odl *device);

#endif
