"""Ours: a cumulative sum of standardised trust.

Each prediction's `score` is standardised by the mean and deviation of its predicted class (windows
of one activity come in a row, so averages over all classes would follow the activity), clipped, and
summed where it falls short: S <- max(0, S - z - SLACK), drift where S exceeds the threshold (E. S.
Page, "Continuous Inspection Schemes", Biometrika 41, 1954). While the device trains, means follow
the wearer. Constants: studies/choose_detector.py.
"""

from dataclasses import dataclass

from tinyodl.drift.detector import Array, Calibration, score
from tinyodl.learn import Outlook

THRESHOLD = 30.0
SLACK = 0.5
LOWEST, HIGHEST = -3.0, 1.0
MEMORY = 32  # predictions of a class that a mean is taken over while training


@dataclass
class Cusum:
    """calibration; threshold: how much is summed before it is drift; slack: what a sample may fall
    short by."""

    calibration: Calibration
    threshold: float = THRESHOLD
    slack: float = SLACK

    def __post_init__(self) -> None:
        self.mean = self.calibration.score_mean.copy()
        self.deviation = self.calibration.score_deviation
        self.start()

    @property
    def state_bytes(self) -> int:
        return 4 * (2 * len(self.mean) + 1)

    def start(self) -> None:
        self.sum = 0.0

    def update(self, outlook: Outlook, x: Array) -> bool:
        k = outlook.predicted
        if k >= len(self.mean):  # named on the device: no usual trust yet
            return False
        z = (score(outlook) - self.mean.item(k)) / self.deviation.item(k)
        self.sum = max(0.0, self.sum - min(max(z, LOWEST), HIGHEST) - self.slack)
        if self.sum <= self.threshold:
            return False
        self.start()
        return True

    def adapt(self, outlook: Outlook, x: Array) -> None:
        k = outlook.predicted
        if k < len(self.mean):
            mean = self.mean.item(k)
            self.mean[k] = mean + (score(outlook) - mean) / MEMORY
