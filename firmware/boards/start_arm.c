/* Cortex-M: the vector table, and what has to be there before main. */
#include <stdint.h>

extern uint32_t stack_top, data_from, data_begin, data_end, bss_begin, bss_end;
int main(void);
void reset(void);

static void stuck(void) {
    for (;;) {
    }
}

void reset(void) {
    const uint32_t *from = &data_from;
    for (uint32_t *to = &data_begin; to < &data_end; to++) {
        *to = *from++;
    }
    for (uint32_t *to = &bss_begin; to < &bss_end; to++) {
        *to = 0;
    }
    (void)main();
    stuck();
}

/* The stack's end, reset, NMI, hard fault and the others that a program without interrupts can meet. */
__attribute__((section(".vectors"), used)) static const uintptr_t VECTORS[16] = {
    (uintptr_t)&stack_top, (uintptr_t)reset, (uintptr_t)stuck, (uintptr_t)stuck,
    (uintptr_t)stuck,      (uintptr_t)stuck, (uintptr_t)stuck, (uintptr_t)stuck,
    (uintptr_t)stuck,      (uintptr_t)stuck, (uintptr_t)stuck, (uintptr_t)stuck,
    (uintptr_t)stuck,      (uintptr_t)stuck, (uintptr_t)stuck, (uintptr_t)stuck,
};
