"""The published rule: theta steps down after X labels in a row that agree, up at one that does not.

H. Matsutani, R. Marculescu, "A Tiny Supervised ODL Core with Auto Data Pruning for Human Activity
Recognition", IEEE BSN 2024.
"""

from dataclasses import dataclass

from tinyodl.learn import Outlook
from tinyodl.prune.policy import Decision

LEVELS = (1.0, 0.64, 0.32, 0.16, 0.08)


@dataclass
class Published:
    """x: labels in a row that lower theta; warm_up: samples trained before anything is pruned
    (published: max(N, 288), so that a single person's stream of some 200 samples is asked in full);
    kappa: what a label weighs."""

    x: int = 10
    warm_up: int = 288
    kappa: float = 1.0
    own_weight: float = 0.0
    _level: int = 0
    _agreed: int = 0
    _trained: int = 0

    @property
    def theta(self) -> float:
        return LEVELS[self._level]

    def start(self, usual: float = 1.0) -> None:
        self._level = self._agreed = self._trained = 0

    def decide(self, outlook: Outlook) -> Decision:
        asks = self._trained < self.warm_up or outlook.confidence <= self.theta
        return Decision.ASK if asks else Decision.LEAVE

    def told(self, outlook: Outlook, label: int) -> None:
        self._trained += 1
        if label != outlook.predicted:
            self._level, self._agreed = max(self._level - 1, 0), 0
        else:
            self._agreed += 1
            if self._agreed >= self.x:
                self._level, self._agreed = min(self._level + 1, len(LEVELS) - 1), 0
