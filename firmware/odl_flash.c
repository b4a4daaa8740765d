/* SPDX-License-Identifier: Apache-2.0
 * odl_flash: see odl_flash.h. */
#include "odl_flash.h"

#include <string.h>

#define MAGIC 0x534C444Fu

/* A slot of a flash. */
typedef struct {
    const odl_flash *flash;
    uint32_t first;
} slot;

static void put32(uint8_t *at, uint32_t v) {
    for (int i = 0; i < 4; i++) {
        at[i] = (uint8_t)(v >> (8 * i));
    }
}

static uint32_t get32(const uint8_t *at) {
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static int put(void *context, uint32_t at, const uint8_t *bytes, uint32_t size) {
    const slot *s = context;
    uint8_t words[32];
    memset(words, 0xFF, sizeof words);
    memcpy(words, bytes, size);
    return s->flash->program(s->flash->context, s->first + ODL_FLASH_HEADER + at, words,
                             (size + 3u) & ~3u);
}

static int get(void *context, uint32_t at, uint8_t *bytes, uint32_t size) {
    const slot *s = context;
    return s->flash->read(s->flash->context, s->first + ODL_FLASH_HEADER + at, bytes, size);
}

/* Whether a slot is whole; its sequence number. */
static int whole(const odl_flash *flash, uint32_t first, uint32_t *sequence) {
    uint8_t header[ODL_FLASH_HEADER];
    if (flash->read(flash->context, first, header, sizeof header)) {
        return 0;
    }
    *sequence = get32(header + 4);
    return get32(header) == MAGIC && get32(header + 8) == ODL_IMAGE_BYTES &&
           get32(header + 12) == odl_crc32(0, header, 12);
}

/* The slot with the latest state, 2 where there is none; its sequence number. */
static uint32_t latest(const odl_flash *flash, uint32_t *sequence) {
    uint32_t number[2] = {0, 0};
    const int good[2] = {whole(flash, 0, &number[0]), whole(flash, flash->slot, &number[1])};
    uint32_t which = 2;
    if (good[0] && good[1]) {
        which = (int32_t)(number[1] - number[0]) > 0 ? 1 : 0;
    } else if (good[0] || good[1]) {
        which = good[0] ? 0 : 1;
    }
    *sequence = which < 2 ? number[which] : 0;
    return which;
}

int odl_flash_save(const odl_flash *flash, odl *device) {
    uint8_t header[ODL_FLASH_HEADER];
    uint32_t sequence;
    slot s;
    if (flash->slot < ODL_IMAGE_BYTES + ODL_FLASH_HEADER) {
        return ODL_E_STORE;
    }
    s.flash = flash;
    s.first = latest(flash, &sequence) == 0 ? flash->slot : 0;
    for (uint32_t at = 0; at < flash->slot; at += flash->page) {
        if (flash->erase(flash->context, s.first + at)) {
            return ODL_E_STORE;
        }
    }
    if (odl_save_to(device, put, &s) != ODL_OK) {
        return ODL_E_STORE;
    }
    put32(header, MAGIC);
    put32(header + 4, sequence + 1u);
    put32(header + 8, ODL_IMAGE_BYTES);
    put32(header + 12, odl_crc32(0, header, 12));
    return flash->program(flash->context, s.first, header, sizeof header) ? ODL_E_STORE : ODL_OK;
}

int odl_flash_load(const odl_flash *flash, odl *device) {
    uint32_t sequence;
    slot s;
    const uint32_t which = latest(flash, &sequence);
    if (which == 2) {
        return ODL_E_SIZE;
    }
    s.flash = flash;
    s.first = which * flash->slot;
    const int code = odl_load_from(device, get, &s, ODL_IMAGE_BYTES);
    if (code == ODL_OK || !whole(flash, (1u - which) * flash->slot, &sequence)) {
        return code;
    }
    s.first = (1u - which) * flash->slot;
    return odl_load_from(device, get, &s, ODL_IMAGE_BYTES);
}
