"""Our rule: threshold and the weight of labels follow what the labels say. Nothing to set.

- Trust in a prediction is its confidence P1P2 over 1 + CAUTION * leverage: what is learnt here
  weighs much, so that a model is wrong with great confidence where it has not been yet, and the
  leverage h^T P h says where that is.
- theta, the least trust that is not asked, keeps a share of disagreements among the asked: its
  logarithm rises by RATE * (1 - TARGET) at a label that disagrees and falls by RATE * TARGET at one
  that agrees (H. Robbins, S. Monro, "A Stochastic Approximation Method", Annals of Mathematical
  Statistics 22(3), 1951). A label that disagrees although the prediction was trusted lifts theta to
  that trust.
- kappa, what a label of the wearer weighs in windows of those trained on: FIRST_KAPPA at first;
  twice as much with every further activity that is met and with every disagreement that follows
  another, up to LAST_KAPPA. So a wearer seen in one activity hardly moves the model, one who
  drifted far moves it fast. Powers of two, for a device without a multiplier to spare.
- An own label weighs a quarter of a label while one activity has been trusted, half with two, then
  as much as one: what is seen of one activity says little of the others.

>>> policy = Auto()
>>> policy.decide(Outlook(0, 0.04, 0.0)), policy.decide(Outlook(0, 0.5, 0.0))
(<Decision.ASK: 'ask'>, <Decision.OWN: 'own'>)
>>> policy.kappa
8.0
>>> policy.told(Outlook(0, 0.04, 0.0), 1)  # another activity, but the first disagreement
>>> policy.told(Outlook(0, 0.04, 0.0), 1)  # the second in a row
>>> policy.kappa
16.0

Constants: studies/choose_policy.py and studies/choose_device.py.
"""

import math
from dataclasses import dataclass

from tinyodl.learn import Outlook
from tinyodl.prune.policy import Decision

START = 0.05
CAUTION = 128.0
TARGET = 0.25
RATE = 0.3
LOWEST, HIGHEST = 0.01, 1.0
FIRST_KAPPA, LAST_KAPPA = 8.0, 16.0
FULL_OWN = 3  # trusted activities from which own labels weigh as much as labels


@dataclass
class Auto:
    """The constants of the module, as fields so that a study can vary them."""

    first_theta: float = START
    caution: float = CAUTION
    target: float = TARGET
    rate: float = RATE
    first_kappa: float = FIRST_KAPPA
    last_kappa: float = LAST_KAPPA
    own: float = 1.0

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        self.theta = self.first_theta
        self.kappa = self.first_kappa
        self._activities: set[int] = set()
        self._trusted: set[int] = set()
        self._disagreed = False

    @property
    def own_weight(self) -> float:
        """A quarter, a half, all: with one, two and more activities that were trusted."""
        return self.own * min(2.0 ** (len(self._trusted) - FULL_OWN), 1.0)

    def trust(self, outlook: Outlook) -> float:
        """What is compared with theta."""
        return outlook.confidence / (1.0 + self.caution * outlook.leverage)

    def decide(self, outlook: Outlook) -> Decision:
        if self.trust(outlook) <= self.theta:
            return Decision.ASK
        self._trusted.add(outlook.predicted)
        return Decision.OWN

    def told(self, outlook: Outlook, label: int) -> None:
        trust = self.trust(outlook)
        wrong = label != outlook.predicted
        again = wrong and self._disagreed
        self._disagreed = wrong
        if trust <= self.theta:
            self.theta *= math.exp(self.rate * (wrong - self.target))
        elif wrong:
            self.theta = trust
        self.theta = min(max(self.theta, LOWEST), HIGHEST)
        if again:
            self._grow()
        if again or not wrong:
            self._meet(label)

    def _meet(self, activity: int) -> None:
        """An activity that is known to be there, not one that a single slip named."""
        if self._activities and activity not in self._activities:
            self._grow()
        self._activities.add(activity)

    def _grow(self) -> None:
        self.kappa = min(2.0 * self.kappa, self.last_kappa)
