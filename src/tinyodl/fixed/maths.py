"""Roots, logarithms and quotients in whole numbers. docs/fixed-point-inputs.md has the formulas."""

import numpy as np

from tinyodl.fixed.core import bits, clipped, compiled, rounded

L_BITS, STEPS = 12, 5  # fraction of a logarithm; log2 of the steps of its table
LOG2 = np.rint(np.log2(1 + np.arange(2**STEPS + 1) / 2**STEPS) * 2**L_BITS).astype(np.int64)


@compiled
def log2(value):  # type: ignore[no-untyped-def]
    """log2 of a whole number from 1 to 2^53, L_BITS, rounded down: linear between 32 steps."""
    exponent = bits(value) - 1
    fraction = (value >> (exponent - 15) if exponent > 15 else value << (15 - exponent)) - 2**15
    step, rest = fraction >> 10, fraction & 1023
    low, high = int(LOG2[step]), int(LOG2[step + 1])
    return (exponent << L_BITS) + low + ((high - low) * rest >> 10)


@compiled
def root(value):  # type: ignore[no-untyped-def]
    """The root of a whole number from 0 to 2^62, rounded down, bit by bit."""
    found, rest = 0, value
    one = 1 << 60
    while one > rest:
        one >>= 2
    while one > 0:
        if rest >= found + one:
            rest -= found + one
            found = (found >> 1) + one
        else:
            found >>= 1
        one >>= 2
    return found


@compiled
def quotient(a, b):  # type: ignore[no-untyped-def]
    """a / b towards 0, b > 0."""
    return -(-a // b) if a < 0 else a // b


@compiled
def round16(a, b):  # type: ignore[no-untyped-def]
    """a b / 2^16 to the nearest: a of 32 bits, b of 16."""
    return (a * b + 2**15) >> 16


@compiled
def norm(x, y, z):  # type: ignore[no-untyped-def]
    """The length of a vector of numbers within 2^24, from 15 bits of the longest."""
    most = max(abs(x), abs(y), abs(z))
    if most == 0:
        return 0
    shift = bits(most) - 15
    total = 0
    for v in (x, y, z):
        part = min(rounded(v, shift), 2**15 - 1)
        total += part * part
    return rounded(root(total), -shift)


__all__ = ["LOG2", "L_BITS", "bits", "clipped", "log2", "norm", "quotient", "root", "round16"]
