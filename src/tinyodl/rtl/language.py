"""The functions that programs for the sequencer may use, beside operators, on numbers of 32 bits.

These are Python that says what each is; `compiler.py` makes instructions of them.
"""

WORD = (1 << 32) - 1


def signed(x: int) -> int:
    """x as two's complement."""
    return x - (1 << 32) if x >> 31 else x


def negative(x: int) -> bool:
    """Whether its highest bit is set."""
    return bool(x >> 31)


def down(x: int, n: int) -> int:
    """x >> n, the sign coming in."""
    return signed(x) >> n & WORD


def plus(h: int, low: int, h2: int, low2: int) -> tuple[int, int]:
    """Of 64 bits, as what follows: the upper word, and the lower one."""
    return _pair((h << 32 | low) + (h2 << 32 | low2))


def minus(h: int, low: int, h2: int, low2: int) -> tuple[int, int]:
    """A difference."""
    return _pair((h << 32 | low) - (h2 << 32 | low2))


def less(h: int, low: int, h2: int, low2: int) -> bool:
    """Whether the first is below the second, without signs."""
    return (h << 32 | low) < (h2 << 32 | low2)


def left(h: int, low: int, n: int) -> tuple[int, int]:
    """Up by n bits, 63 at most."""
    return _pair((h << 32 | low) << n)


def right(h: int, low: int, n: int) -> tuple[int, int]:
    """Down by n bits."""
    return _pair((h << 32 | low) >> n)


def down_pair(h: int, low: int, n: int) -> tuple[int, int]:
    """Down by n bits, the sign coming in."""
    return _pair((signed(h) << 32 | low) >> n)


def product(a: int, b: int) -> tuple[int, int]:
    """a b without signs."""
    return _pair(a * b)


def signed_product(a: int, b: int, c: int) -> tuple[int, int]:
    """a b + c, of which a has a sign."""
    return _pair(signed(a) * b + c)


def divide(h: int, low: int, d: int) -> tuple[int, int]:
    """The rest, and the quotient, which must have 32 bits: h < d."""
    quotient, rest = divmod(h << 32 | low, d)
    return rest, quotient


def _pair(value: int) -> tuple[int, int]:
    return value >> 32 & WORD, value & WORD
