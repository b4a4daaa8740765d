/* A board whose devicetree has an alias imu0 for a sensor of acceleration and rotation. */
#include <zephyr/device.h>
#include <zephyr/drivers/sensor.h>
#include <zephyr/kernel.h>

#include "odl_factory.h"
#include "odl_har_factory.h"

static const char *const ACTIVITIES[] = {@ACTIVITIES@};
static odl wearer;
static odl_har har;

/* micro m/s^2 or micro rad/s to the counts that the model was exported for. */
static int16_t counts(const struct sensor_value *v, int64_t full_in_micro)
{
	const int64_t c = sensor_value_to_micro(v) * 32768 / full_in_micro;

	return (int16_t)CLAMP(c, -32768, 32767);
}

int main(void)
{
	const struct device *imu = DEVICE_DT_GET(DT_ALIAS(imu0));
	const odl_rules rules = odl_default_rules(&odl_factory);

	odl_init(&wearer, &odl_factory, &rules, k_cycle_get_32());
	odl_har_init(&har, &odl_har_factory);
	for (;; k_msleep(20)) {
		struct sensor_value acc[3], gyro[3];
		int16_t row[6];
		odl_har_window window;
		odl_step step;

		if (sensor_sample_fetch(imu) ||
		    sensor_channel_get(imu, SENSOR_CHAN_ACCEL_XYZ, acc) ||
		    sensor_channel_get(imu, SENSOR_CHAN_GYRO_XYZ, gyro)) {
			(void)odl_har_push(&har, NULL, &window);
			continue;
		}
		for (int k = 0; k < 3; k++) {
			row[k] = counts(&acc[k], (int64_t)(@ACC@ * 9806650));
			row[3 + k] = counts(&gyro[k], (int64_t)(@GYRO@ * 17453.2925));
		}
		if (odl_har_push(&har, row, &window)) {
			odl_sample(&wearer, window.x, k_uptime_get(),
				   window.marked ? ODL_MARKED : window.known, &step);
			printk("%s%s\n", ACTIVITIES[step.predicted], step.asked ? " ?" : "");
		}
	}
}
