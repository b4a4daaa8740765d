"""How right the device is on its wearer, by labels that were not chosen by looking at the model.

Every window is in one of two groups, by what is known when it comes:

- *known*: its bout is answered, or asked. Its outcome (what was predicted as it came, against the
  bout's label as soon as there is one) is counted as it is.
- *sampled*: all others. Each is drawn with a known probability q, whatever the model says of it. A
  drawn one is asked, and its outcome counts 1 / q times (D. G. Horvitz, D. J. Thompson, JASA
  47(260), 1952).

The share right among the sampled has a Bayesian interval (`interval.py`), for n = (sum of 1/q)^2 /
(sum of 1/q^2) draws (L. Kish, Survey Sampling, 1965) and the prior of H. Jeffreys, closed where all
draws agree (L. D. Brown, T. T. Cai, A. DasGupta, Statistical Science 16(2), 2001). Where the
factory knows how often such a model is right on people it had not seen, that is worth two draws
more.

Outcomes are of predictions that were made before their label was learnt, and q depends on the past
alone, so that neither learning nor doubt bends the estimate. It takes for granted that labels are
right, that a bout is one activity, and that windows nobody answers for (at a change of activity,
with the teacher away) fare like those that were drawn.

Draws are some 2 in 100 windows until the interval is narrow. From then on q is a power of two over
the windows so far, so that each time as long as the whole before has equally many draws, only as
many as keep it narrow. Constant memory; a shift and a compare a window.

>>> estimate = Estimate(seed=1)
>>> for n in range(96):  # one bout, asked at once, and right throughout
...     estimate.window(predicted=2, bout=0)
>>> estimate.answered(bout=0, k=2)
>>> estimate.accuracy()
Accuracy(share=1.0, low=1.0, high=1.0)
"""

from collections import Counter
from typing import NamedTuple

from tinyodl.device.draws import Draws
from tinyodl.device.interval import ONE, interval

OWN_STREAM = 0x85EBCA6B  # of draws, apart from those of audits
FIRST = 4  # q is 2^-FIRST at first, and at most
LEAST, FASTEST = 3, 32  # q is a power of two over the windows so far: from which to which
PER_DRAW = 50  # windows that there are for each draw; where there are fewer
MOST = 24  # halvings of q
SHORT = 1  # q is halved so often
NARROW = ONE // 10  # half the width from which on q falls
BOUTS = 16  # that were asked and wait for their label, at most
COUNTED = 2**16 - 1  # windows of a bout that waits, at most


class Accuracy(NamedTuple):
    """The share of windows so far that were predicted right as they came, and its 90 %
    interval."""

    share: float
    low: float
    high: float


class Drawn(NamedTuple):
    """A window that was drawn: the class number predicted, and 1 / q."""

    predicted: int
    weight: int


class Estimate:
    """windows: all that came; known, right: of the first group; drawn: questions that it cost.

    seed: of the draws; usual: share that such a model gets right on new people, 0: not known.
    """

    SETTINGS = ("_usual",)

    def __init__(self, seed: int = 0, usual: float = 0.0) -> None:
        self._draws = Draws(seed, OWN_STREAM)
        self._usual = round(ONE * usual)
        self.restart()

    def restart(self) -> None:
        """Another model: nothing is known of it."""
        self._share = FASTEST  # q is 2^_share over the windows so far, as powers of two
        self.windows = self.known = self.right = self.drawn = 0
        self._weights = self._squares = self._rights = self._nobodys = 0
        self._silence = 0  # draws since anybody replied
        self._waiting: dict[int, Counter[int]] = {}  # by bout: windows by prediction

    def window(self, predicted: int, bout: int | None = None, answer: int | None = None) -> None:
        """One more window: the class number predicted; the number of its bout where that was asked
        or answered, and the answer."""
        self.windows += 1
        if answer is not None:
            self.known += 1
            self.right += predicted == answer
        elif bout is not None:
            if bout not in self._waiting:
                self._waiting[bout] = Counter()
                if len(self._waiting) > BOUTS:
                    del self._waiting[next(iter(self._waiting))]
            waiting = self._waiting[bout]
            waiting[predicted] = min(waiting[predicted] + 1, COUNTED)

    def draw(self, predicted: int) -> Drawn | None:
        """The last window is not known: whether it is to be asked."""
        halvings = max(self.windows.bit_length() - self._share, FIRST) + self._silence
        halvings = min(halvings + SHORT * (self.drawn * PER_DRAW > self.windows), MOST)
        if self._draws.next() & ((1 << halvings) - 1):
            return None
        self.drawn += 1
        self._silence += 1
        return Drawn(predicted, 1 << halvings)

    def answered(self, bout: int, k: int) -> None:
        """A bout's label, a class number."""
        windows = self._waiting.pop(bout, Counter())
        self.known += windows.total()
        self.right += windows[k]

    def replied(self, drawn: Drawn | None, k: int | None) -> None:
        """Somebody replied to a question, None where they do not know; drawn: what was asked, where
        it was drawn."""
        self._silence = 0
        if drawn is None:
            return
        if k is None:
            self._nobodys += drawn.weight
            return
        self._weights += drawn.weight
        self._squares += drawn.weight**2
        self._rights += drawn.weight * (drawn.predicted == k)
        _, low, high = self.counted()
        if high - low > 2 * NARROW:
            self._share = min(self._share + 1, FASTEST)
        else:  # from what q is now, which may be held at 2^-FIRST
            self._share = max(min(self._share, self.windows.bit_length() - FIRST) - 1, LEAST)

    def accuracy(self) -> Accuracy:
        """What is known so far; anything from 0 to 1 where that is nothing."""
        return Accuracy(*(part / ONE for part in self.counted()))

    def counted(self) -> tuple[int, int, int]:
        """The same in 1 / ONE."""
        share, low, high = ONE // 2, 0, ONE
        if self._weights:
            share = self._rights * ONE // self._weights
            low, high = interval(self._rights, self._weights, self._squares, self._usual)
        sampled, weights, nobodys = self.windows - self.known, self._weights, self._nobodys
        if nobodys:
            while weights + nobodys >= 2**31:
                weights, nobodys = weights >> 1, nobodys >> 1
            sampled = sampled * weights // (weights + nobodys)
        counted = self.known + sampled
        if not counted:
            return ONE // 2, 0, ONE
        right = ONE * self.right
        return (
            (right + sampled * share) // counted,
            (right + sampled * low) // counted,
            (right + sampled * high) // counted,
        )
