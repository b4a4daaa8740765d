"""What every drift detector is: it watches predictions, and says when the wearer is no longer like
those trained on.

To add a detector, write a class with these members and give it a name: docs/device.md.
"""

import math
from typing import NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from tinyodl.learn import Outlook

Array = NDArray[np.float64]


class Calibration(NamedTuple):
    """What a detector needs to know of windows that were held out of the training, of people
    trained on.

    score_mean, score_deviation (m,): of `score`, by predicted class; centroids (m, n): mean scaled
    inputs by predicted class; spread (m,): mean distance from them (L1 over n); confidence: mean
    P1P2.
    """

    score_mean: Array
    score_deviation: Array
    centroids: Array
    spread: Array
    confidence: float


class Detector(Protocol):
    """Watches sample by sample, in constant memory.

    state_bytes: what it keeps on a device.
    """

    @property
    def state_bytes(self) -> int: ...

    def update(self, outlook: Outlook, x: Array) -> bool:
        """One prediction in predicting mode and its scaled inputs (n,); True where drift is found
        (it then starts anew)."""
        ...

    def adapt(self, outlook: Outlook, x: Array) -> None:
        """One prediction while the device trains: what is usual may change."""
        ...

    def start(self) -> None:
        """Predicting mode starts (again)."""
        ...


def score(outlook: Outlook) -> float:
    """How much a prediction is to be trusted: P1P2, less where the sample lies far from what was
    learnt."""
    return outlook.confidence - 0.25 * math.log(outlook.leverage + 1e-4)


def calibrate(outlooks: list[Outlook], X: Array, classes: int) -> Calibration:
    """Means and deviations over held-out windows; X (windows, n) scaled. A class predicted under
    five times takes those of all."""
    predicted = np.array([o.predicted for o in outlooks])
    scores = np.array([score(o) for o in outlooks])
    everything = np.ones(len(X), bool)
    means, deviations, centroids, spreads = [], [], [], []
    for k in range(classes):
        own = predicted == k
        chosen = own if own.sum() >= 5 else everything
        means.append(scores[chosen].mean())
        deviations.append(scores[chosen].std() + 1e-6)
        centroids.append(X[chosen].mean(axis=0))
        spreads.append(np.abs(X[chosen] - centroids[-1]).mean())
    confidence = float(np.mean([o.confidence for o in outlooks]))
    return Calibration(
        np.array(means), np.array(deviations), np.array(centroids), np.array(spreads), confidence
    )
