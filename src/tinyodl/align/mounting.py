"""The rotation from a sensor as it is worn to the sensor of the people trained on, in closed form.

Two rotations, one after the other: the least that turns the mean acceleration onto the template's,
then one about it, by the angle between the vectors and the template's. That angle's cosine and sine
are two sums over the products of both. Rotations are unit quaternions (w, x, y, z), so that square
roots are all that is needed: no search, no angle.
"""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NONE: Array = np.array([1.0, 0.0, 0.0, 0.0])
NONE.flags.writeable = False
_OPPOSITE = 1e-9


def mounting(vectors: Array, gravity: Array, heading: Array) -> Array:
    """vectors (1 + k, 3): the mean acceleration and k more; gravity (3,): unit vector; heading (k,
    3): the template's vectors, weighed, across gravity -> (4,)."""
    upright = onto(vectors[0] / np.sqrt((vectors[0] ** 2).sum()), gravity)
    level = vectors[1:] @ matrix(upright).T
    along = float((heading * level).sum())
    across = float((heading * cross(level, gravity)).sum())
    length = np.hypot(along, across)
    if length == 0:  # nothing to compare
        return upright
    return times(_half(length + along, -across * gravity, gravity), upright)


def onto(a: Array, b: Array) -> Array:
    """The least rotation from unit vector a to unit vector b."""
    return _half(1 + float(a @ b), cross(a, b), np.eye(3)[np.abs(a).argmin()])


def _half(w: float, v: Array, otherwise: Array) -> Array:
    """The unit quaternion along (w, v); half a turn about some other axis where that is nothing."""
    length = np.sqrt(w * w + float(v @ v))
    if length < _OPPOSITE:
        return np.asarray(np.r_[0.0, otherwise])
    return np.asarray(np.r_[w, v] / length)


def times(a: Array, b: Array) -> Array:
    """First b, then a (W. R. Hamilton, 1843)."""
    v = a[0] * b[1:] + b[0] * a[1:] + cross(a[1:], b[1:])
    return np.asarray(np.r_[a[0] * b[0] - a[1:] @ b[1:], v])


def cross(a: Array, b: Array) -> Array:
    """The product a x b of vectors (..., 3)."""
    x, y, z = a[..., 0], a[..., 1], a[..., 2]
    u, v, w = b
    return np.stack([y * w - z * v, z * u - x * w, x * v - y * u], axis=-1)


def back(q: Array) -> Array:
    """The rotation back."""
    return np.asarray(np.r_[q[0], -q[1:]])


def mean(a: Array, weight: float, b: Array) -> Array:
    """The rotation in the middle of a, with so much weight, and b."""
    total = weight * a + (b if a @ b >= 0 else -b)
    return np.asarray(total / np.sqrt(total @ total))


def same(a: Array, b: Array) -> bool:
    """Whether two rotations are the same numbers."""
    return np.array_equal(a, b)


def outside(q: Array, test: Array) -> bool:
    """Whether a rotation is more than a test (3, 3) lets pass: r^T test r > 1, r its half sines."""
    r = half_sines(q)
    return bool(r @ test @ r > 1)


def half_sines(q: Array) -> Array:
    """Axis times 2 sin(angle / 2), (3,): the rotation vector in radians where that is small, and of
    length 2 for half a turn."""
    return np.asarray(2 * q[1:] if q[0] >= 0 else -2 * q[1:])


def matrix(q: Array) -> Array:
    """The rotation's matrix (3, 3); readings times its transpose are turned."""
    w, x, y, z = q
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)],
            [2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)],
            [2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)],
        ]
    )


def degrees(q: Array) -> float:
    """The angle of a rotation."""
    return float(np.degrees(2 * np.arccos(np.clip(abs(q[0]), 0, 1))))
