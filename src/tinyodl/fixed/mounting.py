"""Rotations in whole numbers: `align.mounting` and `align.aligner` on a device. Quaternions (w, x,
y, z) have Q_BITS of fraction. docs/fixed-point-inputs.md has the formats.

Plain Python: once in 20 s of walking.
"""

import math
from typing import NamedTuple

import numpy as np

from tinyodl.align import Template
from tinyodl.align.aligner import PATIENCE
from tinyodl.align.moments import STEADY
from tinyodl.align.template import MOST
from tinyodl.fixed.core import bits
from tinyodl.fixed.moments import VEC_BITS, VECTORS

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
    shift = 29 - int(bits.py_func(most))
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


class Constants(NamedTuple):
    """A template's. gravity (3,), Q_BITS; heading (VECTORS - 1, 3): the greatest is 2^VEC_BITS;
    block: brisk half windows; turned, remounted: two matrices each, W_BITS."""

    gravity: Vector
    heading: list[Vector]
    block: int
    turned: list[list[Vector]]
    remounted: list[list[Vector]]


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


def mounting(vectors: list[Vector], c: Constants) -> Quaternion:
    """The rotation onto the people trained on, of vectors (VECTORS, 3)."""
    if not any(vectors[0]):
        return NONE
    upright = onto(unit(vectors[0]), c.gravity)
    m = matrix(upright)
    along = across = 0
    for own, heading in zip(vectors[1:], c.heading, strict=True):
        level = turned(m, own)
        side = cross(level, c.gravity)
        along += sum(a * b for a, b in zip(heading, level, strict=True))
        across += sum(a * b for a, b in zip(heading, side, strict=True))
    flat = unit_pair(along, across)
    if flat == (0, 0):  # nothing to compare
        return upright
    about = tuple(times_q(-flat[1], g) for g in c.gravity)
    return times(half(ONE + flat[0], about, c.gravity), upright)


def unit_pair(a: int, b: int) -> tuple[int, int]:
    """Two numbers within 2^62 as cosine and sine, Q_BITS."""
    shift = max(int(bits.py_func(max(abs(a), abs(b)))) - 31, 0)
    return unit((a >> shift, b >> shift))  # type: ignore[return-value]


def outside(q: Quaternion, test: list[Vector]) -> bool:
    """Whether a rotation is more than a test lets pass."""
    sign = 1 if q[0] >= 0 else -1
    r = [sign * part >> (Q_BITS - 15) for part in q[1:]]  # 2 sin(angle / 2) and the axis, 14 bits
    total = sum(r[i] * r[j] * test[i][j] for i in range(3) for j in range(3))
    return total > 1 << (28 + W_BITS)


class Aligner:
    """`align.Aligner` in whole numbers. rotation: a matrix, Q_BITS."""

    def __init__(self, c: Constants) -> None:
        self.constants = c
        self.alignments = 0
        self.rotation = matrix(NONE)
        self._aligned = self._wearing = self._first = self._other = NONE
        self._wearings = self._blocks = self._run = 0
        self.pause()

    @property
    def known(self) -> bool:
        """Whether the mounting was seen since the sensor was put on, or there was time enough."""
        return self._seen or self._waited >= PATIENCE

    def pause(self) -> None:
        """It may have been taken off."""
        self._seen, self._waited, self._odd = False, 0, 0
        self._new_block()

    def _new_block(self) -> None:
        self._block = [(0, 0, 0)] * VECTORS
        self._brisk = 0

    def half(self, vectors: list[Vector], brisk: bool) -> bool:
        """Half a window, its vectors as the sensor has them; True where the rotation changed."""
        self._waited = min(self._waited + 1, PATIENCE)
        self._run = min(self._run + 1, STEADY + 1) if brisk else 0
        if self._run <= STEADY:
            return False
        self._block = [
            tuple(a + b for a, b in zip(one, other, strict=True))  # type: ignore[misc]
            for one, other in zip(self._block, vectors, strict=True)
        ]
        self._brisk += 1
        if self._brisk < self.constants.block:
            return False
        found = mounting(list(self._block), self.constants)
        self._new_block()
        sure, self._seen = not self._seen, True
        return self._decide(found, sure)

    def _decide(self, found: Quaternion, sure: bool) -> bool:
        paused, worn = self.constants.remounted
        apart = times(found, back(self._wearing))
        if self._blocks and not outside(apart, paused if sure else worn):
            self._odd = 0
            if self._blocks == MOST:
                return False
            self._wearing = mean(self._wearing, self._blocks, found)
            self._blocks += 1
        else:
            alike = self._odd > 0 and not outside(times(found, back(self._other)), worn)
            self._other = mean(self._other, self._odd, found) if alike else found
            self._odd = self._odd + 1 if alike else 1
            if not sure and self._odd < MOST:
                return False
            self._wearings = min(self._wearings + 1, 2)
            self._wearing, self._blocks, self._odd = self._other, self._odd, 0
        if self._wearings > 1:
            return self._turn(times(self._first, self._wearing))
        test = self.constants.turned[int(self._blocks == MOST)]
        is_turned = self._aligned != NONE or outside(self._wearing, test)
        self._first = NONE if is_turned else back(self._wearing)
        return self._turn(self._wearing if is_turned else NONE)

    def _turn(self, aligned: Quaternion) -> bool:
        if aligned == self._aligned:
            return False
        self._aligned, self.rotation = aligned, matrix(aligned)
        self.alignments += 1
        return True
