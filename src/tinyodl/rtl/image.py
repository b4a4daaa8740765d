"""A model in the words of a core's memories (`core.py` has the addresses)."""

from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from tinyodl.fixed.convert import Core
from tinyodl.fixed.core import U_BITS
from tinyodl.rtl.shape import LANES, Shape, words

Ints = NDArray[np.int64]


def packed(values: Iterable[int], bits: int, word: int) -> list[int]:
    """Whole numbers of so many bits in words of so many, the first lowest, the last padded by 0."""
    whole = [int(v) & ((1 << bits) - 1) for v in values]
    each = word // bits
    return [
        sum(v << bits * i for i, v in enumerate(whole[first : first + each]))
        for first in range(0, len(whole), each)
    ]


def weights(shape: Shape, now: Core) -> list[int]:
    """U, column after column with its one, and b, row after row: words of 32 bits."""
    found: list[int] = []
    first = 0
    for j in range(shape.d):
        column = [*now.U[first : first + j], 1 << U_BITS]
        found += _padded(column, words(j + 1))
        first += j
    for k in range(shape.classes):
        row: Sequence[int] = now.b[:, k].tolist() if k < now.b.shape[1] else []
        found += _padded(row, shape.row)
    return found


def scalars(now: Core) -> list[int]:
    """D."""
    return [int(m) | int(e) << 16 for m, e in zip(now.mantissa, now.exponent, strict=True)]


def factory(shape: Shape, now: Core, score_means: Sequence[int]) -> list[int]:
    """What a core asks for when its model is to be the factory's: words of 32 bits."""
    means = [v & 0xFFFFFFFF for v in score_means]
    return [*weights(shape, now), *scalars(now), *means, *[0] * (shape.classes - len(means))]


def elements(h: Ints) -> list[int]:
    """h, or a sample, whole words of LANES."""
    whole = [*h.tolist(), *[0] * (-len(h) % LANES)]
    return packed(whole, 8, 32)


def _padded(values: Sequence[int], count: int) -> list[int]:
    return packed([*values, *[0] * (count * LANES - len(values))], 16, 32)
