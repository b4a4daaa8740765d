/* SPDX-License-Identifier: Apache-2.0
 * odl_serial: a whole device at the end of a serial line, for whoever wants to look at it from a computer
 * (`tinyodl run --port`). Bytes in, bytes out; it waits for nothing and knows no UART.
 *
 * A frame is COBS (no zero in it, one behind it) of: a kind, its fields, low byte first, and a CRC-32 of both.
 * To each frame there is one answer:
 *   kind              fields                                           answer
 *   1 hello                                                            129: version u8, fingerprint u32, image
 *                                                                      bytes u32, inputs u16, readings in half
 *                                                                      a window u16, room for classes u8, factors
 *                                                                      i16 and shifts u8 of counts, two each
 *   2 start afresh    seed u32, rules as in odl.h (16 bytes, no gaps)  128
 *   3 reading         ms u64, counts i16 x 6 (left out: none came)     128, or 131 where a window is complete:
 *                                                                      inputs i8 x n, known, turned, marked,
 *                                                                      then odl_step without its gaps
 *   4 label           sample u32, label i16                            132: code i8, outcome, event, classes
 *   5 pause           0: the device, 1: the readings, 2: taken off     128
 *   6 train           0 or 1                                           134: event
 *   7 roll back                                                        128
 *   8 how it stands                                                    136: share, low, high, questions drawn
 *                                                                      u32 each, troubles, mode
 *   9 save                                                             137: at u32 and up to 32 bytes, as often
 *                                                                      as it takes, then 128
 *   whatever else                                                      255: what is wrong with it
 */
#ifndef ODL_SERIAL_H
#define ODL_SERIAL_H

#include "odl.h"
#include "odl_har.h"

#define ODL_SERIAL_VERSION 1u
#define ODL_SERIAL_LONGEST 25u /* kind, fields and CRC of what is taken */

/* What may be wrong with a frame. */
enum { ODL_SERIAL_DAMAGED = 1, ODL_SERIAL_KIND = 2, ODL_SERIAL_LENGTH = 3 };

typedef struct {
    odl *device;
    odl_har *har;
    void (*put)(void *context, uint8_t byte); /* yours: a byte out */
    void *context;
    uint8_t in[ODL_SERIAL_LONGEST];
    uint8_t got, code, left, bad; /* of the frame that comes in: bytes, COBS */
    uint8_t out[1 + ODL_INPUTS + 3 + 22 + 32 + 4];
    uint16_t size; /* of the frame that goes out */
} odl_serial;

/* device and har are the caller's, and ready. */
void odl_serial_init(odl_serial *serial, odl *device, odl_har *har,
                     void (*put)(void *context, uint8_t byte), void *context);

/* A byte came in; answers go out before it returns. Not from an interrupt: keep bytes, and pass them on. */
void odl_serial_byte(odl_serial *serial, uint8_t byte);

#endif
