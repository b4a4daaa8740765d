"""The fixed hidden layer: h = G(s alpha^T x), with the inputs and a constant before it where links
are direct."""

import numpy as np
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]

ACTIVATIONS = {"hard_sigmoid": 0, "sigmoid": 1, "relu": 2}


def features(X: Array, alpha: Array, gain: float, activation: int, direct: bool) -> Array:
    """X (samples, n), alpha (n, N) -> (samples, N), or (samples, n + 1 + N) with direct links."""
    z = X @ alpha
    z *= gain
    if activation == 0:
        z *= 0.25
        z += 0.5
        np.clip(z, 0.0, 1.0, out=z)
    elif activation == 1:
        z = 0.5 * (1.0 + np.tanh(0.5 * z))
    else:
        np.maximum(z, 0.0, out=z)
    return np.hstack([X, np.ones((len(X), 1)), z]) if direct else np.asarray(z)


@njit(cache=True, nogil=True)  # type: ignore[misc]
def features_one(x, alpha, gain, activation, direct, h):  # type: ignore[no-untyped-def]  # pragma: no cover
    """The same for one sample, written to h (d,); False where x is not finite."""
    bad = 0
    for i in range(x.shape[0]):
        bad += not abs(x[i]) < np.inf
    if bad:
        return False
    first = 0
    if direct:
        first = x.shape[0] + 1
        h[: first - 1] = x
        h[first - 1] = 1.0
    if alpha.shape[1] == 0:
        return True
    z = h[first:]
    np.dot(x, alpha, z)
    for j in range(z.shape[0]):
        v = z[j] * gain
        if activation == 0:
            z[j] = min(max(v * 0.25 + 0.5, 0.0), 1.0)
        elif activation == 1:
            z[j] = 0.5 * (1.0 + np.tanh(0.5 * v))
        else:
            z[j] = max(v, 0.0)
    return True
