"""What trials say of a share, in whole numbers: 90 % of its posterior, on a grid.

With x = sin^2(t) the posterior of a share x, of the density x^(a - 1) (1 - x)^(b - 1), has the
density sin(t)^(2 a - 1) cos(t)^(2 b - 1) in t, which is finite at both ends: it is summed over
CELLS cells of t from 0 to 90 degrees. Its logarithm takes one table of log2 sin, since cos is sin
read from behind. A device does this where somebody replied, not every window.

>>> low, high = interval(right=6 * 16, weights=8 * 16, squares=8 * 256)
>>> round(low / ONE, 2), round(high / ONE, 2)  # of the posterior: scipy says 0.46, 0.92
(0.46, 0.92)
"""

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

ONE = 2**16  # a share of 1
CELLS = 256
TAIL = 13107  # on either side of the interval: a twentieth, in 2^-18
PRIOR = 2  # draws that the factory's word is worth
MOST = 1024  # draws: what is more says no more
A_BITS, LOG_BITS, EXP_BITS = 8, 11, 24  # fractions of draws, of LOG_SIN, of EXP2

_T = (np.arange(CELLS) + 0.5) * np.pi / (2 * CELLS)
LOG_SIN: Ints = np.rint(np.log2(np.sin(_T)) * 2**LOG_BITS).astype(np.int64)  # in the cells' middles
EXP2: Ints = np.rint(2.0 ** (np.arange(33) / 32 + EXP_BITS)).astype(np.int64)
SHARES: Ints = np.rint(np.sin(np.arange(CELLS + 1) * np.pi / (2 * CELLS)) ** 2 * ONE).astype(
    np.int64
)  # at the cells' ends


def interval(right: int, weights: int, squares: int, usual: int = 0) -> tuple[int, int]:
    """Ends of the interval, in 1 / ONE, of draws that count `weights` in all, `right` of them
    right.

    squares: the sum of their squares, which says how many draws alike these are worth (L. Kish).
    The prior is that of H. Jeffreys, and PRIOR draws more where usual, what such a share mostly is
    in 1 / ONE, is not 0. On a side on which all draws agree the interval is closed.
    """
    closed = (right == 0, right == weights)
    share = right * ONE // weights
    while weights >= 2**26:
        right, weights, squares = right >> 1, weights >> 1, squares >> 2
    a = (weights * right << A_BITS) // squares
    b = (weights * (weights - right) << A_BITS) // squares
    while a + b > MOST << A_BITS:
        a, b = a >> 1, b >> 1
    if usual:
        a += PRIOR * usual >> (16 - A_BITS)
        b += PRIOR * (ONE - usual) >> (16 - A_BITS)
    mass = exp2(2 * a * LOG_SIN + 2 * b * LOG_SIN[::-1])
    low, high = quantile(mass, TAIL), quantile(mass, 2**18 - TAIL)
    return 0 if closed[0] else min(low, share), ONE if closed[1] else max(high, share)


def exp2(exponent: Ints) -> Ints:
    """2^exponent (CELLS,), of fraction A_BITS + LOG_BITS, over the greatest of them, EXP_BITS."""
    below = exponent.max() - exponent
    fine = -below & (2 ** (A_BITS + LOG_BITS) - 1)
    whole = np.minimum((below + fine) >> (A_BITS + LOG_BITS), 63)
    step, rest = fine >> (A_BITS + LOG_BITS - 5), fine & (2 ** (A_BITS + LOG_BITS - 5) - 1)
    between = EXP2[step] + ((EXP2[step + 1] - EXP2[step]) * rest >> (A_BITS + LOG_BITS - 5))
    return np.asarray(between >> whole)


def quantile(mass: Ints, part: int) -> int:
    """The share, in 1 / ONE, below which so much of the cells' mass is, in 2^-18."""
    total = mass.cumsum()
    below = int(total[-1]) * part >> 18
    cell = int(np.searchsorted(total, below, side="right"))
    into = below - int(total[cell] - mass[cell])
    wide = int(SHARES[cell + 1] - SHARES[cell])
    return int(SHARES[cell]) + wide * into // int(mass[cell])
