/* RISC-V: what has to be there before main. The program is loaded whole, variables included. */
#include <stdint.h>

extern uint32_t bss_begin, bss_end;
int main(void);
void begin(void);

__attribute__((naked, used, section(".vectors"))) static void reset(void) {
    __asm__ volatile(".option push\n .option norelax\n la gp, __global_pointer$\n .option pop\n"
                     "la sp, stack_top\n j begin");
}

void begin(void) {
    for (uint32_t *to = &bss_begin; to < &bss_end; to++) {
        *to = 0;
    }
    (void)main();
    for (;;) {
    }
}
