/* memcpy, memmove and memset for a processor without a libc: by words where both ends lie so. */
#include "string.h"

#include <stdint.h>

static int whole(const void *a, const void *b, size_t size) {
    return (((uintptr_t)a | (uintptr_t)b | size) & 3u) == 0;
}

void *memcpy(void *restrict to, const void *restrict from, size_t size) {
    return memmove(to, from, size);
}

void *memmove(void *to, const void *from, size_t size) {
    uint8_t *out = to;
    const uint8_t *in = from;
    if (out < in && whole(to, from, size)) {
        uint32_t *words = to;
        const uint32_t *read = from;
        for (size /= 4; size > 0; size--) {
            *words++ = *read++;
        }
    } else if (out < in) {
        while (size--) {
            *out++ = *in++;
        }
    } else if (whole(to, from, size)) {
        uint32_t *words = to;
        const uint32_t *read = from;
        for (size /= 4; size > 0; size--) {
            words[size - 1] = read[size - 1];
        }
    } else {
        while (size--) {
            out[size] = in[size];
        }
    }
    return to;
}

void *memset(void *to, int value, size_t size) {
    uint8_t *out = to;
    if (whole(to, to, size)) {
        uint32_t *words = to;
        for (size /= 4; size > 0; size--) {
            *words++ = (uint8_t)value * 0x01010101u;
        }
    }
    while (size > 0) {
        *out++ = (uint8_t)value;
        size--;
    }
    return to;
}
