"""What half a window says of how the sensor sits, in whole numbers: `align.moments` on a device.
docs/fixed-point-inputs.md has the formats."""

import numpy as np
from numpy.typing import NDArray

from tinyodl.align.moments import BRISK, LAG, VECTORS
from tinyodl.fixed.core import clipped, compiled, rounded
from tinyodl.fixed.maths import quotient, root
from tinyodl.fixed.signals import ONE_G
from tinyodl.har import compact

Ints = NDArray[np.int64]

M_BITS = 11  # fraction of the signals that are multiplied, of 16 bits
VEC_BITS = 14  # of vectors
KEPT = 8  # vertical, turn, body (3), rotation (3)
SIZE = 6 + 3 * VECTORS
FLOOR = round(1e-4 * 2**16)  # of a root mean square, 16 bits
BRISK_Q = round(BRISK * BRISK * 2 ** (2 * M_BITS))
_VERTICAL, _TURN = compact.SIGNALS.index("vertical"), compact.SIGNALS.index("turn")
_BODY, _GYRO = compact.SIGNALS.index("body_x"), compact.SIGNALS.index("gyro_x")
_NORM = compact.SIGNALS.index("acc_norm")


@compiled
def small(value):  # type: ignore[no-untyped-def]
    """A signal as it is multiplied."""
    return clipped(rounded(value, 16 - M_BITS), 2**15 - 1)


@compiled
def gather(row, past, now, into):  # type: ignore[no-untyped-def]
    """Add one reading's signals to a half window's sums into (SIZE,). past (LAG, KEPT): those
    before, the oldest first, which is kept up to date; now (KEPT,) is scratch."""
    now[0], now[1] = small(int(row[_VERTICAL])), small(int(row[_TURN]))
    for axis in range(3):
        now[2 + axis] = small(int(row[_BODY + axis]))
        now[5 + axis] = small(int(row[_GYRO + axis]))
    norm = small(int(row[_NORM]))
    into[0] += norm
    into[1] += norm * norm
    into[2] += int(now[0]) * int(now[0])
    into[3] += int(now[1]) * int(now[1])
    for axis in range(3):
        into[4] += int(now[2 + axis]) * int(now[2 + axis])
        into[5] += int(now[5 + axis]) * int(now[5 + axis])
        into[6 + axis] += rounded(int(row[axis]), 16 - VEC_BITS)
        k = 9 + axis
        for signal in range(2):
            for vector in (2, 5):
                into[k] += int(past[0, signal]) * int(now[vector + axis])
                into[k + 3] += int(now[signal]) * int(now[vector + axis])
                into[k + 6] += int(now[signal]) * int(past[0, vector + axis])
                k += 9
    for k in range(LAG - 1):
        for i in range(KEPT):
            past[k, i] = past[k + 1, i]
    for i in range(KEPT):
        past[LAG - 1, i] = now[i]


@compiled
def brisk(into, hop):  # type: ignore[no-untyped-def]
    """Whether half a window of `hop` readings is."""
    return int(into[1]) * hop - int(into[0]) * int(into[0]) > BRISK_Q * hop * hop


@compiled
def vectors(into, hop, out):  # type: ignore[no-untyped-def]
    """The vectors of half a window, VEC_BITS, into out (VECTORS, 3): the mean acceleration in g,
    then the others."""
    for axis in range(3):
        out[0, axis] = quotient(int(into[6 + axis]), hop)
    k = 1
    for signal in range(2, 4):
        for vector in range(4, 6):
            scale = size(int(into[signal]), hop) * size(int(into[vector]), hop) >> 14  # 18 bits
            inverse = 2**40 // max(scale, 1)
            for _ in range(3):
                for axis in range(3):
                    mean = quotient(int(into[6 + 3 * k + axis]), hop)  # 22 bits
                    out[k, axis] = clipped(mean * inverse >> 30, 2**16)
                k += 1


@compiled
def size(squares, hop):  # type: ignore[no-untyped-def]
    """The root mean square of a signal and a little more, 16 bits."""
    return root(quotient(squares << 10, hop)) + FLOOR


__all__ = ["LAG", "ONE_G", "SIZE", "VECTORS", "brisk", "gather", "vectors"]
