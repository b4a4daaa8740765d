"""River's detectors on the confidence P1P2, behind the same interface. Needs `pip install
tinyodl[river]`.

A drop counts, a rise does not: ADWIN and KSWIN see both, so what they find is taken where the
latest confidence lies below the calibrated mean.
"""

from collections.abc import Callable
from typing import Any

from tinyodl.drift.detector import Array, Calibration
from tinyodl.learn import Outlook


class River:
    """make() -> one of river.drift's detectors; memory is that of a host, not of a device."""

    state_bytes = 0

    def __init__(self, calibration: Calibration, make: Callable[[], Any]) -> None:
        self._usual = calibration.confidence
        self._make = make
        self.start()

    def start(self) -> None:
        self._detector = self._make()
        self._recent = self._usual

    def update(self, outlook: Outlook, x: Array) -> bool:
        self._detector.update(outlook.confidence)
        self._recent += (outlook.confidence - self._recent) / 16
        if not (self._detector.drift_detected and self._recent < self._usual):
            return False
        self.start()
        return True

    def adapt(self, outlook: Outlook, x: Array) -> None:
        pass


def adwin(calibration: Calibration, delta: float = 0.002) -> River:
    """ADWIN: adaptive windowing."""
    from river.drift import ADWIN

    return River(calibration, lambda: ADWIN(delta=delta))


def page_hinkley(calibration: Calibration, threshold: float = 5.0) -> River:
    """Page-Hinkley test on falling confidence."""
    from river.drift import PageHinkley

    return River(
        calibration,
        lambda: PageHinkley(min_instances=10, delta=0.05, threshold=threshold, mode="down"),
    )


def kswin(calibration: Calibration, alpha: float = 1e-4) -> River:
    """KSWIN: Kolmogorov-Smirnov test between the latest 30 of 100 and the others; seeded."""
    from river.drift import KSWIN

    return River(calibration, lambda: KSWIN(alpha=alpha, seed=0))
