/* The UART of the nRF51822, on the micro:bit. */
#include "board.h"

#define UART(at) (*(volatile uint32_t *)(0x40002000u + (at)))

void board_begin(void) {
    UART(0x500) = 4;                     /* on */
    UART(0x524) = 0x01D7E000u;           /* 115,200 baud */
    UART(0x50C) = 24, UART(0x514) = 25;  /* pins */
    UART(0x000) = 1, UART(0x008) = 1;    /* receive, send */
}

uint8_t board_read(void) {
    while (UART(0x108) == 0) {
    }
    UART(0x108) = 0;
    return (uint8_t)UART(0x518);
}

void board_write(uint8_t byte) {
    UART(0x11C) = 0;
    UART(0x51C) = byte;
    while (UART(0x11C) == 0) {
    }
}
