"""Drift detection without labels: when a device should start to learn."""

from importlib.util import find_spec
from typing import Any

from tinyodl.drift.centroid import Centroid
from tinyodl.drift.cusum import Cusum
from tinyodl.drift.detector import Calibration, Detector, calibrate, score
from tinyodl.drift.manual import Manual
from tinyodl.registry import DETECTORS

__all__ = [
    "DETECTORS",
    "NEED_RIVER",
    "Calibration",
    "Centroid",
    "Cusum",
    "Detector",
    "Manual",
    "calibrate",
    "left_out",
    "make",
    "score",
]

NEED_RIVER = ("adwin", "page-hinkley", "kswin")  # pip install tinyodl[river]


def left_out() -> tuple[str, ...]:
    """The detectors that cannot be made here: those that need river, where it is not installed."""
    return () if find_spec("river") else NEED_RIVER


def make(name: str, calibration: Calibration, **settings: Any) -> Detector:
    """A fresh detector by name; ValueError names the ones there are."""
    detector: Detector = DETECTORS.make(name, calibration, **settings)
    return detector
