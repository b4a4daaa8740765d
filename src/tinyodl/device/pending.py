"""Queries that wait for their label: a bounded queue. While it is full nothing is asked.

Samples are counted, and the count is their id: no two ever have the same. On the air, and in a
device's queue, its low 16 bits will do, since nothing waits for as long as half of those last.
"""

from collections import OrderedDict
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.device.estimate import Drawn
from tinyodl.device.state import Asked

CAPACITY = 16
LONGEST = 2**15  # samples after which no answer is waited for any more


class Kept(NamedTuple):
    """Scaled inputs as int8 (n,), what the state machine remembers of the question, the number of
    its bout (None: of none, the label is compared only), and what it tells of the accuracy where
    it was drawn for that."""

    values: NDArray[np.int8]
    asked: Asked
    bout: int | None
    drawn: Drawn | None = None


class Pending:
    """Queries by sample id, at most `capacity` of them; `dropped` counts those that had to go."""

    SETTINGS = ("capacity",)

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self.dropped = 0
        self._waiting: OrderedDict[int, Kept] = OrderedDict()

    def __len__(self) -> int:
        return len(self._waiting)

    @property
    def full(self) -> bool:
        """Whether there is room for no other."""
        return len(self._waiting) >= self.capacity

    def put(self, sample: int, kept: Kept) -> None:
        """Keep a query; the oldest makes room. Asked again, it replaces its last."""
        self._waiting.pop(sample, None)
        if len(self._waiting) >= self.capacity:
            self._waiting.popitem(last=False)
            self.dropped += 1
        self._waiting[sample] = kept

    def take(self, sample: int) -> Kept | None:
        """The query of a sample, once; None where it never waited, was answered, or had to go."""
        return self._waiting.pop(sample, None)

    def forget(self, sample: int) -> None:
        """Let the oldest go where it is LONGEST samples old at this one."""
        for oldest in self._waiting:
            if sample - oldest >= LONGEST:
                del self._waiting[oldest]
                self.dropped += 1
            return

    def clear(self) -> None:
        """Forget all."""
        self._waiting.clear()

    def state_bytes(self, inputs: int) -> int:
        """Bytes of a full queue: the inputs, and four each for the id and why it was asked."""
        return self.capacity * (inputs + 4)
