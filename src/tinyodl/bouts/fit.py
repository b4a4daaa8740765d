"""What bouts look like, from the people trained on.

tau is the greatest of TAUS with at most MOST_WRONG of the labels passed on wrongly, on streams as a
wearer would have them: each person's recordings one behind the other, their ends hidden, each
bout's label that of its first window. (Recordings of one activity each, kept apart, would never
show a wrong one.) A new wearer's bouts may lie closer: tau is SAFETY of that. Where none is, there
are no bouts.
"""

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tinyodl.bouts.stream import place

Array = NDArray[np.float64]
Numbers = NDArray[np.int64]

MOST_WRONG = 0.01
TAUS = 2.0 ** np.arange(-3.0, 3.01, 0.25)
SAFETY = 2.0**-0.5  # two steps of the grid
LEAST = 0.02  # of an input's range: a deviation below tells nothing


class Bouts(NamedTuple):
    """weights (n,): 1 / (n v), v an input's variance within bouts; tau: how far a window of a bout
    may lie from its mean; wrong: share of labels passed on wrongly among the people trained on."""

    weights: Array
    tau: float
    wrong: float


def fit(Z: Array, y: Numbers, subject: Numbers, recording: Numbers) -> Bouts | None:
    """From scaled inputs Z (windows, n) in time order within each recording, class numbers y, whose
    they are and of which recording; None where bouts cannot be told."""
    order = np.lexsort((np.arange(len(y)), recording, subject))
    Z, y = np.ascontiguousarray(Z[order]), y[order]
    subject, recording = subject[order], recording[order]
    follows = (y[1:] == y[:-1]) & (subject[1:] == subject[:-1])
    follows &= recording[1:] == recording[:-1]
    if not follows.any():
        return None
    variance = (np.diff(Z, axis=0)[follows] ** 2).mean(axis=0) / 2 + LEAST**2
    weights = 1.0 / (Z.shape[1] * variance)
    for tau in TAUS[::-1].tolist():
        passed, wrong = passed_on(Z, y, subject, weights, tau)
        if passed and wrong <= MOST_WRONG * passed:
            passed, wrong = passed_on(Z, y, subject, weights, SAFETY * tau)
            return Bouts(weights, SAFETY * tau, wrong / max(passed, 1))
    return None


@njit(cache=True, nogil=True)  # type: ignore[misc]
def passed_on(Z, y, subject, weights, tau):  # type: ignore[no-untyped-def]  # pragma: no cover
    """(labels passed on, of them wrong) over windows in time order, person by person."""
    mean = np.zeros(Z.shape[1])
    state = np.zeros(2, np.int64)
    passed = 0
    wrong = 0
    label = y[0]
    for t in range(len(y)):
        if t > 0 and subject[t] != subject[t - 1]:
            state[:] = 0
        found = place(Z[t], weights, tau, mean, state)
        if found == 0:
            label = y[t]
        elif found == 1:
            passed += 1
            wrong += label != y[t]
    return passed, wrong
