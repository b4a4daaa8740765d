"""Choosing the seed of the hash, which is free: a device keeps one number either way."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray
from sklearn.base import clone
from sklearn.utils.validation import check_consistent_length

from tinyodl.learn.oselm import OSELMClassifier

_SLOPE = 6.0


class SeedSearch(NamedTuple):
    """best: the seed with the least loss; seeds and losses (k,): what was tried."""

    best: int
    seeds: NDArray[np.int64]
    losses: NDArray[np.float64]


def seed_search(
    X: ArrayLike,
    y: ArrayLike,
    groups: ArrayLike,
    model: OSELMClassifier | None = None,
    seeds: Iterable[int] = range(50),
) -> SeedSearch:
    """Try seeds by leave-one-group-out loss (a group is a person).

    X (samples, n), y (samples,), groups (samples,) with at least two different ones; model: its
    settings (default: `OSELMClassifier()`). The loss is logistic in the margin of the right output
    over the best other, times 6, averaged over groups; every group counts the same. One Gram matrix
    serves all groups of a seed.
    """
    X, y, groups = np.asarray(X, dtype=np.float64), np.asarray(y), np.asarray(groups)
    check_consistent_length(X, y, groups)
    names = np.unique(groups)
    if len(names) < 2:
        raise ValueError(
            f"groups must name at least two groups to leave one out, got {names.tolist()}"
        )
    classes, labels = np.unique(y, return_inverse=True)
    Y = np.eye(len(classes))[labels]
    tried = np.array(list(seeds), dtype=np.int64)
    if not len(tried):
        raise ValueError("seeds is empty: give at least one")
    losses = np.array(
        [
            _loss(
                clone(model or OSELMClassifier()).set_params(random_state=int(s)), X, y, Y, groups
            )
            for s in tried
        ]
    )
    return SeedSearch(int(tried[losses.argmin()]), tried, losses)


def _loss(
    model: OSELMClassifier,
    X: NDArray[np.float64],
    y: NDArray[np.generic],
    Y: NDArray[np.float64],
    groups: NDArray[np.generic],
) -> float:
    H = model.partial_fit(X[:1], y[:1], classes=np.unique(y)).hidden(X)
    gram = H.T @ H + model.regularization * np.eye(H.shape[1])
    cross = H.T @ Y
    losses = []
    for group in np.unique(groups):
        own = groups == group
        Hg, Yg = H[own], Y[own]
        o = Hg @ np.linalg.solve(gram - Hg.T @ Hg, cross - Hg.T @ Yg)
        right = (o * Yg).sum(axis=1)
        other = np.where(Yg > 0, -np.inf, o).max(axis=1)
        losses.append(np.logaddexp(0, _SLOPE * (other - right)).mean())
    return float(np.mean(losses))
