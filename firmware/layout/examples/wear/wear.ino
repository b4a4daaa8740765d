// A sketch for any board: put your sensor's reading where it says so.
extern "C" {
#include <odl_factory.h>
#include <odl_har_factory.h>
}

static const char *const ACTIVITIES[] = {@ACTIVITIES@};
static odl device;
static odl_har har;

static bool readSensor(int16_t counts[6]) {
  // Yours: acceleration x, y, z and rotation x, y, z as the sensor counts them, 50 times a second.
  return false;
}

void setup() {
  Serial.begin(115200);
  const odl_rules rules = odl_default_rules(&odl_factory);
  odl_init(&device, &odl_factory, &rules, micros());
  odl_har_init(&har, &odl_har_factory);
}

void loop() {
  int16_t counts[6];
  odl_har_window window;
  odl_step step;
  if (!readSensor(counts) || !odl_har_push(&har, counts, &window)) {
    return;
  }
  odl_sample(&device, window.x, millis(), window.marked ? ODL_MARKED : window.known, &step);
  Serial.println(ACTIVITIES[step.predicted]);
  if (step.asked) {
    Serial.print("what is this? ");  // an answer by Serial: its number
    while (!Serial.available()) {
    }
    odl_answer answer;
    odl_label(&device, step.sample, Serial.parseInt(), &answer);
  }
}
