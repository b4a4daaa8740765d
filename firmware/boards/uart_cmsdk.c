/* The APB UART of Arm's CMSDK, on the MPS2 boards. */
#include "board.h"

#define UART(at) (*(volatile uint32_t *)(BOARD_UART + (at)))
enum { DATA = 0, STATE = 4, CONTROL = 8, BAUD = 16, OUT_FULL = 1, IN_FULL = 2 };

void board_begin(void) {
    UART(BAUD) = 217; /* 25 MHz / 115,200 */
    UART(CONTROL) = 3;
}

uint8_t board_read(void) {
    while ((UART(STATE) & IN_FULL) == 0) {
    }
    return (uint8_t)UART(DATA);
}

void board_write(uint8_t byte) {
    while ((UART(STATE) & OUT_FULL) != 0) {
    }
    UART(DATA) = byte;
}
