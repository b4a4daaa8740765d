"""From a window's sums to its scaled inputs, in whole numbers. docs/fixed-point-inputs.md has the
formats, and how each input is computed.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.fixed.core import H, bits, clipped, compiled, rounded
from tinyodl.fixed.maths import L_BITS, log2, quotient, root
from tinyodl.har import RangeScaler, compact
from tinyodl.har.compact import MAGNITUDE, MAXIMUM, MINIMUM, PRODUCT, SQUARE, SUM

Ints = NDArray[np.int64]

E_BITS = 14  # fraction of what is squared or multiplied
U_BITS = 15  # fraction of directions and correlations
G_BITS = 15  # bits of an input's gain
LONGEST = 2048  # readings of a window

# What an input is made of: its kind, and the accumulators that it takes.
MEAN, EXTREME, ENERGY, VARIANCE, SIZE, RANGE, CALMER, CHANGE, CREST = range(9)
NORM, PAIR, SIGNED, CUBE, CORRELATION = range(9, 14)
_KINDS = {
    "mean": MEAN,
    "max": EXTREME,
    "min": EXTREME,
    "log_energy": ENERGY,
    "log_variance": VARIANCE,
    "log_magnitude": SIZE,
    "log_range": RANGE,
    "log_calmer_half": CALMER,
    "log_change": CHANGE,
    "crest": CREST,
}
ORDER = (SUM, MAGNITUDE, MAXIMUM, MINIMUM, SQUARE, PRODUCT)  # accumulators: of 32 bits, of 64
_LOGARITHMS = (ENERGY, VARIANCE, SIZE, RANGE, CALMER, CHANGE, CREST)


class Recipe(NamedTuple):
    """accumulators (k, 3): operation, channel, other channel, in the order of ORDER; inputs (n, 6):
    kind and up to five accumulators or axes; middle, gain, shift (n,): h = (x - middle) gain /
    2^shift; window: readings; floors (5,): of energies (2 E_BITS), magnitudes, ranges (V_BITS),
    products (4 E_BITS), a window's; and `deep` of `correlation`."""

    accumulators: Ints
    inputs: Ints
    middle: Ints
    gain: Ints
    shift: Ints
    window: int
    floors: Ints


def recipe(work: compact.Plan, scaler: RangeScaler) -> Recipe:
    """What the plan's inputs, scaled so, are made of. ValueError where its window has more readings
    than sums have room for."""
    if work.window > LONGEST:
        raise ValueError(
            f"a window of {work.window} readings is too long for whole numbers: train with one of "
            f"{LONGEST / 50:g} s at most"
        )
    order = np.argsort([ORDER.index(row[0]) for row in work.accumulators], kind="stable")
    accumulators = work.accumulators[order]
    work = work._replace(column={tuple(row): k for k, row in enumerate(accumulators.tolist())})  # type: ignore[misc]
    rows = [_row(name, work) for name in work.names]
    step = scaler.clip / H
    middle, gain, shift = [], [], []
    for row, center, slope in zip(
        rows, scaler.middle_.tolist(), scaler.gain_.tolist(), strict=True
    ):
        unit = _unit(row[0])
        per = slope / unit / step  # steps of h for one of x
        up = max(0, G_BITS - 1 - int(np.floor(np.log2(per)))) if per > 0 else 0
        middle.append(round(center * unit))
        gain.append(round(per * 2**up))
        shift.append(up)
    w = work.window
    floors = [
        round(compact.ENERGY_FLOOR * 2 ** (2 * E_BITS) * w),
        round(compact.MAGNITUDE_FLOOR * 2**16 * w),
        round(compact.RANGE_FLOOR * 2**16),
        round(compact.PRODUCT_FLOOR * 2 ** (4 * E_BITS)),
    ]
    floors.append(max(0, ((floors[3] * w**4).bit_length() - 59) // 2))
    return Recipe(
        accumulators,
        np.array(rows, np.int64),
        np.array(middle, np.int64),
        np.array(gain, np.int64),
        np.array(shift, np.int64),
        w,
        np.array(floors, np.int64),
    )


def _row(name: str, work: compact.Plan) -> list[int]:
    """Kind, and its accumulators or axes."""

    def at(operation: int, i: int, j: int | None = None) -> int:
        return work.column[operation, i, i if j is None else j]

    kind, _, rest = name.partition(".")
    found: list[int]
    if kind == "up":
        if rest == "norm":
            return [NORM, 0, 0, 0, 0, 0]
        axes = compact._DIRECTION[name]
        which = PAIR if len(axes) == 2 else SIGNED if "|" in name else CUBE
        return [which, *axes, *[0] * (5 - len(axes))]
    if kind == "corr":
        i, j = (work.channels.index(part) for part in rest.split("."))
        found = [
            CORRELATION,
            at(PRODUCT, i, j),
            at(SUM, i),
            at(SUM, j),
            at(SQUARE, i),
            at(SQUARE, j),
        ]
        return found
    source, statistic = name.rsplit(".", 1)
    channel = work.channels.index(source)
    found = [_KINDS[statistic]]
    found += [at(operation, channel) for operation in compact._STATISTICS[statistic]]
    return found + [0] * (6 - len(found))


def _unit(kind: int) -> float:
    """What 1 of the float input is in whole numbers: natural logarithms are to the base 2 here."""
    if kind in _LOGARITHMS:
        return float(2**L_BITS / np.log(2))
    fraction = U_BITS if kind in (PAIR, SIGNED, CUBE, CORRELATION) else 16
    return float(2.0**fraction)


@compiled
def accumulate(channels, accumulators, out):  # type: ignore[no-untyped-def]
    """Add one reading's channels, V_BITS, to the accumulators of half a window."""
    for k in range(accumulators.shape[0]):
        operation, i, j = accumulators[k, 0], accumulators[k, 1], accumulators[k, 2]
        v = int(channels[i])
        if operation == SUM:
            out[k] += v
        elif operation == SQUARE:
            e = rounded(v, 16 - E_BITS)
            out[k] += e * e
        elif operation == MAGNITUDE:
            out[k] += abs(v)
        elif operation == PRODUCT:
            out[k] += rounded(v, 16 - E_BITS) * rounded(int(channels[j]), 16 - E_BITS)
        elif operation == MAXIMUM:
            out[k] = max(int(out[k]), v)
        else:
            out[k] = min(int(out[k]), v)


def empty(r: Recipe) -> Ints:
    """Accumulators of half a window that have seen nothing."""
    half = np.zeros(len(r.accumulators), np.int64)
    half[r.accumulators[:, 0] == MAXIMUM] = -(2**30)
    half[r.accumulators[:, 0] == MINIMUM] = 2**30
    return half


@compiled
def join(operation, a, b):  # type: ignore[no-untyped-def]
    """An accumulator of a window from those of its halves."""
    if operation == MAXIMUM:
        return max(a, b)
    if operation == MINIMUM:
        return min(a, b)
    return a + b


@compiled
def spread(square, total, window):  # type: ignore[no-untyped-def]
    """window^2 times a variance, 2 E_BITS, from the sums of squares and of values."""
    mean = rounded(total, 16 - E_BITS)
    return max(square * window - mean * mean, 0)


@compiled
def halved(value, most):  # type: ignore[no-untyped-def]
    """A number of at most so many bits, and how often it was halved for that, an even number."""
    shift = max(bits(abs(value)) - most, 0)
    shift += shift & 1
    return value >> shift, shift


@compiled
def scaled(first, second, operation, inputs, middle, gain, shift, window, floors, direction, h):  # type: ignore[no-untyped-def]
    """The accumulators of a window's halves -> h (n,). direction (4,): the mean acceleration's unit
    vector, U_BITS, and its length, V_BITS."""
    low = int(floors[0])
    for k in range(inputs.shape[0]):
        kind = inputs[k, 0]
        i, j = inputs[k, 1], inputs[k, 2]
        x = 0
        if kind == NORM:
            x = int(direction[3])
        elif kind == PAIR:
            x = int(direction[i]) * int(direction[j]) >> U_BITS
        elif kind == SIGNED:
            x = int(direction[i]) * abs(int(direction[i])) >> U_BITS
        elif kind == CUBE:
            x = (int(direction[i]) * int(direction[i]) >> U_BITS) * int(direction[i]) >> U_BITS
        elif kind in (CALMER, CHANGE):
            a, b = log2(2 * int(first[i]) + low), log2(2 * int(second[i]) + low)
            x = abs(a - b) if kind == CHANGE else min(a, b) - log2(window) - 2 * E_BITS * 2**L_BITS
        else:
            one = join(operation[i], int(first[i]), int(second[i]))
            other = join(operation[j], int(first[j]), int(second[j]))
            if kind == MEAN:
                x = quotient(one, window)
            elif kind == EXTREME:
                x = one
            elif kind == ENERGY:
                x = log2(one + low) - log2(window) - 2 * E_BITS * 2**L_BITS
            elif kind == VARIANCE:
                x = log2(spread(other, one, window) + low * window)
                x -= 2 * log2(window) + 2 * E_BITS * 2**L_BITS
            elif kind == SIZE:
                x = log2(one + int(floors[1])) - log2(window) - 16 * 2**L_BITS
            elif kind == RANGE:
                x = log2(max(one - other, 0) + int(floors[2])) - 16 * 2**L_BITS
            elif kind == CREST:
                deep = root(quotient(other << 4, window)) * window
                x = log2(one + int(floors[1])) - log2(deep + int(floors[1]))
            else:
                third = inputs[k, 3]
                m = join(0, int(first[third]), int(second[third]))
                p, q = inputs[k, 4], inputs[k, 5]
                a = spread(int(first[p]) + int(second[p]), other, window)
                b = spread(int(first[q]) + int(second[q]), m, window)
                c = one * window - rounded(other, 16 - E_BITS) * rounded(m, 16 - E_BITS)
                x = correlation(a, b, c, window, int(floors[3]), int(floors[4]))
        away = x - int(middle[k])
        h[k] = clipped(rounded(clipped(away, 2**40) * int(gain[k]), int(shift[k])), H)


@compiled
def correlation(a, b, c, window, floor, deep):  # type: ignore[no-untyped-def]
    """c / root(a b + floor window^4), U_BITS: variances and a covariance, each times window^2;
    deep: how often floor window^4 must be divided by 4 to be below 2^60."""
    a, n = halved(a, 30)
    b, m = halved(b, 30)
    half = max((n + m) >> 1, deep)
    least = (floor * window * window >> 2 * half) * window * window
    below = root((a * b >> 2 * half - n - m) + least)
    above = rounded(c, half)
    size = min(abs(above) * 2**U_BITS // max(below, 1), 2**U_BITS - 1)
    return -size if above < 0 else size
