"""`prune.Auto` in whole numbers: the same rule, comparisons and shifts alone.

A prediction is unsure where P1P2 usual <= theta (usual + min(h^T P h, FAR usual)): the float rule
times the usual leverage, so that nothing is divided. docs/fixed-point.md has the formats.
"""

from tinyodl.fixed import core
from tinyodl.learn import Outlook
from tinyodl.prune import Decision

T_BITS = 16  # fraction of theta and of P1P2 beside it
START, LOWEST, HIGHEST = 3277, 328, 32768  # theta: 0.05, 0.005, 0.5
FALL = 4  # theta falls by its 2^-FALL
C_MOST = 2**24 - 1  # P1P2
AMBIGUOUS = 3  # below a 2^-AMBIGUOUS of the usual leverage nothing is asked
FAR = 6  # beyond 2^FAR of the usual leverage it says no more
FIRST_KAPPA, LAST_KAPPA = 5, 6  # log2
OWN, FULL_OWN = (
    2,
    3,
)  # own labels weigh 2^-OWN from FULL_OWN activities on, half that with one fewer


class Auto:
    """threshold: theta, T_BITS; shift: log2 of kappa; named: a bit for each activity. usual:
    A_BITS."""

    SETTINGS = ("_usual",)

    def __init__(self, usual: int) -> None:
        self._usual = usual
        self.start()

    def start(self, usual: float = 1.0) -> None:
        """Training starts. usual is the model's, which it has already."""
        self.threshold, self.shift = START, FIRST_KAPPA
        self.named, self._disagreed = 0, False

    @property
    def theta(self) -> float:
        return float(self.threshold / 2**T_BITS)

    @property
    def kappa(self) -> float:
        return float(2**self.shift)

    @property
    def own_weight(self) -> float:
        shifts = OWN + FULL_OWN - min(self.named.bit_count(), FULL_OWN)
        return 1.0 / (1 << shifts)

    def decide(self, outlook: Outlook) -> Decision:
        return Decision.ASK if self._doubts(*whole(outlook)) else Decision.OWN

    def told(self, outlook: Outlook, label: int) -> None:
        confidence, leverage = whole(outlook)
        self.named |= 1 << label
        wrong = label != outlook.predicted
        if self._doubts(confidence, leverage):
            theta = self.threshold
            theta = 2 * theta if wrong else theta - (theta >> FALL)
            self.threshold = min(max(theta, LOWEST), HIGHEST)
        elif wrong:
            while self.threshold < HIGHEST and not self._unsure(confidence, leverage):
                self.threshold = min(2 * self.threshold, HIGHEST)
        if wrong and self._disagreed:
            self.shift = min(self.shift + 1, LAST_KAPPA)
        self._disagreed = wrong

    def _doubts(self, confidence: int, leverage: int) -> bool:
        known = leverage << AMBIGUOUS < self._usual
        return not known and self._unsure(confidence, leverage)

    def _unsure(self, confidence: int, leverage: int) -> bool:
        far = min(leverage, self._usual << FAR)
        return confidence * self._usual <= self.threshold * (self._usual + far)


def whole(outlook: Outlook) -> tuple[int, int]:
    """P1P2, T_BITS, rounded down, C_MOST at most; h^T P h, A_BITS."""
    confidence = min(int(outlook.confidence * 2**T_BITS), C_MOST)
    return confidence, int(outlook.leverage * 2**core.A_BITS)
