"""What a model makes of one sample: what drift detectors and pruning policies decide on."""

from typing import NamedTuple

import numpy as np
from numba import njit

from tinyodl.learn.hidden import features_one
from tinyodl.learn.rls import outputs, times


class Outlook(NamedTuple):
    """What a device knows of a sample before anybody tells it more.

    predicted: class number; confidence: P1P2, the highest output minus the second; leverage: h^T P
    h, how far the sample lies from what was learnt (a prediction's variance grows as 1 + leverage);
    learning computes it anyway.
    """

    predicted: int
    confidence: float
    leverage: float


@njit(cache=True, nogil=True)  # type: ignore[misc]
def look(alpha, gain, activation, direct, beta, P, h, u, o, x):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The fields of an `Outlook` of x (n,); predicted is -1 where x is not finite.

    Features, P h and outputs stay in h (d,), u (d,) and o (m,), for `rls.learn`.
    """
    if not features_one(x, alpha, gain, activation, direct, h):
        return -1, 0.0, 0.0
    outputs(h, beta, o)
    first = 0
    second = -np.inf
    for k in range(1, o.shape[0]):
        if o[k] > o[first]:
            second = o[first]
            first = k
        elif o[k] > second:
            second = o[k]
    return first, o[first] - second, times(h, P, u)
