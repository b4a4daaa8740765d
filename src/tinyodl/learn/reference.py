"""The learning step in plain NumPy, whole matrices, as the formulas read; `tinyodl.learn.rls` is
tested against it."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def step(
    h: Array, y: Array, P: Array, beta: Array, weight: float = 1.0, forgetting: float = 1.0
) -> tuple[Array, Array]:
    """One sample: h (d,), one-hot y (m,), P (d, d), beta (d, m) -> the new P and beta.

    >>> P, beta = step(np.array([1.0]), np.array([0.0, 1.0]), np.eye(1), np.zeros((1, 2)))
    >>> P, beta
    (array([[0.5]]), array([[0. , 0.5]]))
    """
    u = P @ h
    s = h @ u
    beta = beta + np.outer(weight * u / (1 + weight * s), y - h @ beta)
    information = weight - (1 - forgetting) / s if s > 0 else weight
    return P - information / (1 + information * s) * np.outer(u, u), beta
