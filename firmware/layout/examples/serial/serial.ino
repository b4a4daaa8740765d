// The whole device at the end of a USB cable: tinyodl run MODEL --data FILE --port PORT sends it readings and
// answers what it asks; tinyodl demo --model MODEL --port PORT shows it live.
extern "C" {
#include <odl_factory.h>
#include <odl_har_factory.h>
#include <odl_serial.h>
}

static odl device;
static odl_har har;
static odl_serial serial;

static void put(void *, uint8_t byte) { Serial.write(byte); }

void setup() {
  Serial.begin(115200);
  const odl_rules rules = odl_default_rules(&odl_factory);
  odl_init(&device, &odl_factory, &rules, 0);
  odl_har_init(&har, &odl_har_factory);
  odl_serial_init(&serial, &device, &har, put, 0);
}

void loop() {
  while (Serial.available()) {
    odl_serial_byte(&serial, Serial.read());
  }
}
