"""Rotations in whole numbers: `align.mounting` and `align.aligner` on a device. Quaternions (w, x,
y, z) have Q_BITS of fraction. docs/fixed-point-inputs.md has the formats.

Plain Python: once in 20 s of walking.
"""

import math
import sys
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl import align
from tinyodl.align import Template
from tinyodl.fixed.core import bits
from tinyodl.fixed.moments import VEC_BITS

Q_BITS = 28
W_BITS = 12  # fraction of tests
ONE = 1 << Q_BITS
NONE = (ONE, 0, 0, 0)

Vector = tuple[int, ...]
Quaternion = tuple[int, int, int, int]


def times_q(a: int, b: int) -> int:
    """A product of Q_BITS with anything, to the nearest."""
    return (a * b + (1 << (Q_BITS - 1))) >> Q_BITS


def unit(parts: Vector) -> Vector:
    """A vector of numbers within 2^32, made Q_BITS long; of nothing, nothing."""
    most = max(map(abs, parts))
    if most == 0:
        return parts
    shift = 29 - int(bits(most))
    whole = [p << shift if shift >= 0 else p >> -shift for p in parts]
    length = math.isqrt(sum(p * p for p in whole))
    return tuple(_divided(p << Q_BITS, length) for p in whole)


def _divided(a: int, b: int) -> int:
    return -(-a // b) if a < 0 else a // b


def cross(a: Vector, b: Vector) -> Vector:
    """a x b, one of them in Q_BITS."""
    return (
        times_q(a[1], b[2]) - times_q(a[2], b[1]),
        times_q(a[2], b[0]) - times_q(a[0], b[2]),
        times_q(a[0], b[1]) - times_q(a[1], b[0]),
    )


def dot(a: Vector, b: Vector) -> int:
    """The product of two vectors, one of them in Q_BITS."""
    return sum(times_q(x, y) for x, y in zip(a, b, strict=True))


def half(w: int, v: Vector, otherwise: Vector) -> Quaternion:
    """The unit quaternion along (w, v); half a turn about some other axis where that is next to
    nothing."""
    parts = (w, *v)
    if max(map(abs, parts)) < 1 << 6:
        return (0, *otherwise)  # type: ignore[return-value]
    return unit(parts)  # type: ignore[return-value]


def onto(a: Vector, b: Vector) -> Quaternion:
    """The least rotation from unit vector a to unit vector b."""
    smallest = min(range(3), key=lambda k: abs(a[k]))
    axis = tuple(ONE if k == smallest else 0 for k in range(3))
    return half(ONE + dot(a, b), cross(a, b), axis)


def times(a: Quaternion, b: Quaternion) -> Quaternion:
    """First b, then a, and of length 1 again."""
    w, x, y, z = a
    p, q, r, s = b
    product = (
        times_q(w, p) - times_q(x, q) - times_q(y, r) - times_q(z, s),
        times_q(w, q) + times_q(p, x) + times_q(y, s) - times_q(z, r),
        times_q(w, r) + times_q(p, y) + times_q(z, q) - times_q(x, s),
        times_q(w, s) + times_q(p, z) + times_q(x, r) - times_q(y, q),
    )
    return unit(product)  # type: ignore[return-value]


def back(q: Quaternion) -> Quaternion:
    """The rotation back."""
    return (q[0], -q[1], -q[2], -q[3])


def mean(a: Quaternion, weight: int, b: Quaternion) -> Quaternion:
    """The rotation in the middle of a, with so much weight (MOST at most), and b."""
    sign = 1 if dot(a, b) >= 0 else -1
    return unit(tuple(weight * x + sign * y for x, y in zip(a, b, strict=True)))  # type: ignore[return-value]


def matrix(q: Quaternion) -> list[Vector]:
    """The rotation's matrix, Q_BITS."""
    w, x, y, z = q

    def twice(a: int, b: int) -> int:
        return 2 * times_q(a, b)

    return [
        (ONE - twice(y, y) - twice(z, z), twice(x, y) - twice(w, z), twice(x, z) + twice(w, y)),
        (twice(x, y) + twice(w, z), ONE - twice(x, x) - twice(z, z), twice(y, z) - twice(w, x)),
        (twice(x, z) - twice(w, y), twice(y, z) + twice(w, x), ONE - twice(x, x) - twice(y, y)),
    ]


def turned(m: list[Vector], v: Vector) -> Vector:
    """A vector times a matrix."""
    return tuple(dot(row, v) for row in m)


def same(a: Quaternion, b: Quaternion) -> bool:
    """Whether two rotations are the same numbers."""
    return a == b


class Constants(NamedTuple):
    """A template's. gravity (3,), Q_BITS; heading (VECTORS - 1, 3): the greatest is 2^VEC_BITS;
    block: brisk half windows; turned, remounted: two matrices each, W_BITS."""

    gravity: Vector
    heading: list[Vector]
    block: int
    turned: list[list[Vector]]
    remounted: list[list[Vector]]

    def mounting(self, vectors: NDArray[np.int64]) -> Quaternion:
        """The rotation onto the people trained on, of vectors (VECTORS, 3)."""
        first, *others = (tuple(map(int, row)) for row in vectors)
        if not any(first):
            return NONE
        upright = onto(unit(first), self.gravity)
        m = matrix(upright)
        along = across = 0
        for own, heading in zip(others, self.heading, strict=True):
            level = turned(m, own)
            side = cross(level, self.gravity)
            along += sum(a * b for a, b in zip(heading, level, strict=True))
            across += sum(a * b for a, b in zip(heading, side, strict=True))
        flat = unit_pair(along, across)
        if flat == (0, 0):  # nothing to compare
            return upright
        about = tuple(times_q(-flat[1], g) for g in self.gravity)
        return times(half(ONE + flat[0], about, self.gravity), upright)


def constants(template: Template) -> Constants:
    """In whole numbers."""
    scale = 2**VEC_BITS / np.abs(template.heading).max()

    def whole(array: object, unit: float) -> list[Vector]:
        return [tuple(row) for row in np.rint(np.asarray(array) * unit).astype(int).tolist()]

    tests = [
        [whole(test, 2.0**W_BITS) for test in pair]
        for pair in (template.turned, template.remounted)
    ]
    gravity = unit(tuple(np.rint(template.gravity * ONE).astype(int).tolist()))
    return Constants(gravity, whole(template.heading, scale), template.block, *tests)


def unit_pair(a: int, b: int) -> tuple[int, int]:
    """Two numbers within 2^62 as cosine and sine, Q_BITS."""
    shift = max(int(bits(max(abs(a), abs(b)))) - 31, 0)
    return unit((a >> shift, b >> shift))  # type: ignore[return-value]


def outside(q: Quaternion, test: list[Vector]) -> bool:
    """Whether a rotation is more than a test lets pass."""
    sign = 1 if q[0] >= 0 else -1
    r = [sign * part >> (Q_BITS - 15) for part in q[1:]]  # 2 sin(angle / 2) and the axis, 14 bits
    total = sum(r[i] * r[j] * test[i][j] for i in range(3) for j in range(3))
    return total > 1 << (28 + W_BITS)


class Aligner(align.Aligner):
    """`align.Aligner` on a device. template: `Constants`; rotation: a matrix, Q_BITS."""

    turns = sys.modules[__name__]
    zero = 0
