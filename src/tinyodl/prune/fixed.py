"""A threshold that stays: ask where the confidence is at most theta."""

from dataclasses import dataclass

from tinyodl.learn import Outlook
from tinyodl.prune.policy import Decision


@dataclass
class Fixed:
    """theta: threshold; own_weight: above 0, what is not asked is learnt with the own
    label; kappa: what a label weighs."""

    theta: float = 0.16
    own_weight: float = 0.0
    kappa: float = 1.0

    def start(self, usual: float = 1.0) -> None:
        pass

    def decide(self, outlook: Outlook) -> Decision:
        if outlook.confidence <= self.theta:
            return Decision.ASK
        return Decision.OWN if self.own_weight > 0 else Decision.LEAVE

    def told(self, outlook: Outlook, label: int) -> None:
        pass


def fixed_self(theta: float = 0.16, own_weight: float = 0.25, kappa: float = 1.0) -> Fixed:
    """The same, and what is not asked is learnt with the own label."""
    return Fixed(theta, own_weight, kappa)
