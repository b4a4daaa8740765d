"""Our rule: threshold, boost and trust in own labels all follow what the labels say. Nothing to set.

- theta keeps a share of disagreements among the asked: its logarithm rises by RATE * (1 - TARGET) at a label
  that disagrees and falls by RATE * TARGET at one that agrees (H. Robbins, S. Monro, "A Stochastic
  Approximation Method", Annals of Mathematical Statistics 22(3), 1951).
- Audits: after `interval` samples in a row that were not asked, one is asked although it is confident. If the
  label agrees, the interval doubles; if not, theta rises to that confidence and the interval starts again. So a
  device that is confidently wrong finds out, and one that is right soon stops checking.
- Boost: some at the start, more at each label that disagrees, up to a limit: a wearer with a great drift is
  learnt fast, one without hardly moves the model.
- An own label weighs less, the more of the recent labels disagreed.

The constants were chosen on the 25 people who are not reported as drifted: studies/choose_policy.py.
"""

import math
from dataclasses import dataclass

from tinyodl.prune.policy import Decision

START = 0.08
TARGET = 0.4
RATE = 0.3
LOWEST, HIGHEST = 0.02, 1.0
FIRST_AUDIT = 16
FIRST_BOOST, BOOST, LAST_BOOST = 6.0, 1.5, 32.0
OWN_WEIGHT = 0.25
MEMORY = 0.1  # of the recent share of disagreements


@dataclass
class Auto:
    """The constants of the module, as fields so that a study can vary them."""

    first_theta: float = START
    target: float = TARGET
    rate: float = RATE
    first_audit: int = FIRST_AUDIT
    first_boost: float = FIRST_BOOST
    boost: float = BOOST
    last_boost: float = LAST_BOOST
    trust: float = OWN_WEIGHT

    def __post_init__(self) -> None:
        self._reset()

    def _reset(self) -> None:
        self.theta = self.first_theta
        self._kappa = self.first_boost
        self._unasked = 0
        self._interval = self.first_audit
        self._disagreeing = 0.0

    @property
    def own_weight(self) -> float:
        return self.trust * (1.0 - self._disagreeing)

    def start(self) -> float:
        self._reset()
        return self.first_boost

    def decide(self, confidence: float) -> Decision:
        if confidence <= self.theta:
            return Decision.ASK
        self._unasked += 1
        return Decision.ASK if self._unasked >= self._interval else Decision.OWN

    def told(self, confidence: float, agrees: bool) -> float:
        self._disagreeing += MEMORY * ((not agrees) - self._disagreeing)
        audit = confidence > self.theta
        if audit:
            self._unasked = 0
            self._interval = 2 * self._interval if agrees else self.first_audit
        if audit and not agrees:
            self.theta = confidence
        elif not audit:
            self.theta *= math.exp(self.rate * ((not agrees) - self.target))
        self.theta = min(max(self.theta, LOWEST), HIGHEST)
        if agrees:
            return 1.0
        factor = min(self.boost, self.last_boost / self._kappa)
        self._kappa *= factor
        return factor
