"""What every pruning policy is: a decision on a sample, and what it makes of the label.

To add a policy, write a class with these six members and give it a name: docs/policies.md.
"""

from enum import Enum
from typing import Protocol

from tinyodl.learn import Outlook


class Decision(Enum):
    """What to do with a sample."""

    ASK = "ask"  # ask the teacher for its label and learn that
    OWN = "own"  # learn it with the own prediction as label
    LEAVE = "leave"  # do not learn it


class Policy(Protocol):
    """Decides sample by sample; holds no model and no data.

    theta: the threshold in force, for reports (nan where there is none).
    kappa: what a label weighs, in windows of the people trained on.
    own_weight: what an own label weighs, in labels.
    """

    @property
    def theta(self) -> float: ...

    @property
    def own_weight(self) -> float: ...

    @property
    def kappa(self) -> float: ...

    def start(self, usual: float = 1.0) -> None:
        """Training starts: back to the first settings. usual: the leverage h^T P h of what the
        model was trained for."""
        ...

    def decide(self, outlook: Outlook) -> Decision:
        """What to do with a sample."""
        ...

    def told(self, outlook: Outlook, label: int) -> None:
        """The label of an asked sample, which is about to be learnt."""
        ...
