"""`bouts.Stream` in whole numbers: where one bout ends and the next begins. docs/fixed-point.md has
the formats."""

import numpy as np
from numpy.typing import NDArray

from tinyodl.bouts import Bouts, Place, tally
from tinyodl.fixed import core
from tinyodl.fixed.core import compiled, rounded

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

M_BITS = 8  # fraction of the mean
W_MOST = 2**16 - 1  # weights
THIRD = 21846  # 2^16 / 3, rounded up
_PLACES = (Place.NEW, Place.SAME, Place.STRAY)


@compiled
def place(h, weights, limits, mean, state):  # type: ignore[no-untyped-def]
    """The place (an index of _PLACES) of h (n,), taking it into mean (n,), M_BITS.

    weights (n,): 1 / variance within bouts; limits (4,): of the distance, by how many windows the
    mean is of. state (2,): these, and whether the last was a stray.
    """
    k = int(state[0])
    found = 0
    if k > 0:
        distance = 0
        for i in range(h.shape[0]):
            off = (int(h[i]) << M_BITS) - int(mean[i])
            distance += int(weights[i]) * (off * off)
        if distance <= limits[k - 1]:
            found = 1
        elif state[1] == 0:
            state[1] = 1
            return 2
    if found == 0:
        k = 0
    for i in range(h.shape[0]):
        now = int(h[i]) << M_BITS
        off = now - int(mean[i])
        if k == 0:
            mean[i] = now
        elif k == 2:
            mean[i] += rounded(off * THIRD, 16)
        else:
            mean[i] += rounded(off, min(k, 2))
    state[0] = min(k + 1, 4)
    state[1] = 0
    return found


class Stream:
    """See `bouts.Stream`. step (n,): what one step of a whole number is worth."""

    SETTINGS = ("_weights", "_limits", "_step")

    def __init__(self, bouts: Bouts, step: Array) -> None:
        self._weights, self._limits = constants(bouts, step)
        self._step = step
        self._mean = core.empty(len(step))
        self._state = np.zeros(2, np.int64)

    @property
    def mean(self) -> Array:
        """Of the present bout's inputs (n,), as far back as it goes, in whole steps."""
        return np.asarray(rounded(self._mean, M_BITS) * self._step)

    def follow(self, x: Array, outputs: Array, votes: Array, anew: bool) -> tuple[Place, int]:
        """See there; outputs and votes are whole numbers of one unit, which a float holds."""
        found = place(self.whole(x), self._weights, self._limits, self._mean, self._state)
        if found == 2:
            return Place.STRAY, -1
        return _PLACES[found], tally(outputs, votes, anew or found == 0)

    def whole(self, x: Array) -> Ints:
        """h (n,) of scaled inputs."""
        return np.asarray(np.clip(np.rint(x / self._step), -core.H, core.H), dtype=np.int64)

    def end(self) -> None:
        """See there."""
        self._state[:] = 0


def constants(bouts: Bouts, step: Array) -> tuple[Ints, Ints]:
    """Weights (n,), the greatest of which fills 16 bits, and limits (4,)."""
    real = bouts.weights * (step / 2**M_BITS) ** 2
    unit = W_MOST / real.max()
    wider = (1 + 1, 1 + 1 / 2, 1 + 1 / 3, 1 + 1 / 7)  # 1 + 1/k
    limits = [min(int(bouts.tau * more * unit), 2**62) for more in wider]
    return np.rint(real * unit).astype(np.int64), np.array(limits, np.int64)
