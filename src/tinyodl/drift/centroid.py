"""The sequential centroid detector, in constant memory.

T. Yamada, H. Matsutani, "A Lightweight Concept Drift Detection Method for On-Device Learning on
Resource-Limited Edge Devices", arXiv 2212.09637: each class has a trained centroid and a recent
one, which moves by a running mean of the samples predicted as it; drift where the recent ones have
moved too far from the trained ones. Here the recent centroid is an exponential mean, so that it
does not stiffen; distances are L1 per input, in units of the class's spread, weighed by how often
each class was seen lately. `window` samples are watched before anything is said.
"""

from dataclasses import dataclass

import numpy as np

from tinyodl.drift.detector import Array, Calibration
from tinyodl.learn import Outlook

THRESHOLD = 0.4
WINDOW = 32


@dataclass
class Centroid:
    """calibration; threshold: distance in spreads; window: samples that a recent centroid is a mean
    of."""

    calibration: Calibration
    threshold: float = THRESHOLD
    window: int = WINDOW

    def __post_init__(self) -> None:
        self.trained = self.calibration.centroids.copy()
        self.start()

    @property
    def state_bytes(self) -> int:
        """int16 centroids, trained and recent; a distance for each class and their mean."""
        return 2 * 2 * self.trained.size + 4 * (2 * len(self.trained) + 2)

    def start(self) -> None:
        self.recent = self.trained.copy()
        self._seen = 0
        self._distance = 0.0

    def update(self, outlook: Outlook, x: Array) -> bool:
        k = outlook.predicted
        if k >= len(self.trained):
            return False
        self.recent[k] += (x - self.recent[k]) / self.window
        away = float(
            np.abs(self.recent[k] - self.trained[k]).mean() / (self.calibration.spread[k] + 1e-9)
        )
        self._distance += (away - self._distance) / self.window
        self._seen += 1
        if self._seen < self.window or self._distance <= self.threshold:
            return False
        self.start()
        return True

    def adapt(self, outlook: Outlook, x: Array) -> None:
        if outlook.predicted < len(self.trained):
            self.trained[outlook.predicted] += (x - self.trained[outlook.predicted]) / self.window
