"""`drift.Cusum` in whole numbers: a cumulative sum of standardised trust. docs/fixed-point.md has
the formats."""

import numpy as np

from tinyodl.drift import Calibration
from tinyodl.fixed import core
from tinyodl.fixed.policy import whole
from tinyodl.learn import Outlook

S_BITS = 16  # fraction of scores, of what is summed
I_BITS, I_MOST = 12, 2**20  # of 1 / deviation
L_BITS, STEPS = 12, 5  # fraction of a logarithm; log2 of the steps of its table
LOG2 = tuple(int(v) for v in np.rint(np.log2(1 + np.arange(33) / 32) * 2**L_BITS))
QUARTER = 11357  # ln 2 / 4, S_BITS: from log2 to what a score takes off
LEAST = 26844  # 1e-4, A_BITS: leverage below which there is no more trust
THRESHOLD, SLACK = 30 << S_BITS, 1 << (S_BITS - 1)
LOWEST, HIGHEST = -3 << S_BITS, 1 << S_BITS
MEMORY = 5  # log2 of the predictions that a mean is taken over while training


def log2(value: int) -> int:
    """log2 of a whole number from 1 on, L_BITS, rounded down: linear between 32 steps."""
    exponent = value.bit_length() - 1
    fraction = (value << 15 >> exponent) - 2**15
    step, rest = fraction >> 10, fraction & 1023
    low, high = LOG2[step], LOG2[step + 1]
    return (exponent << L_BITS) + low + ((high - low) * rest >> 10)


def score(outlook: Outlook) -> int:
    """P1P2 less a quarter of the logarithm of h^T P h, S_BITS."""
    confidence, leverage = whole(outlook)
    far = log2(leverage + LEAST) - (core.A_BITS << L_BITS)
    return confidence - (far * QUARTER >> L_BITS)


class Cusum:
    """mean (m,): of scores, by predicted class, S_BITS; inverse (m,): 1 / their deviations, I_BITS;
    sum: of what fell short, S_BITS."""

    SETTINGS = ("inverse",)

    def __init__(self, calibration: Calibration) -> None:
        self.mean = [round(v * 2**S_BITS) for v in calibration.score_mean.tolist()]
        self.inverse = [
            min(round(2**I_BITS / v), I_MOST) for v in calibration.score_deviation.tolist()
        ]
        self.start()

    @property
    def state_bytes(self) -> int:
        return 4 * (len(self.mean) + 1)

    def start(self) -> None:
        self.sum = 0

    def update(self, outlook: Outlook, x: object) -> bool:
        k = outlook.predicted
        if k >= len(self.mean):  # named on the device: no usual trust yet
            return False
        off = (score(outlook) - self.mean[k]) * self.inverse[k]
        z = min(max(core.rounded.py_func(off, I_BITS), LOWEST), HIGHEST)
        self.sum = max(0, self.sum - z - SLACK)
        if self.sum <= THRESHOLD:
            return False
        self.start()
        return True

    def adapt(self, outlook: Outlook, x: object) -> None:
        k = outlook.predicted
        if k < len(self.mean):
            self.mean[k] += core.rounded.py_func(score(outlook) - self.mean[k], MEMORY)
