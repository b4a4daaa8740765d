"""Never worse: when the factory's model goes back onto the device.

On windows that were drawn without looking at the model (audits), the present model and the
factory's both answer. Windows where one of the two is right and the other is not are the evidence;
that the present model is no worse means that the factory is the one that is right at most every
other time. A bet against that is a test martingale: its stake becomes 7 quarters where the factory
is right alone, and one where the present model is. A model may turn bad at any time, so a part of
the stake, w_j, is kept back for each bet j to begin with:

    E_j = (E_{j-1} + w_j) (7/4  or  1/4),   w_j = 2^-(2 floor(log2 j) + 1),   sum of all w_j = 1

E_j is worth at most 1 on average however often it is looked at, so that the chance that it ever
reaches HIGHEST, over the whole of a life, is at most 1 in HIGHEST (J. Ville, "Etude critique de la
notion de collectif", 1939; G. Shafer et al., "Test martingales, Bayes factors and p-values",
Statistical Science 26(1), 2011; restarts: J. Shin, A. Ramdas, A. Rinaldo, "E-detectors", NEJSDS
2023). Windows of one bout err together, which the bound leaves out: that is why HIGHEST is so high.
E_j is a whole number of 2^-32, rounded down. Adds and shifts alone; a handful of bytes.

>>> guard = Guard()
>>> [guard.update(factory=True, present=False) for _ in range(20)].index(True)
13
"""

HIGHEST = 1000  # one error in so many lives
WON, LOST = 7, 1  # quarters of the stake
ONE = 2**32  # what a stake of 1 is kept as


class Guard:
    """evidence: E_j against the present model, in 1 / ONE; bets: j, windows where just one of the
    two was right."""

    def __init__(self) -> None:
        self.evidence = 0
        self.bets = 0

    def update(self, factory: bool, present: bool) -> bool:
        """One audit: which of the two was right. True where the factory's model is better."""
        if factory == present:
            return False
        self.bets += 1
        kept_back = ONE >> 2 * (self.bets.bit_length() - 1) + 1
        self.evidence = (self.evidence + kept_back) * (WON if factory else LOST) >> 2
        return self.evidence >= HIGHEST * ONE
