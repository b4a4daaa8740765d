/* memcpy, memmove and memset for a processor without a libc. */
#include "string.h"

#include <stdint.h>

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    uint8_t *out = to;
    const uint8_t *in = from;
    while (size--) {
        *out++ = *in++;
    }
    return to;
}

void *memmove(void *to, const void *from, size_t size) {
    uint8_t *out = to;
    const uint8_t *in = from;
    if (out < in) {
        return memcpy(to, from, size);
    }
    while (size--) {
        out[size] = in[size];
    }
    return to;
}

void *memset(void *to, int value, size_t size) {
    uint8_t *out = to;
    while (size--) {
        *out++ = (uint8_t)value;
    }
    return to;
}
