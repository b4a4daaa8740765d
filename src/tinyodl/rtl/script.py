"""Golden vectors for a core's bus: what is written, started, and expected, computed by the golden
model. `verilog/odl_test.v` plays them. Here its learner's; `life.py` has a whole device's."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.fixed import core as golden
from tinyodl.fixed.convert import Core
from tinyodl.fixed.nodes import Nodes
from tinyodl.rtl import image
from tinyodl.rtl.core import (
    RAW,
    REGION_BITS,
    REGISTERS,
    SCALARS,
    VECTORS,
    WEIGHTS,
    Register,
)
from tinyodl.rtl.learner import CHANGE, Operation
from tinyodl.rtl.nodes import DROPPED
from tinyodl.rtl.shape import Shape
from tinyodl.rtl.state import Layout

Ints = NDArray[np.int64]
WRITE, READ, RUN, COUNT, PRINT, REST, FACTORY, FLIP, PART, END = 0, 1, 2, 3, 4, 5, 6, 7, 8, 15
ADDRESS_BITS = 24  # of a line's address, above which PART says which bytes
LEAST_ALPHA = 1 << 13  # what a label is learnt by, 1 / (alpha + leverage), has 32 bits


class Lesson(NamedTuple):
    """A sample's inputs x (n,), and what is done with it: label is a class, or None where it is
    held; alpha: 1 / weight, 28 bits of fraction, over LEAST_ALPHA for a label; change: whether P
    changes; reach: 0 for the whole way to the label."""

    x: Ints
    label: int | None
    alpha: int
    change: bool = True
    reach: int = 0


class Bus:
    """What goes over it: lines of 64 bits, in `lines`."""

    def __init__(self) -> None:
        self.lines: list[int] = []

    def rest(self, cycles: int) -> None:
        """Nothing happens for so many cycles."""
        self.line(REST, 0, cycles)

    def count(self) -> None:
        """What follows is counted, and recorded where that is asked for."""
        self.line(COUNT, 0, 0)

    def show(self, region: int, offset: int) -> None:
        """Print a word."""
        self.line(PRINT, region << REGION_BITS | offset, 0)

    def cycles(self) -> None:
        """Print how many the last command took."""
        self.show(REGISTERS, Register.CYCLES)

    def text(self) -> str:
        """For `$readmemh`."""
        return "\n".join(f"{line:016x}" for line in [*self.lines, END << 60]) + "\n"

    def factory(self) -> list[int]:
        """The factory's model, words of 32 bits."""
        return [line & 0xFFFFFFFF for line in self.lines if line >> 60 == FACTORY]

    def line(self, kind: int, address: int, data: int) -> None:
        """One."""
        self.lines.append(kind << 60 | address << 32 | data & 0xFFFFFFFF)

    def write(self, region: int, offset: int, data: int) -> None:
        """A word."""
        self.line(WRITE, region << REGION_BITS | offset, data)

    def part(self, region: int, offset: int, data: int, mask: int) -> None:
        """Some of a word's four bytes."""
        self.line(PART, mask << ADDRESS_BITS | region << REGION_BITS | offset, data)

    def expect(self, region: int, offset: int, data: int) -> None:
        """A word is read, and compared."""
        self.line(READ, region << REGION_BITS | offset, data)

    def flip(self, region: int, offset: int, bit: int) -> None:
        """A bit of a word is the other one, as radiation makes it."""
        self.line(FLIP, region << REGION_BITS | offset, 1 << bit)

    def run(self, command: int) -> None:
        """A command, to its end."""
        self.line(RUN, 0, command)


class Script(Bus):
    """The golden model's state behind them. limited, refused: how often a number was at its limit,
    and how many steps were left out; leverage: of the last look."""

    def __init__(self, shape: Shape, start: Core, nodes: Nodes | None = None) -> None:
        super().__init__()
        self.limited = self.refused = self.leverage = 0
        self.shape, self.now, self.nodes = shape, start.copy(), nodes
        self._at = Layout(shape)
        self._dither = golden.FIRST_DITHER
        d, m = self.now.b.shape
        if d != shape.d or m > shape.classes:
            raise ValueError(f"a model of {d} elements and {m} classes does not fit {shape}")
        self._o, self._gain = golden.empty(m), golden.empty(m)
        self._f, self._u = golden.empty(d), golden.empty(d)
        self._load()

    def learn(self, lessons: Iterable[Lesson]) -> None:
        """Each is looked at, then learnt or held."""
        for lesson in lessons:
            self.look(lesson.x)
            self.step(lesson)

    def look(self, x: Ints) -> None:
        """Outputs, class, P1P2, leverage, checksum."""
        now = self.now
        h = np.append(x, golden.H) if self.shape.direct else np.empty(0, np.int64)
        if self.nodes:
            h = np.append(h, self.nodes.of(x))
        self._place(x)
        self._run(Operation.LOOK)
        golden.outputs(h, now.b, self._o)
        golden.project(h, now.U, self._f)
        second, first = np.partition(self._o, -2)[-2:]
        self._expect(Register.PREDICTED, int(self._o.argmax()))
        self._expect(Register.HIGHEST, int(first))
        self._expect(Register.SECOND, int(second))
        self.leverage = int(golden.leverage(self._f, now.mantissa, now.exponent))
        self._expect(Register.LEVERAGE, self.leverage)
        self._expect(Register.SUM, self._sum())
        for k, o in enumerate(self._o.tolist()):
            self.expect(SCALARS, self._at.arrays["o"] + k, o)

    def distance(self, x: Ints, mean: Ints, weights: Ints) -> None:
        """Of x from a bout's mean (n,), 8 bits of fraction, with weights (n,) of 16 bits."""
        for i, (of, weight) in enumerate(zip(mean.tolist(), weights.tolist(), strict=True)):
            self.write(SCALARS, self._at.arrays["mean"] + i, of & 0xFFFF | weight << 16)
        self._place(x)
        self._run(Operation.DISTANCE)
        expected = int((weights * ((x << 8) - mean) ** 2).sum())
        self._expect(Register.DISTANCE_LOW, expected)
        self._expect(Register.DISTANCE_HIGH, expected >> 32)

    def step(self, lesson: Lesson) -> None:
        """P, and b where there is a label, of the sample that was looked at. ValueError where its
        label has too little an alpha."""
        if lesson.label is not None and lesson.alpha <= LEAST_ALPHA:
            raise ValueError(f"alpha {lesson.alpha} of a label: it must be over {LEAST_ALPHA}")
        now = self.now
        self._register(Register.ALPHA, lesson.alpha)
        self._run(Operation.STEP | (CHANGE if lesson.change else 0))
        total, limited = golden.narrow(
            self._f,
            lesson.alpha,
            now.U,
            now.mantissa,
            now.exponent,
            now.u_bits,
            lesson.change,
            self._u,
        )
        self.limited += int(limited)
        self.refused += total == 0
        self._expect(Register.TOTAL, int(total))
        self._expect(Register.SUM, self._sum())
        self._expect(Register.REFUSED, int(total == 0))
        self._expect(Register.LIMITED, int(limited))
        if not total:
            self._u = self._f.copy()  # where the core keeps u there is f, which the look left
        if lesson.label is None or not total:
            return
        y, o_bits = lesson.label, now.o_bits
        share = golden.share_of(self._o, y, total, lesson.alpha, lesson.reach, o_bits)
        golden.follow(self._o, y, share, o_bits, self._gain)
        self.write(SCALARS, self._at.arrays["o"] + y, int(self._o[y]) - (1 << o_bits))
        self._register(Register.ALPHA, int(share))
        self._run(Operation.MOVE)
        limited, self._dither = golden.move(self._u, self._gain, now.u_bits, now.b, self._dither)
        self._expect(Register.DITHER, self._dither)
        self._expect(Register.LIMITED, int(limited))

    def whole(self) -> None:
        """Every word of U, b and D, and u."""
        for i, word in enumerate(image.weights(self.shape, self.now)):
            self.expect(WEIGHTS, i, word)
        for i, word in enumerate(image.scalars(self.now)):
            self.expect(SCALARS, self._at.arrays["D"] + i, word)
        for i, u in enumerate(self._u.tolist()):
            self.expect(VECTORS, i, u)

    def _load(self) -> None:
        for i, word in enumerate(image.weights(self.shape, self.now)):
            self.write(WEIGHTS, i, word)
        for i, word in enumerate(image.scalars(self.now)):
            self.write(SCALARS, self._at.arrays["D"] + i, word)
        for i in range(2 * self._at.vectors):
            self.write(VECTORS, i, 0)
        self._register(Register.DITHER, self._dither)
        self._register(Register.CLASSES, self.now.b.shape[1])
        self._register(Register.U_BITS, self.now.u_bits)
        if self.nodes:
            self._register(Register.NODES, self.nodes.gain | self.nodes.shift - DROPPED << 16)
            self._register(Register.SEED, self.nodes.first)

    def _sum(self) -> int:
        """With the ones on U's diagonal."""
        now = self.now
        return int(golden.checksum(now.U, now.mantissa, now.exponent)) ^ self.shape.ones

    def _place(self, x: Ints) -> None:
        for i, word in enumerate(image.elements(np.append(x, [golden.H] * self.shape.direct))):
            self.write(VECTORS, 2 * self._at.samples + i, word)
        self._register(Register.PLACE, self._at.samples)

    def _register(self, number: Register, data: int) -> None:
        self.write(REGISTERS, number, data)

    def _expect(self, number: Register, data: int) -> None:
        self.expect(REGISTERS, number, data)

    def _run(self, operation: int) -> None:
        self.run(RAW | operation)
