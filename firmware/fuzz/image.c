/* What a state image or an answer from outside can do to a device. Images get a right checksum again
 * after they were damaged, since everything behind it would never be reached otherwise. */
#include <stdlib.h>
#include <string.h>

#include "odl_factory.h"
#include "odl_har_factory.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static odl device;
static odl_har har;
static uint8_t image[ODL_IMAGE_BYTES];

/* Two bytes of damage each, then windows, answers and readings. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static int ready;
    static uint8_t good[ODL_IMAGE_BYTES];
    const odl_rules rules = odl_default_rules(&odl_factory);
    size_t at = 0;
    odl_step step;
    odl_answer answer;
    odl_har_window window;
    int8_t x[ODL_INPUTS] = {0};
    odl_init(&device, &odl_factory, &rules, 1);
    odl_har_init(&har, &odl_har_factory);
    if (!ready) {
        for (int k = 0; k < 400; k++) {
            for (int i = 0; i < ODL_INPUTS; i++) {
                x[i] = (int8_t)(rand() % 255 - 127);
            }
            odl_sample(&device, x, 1280u * (uint64_t)k, 1, &step);
            if (step.asked && k % 3) {
                (void)odl_label(&device, step.sample, rand() % ODL_CLASSES, &answer);
            }
        }
        odl_save(&device, good);
        ready = 1;
    }
    memcpy(image, good, sizeof image);
    const size_t damage = size ? data[at++] % 16u : 0;
    for (size_t k = 0; k < damage && at + 3 <= size; k++, at += 3) {
        const size_t where = (size_t)(data[at] | data[at + 1] << 8) % (sizeof image - 4);
        image[where] ^= data[at + 2];
    }
    const uint32_t crc = odl_crc32(0, image, sizeof image - 4);
    for (int i = 0; i < 4; i++) {
        image[sizeof image - 4 + (size_t)i] = (uint8_t)(crc >> (8 * i));
    }
    (void)odl_load(&device, image, size > 2 && data[1] == 7 ? (uint32_t)size : sizeof image);
    uint64_t now = 600000;
    for (; at + 2 <= size; at += 2) {
        const int v = data[at];
        for (int i = 0; i < ODL_INPUTS; i++) {
            x[i] = (int8_t)((i * v + data[at + 1]) % 255 - 127);
        }
        now += (uint64_t)v << (v % 24);
        odl_sample(&device, x, now, v % 3, &step);
        (void)odl_label(&device, step.sample - (uint32_t)(v % 5), v % 11 - 2, &answer);
        const int16_t counts[6] = {(int16_t)(v << 8), (int16_t)(data[at + 1] * 257), -32768, 32767, 0, 1};
        (void)odl_har_push(&har, v % 7 ? counts : 0, &window);
        if (v == 200) {
            odl_pause(&device);
        } else if (v == 201) {
            odl_rollback(&device);
        } else if (v == 202) {
            (void)odl_train(&device, data[at + 1] & 1);
        }
    }
    return odl_how_right(&device).high > 65536u;
}
