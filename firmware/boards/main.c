/* The whole device behind a UART, on a board without an operating system. */
#include "board.h"
#include "odl_factory.h"
#include "odl_har_factory.h"
#include "odl_serial.h"

static odl device;
static odl_har har;
static odl_serial serial;

static void put(void *context, uint8_t byte) {
    (void)context;
    board_write(byte);
}

int main(void) {
    const odl_rules rules = odl_default_rules(&odl_factory);
    board_begin();
    odl_init(&device, &odl_factory, &rules, 0);
    odl_har_init(&har, &odl_har_factory);
    odl_serial_init(&serial, &device, &har, put, 0);
    for (;;) {
        odl_serial_byte(&serial, board_read());
    }
}
