"""Recursive least squares on one triangle of P: the arithmetic of learning, compiled.

P is symmetric, (d, d), kept as its lower triangle row after row: element (i, j), j <= i, is at
i (i + 1) / 2 + j. `tinyodl.learn.reference` is the same in plain NumPy, for reading and for tests.

Step (N.-Y. Liang et al., "A Fast and Accurate Online Sequential Learning Algorithm for Feedforward
Networks", IEEE Trans. Neural Networks 17(6), 2006, with one sample and a weight w):
    u = P h,  d = 1 + w h.u,  g = (w / d) u,  P <- P - g u^T,  beta <- beta + g (y - beta^T h)^T

Forgetting is directional (R. Kulhavy, M. Karny, "Tracking of slowly varying parameters by
directional forgetting", IFAC World Congress 1984): only what is known along h is discounted, so
that P cannot wind up in directions that the inputs no longer visit. In information form P^-1 gains
e h h^T with e = w - (1 - phi) / (h.u). Two guards keep P positive definite in floating point, and
are idle otherwise: no forgetting that would lift the trace of P above its ceiling, and no certainty
along h beyond RESOLUTION times the trace.
"""

from typing import Any

import numpy as np
import scipy.linalg
from numba import njit
from numpy.typing import NDArray

Array = NDArray[np.float64]

RESOLUTION = 1e-13  # of P's trace: what rounding in float64 leaves of the smallest variance


def triangle(matrix: Array) -> Array:
    """The lower triangle of a symmetric (d, d) matrix, row after row: (d (d + 1) / 2,)."""
    return np.ascontiguousarray(matrix[np.tril_indices(len(matrix))])


def full(packed: NDArray[Any]) -> NDArray[Any]:
    """The symmetric matrix of a triangle."""
    d = (int(np.sqrt(8 * len(packed) + 1)) - 1) // 2
    matrix = np.zeros((d, d), packed.dtype)
    matrix[np.tril_indices(d)] = packed
    return np.asarray(matrix + np.tril(matrix, -1).T)


def definite(packed: Array) -> bool:
    """Whether a triangle is that of a positive definite matrix, but for rounding."""
    matrix = full(packed)
    diagonal = np.diag(matrix)
    if not (np.isfinite(packed).all() and (diagonal > 0).all()):
        return False
    try:
        scipy.linalg.cholesky(matrix + RESOLUTION * diagonal.sum() * np.eye(len(matrix)))
    except scipy.linalg.LinAlgError:
        return False
    return True


def batch(H: Array, Y: Array, weight: Array, regularization: float) -> tuple[Array, Array]:
    """Initial training: P = (H^T W H + lambda I)^-1 as a triangle, beta = P H^T W Y.

    H (samples, d), Y (samples, m), weight (samples,). Raises scipy.linalg.LinAlgError where the
    Gram matrix is not positive definite in float64 (huge or collinear inputs); `steps` from `prior`
    copes with those.
    """
    weighted = H * weight[:, None]
    gram = weighted.T @ H
    gram[np.diag_indices_from(gram)] += regularization
    factor = scipy.linalg.cho_factor(gram, lower=True)
    P = scipy.linalg.cho_solve(factor, np.eye(len(gram)))
    diagonal = np.diag(P)
    if not (np.isfinite(P).all() and (diagonal > RESOLUTION * diagonal.sum()).all()):
        raise scipy.linalg.LinAlgError("the Gram matrix is too ill-conditioned for float64")
    return triangle(P), np.ascontiguousarray(scipy.linalg.cho_solve(factor, weighted.T @ Y))


def prior(d: int, m: int, regularization: float) -> tuple[Array, Array]:
    """P and beta before any sample."""
    return triangle(np.eye(d) / regularization), np.zeros((d, m))


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"}, nogil=True)  # type: ignore[misc]
def outputs(h, beta, o):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """o = beta^T h, written to o (m,)."""
    o[:] = 0.0
    for i in range(h.shape[0]):
        v = h[i]
        for k in range(o.shape[0]):
            o[k] += v * beta[i, k]


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"}, nogil=True)  # type: ignore[misc]
def times(h, P, u):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """u = P h, from the triangle of P, written to u (d,); returns h.u, the leverage of h."""
    k = 0
    for i in range(h.shape[0]):
        row = P[k : k + i]
        v = h[i]
        total = 0.0
        for j in range(i):
            total += row[j] * h[j]
            u[j] += row[j] * v
        u[i] = total + P[k + i] * v
        k += i + 1
    return inner(h, u)


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"}, nogil=True)  # type: ignore[misc]
def inner(h, u):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """h.u."""
    total = 0.0
    for i in range(h.shape[0]):
        total += h[i] * u[i]
    return total


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"}, nogil=True)  # type: ignore[misc]
def trace(P, d):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """The trace of P (d, d), from its triangle."""
    total = 0.0
    k = 0
    for i in range(d):
        total += P[k]
        k += i + 2
    return total


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"}, nogil=True)  # type: ignore[misc]
def downdate(P, u, shrink):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """P <- P - shrink u u^T, on the triangle of P."""
    k = 0
    for i in range(u.shape[0]):
        g = shrink * u[i]
        row = P[k : k + i + 1]
        for j in range(i + 1):
            row[j] -= g * u[j]
        k += i + 1


@njit(cache=True, nogil=True)  # type: ignore[misc]
def step(h, y, weight, known, reach, forgetting, ceiling, P, beta, u, o):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Learn one sample (h (d,), class index y): updates P and beta in place, leaves the outputs
    before it in o. See `learn`."""
    times(h, P, u)
    outputs(h, beta, o)
    return learn(h, P, beta, u, o, forgetting, ceiling, y, weight, known, reach)


@njit(cache=True, fastmath={"reassoc", "contract", "nsz"}, nogil=True)  # type: ignore[misc]
def learn(h, P, beta, u, o, forgetting, ceiling, y, weight, known, reach):  # type: ignore[no-untyped-def]  # pragma: no cover
    """Learn one sample whose u = P h (d,) and outputs o (m,) are there.

    known: leverage up to which P stays as it is, so that what is seen for ever is not held for ever
    more certain, and later labels still count. reach: beta moves no further than until output y is
    so far above all others (1 and more: all the way). With f of the way that a step of weight w
    goes, s = w r / (1 + w r), r = h.u, a lead g becomes g + f s (1 - g). Returns 1 + w h.u, which
    is below 1 or not a number only where the sample is not finite; nothing is changed then.
    """
    d = h.shape[0]
    s = inner(h, u)
    denominator = 1.0 + weight * s
    if not (denominator >= 1.0 and denominator < np.inf):
        return -1.0
    gain = weight / denominator
    shrink = gain
    spread = trace(P, d)
    floor = RESOLUTION * spread * inner(h, h)
    if forgetting < 1.0 and s > floor:
        information = weight - (1.0 - forgetting) / s
        shrink = information / (1.0 + information * s)
        if shrink < 0.0 and spread - shrink * inner(u, u) > ceiling:
            shrink = 0.0
    if s < floor * (1.0 + s * weight):
        room = 1.0 / floor - 1.0 / s if s > floor else 0.0
        shrink = min(shrink, room / (1.0 + room * s))
    if s <= known:
        shrink = 0.0
    m = o.shape[0]
    if reach < 1.0:
        highest = -np.inf
        for c in range(m):
            if c != y and o[c] > highest:
                highest = o[c]
        lead = o[y] - highest
        room = (reach - lead) / (1.0 - lead) if lead < reach else 0.0
        if gain * s > room:
            gain = room / s
    for i in range(d):
        g = gain * u[i]
        for c in range(m):
            beta[i, c] -= g * o[c]
        beta[i, y] += g
    if shrink != 0.0:
        downdate(P, u, shrink)
    return denominator


@njit(cache=True, nogil=True)  # type: ignore[misc]
def hold(h, P, u, weight):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """P of a step whose targets are the outputs it has (beta stays); h (d,) finite, u = P h."""
    downdate(P, u, weight / (1.0 + weight * inner(h, u)))


@njit(cache=True, nogil=True)  # type: ignore[misc]
def steps(H, Y, weight, forgetting, ceiling, P, beta, u, o):  # type: ignore[no-untyped-def]  # pragma: no cover
    """`step` for each row of H (k, d); returns the index of the first row that could not be learnt,
    or k."""
    for t in range(H.shape[0]):
        if (
            weight[t] > 0.0
            and step(H[t], Y[t], weight[t], 0.0, 1.0, forgetting, ceiling, P, beta, u, o) < 1.0
        ):
            return t
    return H.shape[0]
