/* What bytes on the line can do to a device behind it: frames as they should be of any fields, and bytes
 * that are none. Each frame has its one answer, whole, and a device goes on after whatever was sent. */
#include <stdlib.h>
#include <string.h>

#include "odl_factory.h"
#include "odl_har_factory.h"
#include "odl_serial.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static odl device;
static odl_har har;
static odl_serial serial;
static uint8_t said[1 + ODL_INPUTS + 64];
static size_t length;
static unsigned answers, pieces;

/* What comes out, taken apart again. */
static void heard(void *context, uint8_t byte) {
    uint8_t frame[sizeof said];
    size_t got = 0, at = 0;
    (void)context;
    if (byte != 0) {
        if (length == sizeof said) {
            abort(); /* a frame without an end */
        }
        said[length++] = byte;
        return;
    }
    while (at < length) {
        const size_t run = said[at] - 1u;
        if (at + 1 + run > length) {
            abort();
        }
        memcpy(frame + got, said + at + 1, run);
        got += run;
        at += 1 + run;
        if (at < length && run < 254) {
            frame[got++] = 0;
        }
    }
    uint32_t crc = 0;
    for (int i = 0; i < 4 && got >= 5; i++) {
        crc |= (uint32_t)frame[got - 4 + (size_t)i] << (8 * i);
    }
    if (got < 5 || crc != odl_crc32(0, frame, (uint32_t)got - 4)) {
        abort();
    }
    length = 0;
    answers += frame[0] != 137;
    pieces += frame[0] == 137;
}

/* A frame of a kind and fields, as it should be. */
static void send(const uint8_t *fields, size_t size) {
    uint8_t frame[64];
    size_t first = 0;
    memcpy(frame, fields, size);
    const uint32_t crc = odl_crc32(0, frame, (uint32_t)size);
    for (int i = 0; i < 4; i++) {
        frame[size++] = (uint8_t)(crc >> (8 * i));
    }
    for (size_t i = 0; i <= size; i++) {
        if (i == size || frame[i] == 0) {
            odl_serial_byte(&serial, (uint8_t)(i - first + 1));
            for (; first < i; first++) {
                odl_serial_byte(&serial, frame[first]);
            }
            first++;
        }
    }
    odl_serial_byte(&serial, 0);
}

/* Pairs of a length and what follows: from 60 on bytes as they are, else a frame. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const odl_rules rules = odl_default_rules(&odl_factory);
    const uint8_t hello = 1;
    odl_init(&device, &odl_factory, &rules, 1);
    odl_har_init(&har, &odl_har_factory);
    odl_serial_init(&serial, &device, &har, heard, 0);
    length = 0;
    for (size_t at = 0; at < size;) {
        const uint8_t how = data[at++];
        const size_t left = size - at, some = how % 60u < left ? how % 60u : left;
        if (how >= 60) {
            for (size_t i = 0; i < some; i++) {
                odl_serial_byte(&serial, data[at + i]);
            }
            odl_serial_byte(&serial, 0); /* what was begun ends */
        } else if (some > 0) {
            answers = 0;
            send(data + at, some);
            if (answers != 1) {
                abort();
            }
        }
        at += some;
    }
    answers = 0;
    send(&hello, 1);
    if (answers != 1 || length != 0 || pieces % ((ODL_IMAGE_BYTES + 31u) / 32u) != 0) {
        abort();
    }
    return 0;
}
