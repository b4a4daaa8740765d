"""What the published core computes, in Python's own numbers, and golden vectors for its bus."""

from collections.abc import Sequence
from copy import deepcopy
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tinyodl.rtl.core import REGISTERS, SCALARS, VECTORS, WEIGHTS, Register
from tinyodl.rtl.reference import BITS, FRACTION, LABEL, NARROWER, ONE, SEED, Command, Sizes
from tinyodl.rtl.script import Bus

Floats = NDArray[np.float64]


def wrapped(value: int) -> int:
    """Its lower BITS bits, signed."""
    return ((value + (1 << BITS - 1)) & ((1 << BITS) - 1)) - (1 << BITS - 1)


def times(a: int, b: int) -> int:
    """A product, rounded down."""
    return wrapped(a * b >> FRACTION)


def dot(a: Sequence[int], b: Sequence[int], start: int = 0) -> int:
    """A sum of products."""
    for p, q in zip(a, b, strict=True):
        start += times(p, q)
    return wrapped(start)


def divided(a: int, b: int) -> int:
    """A quotient, rounded towards 0; b > 0."""
    whole = (abs(a) << FRACTION) // b
    return wrapped(-whole if a < 0 else whole)


def weights(sizes: Sizes) -> list[list[int]]:
    """(N, n): a number of the hash each, 16 bits of which 15 are fraction, node after node."""
    state, found = SEED, []
    for _ in range(sizes.nodes):
        row = []
        for _ in range(sizes.inputs):
            state ^= state << 7 & 0xFFFF
            state ^= state >> 9
            state ^= state << 8 & 0xFFFF
            row.append((state - (state >> 15 << 16)) << (FRACTION - 15))
        found.append(row)
    return found


def fixed(values: Floats) -> list[int]:
    """To the nearest, within the range."""
    most = 2 ** (BITS - 1) - 1
    whole = np.clip(np.rint(values.ravel() * ONE), -most - 1, most)
    return [int(v) for v in whole]


class Reference:
    """P (N, N) and beta (m, N) of a trained model; o, h of the last prediction."""

    def __init__(self, sizes: Sizes, P: Floats, beta: Floats) -> None:
        N, m = sizes.nodes, sizes.classes
        if P.shape != (N, N) or beta.shape != (m, N):
            raise ValueError(f"P {P.shape} and beta {beta.shape} do not fit {sizes}")
        self.sizes = sizes
        self.alpha = weights(sizes)
        flat = fixed(P)
        self.P = [flat[i * N : (i + 1) * N] for i in range(N)]
        flat = fixed(beta)
        self.beta = [flat[k * N : (k + 1) * N] for k in range(m)]
        self.h: list[int] = []
        self.o: list[int] = []

    def copy(self) -> Self:
        """Another of the same state."""
        return deepcopy(self)

    def nodes(self, x: Sequence[int]) -> list[int]:
        """h (N,) of inputs x (n,)."""
        sums = (dot(x, row) for row in self.alpha)
        return [min(max((s >> NARROWER) + ONE // 2, 0), ONE) for s in sums]

    def predict(self, x: Sequence[int]) -> int:
        """The class."""
        self.h = self.nodes(x)
        self.o = [dot(self.h, row) for row in self.beta]
        return self.o.index(max(self.o))

    def learn(self, label: int) -> None:
        """Of what was predicted last."""
        h, N = self.h, self.sizes.nodes
        u = [dot(row, h) for row in self.P]
        divisor = wrapped(dot(u, h) + ONE)
        for i in range(N):
            for j in range(N):
                Q = times(u[j], u[i])
                self.P[i][j] = wrapped(self.P[i][j] - divided(Q, divisor))
        u = [dot(row, h) for row in self.P]
        for k, row in enumerate(self.beta):
            error = wrapped(ONE * (k == label) - self.o[k])
            self.beta[k] = [wrapped(b + times(g, error)) for b, g in zip(row, u, strict=True)]


class Script(Bus):
    """Of a core that begins with `golden`, which it takes along."""

    def __init__(self, golden: Reference) -> None:
        super().__init__()
        self.golden = golden
        self._at = golden.sizes.places
        for i, word in enumerate(p for row in golden.P for p in row):
            self.write(WEIGHTS, i, word)
            self.write(VECTORS, i, 0)
        for i, word in enumerate(b for row in golden.beta for b in row):
            self.write(SCALARS, self._at["beta"] + i, word)

    def look(self, x: Sequence[int]) -> None:
        """Class, outputs and h of inputs x (n,)."""
        for i, word in enumerate(x):
            self.write(SCALARS, self._at["x"] + i, word)
        self.run(Command.PREDICT)
        self.expect(REGISTERS, Register.PREDICTED, self.golden.predict(x))
        self._scalars("h", self.golden.h)
        self._scalars("o", self.golden.o)

    def step(self, label: int) -> None:
        """It is learnt."""
        self.run(Command.LEARN | label << LABEL)
        self.golden.learn(label)

    def whole(self) -> None:
        """Every word of P and beta."""
        for i, word in enumerate(p for row in self.golden.P for p in row):
            self.expect(WEIGHTS, i, word)
        self._scalars("beta", [b for row in self.golden.beta for b in row])

    def _scalars(self, name: str, values: Sequence[int]) -> None:
        for i, word in enumerate(values):
            self.expect(SCALARS, self._at[name] + i, word)
