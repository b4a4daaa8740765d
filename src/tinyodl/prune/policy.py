"""What every pruning policy is: a decision on a sample, and what it makes of the label.

To add a policy, write a class with these four members and name it in `tinyodl.prune.POLICIES`.
"""

from enum import Enum
from typing import Protocol


class Decision(Enum):
    """What to do with a sample."""

    ASK = "ask"  # ask the teacher for its label and learn that
    OWN = "own"  # learn it with the own prediction as label
    LEAVE = "leave"  # do not learn it


class Policy(Protocol):
    """Decides sample by sample; holds no model and no data. Confidence is P1P2: highest output minus the second.

    theta: the threshold in force, for reports (nan where there is none).
    own_weight: the weight that an own label is learnt with.
    """

    @property
    def theta(self) -> float: ...

    @property
    def own_weight(self) -> float: ...

    def start(self) -> float:
        """A drift starts: returns the factor to multiply P by (1 for none)."""
        ...

    def decide(self, confidence: float) -> Decision:
        """What to do with a sample of this confidence."""
        ...

    def told(self, confidence: float, agrees: bool) -> float:
        """The label of an asked sample, and whether it agrees with the prediction: returns a factor for P."""
        ...
