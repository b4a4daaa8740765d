"""Numbers of more than one field."""

from tinyodl.fixed.policy import C_MOST, T_BITS
from tinyodl.rtl.language import left, negative
from tinyodl.rtl.program.names import s


def whole_confidence(value: int, halved: int) -> int:
    """value 2^halved, of outputs, with T_BITS of fraction, within 0..C_MOST."""
    if negative(value):
        return 0
    up = halved + T_BITS
    if up < s.o_bits:
        low = value >> s.o_bits - up
    else:
        high, low = left(0, value, up - s.o_bits)
        if high:
            return C_MOST
    if low >= C_MOST:
        return C_MOST
    return low


def drawn(state: int) -> int:
    """The next number of an xorshift of 32 bits."""
    state ^= state << 13
    state ^= state >> 17
    return state ^ (state << 5)


def length(value: int) -> int:
    """Bits of a number."""
    bits = 0
    while value:
        value >>= 1
        bits += 1
    return bits
