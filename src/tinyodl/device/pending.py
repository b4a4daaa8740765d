"""Queries that wait for their label: a bounded queue, the oldest goes first."""

from collections import OrderedDict

import numpy as np
from numpy.typing import NDArray

CAPACITY = 16


class Pending:
    """Inputs by sample id, at most `capacity` of them; `dropped` counts those that had to go."""

    def __init__(self, capacity: int = CAPACITY) -> None:
        self.capacity = capacity
        self.dropped = 0
        self._waiting: OrderedDict[int, NDArray[np.int8]] = OrderedDict()

    def __len__(self) -> int:
        return len(self._waiting)

    def put(self, sample: int, values: NDArray[np.int8]) -> None:
        """Keep a query; the oldest makes room."""
        if len(self._waiting) >= self.capacity:
            self._waiting.popitem(last=False)
            self.dropped += 1
        self._waiting[sample] = values

    def take(self, sample: int) -> NDArray[np.int8] | None:
        """The inputs of a sample, once; None where it never waited, was answered, or had to go."""
        return self._waiting.pop(sample, None)

    def clear(self) -> None:
        """Forget all."""
        self._waiting.clear()

    def state_bytes(self, inputs: int) -> int:
        """Bytes of a full queue: the inputs and four for the id each."""
        return self.capacity * (inputs + 4)
