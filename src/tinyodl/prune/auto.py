"""Our rule: the threshold, and the weight of labels, follow what the labels say. Nothing to set.

- A prediction is in doubt where its confidence P1P2 is at most theta (1 + r), r = h^T P h over the
  usual leverage of the people trained on: where a model was not trained it is wrong with great
  confidence. Where r is below AMBIGUOUS the model knows the inputs, and doubt is of two activities
  that look alike: no label mends that, and none is asked.
- theta doubles at a doubt's label that disagrees, and falls by a sixteenth at one that agrees: it
  stays where one in twelve disagrees (H. Robbins, S. Monro, "A Stochastic Approximation Method",
  Annals of Mathematical Statistics 22(3), 1951). A label that disagrees although the prediction was
  trusted doubles theta until it would have been in doubt.
- kappa, what a label of the wearer weighs in windows of those trained on: FIRST_KAPPA from the
  first label on (what is learnt before a later rise would count less for ever after), doubled where
  disagreements follow one another, up to LAST_KAPPA.
- An own label weighs a sixteenth of a label while labels named one activity, an eighth with two,
  then a quarter: what is seen of one activity says little of the others.

Comparisons, and steps by shifts: no division, logarithm or exponential.

>>> policy = Auto()
>>> policy.start(usual=0.01)
>>> policy.decide(Outlook(0, 0.04, 0.01)), policy.decide(Outlook(0, 0.5, 0.01))
(<Decision.ASK: 'ask'>, <Decision.OWN: 'own'>)
>>> policy.told(Outlook(0, 0.04, 0.01), 1)
>>> round(policy.theta, 3), policy.kappa
(0.1, 32.0)
>>> policy.told(Outlook(0, 0.04, 0.01), 1)  # the second disagreement in a row
>>> policy.kappa
64.0

Constants: studies/choose_policy.py.
"""

from dataclasses import dataclass

from tinyodl.learn import Outlook
from tinyodl.prune.policy import Decision

START = 0.05
LOWEST, HIGHEST = 0.005, 0.5
RISE, FALL = 1.0, 0.0625
AMBIGUOUS = 0.125  # of the usual leverage
FAR = 64.0  # of the usual leverage: beyond, it says no more
FIRST_KAPPA, LAST_KAPPA = 32.0, 64.0
OWN = 0.25
FULL_OWN = 3  # activities named by labels from which own labels weigh OWN
_ASK, _OWN = Decision.ASK, Decision.OWN  # looked up once, not every window


@dataclass
class Auto:
    """The constants of the module, as fields so that a study can vary them."""

    first_theta: float = START
    rise: float = RISE
    fall: float = FALL
    ambiguous: float = AMBIGUOUS
    first_kappa: float = FIRST_KAPPA
    last_kappa: float = LAST_KAPPA
    own: float = OWN

    def __post_init__(self) -> None:
        self.start()

    def start(self, usual: float = 1.0) -> None:
        self.theta = self.first_theta
        self.kappa = self.first_kappa
        self._unit = 1.0 / usual if usual > 0 else 1.0
        self._known = self.ambiguous * usual
        self._named: set[int] = set()
        self._disagreed = False
        self._weigh()

    def _weigh(self) -> None:
        """An eighth of OWN with no activity named yet, a quarter, a half, and all with three."""
        self.own_weight = self.own * min(2.0 ** (len(self._named) - FULL_OWN), 1.0)

    def decide(self, outlook: Outlook) -> Decision:
        return _ASK if outlook.leverage >= self._known and self._unsure(outlook) else _OWN

    def told(self, outlook: Outlook, label: int) -> None:
        self._named.add(label)
        self._weigh()
        wrong = label != outlook.predicted
        if self.decide(outlook) is _ASK:
            self.theta *= 1.0 + self.rise if wrong else 1.0 - self.fall
            self.theta = min(max(self.theta, LOWEST), HIGHEST)
        elif wrong:
            while self.theta < HIGHEST and not self._unsure(outlook):
                self.theta = min((1.0 + self.rise) * self.theta, HIGHEST)
        if wrong and self._disagreed:
            self.kappa = min(2.0 * self.kappa, self.last_kappa)
        self._disagreed = wrong

    def _unsure(self, outlook: Outlook) -> bool:
        far = outlook.leverage * self._unit
        return outlook.confidence <= self.theta * (1.0 + (far if far < FAR else FAR))
