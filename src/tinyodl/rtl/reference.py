"""The published core, to compare with: one multiplier, one memory access at a time, numbers of 32
bits with 20 of fraction, weights of a hash of 16 bits, a division for each element of P.

It is as plain as its description (docs/hardware.md), and shares nothing with ours but the bus.
`reference_golden.py` is the same in Python. A product and its sum take five cycles: a factor is
asked for, then the other, which arrives, is multiplied, and added.

| command | phases | what is computed |
| --- | --- | --- |
| PREDICT | NODES | h_j = clip(1/2 + sum of x_i w_ji / 32) within 0..1 |
| | OUTPUTS | o = h beta, the class |
| LEARN, after it | SPREAD | u = P h |
| | DIVISOR | 1 + h u |
| | PRODUCTS | Q = u u^T |
| | NARROW | P <- P - Q / divisor |
| | GAIN | u = P h, of the new P |
| | MOVE | beta <- beta + u (y - o) |

Memories are called as those of ours, so that the same bench counts their accesses: `scalars` has x,
h, u, beta and o, `weights` P, `vectors` Q.
"""

import enum
from collections.abc import Mapping
from dataclasses import dataclass

from amaranth.hdl import Cat, Module, Mux, Signal, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyodl.rtl.clock import register
from tinyodl.rtl.core import (
    BUS,
    OUTSIDE,
    REGION_BITS,
    REGISTERS,
    SCALARS,
    VECTORS,
    WEIGHTS,
    Register,
)
from tinyodl.rtl.memory import Macro, port

BITS, FRACTION = 32, 20
ONE = 1 << FRACTION
SEED = 1  # the hash's first state
NARROWER = 5  # of a node's sum: a division by 32
DIVIDED = BITS + FRACTION  # bits of a dividend, and cycles that it takes
LABEL = 8  # of LEARN, from this bit of the command on


class Command(enum.IntEnum):
    """What COMMAND starts."""

    PREDICT = 0
    LEARN = 1


class Phase(enum.IntEnum):
    """One after another."""

    NODES = 0
    OUTPUTS = 1
    SPREAD = 2
    DIVISOR = 3
    PRODUCTS = 4
    NARROW = 5
    GAIN = 6
    MOVE = 7


@dataclass(frozen=True)
class Sizes:
    """n, N (a power of two, so that a row and a column are an address) and m."""

    inputs: int = 561
    nodes: int = 128
    classes: int = 6

    def __post_init__(self) -> None:
        if self.nodes & (self.nodes - 1) or self.nodes < 2:
            raise ValueError(f"{self.nodes} nodes: there must be a power of two")

    @property
    def places(self) -> Mapping[str, int]:
        """Words of `scalars`; beta is class after class."""
        n, N, m = self.inputs, self.nodes, self.classes
        h = n
        return {"x": 0, "h": h, "u": h + N, "beta": h + 2 * N, "o": h + (2 + m) * N}

    @property
    def depths(self) -> Mapping[str, int]:
        """Of the memories, all of them BITS wide."""
        square = self.nodes * self.nodes
        return {
            "scalars": self.places["o"] + self.classes,
            "vectors": square,
            "weights": square,
        }


def following(state: Signal) -> Signal:
    """The hash's next state: x ^= x << 7, x ^= x >> 9, x ^= x << 8, of 16 bits."""
    for size in (7, -9, 8):
        moved = (state << size)[:16] if size > 0 else state >> -size
        state = (state ^ moved)[:16]
    return state


class Core(wiring.Component):
    """The ports of `core.Core`; it asks nothing, and needs no factory's model."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__(OUTSIDE)
        self._sizes = sizes

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.logic = logic = Logic(self._sizes)
        for name, member in BUS.items():
            ours, theirs = getattr(self, name), getattr(logic, name)
            m.d.comb += ours.eq(theirs) if member.flow is Out else theirs.eq(ours)
        m.d.comb += self.busy.eq(logic.busy)
        for name, depth in self._sizes.depths.items():
            memory = Macro(BITS, depth, BITS)
            m.submodules[name] = memory
            wiring.connect(m, getattr(logic, name), memory.port)
        return m


class Logic(wiring.Component):
    """All of it but its memories."""

    def __init__(self, sizes: Sizes) -> None:
        super().__init__(
            BUS
            | {"busy": Out(1)}
            | {name: In(port(BITS, depth, BITS)) for name, depth in sizes.depths.items()}
        )
        self._sizes = sizes

    def elaborate(self, platform: object) -> Module:
        m = Module()
        sizes = self._sizes
        n, N, classes, at = sizes.inputs, sizes.nodes, sizes.classes, sizes.places
        row, column = register(range(max(N, classes))), register(range(max(n, N)))
        phase = register(Phase)
        a, b = register(signed(BITS)), register(signed(BITS))
        product, sum_ = register(signed(BITS)), register(signed(BITS))
        state, label = register(16), register(range(classes))
        divisor, best = register(signed(BITS)), register(signed(BITS))
        predicted, cycles = register(range(classes)), register(BITS)
        # The divider's: what is left; the dividend, which its quotient pushes out.
        left, quotient = register(BITS), register(DIVIDED)
        steps = register(range(DIVIDED + 1))

        scalars, P, Q = self.scalars, self.weights, self.vectors
        element = Cat(column[: (N - 1).bit_length()], row[: (N - 1).bit_length()])
        of_beta = at["beta"] + row * N + column
        is_last_column, is_last_row = Signal(), Signal()
        m.d.comb += [
            is_last_column.eq(column == Mux(phase == Phase.NODES, n - 1, N - 1)),
            is_last_row.eq(
                (phase == Phase.DIVISOR)
                | (row == Mux((phase == Phase.OUTPUTS) | (phase == Phase.MOVE), classes - 1, N - 1))
            ),
        ]
        of_row = (phase == Phase.PRODUCTS) | (phase == Phase.MOVE)  # sums of one product

        def scalar(place: object) -> list[object]:
            return [scalars.enable.eq(1), scalars.address.eq(place)]

        busy, start = self.busy, Signal()
        with m.FSM() as fsm:
            m.d.comb += busy.eq(~fsm.ongoing("IDLE"))
            with m.State("IDLE"), m.If(start):
                m.d.sync += [
                    phase.eq(Mux(self.write_data[0] == Command.LEARN, Phase.SPREAD, Phase.NODES)),
                    label.eq(self.write_data[LABEL:]),
                    state.eq(SEED),
                    row.eq(0),
                    column.eq(0),
                    sum_.eq(0),
                    cycles.eq(0),
                ]
                m.next = "FIRST"
            with m.State("FIRST"):  # a factor is asked for
                with m.Switch(phase):
                    with m.Case(Phase.NODES):
                        m.d.comb += scalar(at["x"] + column)
                    with m.Case(Phase.OUTPUTS):
                        m.d.comb += scalar(at["h"] + column)
                    with m.Case(Phase.SPREAD, Phase.GAIN):
                        m.d.comb += [P.enable.eq(1), P.address.eq(element)]
                    with m.Case(Phase.NARROW):
                        m.d.comb += [Q.enable.eq(1), Q.address.eq(element)]
                    with m.Default():
                        m.d.comb += scalar(at["u"] + column)
                m.next = "SECOND"
            with m.State("SECOND"):  # it arrives, and the other is asked for
                found = Signal(signed(BITS))
                m.d.comb += found.eq(scalars.read_data)
                m.next = "THIRD"
                with m.Switch(phase):
                    with m.Case(Phase.NODES):
                        m.d.sync += state.eq(following(state))
                    with m.Case(Phase.OUTPUTS):
                        m.d.comb += scalar(of_beta)
                    with m.Case(Phase.SPREAD, Phase.GAIN):
                        m.d.comb += [found.eq(P.read_data), *scalar(at["h"] + column)]
                    with m.Case(Phase.DIVISOR):
                        m.d.comb += scalar(at["h"] + column)
                    with m.Case(Phase.PRODUCTS):
                        m.d.comb += scalar(at["u"] + row)
                    with m.Case(Phase.NARROW):
                        m.d.comb += [
                            found.eq(Q.read_data),
                            P.enable.eq(1),
                            P.address.eq(element),
                        ]
                        m.d.sync += [
                            left.eq(0),
                            quotient.eq(Mux(found[-1], -found, found) << FRACTION),
                            steps.eq(DIVIDED),
                        ]
                        m.next = "DIVIDE"
                    with m.Default():
                        m.d.comb += scalar(at["o"] + row)
                m.d.sync += a.eq(found)
            with m.State("THIRD"):  # which arrives too
                m.d.sync += b.eq(scalars.read_data)
                with m.If(phase == Phase.NODES):
                    m.d.sync += b.eq(state.as_signed() << (FRACTION - 15))
                with m.Elif(phase == Phase.MOVE):
                    m.d.comb += scalar(of_beta)
                    m.d.sync += b.eq(Mux(label == row, ONE, 0) - scalars.read_data.as_signed())
                m.next = "MULTIPLY"
            with m.State("MULTIPLY"):
                m.d.sync += product.eq((a * b) >> FRACTION)
                with m.If(phase == Phase.MOVE):
                    m.d.sync += sum_.eq(scalars.read_data)
                m.next = "ADD"
            with m.State("ADD"):
                m.d.sync += [sum_.eq(sum_ + product), column.eq(column + 1)]
                m.next = "FIRST"
                with m.If(is_last_column | of_row):
                    m.d.sync += column.eq(column)
                    m.next = "WRITE"
            with m.State("DIVIDE"):  # a bit a cycle, of the number without its sign
                trial, less = Signal(BITS + 1), Signal(BITS + 1)
                m.d.comb += [
                    trial.eq(Cat(quotient[-1], left)),
                    less.eq(trial - divisor),
                ]
                m.d.sync += [
                    left.eq(Mux(less[-1], trial, less)),
                    quotient.eq(Cat(~less[-1], quotient)),
                    steps.eq(steps - 1),
                ]
                with m.If(steps == 1):
                    m.next = "SUBTRACT"
            with m.State("SUBTRACT"):
                of_quotient = quotient[:BITS].as_signed()
                m.d.sync += sum_.eq(P.read_data.as_signed() - Mux(a[-1], -of_quotient, of_quotient))
                m.next = "WRITE"
            with m.State("WRITE"):
                node = Signal(signed(BITS))
                m.d.comb += [
                    node.eq((sum_ >> NARROWER) + ONE // 2),
                    scalars.write_data.eq(sum_),
                    P.write_data.eq(sum_),
                    Q.write_data.eq(sum_),
                    P.address.eq(element),
                    Q.address.eq(element),
                ]
                m.d.sync += [sum_.eq(0), column.eq(column + 1)]
                m.next = "FIRST"
                with m.Switch(phase):
                    with m.Case(Phase.NODES):
                        m.d.comb += [
                            *scalar(at["h"] + row),
                            scalars.write.eq(1),
                            scalars.write_data.eq(Mux(node < 0, 0, Mux(node > ONE, ONE, node))),
                        ]
                    with m.Case(Phase.OUTPUTS):
                        m.d.comb += [*scalar(at["o"] + row), scalars.write.eq(1)]
                        with m.If((row == 0) | (sum_ > best)):
                            m.d.sync += [best.eq(sum_), predicted.eq(row)]
                    with m.Case(Phase.SPREAD, Phase.GAIN):
                        m.d.comb += [*scalar(at["u"] + row), scalars.write.eq(1)]
                    with m.Case(Phase.DIVISOR):
                        m.d.sync += divisor.eq(sum_ + ONE)
                    with m.Case(Phase.PRODUCTS):
                        m.d.comb += [Q.enable.eq(1), Q.write.eq(1)]
                    with m.Case(Phase.NARROW):
                        m.d.comb += [P.enable.eq(1), P.write.eq(1)]
                    with m.Default():
                        m.d.comb += [*scalar(of_beta), scalars.write.eq(1)]
                with m.If(is_last_column):
                    m.d.sync += [column.eq(0), row.eq(row + 1)]
                    with m.If(is_last_row):
                        m.d.sync += [row.eq(0), phase.eq(phase + 1)]
                        with m.If((phase == Phase.OUTPUTS) | (phase == Phase.MOVE)):
                            m.next = "IDLE"

        # The bus: while a command runs a write is lost, and only registers can be read.
        region, offset = self.address[REGION_BITS:], self.address[:REGION_BITS]
        was, value = register(3), register(BITS)
        m.d.comb += start.eq(
            self.enable & self.write.all() & (region == REGISTERS) & (offset == Register.COMMAND)
        )
        with m.If(busy):
            m.d.sync += cycles.eq(cycles + 1)
        memories = {SCALARS: scalars, VECTORS: Q, WEIGHTS: P}
        with m.If(self.enable):
            m.d.sync += was.eq(region)
            with m.Switch(offset):
                with m.Case(Register.STATUS):
                    m.d.sync += value.eq(busy)
                with m.Case(Register.PREDICTED):
                    m.d.sync += value.eq(predicted)
                with m.Default():
                    m.d.sync += value.eq(cycles)
            with m.If(~busy):
                for number, memory in memories.items():
                    m.d.comb += [
                        memory.enable.eq(region == number),
                        memory.write.eq(self.write.all()),
                        memory.address.eq(offset),
                        memory.write_data.eq(self.write_data),
                    ]
        m.d.comb += self.read_data.eq(value)
        with m.Switch(was):
            for number, memory in memories.items():
                with m.Case(number):
                    m.d.comb += self.read_data.eq(memory.read_data)
        return m
