"""Our rule: threshold, boost and trust in own labels all follow what the labels say. Nothing to
set.

- Trust in a prediction is its confidence P1P2 over 1 + CAUTION * leverage: a boosted model is wrong
  with great confidence where it has not been yet, and the leverage h^T P h says where that is.
- theta, the least trust that is not asked, keeps a share of disagreements among the asked: its
  logarithm rises by RATE * (1 - TARGET) at a label that disagrees and falls by RATE * TARGET at one
  that agrees (H. Robbins, S. Monro, "A Stochastic Approximation Method", Annals of Mathematical
  Statistics 22(3), 1951).
- Audits: after `interval` samples in a row that were not asked, one is asked although it is
  trusted. If the label agrees, the interval doubles; if not, theta rises to that trust and the
  interval starts again. So a device that is confidently wrong finds out, and one that is right soon
  stops checking.
- Boost: some at the start; more with every further activity that is seen, and at each label that
  disagrees, up to a limit. So a wearer seen in one activity hardly moves the model, one who drifted
  far moves it fast.
- An own label weighs less, the more of the recent labels disagreed.

The constants were chosen on the 25 people who are not reported as drifted:
studies/choose_policy.py.
"""

import math
from dataclasses import dataclass

from tinyodl.learn import Outlook
from tinyodl.prune.policy import Decision

START = 0.05
CAUTION = 8.0
TARGET = 0.25
RATE = 0.3
LOWEST, HIGHEST = 0.01, 1.0
FIRST_AUDIT = 48
FIRST_BOOST, LAST_BOOST = 2.0, 16.0
SEEN, DISAGREED = 1.5, 1.5  # what the boost grows by
OWN_WEIGHT = 0.5
MEMORY = 0.1  # of the recent share of disagreements


@dataclass
class Auto:
    """The constants of the module, as fields so that a study can vary them."""

    first_theta: float = START
    caution: float = CAUTION
    target: float = TARGET
    rate: float = RATE
    first_audit: int = FIRST_AUDIT
    first_boost: float = FIRST_BOOST
    seen: float = SEEN
    disagreed: float = DISAGREED
    last_boost: float = LAST_BOOST
    own: float = OWN_WEIGHT

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.theta = self.first_theta
        self.kappa = self.first_boost
        self._activities: set[int] = set()
        self._unasked = 0
        self._interval = self.first_audit
        self._disagreeing = 0.0

    @property
    def own_weight(self) -> float:
        return self.own * (1.0 - self._disagreeing)

    def trust(self, outlook: Outlook) -> float:
        """What is compared with theta."""
        return outlook.confidence / (1.0 + self.caution * outlook.leverage)

    def decide(self, outlook: Outlook) -> Decision:
        if self.trust(outlook) <= self.theta:
            return Decision.ASK
        self._unasked += 1
        if self._unasked >= self._interval:
            return Decision.ASK
        self._see(outlook.predicted)
        return Decision.OWN

    def told(self, outlook: Outlook, label: int) -> None:
        trust = self.trust(outlook)
        wrong = label != outlook.predicted
        self._see(label)
        self._disagreeing += MEMORY * (wrong - self._disagreeing)
        if trust > self.theta:  # an audit
            self._unasked = 0
            self._interval = self.first_audit if wrong else 2 * self._interval
            if wrong:
                self.theta = trust
        else:
            self.theta *= math.exp(self.rate * (wrong - self.target))
        self.theta = min(max(self.theta, LOWEST), HIGHEST)
        if wrong:
            self._grow(self.disagreed)

    def _see(self, activity: int) -> None:
        if self._activities and activity not in self._activities:
            self._grow(self.seen)
        self._activities.add(activity)

    def _grow(self, factor: float) -> None:
        self.kappa = min(self.kappa * factor, self.last_boost)
