"""Where one bout ends and the next begins, window by window.

The distance of a window's scaled inputs x from the running mean c of its bout, in variances within
bouts v,

    D = mean over inputs of (x - c)^2 / v,

is 1 + 1/k on average inside a bout whose mean was taken over k windows. A window with
D > tau (1 + 1/k) is a stray. The window after it decides: where that lies near the mean, the bout
goes on; where not, it begins a new one. So a single odd window ends nothing, and no label is ever
passed on to the first window after a change.

The mean is that of the windows so far up to the fourth, from then on it moves a quarter of the way
to each (its variance is that of some 7 windows). No division, nothing transcendental: what divides
stands in tables.
"""

from enum import Enum
from typing import Any

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]

# By how many windows the mean is of, 0 (nothing yet) to 4 and more.
SHARE = np.array([1.0, 1 / 2, 1 / 3, 1 / 4, 1 / 4])  # of the way to the next window
WIDER = np.array([np.inf, 1 + 1, 1 + 1 / 2, 1 + 1 / 3, 1 + 1 / 7])  # 1 + 1/k


class Place(Enum):
    """A window's."""

    NEW = "new"  # the first of a bout
    SAME = "same"  # in the same bout as the last that was no stray
    STRAY = "stray"  # in none


_PLACES = (Place.NEW, Place.SAME, Place.STRAY)


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"}, nogil=True)  # type: ignore[misc]
def place(x, weights, tau, mean, state):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The place (an index of _PLACES) of x (n,), taking it into mean (n,).

    weights (n,): 1 / (n v). state (2,): windows that the mean is of, and whether the last was a
    stray.
    """
    k = state[0]
    found = 0
    if k > 0:
        distance = 0.0
        for i in range(x.shape[0]):
            off = x[i] - mean[i]
            distance += weights[i] * off * off
        if distance <= tau * WIDER[k]:
            found = 1
        elif state[1] == 0:
            state[1] = 1
            return 2
    if found == 0:
        k = 0
    share = SHARE[k]
    for i in range(x.shape[0]):
        mean[i] = x[i] if k == 0 else mean[i] + share * (x[i] - mean[i])
    state[0] = min(k + 1, 4)
    state[1] = 0
    return found


@njit(cache=True, nogil=True)  # type: ignore[misc]
def tally(outputs, votes, anew):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Add a window's outputs (m,) to the votes (m,) of its bout, which begin with it where that is
    new; returns the class with the most."""
    most = 0
    for k in range(votes.shape[0]):
        votes[k] = outputs[k] if anew else votes[k] + outputs[k]
        if votes[k] > votes[most]:
            most = k
    return most


@njit(cache=True, nogil=True)  # type: ignore[misc]
def follow(x, weights, tau, mean, state, outputs, votes, anew):  # type: ignore[no-untyped-def]  # pragma: no cover
    """`place` of x (n,), and what `tally` says then: -1 for a stray, which has no vote. anew: the
    votes begin with this window wherever it is."""
    found = place(x, weights, tau, mean, state)
    return found, -1 if found == 2 else tally(outputs, votes, anew or found == 0)


class Stream:
    """The bouts of one stream. mean (n,): of the present bout's inputs, as far back as it goes.

    bouts: see `fit.Bouts`.
    """

    def __init__(self, bouts: Any) -> None:
        self.bouts = bouts
        self.mean: Array = np.zeros(len(bouts.weights))
        self._state = np.zeros(2, np.int64)

    def update(self, x: Array) -> Place:
        """The place of the next window's scaled inputs (n,), float64."""
        bouts = self.bouts
        return _PLACES[place(x, bouts.weights, bouts.tau, self.mean, self._state)]

    def follow(self, x: Array, outputs: Array, votes: Array, anew: bool) -> tuple[Place, int]:
        """The place of the next window's inputs, and the class number that its bout's votes (m,)
        are for, with its outputs (m,) among them. anew: they begin with this window."""
        weights, tau, _ = self.bouts
        found, most = follow(x, weights, tau, self.mean, self._state, outputs, votes, anew)
        return _PLACES[found], most

    def end(self) -> None:
        """The recording ends, or time passes unseen: the next window begins a bout."""
        self._state[:] = 0


def state_bytes(inputs: int) -> int:
    """Bytes that a device keeps for one stream: the mean in float32, and a count and a flag. The
    weights are constants of the model."""
    return 4 * inputs + 4
