"""Ask at random, whatever the confidence: the control that every rule has to beat."""

import math
from dataclasses import dataclass, field

import numpy as np

from tinyodl.learn import Outlook
from tinyodl.prune.policy import Decision


@dataclass
class Random:
    """fraction: share of samples asked, 0 to 1; seed: of the draws; kappa: what a label weighs."""

    fraction: float = 0.1
    seed: int = 0
    kappa: float = 1.0
    theta: float = math.nan
    own_weight: float = 0.0
    _draws: np.random.Generator = field(init=False, repr=False)

    def __post_init__(self) -> None:
        self._draws = np.random.default_rng(self.seed)

    def start(self, usual: float = 1.0) -> None:
        pass

    def decide(self, outlook: Outlook) -> Decision:
        return Decision.ASK if self._draws.random() < self.fraction else Decision.LEAVE

    def told(self, outlook: Outlook, label: int) -> None:
        pass
