/* SPDX-License-Identifier: Apache-2.0
 * A life's calls of odl.h, from a file; what they say goes out. The same program on the library and on a
 * core. player CALLS OUT IN: folders that images are written to, and read from. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "odl_factory.h"

int player(int argc, char **argv);

static odl device;
static odl_rules rules;
static uint8_t image[ODL_IMAGE_BYTES];

static long number(FILE *file) {
    long value = 0;
    if (fscanf(file, "%ld", &value) != 1) {
        fprintf(stderr, "a number is missing\n");
        exit(2);
    }
    return value;
}

static void stands(void) {
    const odl_accuracy right = odl_how_right(&device);
    printf(" | %u %u %u %u %d %d\n", right.share, right.low, right.high, odl_troubles(&device), device.classes,
           device.mode);
}

static void window(FILE *calls) {
    odl_step s;
    int8_t x[ODL_INPUTS];
    const long now = number(calls);
    const long sensed = number(calls);
    for (int i = 0; i < ODL_INPUTS; i++) {
        x[i] = (int8_t)number(calls);
    }
    odl_sample(&device, x, (uint64_t)now, (int)sensed, &s);
    printf("window %u %u %u %u %u %u %u %u %d %u %u", s.sample, s.predicted, s.mode, s.asked, s.event, s.troubles,
           s.activity, s.bout, s.confidence, s.leverage, s.theta);
    stands();
}

/* All of an image but what is in places where no question is, and its checksum. */
static void show(void) {
    const size_t place = 7u + ODL_INPUTS;
    const size_t queue = sizeof image - 4 - 20 - ODL_QUEUE * place;
    printf("image ");
    for (size_t i = 0; i < sizeof image - 4; i++) {
        const int is_free = i >= queue + place * image[queue - 1] && i < queue + ODL_QUEUE * place;
        printf("%02x", is_free ? 0 : image[i]);
    }
    stands();
}

static void file(const char *folder, long name, const char *mode) {
    char path[1000];
    (void)snprintf(path, sizeof path, "%s/%ld", folder, name);
    FILE *file = fopen(path, mode);
    const size_t done = !file               ? 0
                        : mode[0] == 'w' ? fwrite(image, 1, sizeof image, file)
                                         : fread(image, 1, sizeof image, file);
    if (done != sizeof image) {
        fprintf(stderr, "%s\n", path);
        exit(2);
    }
    (void)fclose(file);
}

int player(int argc, char **argv) {
    FILE *calls = argc > 3 ? fopen(argv[1], "r") : 0;
    char call[2];
    odl_answer answer;
    if (!calls) {
        return 2;
    }
    while (fscanf(calls, "%1s", call) == 1) {
        switch (call[0]) {
        case 'i': /* begin */
            rules = odl_default_rules(&odl_factory);
            rules.audits = (uint8_t)number(calls);
            rules.confirm = (uint8_t)number(calls);
            rules.bouts = (uint8_t)number(calls);
            rules.estimate = (uint8_t)number(calls);
            rules.settle_after = (uint16_t)number(calls);
            rules.spacing = (uint8_t)number(calls);
            rules.whole = (uint8_t)number(calls);
            rules.margin = (int32_t)number(calls);
            rules.per_hour = (uint16_t)number(calls);
            rules.per_day = (uint16_t)number(calls);
            odl_init(&device, &odl_factory, &rules, (uint32_t)number(calls));
            printf("begin");
            stands();
            break;
        case 'w':
            window(calls);
            break;
        case 'l': {
            const long sample = number(calls);
            const int code = odl_label(&device, (uint32_t)sample, (int)number(calls), &answer);
            printf("label %d %d %d", code, code ? 0 : answer.outcome, answer.event);
            stands();
            break;
        }
        case 'p':
            odl_pause(&device);
            printf("pause");
            stands();
            break;
        case 't':
            printf("train %d", odl_train(&device, (int)number(calls)));
            stands();
            break;
        case 'r':
            odl_rollback(&device);
            printf("rollback");
            stands();
            break;
        case 's': /* the state, to a file */
            odl_save(&device, image);
            show();
            file(argv[2], number(calls), "wb");
            break;
        case 'g': /* go on from a file's, on a device of another seed */
            file(argv[3], number(calls), "rb");
            odl_init(&device, &odl_factory, &rules, 77);
            printf("load %d", odl_load(&device, image, sizeof image));
            stands();
            break;
        case 'd': { /* a byte of the last image, by its place, is another; its checksum is right where told */
            const long at = number(calls);
            image[at] ^= (uint8_t)number(calls);
            if (number(calls)) {
                const uint32_t crc = odl_crc32(0, image, sizeof image - 4);
                for (int i = 0; i < 4; i++) {
                    image[sizeof image - 4 + (size_t)i] = (uint8_t)(crc >> (8 * i));
                }
            }
            printf("damaged %d", odl_load(&device, image, sizeof image));
            stands();
            break;
        }
        default:
            return 2;
        }
    }
    (void)fclose(calls);
    return 0;
}

#ifndef ODL_CORE
int main(int argc, char **argv) { return player(argc, argv); }
#endif
