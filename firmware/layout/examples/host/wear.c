/* Six counts a line on standard input (acceleration x, y, z, rotation x, y, z), and after a space the
 * number of the activity where somebody knows it; a line out for each window. */
#include <stdio.h>

#include "odl_factory.h"
#include "odl_har_factory.h"

static const char *const ACTIVITIES[ODL_CLASSES + 1] = {@ACTIVITIES@};

static odl device;
static odl_har har;

int main(void) {
    const odl_rules rules = odl_default_rules(&odl_factory);
    char line[128];
    uint64_t now = 0;
    odl_init(&device, &odl_factory, &rules, 1);
    odl_har_init(&har, &odl_har_factory);
    while (fgets(line, sizeof line, stdin)) {
        int v[6];
        int known = -1;
        int16_t counts[6];
        odl_har_window window;
        odl_step step;
        odl_answer answer;
        const int found =
            sscanf(line, "%d %d %d %d %d %d %d", v, v + 1, v + 2, v + 3, v + 4, v + 5, &known);
        if (found < 6) {
            fprintf(stderr, "a reading is six counts, got: %s", line);
            return 1;
        }
        for (int k = 0; k < 6; k++) {
            counts[k] = (int16_t)v[k];
        }
        now += 20;
        if (!odl_har_push(&har, counts, &window)) {
            continue;
        }
        odl_sample(&device, window.x, now, window.marked ? ODL_MARKED : window.known, &step);
        printf("%8.2f s  %-24s%s\n", (double)now / 1000, ACTIVITIES[step.predicted],
               step.asked ? "  asked" : "");
        if (step.asked && known >= 0) {
            odl_label(&device, step.sample, known, &answer);
        }
    }
    return 0;
}
