/* Inputs at random, for compilers without libFuzzer: -max_total_time=10 -seed=1, as it has them. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int main(int count, char **arguments) {
    time_t end = time(0) + 10;
    unsigned long runs = 0;
    for (int i = 1; i < count; i++) {
        if (strncmp(arguments[i], "-max_total_time=", 16) == 0) {
            end = time(0) + atoi(arguments[i] + 16);
        } else if (strncmp(arguments[i], "-seed=", 6) == 0) {
            srand((unsigned)atoi(arguments[i] + 6));
        }
    }
    do {
        uint8_t data[512];
        const size_t size = (size_t)(rand() % (int)sizeof data);
        for (size_t i = 0; i < size; i++) {
            data[i] = (uint8_t)(rand() >> 7);
        }
        (void)LLVMFuzzerTestOneInput(data, size);
        runs++;
    } while (time(0) < end);
    printf("Done %lu runs\n", runs);
    return 0;
}
