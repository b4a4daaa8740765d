"""The bout that a device is in: what was asked of it, what was answered, what was predicted.

Without a model that tells bouts every window is a bout of its own.
"""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from tinyodl.bouts import Place, state_bytes, tally

Array = NDArray[np.float64]

LASTS = 32  # windows that an answer is passed on to; then the bout counts as a new one
ONE = 8  # windows that count as a bout where none can be told
BEFORE = 4  # windows at most that the mean of a bout stands for
_IDS = 2**16
_NEW, _STRAY = Place.NEW, Place.STRAY  # looked up once, not every window


class Telling(Protocol):
    """What tells bouts: `bouts.Stream`, or the same in other numbers. mean (n,): of the present
    bout's inputs."""

    @property
    def mean(self) -> Array: ...

    def follow(self, x: Array, outputs: Array, votes: Array, anew: bool) -> tuple[Place, int]: ...

    def end(self) -> None: ...


class Bout:
    """number: the bout's, counted up; age: windows in it so far; asked: whether its answer is out,
    or was not to be had; answer: its class number, None before.

    stream: how bouts are told; classes: m of the model.
    """

    def __init__(self, stream: Telling | None, classes: int) -> None:
        self._stream = stream
        self.votes: Array = np.zeros(classes)
        self.number = _IDS - 1
        self._windows = 0
        self._begin()

    def _begin(self) -> None:
        self.number = (self.number + 1) % _IDS
        self.age = self._passed = 0
        self.answer: int | None = None
        self.asked = self._counted = False

    @property
    def told(self) -> bool:
        """Whether bouts are."""
        return self._stream is not None

    def update(self, x: Array, outputs: Array) -> int | None:
        """Take in a window's scaled inputs (n,) and outputs (m,): the bout's class number as far as
        it is known, which is the answer, or what its windows' outputs sum up to. None for a stray,
        which belongs to no bout."""
        anew = self._passed >= LASTS
        if self._stream is None:
            place, most = _NEW, tally(outputs, self.votes, True)
        else:
            place, most = self._stream.follow(x, outputs, self.votes, anew)
            if place is _STRAY:
                return None
        if anew or place is _NEW:
            self._begin()
        self.age += 1
        return most if self.answer is None else self.answer

    def end(self) -> None:
        """A recording ends, or time goes by unseen."""
        if self._stream is not None:
            self._stream.end()
        self._begin()

    def ripens(self, age: int) -> bool:
        """Whether with this window the bout is old enough to be asked; True once a bout."""
        if self._stream is None:
            self._windows = (self._windows + 1) % ONE
            return not self._windows
        if self._counted or self.age < age:
            return False
        self._counted = True
        return True

    def ripe(self, age: int) -> bool:
        """Whether it may be asked at that age, and was not."""
        return self._stream is None or (self.age >= age and not self.asked)

    def learn(self, k: int) -> None:
        """The answer: it is passed on from now on."""
        if self._stream is not None:
            self.answer = k

    def pass_on(self) -> int | None:
        """The answer for a further window, None where there is none."""
        self._passed += self.answer is not None
        return self.answer

    def before(self) -> tuple[Array, int]:
        """What went before this window: the mean of the bout (n,), and how many windows it is to
        stand for."""
        if self._stream is None or self.age < 2:
            return self.votes, 0
        return self._stream.mean.copy(), min(self.age - 1, BEFORE)

    def add(self) -> None:
        """One more class, the last."""
        self.votes = np.append(self.votes, 0.0)

    def reset(self, classes: int) -> None:
        """The factory's classes again; nothing is known of the bout."""
        self.votes = np.zeros(classes)
        self._begin()

    @property
    def state_bytes(self) -> int:
        """On a device: the mean, a vote a class, and the rest."""
        inputs = 0 if self._stream is None else state_bytes(len(self._stream.mean))
        return inputs + 4 * len(self.votes) + 8
