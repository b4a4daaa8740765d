"""`drift.Cusum` in whole numbers: a cumulative sum of standardised trust. docs/fixed-point.md has
the formats."""

from tinyodl.drift import Calibration
from tinyodl.fixed import core
from tinyodl.fixed.core import rounded
from tinyodl.fixed.maths import L_BITS, log2
from tinyodl.fixed.policy import whole
from tinyodl.learn import Outlook

S_BITS = 16  # fraction of scores, of what is summed
I_BITS, I_MOST = 12, 2**20  # of 1 / deviation
QUARTER = 11357  # ln 2 / 4, S_BITS: from log2 to what a score takes off
LEAST = 26844  # 1e-4, A_BITS: leverage below which there is no more trust
THRESHOLD, SLACK = 30 << S_BITS, 1 << (S_BITS - 1)
LOWEST, HIGHEST = -3 << S_BITS, 1 << S_BITS
MEMORY = 5  # log2 of the predictions that a mean is taken over while training


def score(outlook: Outlook) -> int:
    """P1P2 less a quarter of the logarithm of h^T P h, S_BITS."""
    confidence, leverage = whole(outlook)
    far = int(log2(leverage + LEAST)) - (core.A_BITS << L_BITS)
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
        z = min(max(int(rounded(off, I_BITS)), LOWEST), HIGHEST)
        self.sum = max(0, self.sum - z - SLACK)
        if self.sum <= THRESHOLD:
            return False
        self.start()
        return True

    def adapt(self, outlook: Outlook, x: object) -> None:
        k = outlook.predicted
        if k < len(self.mean):
            self.mean[k] += int(rounded(score(outlook) - self.mean[k], MEMORY))
