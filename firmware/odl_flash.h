/* SPDX-License-Identifier: Apache-2.0
 * odl_flash: a device's state in flash, so that a power cut at any time loses at most what was learnt
 * since it was last written: two slots of whole pages, written in turn.
 *
 * A slot is erased, then its image is programmed, then 16 bytes of header: magic, sequence number, size,
 * CRC-32 of the three. So a slot with a good header is whole, and the other one is older. Bytes are
 * programmed once between two erasures, 4 at a time (NOR flash as on the nRF52840).
 */
#ifndef ODL_FLASH_H
#define ODL_FLASH_H

#include "odl.h"

#define ODL_FLASH_HEADER 16u

/* Yours. Each returns 0 where it worked. Addresses are from the first slot's first byte. */
typedef struct {
    int (*read)(void *context, uint32_t at, uint8_t *bytes, uint32_t size);
    int (*program)(void *context, uint32_t at, const uint8_t *bytes, uint32_t size);
    int (*erase)(void *context, uint32_t at); /* a page */
    void *context;
    uint32_t page; /* bytes */
    uint32_t slot; /* bytes of a slot: whole pages, ODL_IMAGE_BYTES + 16 at least */
} odl_flash;

/* ODL_OK, or ODL_E_STORE where something did not work; the slot that was whole still is. */
int odl_flash_save(const odl_flash *flash, odl *device);

/* The latest whole state, the older where the latest is of no use. ODL_E_SIZE where neither slot has
 * one; the device is as it was. */
int odl_flash_load(const odl_flash *flash, odl *device);

#endif
