"""Whether predictions are to be trusted less than usual: `fixed/drift.py`."""

from tinyodl.fixed.core import A_BITS
from tinyodl.fixed.drift import (
    HIGHEST,
    I_BITS,
    LEAST,
    LOWEST,
    MEMORY,
    QUARTER,
    SLACK,
    THRESHOLD,
)
from tinyodl.fixed.maths import L_BITS
from tinyodl.fixed.maths import LOG2 as TABLE
from tinyodl.rtl.language import down, down_pair, less, negative, signed_product
from tinyodl.rtl.program.names import carry, s
from tinyodl.rtl.program.numbers import whole_confidence

LOG2 = tuple(TABLE.tolist())  # the last is 2^L_BITS, and its lower bits are 0
FRACTION = (1 << L_BITS) - 1


def score() -> int:
    """P1P2 less a quarter of the logarithm of the leverage, a signed number."""
    value = s.leverage + LEAST
    exponent = 31
    if carry():
        value = value >> 1 | 1 << 31
        exponent = 32
    while not negative(value):
        value <<= 1
        exponent -= 1
    fraction = value << 1 >> 17
    step = fraction >> 10
    low = LOG2[step]
    wide = LOG2[step + 1] - low & FRACTION
    logarithm = (exponent - A_BITS << L_BITS) + low + (wide * (fraction & 1023) >> 10)
    far = logarithm * QUARTER
    return whole_confidence(s.confidence, 0) - down(far, L_BITS)


def drifts() -> bool:
    if s.predicted >= s.scores:  # named on the device: no usual trust yet
        return False
    off = score() - s.score_mean[s.predicted]
    high, z = signed_product(off, s.score_inverse[s.predicted], 1 << I_BITS - 1)
    high, z = down_pair(high, z, I_BITS)
    if negative(high):
        if less(high, z, -1, LOWEST):
            z = LOWEST
    elif less(0, HIGHEST, high, z):
        z = HIGHEST
    shortfall = s.shortfall - z - SLACK
    if negative(shortfall):
        shortfall = 0
    s.shortfall = shortfall
    if shortfall <= THRESHOLD:
        return False
    s.shortfall = 0
    return True


def adapt() -> None:
    """The usual trust follows while training."""
    if s.predicted < s.scores:
        off = score() - s.score_mean[s.predicted]
        s.score_mean[s.predicted] += down(off + (1 << MEMORY - 1), MEMORY)
