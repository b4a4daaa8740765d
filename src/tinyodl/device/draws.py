"""Random draws that a device can make: a 32-bit xorshift (G. Marsaglia, "Xorshift RNGs", Journal of
Statistical Software 8(14), 2003), shifts and exclusive ors alone.

>>> draws = Draws(seed=0)
>>> draws.next(), draws.next()
(1359758873, 3761132862)
"""


class Draws:
    """seed: any whole number; stream: another one gives other draws of the same seed."""

    def __init__(self, seed: int, stream: int = 0x9E3779B9) -> None:
        self._state = (2 * seed + 1) * stream % 2**32

    def next(self) -> int:
        """The next, 1 to 2^32 - 1."""
        state = self._state
        state ^= state << 13 & 0xFFFFFFFF
        state ^= state >> 17
        state ^= state << 5 & 0xFFFFFFFF
        self._state = state
        return state
