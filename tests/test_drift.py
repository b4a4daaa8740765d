"""Drift detectors: silent on what they were calibrated on, quick on what changed, constant in
memory."""

import numpy as np
import pytest

from tinyodl import drift
from tinyodl.experiments.trials import wearer
from tinyodl.experiments.trials.device_run import alarms
from tinyodl.learn import Outlook
from tinyodl.recipe import fitting
from tinyodl.windows import Windows

DRAWS = np.random.default_rng(0)


def outlooks(count: int, confidence: float, leverage: float) -> tuple[list[Outlook], np.ndarray]:
    predicted = np.arange(count) // 20 % 3
    made = [
        Outlook(
            int(k),
            float(confidence + 0.1 * DRAWS.normal()),
            float(leverage * np.exp(0.2 * DRAWS.normal())),
        )
        for k in predicted
    ]
    return made, predicted[:, None] * 0.3 + (1 - confidence) + 0.1 * DRAWS.normal(size=(count, 5))


@pytest.mark.parametrize("name", drift.DETECTORS)
def test_silent_at_first_and_alarmed_after_the_change(name: str) -> None:
    usual = outlooks(600, 0.9, 0.02)
    calibration = drift.calibrate(*usual, 3)
    detector = drift.make(name, calibration)
    assert len(alarms(detector, *outlooks(400, 0.9, 0.02))) == 0
    assert detector.state_bytes <= 4000
    found = alarms(detector, *outlooks(300, 0.2, 0.2))
    if name == "manual":
        assert not found
    else:
        assert found
        assert found[0] <= 150


def test_cusum_follows_the_wearer_while_training() -> None:
    calibration = drift.calibrate(*outlooks(600, 0.9, 0.02), 3)
    detector = drift.Cusum(calibration)
    for o, x in zip(*outlooks(1200, 0.5, 0.1), strict=True):
        detector.adapt(o, x)
    detector.start()
    assert len(alarms(detector, *outlooks(300, 0.5, 0.1))) == 0


def test_an_activity_named_on_the_device_is_no_drift() -> None:
    calibration = drift.calibrate(*outlooks(600, 0.9, 0.02), 3)
    for detector in (drift.Cusum(calibration), drift.Centroid(calibration)):
        assert not any(detector.update(Outlook(7, 0.0, 5.0), np.zeros(5)) for _ in range(200))
        detector.adapt(Outlook(7, 0.0, 5.0), np.zeros(5))


def test_unknown_name_lists_the_known() -> None:
    with pytest.raises(ValueError, match="cusum, centroid, adwin"):
        drift.make("other", drift.calibrate(*outlooks(60, 0.9, 0.02), 3))


def test_a_turned_sensor_is_found_soon(compact_windows: Windows) -> None:
    who = wearer.prepare(compact_windows, 1)
    own = who.Z[who.stream]
    turned = np.clip(own + 0.8, -1.5, 1.5)
    assert who.model.calibration is not None
    looks = fitting.outlooks(who.model.learner, turned)
    found = alarms(drift.Cusum(who.model.calibration), looks, turned)
    assert found
    assert found[0] <= 60
