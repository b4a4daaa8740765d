"""From one reading to the signals that the compact inputs are made of, in whole numbers:
`har.compact` on a device. docs/fixed-point-inputs.md has the formats.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.fixed.core import bits, clipped, compiled, rounded
from tinyodl.fixed.maths import norm, root, round16
from tinyodl.har import compact

Ints = NDArray[np.int64]

V_BITS = 16  # fraction of signals, in g and rad/s
G_BITS = 24  # of the two poles of gravity
B_BITS = 20  # of what band-passes hold
ONE_G = 1 << V_BITS
MOST = 2**22 - 1  # a signal: 64 g or rad/s
B_MOST = 2**28 - 1
SIGNALS = len(compact.SIGNALS)


class Filters(NamedTuple):
    """gain: of gravity's poles, 16 bits; bands, steps: sources; coefficients (bands, 3): b0 with 16
    bits, a1 with 14, a2 with 15."""

    gain: int
    steps: Ints
    bands: Ints
    coefficients: Ints


class State(NamedTuple):
    """gravity (2, 3), G_BITS; last (SIGNALS,), V_BITS; memory (bands, 2), B_BITS; started (1,)."""

    gravity: Ints
    last: Ints
    memory: Ints
    started: Ints


def filters(work: compact.Plan) -> Filters:
    """The plan's, in whole numbers."""
    scale = np.array([2.0**16, 2.0**14, 2.0**15])
    whole = np.rint(work.coefficients * scale).astype(np.int64)
    return Filters(round(work.gravity_gain * 2**16), work.steps, work.bands, whole)


def start(f: Filters) -> State:
    """Before the first reading."""
    return State(
        np.zeros((2, 3), np.int64),
        np.zeros(SIGNALS, np.int64),
        np.zeros((len(f.bands), 2), np.int64),
        np.zeros(1, np.int64),
    )


@compiled
def along(x, y, z, up):  # type: ignore[no-untyped-def]
    """The part of a vector along up (3,), 15 bits, and the length of the rest."""
    part = round16(2 * x, int(up[0])) + round16(2 * y, int(up[1])) + round16(2 * z, int(up[2]))
    part = clipped(part, MOST)
    rest = norm(
        x - round16(2 * part, int(up[0])),
        y - round16(2 * part, int(up[1])),
        z - round16(2 * part, int(up[2])),
    )
    return part, min(rest, MOST)


@compiled
def upwards(x, y, z, up):  # type: ignore[no-untyped-def]
    """The unit vector along a vector, 15 bits, into up (3,); nothing of nothing."""
    most = max(abs(x), abs(y), abs(z))
    shift = bits(most) - 14
    total = 0
    for v in (x, y, z):
        part = rounded(v, shift)
        total += part * part
    inverse = 2**30 // max(root(total), 1)
    for k in range(3):
        v = x if k == 0 else y if k == 1 else z
        part = rounded(v, shift)
        size = min(abs(part) * inverse >> 15, 2**15 - 1)
        up[k] = -size if part < 0 else size


@compiled
def signals(imu, gain, steps, bands, coefficients, gravity, last, memory, started, up, out):  # type: ignore[no-untyped-def]
    """One reading imu (6,), V_BITS -> out (channels,), V_BITS; the state goes on; up (3,) is
    scratch."""
    first = started[0] == 0
    for axis in range(3):
        a = int(imu[axis]) << (G_BITS - V_BITS)
        if first:
            gravity[0, axis] = a
            gravity[1, axis] = a
        gravity[0, axis] += round16(a - int(gravity[0, axis]), gain)
        gravity[1, axis] += round16(int(gravity[0, axis]) - int(gravity[1, axis]), gain)
        out[axis] = imu[axis]
        out[3 + axis] = int(imu[axis]) - rounded(int(gravity[1, axis]), G_BITS - V_BITS)
        out[6 + axis] = imu[3 + axis]
    upwards(int(gravity[1, 0]), int(gravity[1, 1]), int(gravity[1, 2]), up)
    out[9] = norm(int(out[0]), int(out[1]), int(out[2])) - ONE_G
    out[10] = norm(int(out[6]), int(out[7]), int(out[8]))
    out[11], out[12] = along(int(out[3]), int(out[4]), int(out[5]), up)
    out[13], out[14] = along(int(out[6]), int(out[7]), int(out[8]), up)
    k = SIGNALS
    for source in steps:
        out[k] = 0 if first else clipped(int(out[source]) - int(last[source]), MOST)
        k += 1
    for band in range(bands.shape[0]):
        b0, a1, a2 = (
            int(coefficients[band, 0]),
            int(coefficients[band, 1]),
            int(coefficients[band, 2]),
        )
        x = round16(int(out[bands[band]]) << (B_BITS - V_BITS), b0)
        if first:  # the steady state of a band-pass: nothing comes out
            memory[band, 0] = -x
            memory[band, 1] = -x
        y = clipped(x + int(memory[band, 0]), B_MOST)
        memory[band, 0] = int(memory[band, 1]) - round16(4 * y, a1)
        memory[band, 1] = -x - round16(2 * y, a2)
        out[k] = rounded(y, B_BITS - V_BITS)
        k += 1
    for source in range(SIGNALS):
        last[source] = out[source]
    started[0] = 1
