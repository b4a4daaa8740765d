"""Ask for every label: no pruning, the ceiling that the others are compared with."""

import math
from dataclasses import dataclass

from tinyodl.learn import Outlook
from tinyodl.prune.policy import Decision


@dataclass
class All:
    """kappa: what a label weighs."""

    kappa: float = 1.0
    theta: float = math.nan
    own_weight: float = 0.0

    def start(self, usual: float = 1.0) -> None:
        pass

    def decide(self, outlook: Outlook) -> Decision:
        return Decision.ASK

    def told(self, outlook: Outlook, label: int) -> None:
        pass
