/* What a board has to give: a byte in, a byte out. */
#ifndef BOARD_H
#define BOARD_H

#include <stdint.h>

void board_begin(void);
uint8_t board_read(void); /* waits for it */
void board_write(uint8_t byte);

#endif
