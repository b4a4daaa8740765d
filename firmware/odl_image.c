/* SPDX-License-Identifier: Apache-2.0
 * odl_image: a state as bytes, see odl.h; the walk through a state is odl.c's, or odl_core.c's. */
#include "odl_image.h"

#include <string.h>

#define MAGIC 0x4C444F21u
#define VERSION 3u
#define HEADER 12u

uint32_t odl_crc32(uint32_t crc, const uint8_t *bytes, uint32_t size) {
    crc = ~crc;
    for (uint32_t i = 0; i < size; i++) {
        crc ^= bytes[i];
        for (int bit = 0; bit < 8; bit++) {
            crc = (crc >> 1) ^ (0xEDB88320u & (0u - (crc & 1u)));
        }
    }
    return ~crc;
}

/* The bytes gathered so far go out. */
static void flush(odl_cursor *c) {
    const uint32_t size = c->at % ODL_CHUNK ? c->at % ODL_CHUNK : ODL_CHUNK;
    c->failed |= c->write(c->context, c->at - size, c->chunk, size) != 0;
}

static void fill(odl_cursor *c) {
    const uint32_t left = c->size - c->at;
    c->failed |= c->read(c->context, c->at, c->chunk, left < ODL_CHUNK ? left : ODL_CHUNK) != 0;
}

uint64_t odl_pass(odl_cursor *c, uint64_t v, int bytes) {
    uint64_t found = 0;
    for (int i = 0; i < bytes; i++) {
        uint8_t *byte = &c->chunk[c->at % ODL_CHUNK];
        if (c->write) {
            *byte = (uint8_t)(v >> (8 * i));
        } else {
            if (c->at % ODL_CHUNK == 0) {
                fill(c);
            }
            found |= (uint64_t)*byte << (8 * i);
        }
        c->crc = odl_crc32(c->crc, byte, 1);
        c->at++;
        if (c->write && c->at % ODL_CHUNK == 0) {
            flush(c);
        }
    }
    return c->write ? v : found;
}

void odl_walk_estimate(odl_estimate *e, odl_cursor *c) {
    U32(e->seen);
    U32(e->known);
    U32(e->right);
    U32(e->drawn);
    U64(e->weights);
    U64(e->squares);
    U64(e->rights);
    U64(e->nobodys);
    U32(e->draws);
    U8(e->share);
    U8(e->silence);
    U8(e->waiters);
    for (int i = 0; i < ODL_WAITING; i++) {
        U16(e->waiting[i].bout);
        for (int k = 0; k < ODL_CLASSES; k++) {
            U16(e->waiting[i].count[k]);
        }
    }
}

/* Of what a state is of no use without: the model, the sizes and the rules. */
static uint32_t made_for(const odl *o) {
    const odl_rules *r = &o->rules;
    const uint32_t all[] = {o->model->fingerprint, ODL_INPUTS, ODL_NODES, ODL_DIRECT, ODL_ALPHA,
                            ODL_CLASSES, ODL_QUEUE, r->audits, r->confirm, r->bouts, r->settle_after,
                            r->spacing, r->whole, (uint32_t)r->margin};
    uint32_t crc = 0;
    for (unsigned i = 0; i < sizeof all / sizeof all[0]; i++) {
        const uint8_t bytes[4] = {(uint8_t)all[i], (uint8_t)(all[i] >> 8), (uint8_t)(all[i] >> 16),
                                  (uint8_t)(all[i] >> 24)};
        crc = odl_crc32(crc, bytes, 4);
    }
    return crc;
}

int odl_save_to(odl *o, odl_write write, void *context) {
    odl_cursor c;
    memset(&c, 0, sizeof c);
    c.write = write;
    c.context = context;
    (void)odl_pass(&c, MAGIC, 4);
    (void)odl_pass(&c, VERSION, 4);
    (void)odl_pass(&c, made_for(o), 4);
    odl_walk(o, &c); /* which changes nothing where bytes go out */
    (void)odl_pass(&c, c.crc, 4);
    if (c.at % ODL_CHUNK) {
        flush(&c);
    }
    return c.failed ? ODL_E_STORE : ODL_OK;
}

/* What is wrong with an image, before anything of it is taken. */
static int refused(const odl *o, odl_cursor *c) {
    if (c->size < HEADER) {
        return ODL_E_SIZE;
    }
    if (odl_pass(c, 0, 4) != MAGIC) {
        return ODL_E_FOREIGN;
    }
    if (odl_pass(c, 0, 4) != VERSION) {
        return ODL_E_VERSION;
    }
    if (odl_pass(c, 0, 4) != made_for(o)) {
        return ODL_E_FOREIGN;
    }
    if (c->size != ODL_IMAGE_BYTES) {
        return ODL_E_SIZE;
    }
    while (c->at < ODL_IMAGE_BYTES - 4u) {
        (void)odl_pass(c, 0, 1);
    }
    const uint32_t crc = c->crc;
    return odl_pass(c, 0, 4) == crc ? ODL_OK : ODL_E_DAMAGED;
}

int odl_load_from(odl *o, odl_read read, void *context, uint32_t size) {
    odl_cursor c;
    memset(&c, 0, sizeof c);
    c.read = read;
    c.context = context;
    c.size = size;
    const int code = refused(o, &c);
    if (c.failed) {
        return ODL_E_STORE;
    }
    if (code != ODL_OK) {
        return code;
    }
    for (c.at = 0; c.at < HEADER;) {
        (void)odl_pass(&c, 0, 4);
    }
    odl_walk(o, &c);
    if (c.failed || !odl_sound(o)) {
        const odl_rules rules = o->rules;
        odl_init(o, o->model, &rules, 0);
        return ODL_E_DAMAGED;
    }
    return ODL_OK;
}

/* The same in memory. */
static int to_memory(void *context, uint32_t at, const uint8_t *bytes, uint32_t size) {
    memcpy((uint8_t *)context + at, bytes, size);
    return 0;
}

typedef struct {
    const uint8_t *image;
} memory;

static int from_memory(void *context, uint32_t at, uint8_t *bytes, uint32_t size) {
    memcpy(bytes, ((const memory *)context)->image + at, size);
    return 0;
}

void odl_save(odl *o, uint8_t image[ODL_IMAGE_BYTES]) { (void)odl_save_to(o, to_memory, image); }

int odl_load(odl *o, const uint8_t *image, uint32_t size) {
    memory m;
    m.image = image;
    return odl_load_from(o, from_memory, &m, size);
}
