"""Hidden nodes: h = clip((z K >> S) + 64, 0..127), z = sum over the inputs of x_i w_ij, each weight
drawn by Marsaglia's xorshift as it is needed (`fixed/nodes.py`; weight (i, j) is number i N + j).

Both kinds use the learner's multiplier and shifter, and read x from and write h to its memory of
vectors, a byte each.
"""

from itertools import pairwise
from typing import Any

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyodl.rtl.clock import register
from tinyodl.rtl.memory import port
from tinyodl.rtl.shape import LANES, Shape

AT_ONCE = 32  # nodes of signs: the bits of one number of the hash
SUM_BITS = 18  # of a sum of signed inputs, up to 1,023 of them
DROPPED = 14  # bits of z K that the shift leaves out first: S is over 14
HALF = 64


def following(state: Value) -> Value:
    """The hash's next number: x ^= x << 13, x ^= x >> 17, x ^= x << 5, of 32 bits."""
    for size in (13, -17, 5):
        moved = (state << size)[:32] if size > 0 else state >> -size
        state = (state ^ moved)[:32]
    return state


def signature(vectors: int) -> dict[str, Any]:
    """start, while busy is 0: x is at word `sample`, h goes to word `target`. seed: the hash's
    first number; gain: K. factors, product: of the multiplier; scaled: z K >> S, where asked."""
    return {
        "start": In(1),
        "busy": Out(1),
        "sample": In(range(vectors)),
        "target": In(range(vectors)),
        "seed": In(32),
        "gain": In(16),
        "factors": Out(signed(32)).array(2),
        "product": In(signed(50)),
        "scaled": In(signed(34)),
        "vectors": In(port(64, vectors, 8)),
    }


def node(scaled: Value) -> Value:
    """h of z K >> S: a half added, within 0..127, eight bits."""
    raised = scaled + HALF
    return Mux(raised[-1], 0, Mux(raised[7:-1].any(), 127, raised[:7]))


class SignNodes(wiring.Component):
    """Weights +1 and -1: 32 nodes at a time, an input a cycle, without a product. The next input's
    number of the hash is N / 32 further on.

    n N / 32 + N + 3 N / 32 cycles.
    """

    def __init__(self, shape: Shape, vectors: int) -> None:
        if shape.nodes % AT_ONCE:
            raise ValueError(f"{shape.nodes} nodes of signs: there must be a multiple of {AT_ONCE}")
        self._shape = shape
        super().__init__(signature(vectors))

    def elaborate(self, platform: object) -> Module:
        m = Module()
        n, blocks = self._shape.inputs, self._shape.nodes // AT_ONCE
        begin = self._shape.direct * (n + 1)
        state, first = register(32), register(32)  # of the input, of the block's first
        input_, block = register(range(n + 1)), register(range(blocks + 1))
        which = register(range(AT_ONCE))
        arrived, lane = register(), register(range(LANES))
        sums = [register(signed(SUM_BITS)) for _ in range(AT_ONCE)]
        x = self.vectors.read_data.word_select(lane, 8)
        jumped = state
        for i in range(blocks):
            further = Signal(32, name=f"number_{i + 1}")
            m.d.comb += further.eq(following(jumped))
            jumped = further
        place, h = Signal(range(2048)), Signal(8)
        m.d.comb += [
            place.eq(begin + (block << 5) + which),
            self.factors[0].eq(sums[0]),
            self.factors[1].eq(self.gain),
            h.eq(node(self.scaled)),
        ]
        m.d.sync += arrived.eq(0)
        with m.FSM() as fsm:
            m.d.comb += self.busy.eq(~fsm.ongoing("IDLE"))
            with m.State("IDLE"):
                m.d.sync += [first.eq(self.seed), block.eq(0)]
                with m.If(self.start):
                    m.next = "BLOCK"
            with m.State("BLOCK"):
                m.d.sync += [
                    *(each.eq(0) for each in sums),
                    state.eq(first),
                    input_.eq(0),
                    which.eq(0),
                ]
                m.next = "ADD"
            with m.State("ADD"):  # one input is read, the one before added
                m.d.comb += [
                    self.vectors.enable.eq(1),
                    self.vectors.address.eq(self.sample + (input_ >> 3)),
                ]
                m.d.sync += [input_.eq(input_ + 1), lane.eq(input_[:3]), arrived.eq(1)]
                with m.If(arrived):
                    m.d.sync += [
                        *(
                            each.eq(each + (x ^ (~state[i]).replicate(8)).as_signed() + ~state[i])
                            for i, each in enumerate(sums)
                        ),
                        state.eq(jumped),
                    ]
                with m.If(input_ == n):
                    m.d.sync += [input_.eq(0), arrived.eq(0)]
                    m.next = "NODE"
            with m.State("NODE"):  # a node a cycle: the sums move down
                m.d.comb += [
                    self.vectors.enable.eq(1),
                    self.vectors.address.eq(self.target + (place >> 3)),
                    self.vectors.write.eq(1 << place[:3]),
                    self.vectors.write_data.eq(h.replicate(LANES)),
                ]
                m.d.sync += [a.eq(b) for a, b in pairwise(sums)]
                m.d.sync += which.eq(which + 1)
                with m.If(which == AT_ONCE - 1):
                    m.d.sync += [block.eq(block + 1), first.eq(following(first))]
                    m.next = "BLOCK"
                    with m.If(block == blocks - 1):
                        m.next = "IDLE"
        return m


class HashNodes(wiring.Component):
    """Weights of 15 bits: one product a cycle, number after number of the hash, so that it need not
    jump. Sums wait where f and u are going to be, two a word: one is read while the other is added
    to.

    n (N + 2) + 3 N / 2 cycles.
    """

    def __init__(self, shape: Shape, vectors: int) -> None:
        if shape.nodes % 2:
            raise ValueError(f"{shape.nodes} nodes of the hash: there must be an even number")
        self._shape = shape
        super().__init__(signature(vectors))

    def elaborate(self, platform: object) -> Module:
        m = Module()
        n, pairs = self._shape.inputs, self._shape.nodes // 2
        begin = self._shape.direct * (n + 1)
        state = register(32)
        input_, pair, pair_before = (
            register(range(n + 1)),
            register(range(pairs)),
            register(range(pairs)),
        )
        x, lane = register(signed(8)), register(range(LANES))
        lower, upper, waiting = register(32), register(32), register(32)
        sum_, total = Signal(signed(32)), Signal(signed(32))
        first, last = Signal(), Signal()  # of the inputs; pair of them
        place, h = Signal(range(2048)), Signal(8)
        m.d.comb += [
            first.eq(~input_.any()),
            last.eq(pair == pairs - 1),
            self.factors[0].eq(x),
            self.factors[1].eq(state[17:].as_signed()),
            total.eq(Mux(first, 0, sum_) + self.product),
            h.eq(node(self.scaled)),
            self.vectors.write_data.eq(Cat(lower, upper)),
        ]
        of_node = [
            self.factors[0].eq(sum_),
            self.factors[1].eq(self.gain),
            self.vectors.enable.eq(1),
            self.vectors.address.eq(self.target + (place >> 3)),
            self.vectors.write.eq(1 << place[:3]),
            self.vectors.write_data.eq(h.replicate(LANES)),
        ]
        with m.FSM() as fsm:
            m.d.comb += self.busy.eq(~fsm.ongoing("IDLE"))
            with m.State("IDLE"):
                m.d.comb += [
                    self.vectors.enable.eq(self.start),
                    self.vectors.address.eq(self.sample),
                ]
                m.d.sync += [state.eq(self.seed), input_.eq(0), pair.eq(0), lane.eq(0)]
                with m.If(self.start):
                    m.next = "BEGIN"
            with m.State("BEGIN"):
                m.d.sync += x.eq(self.vectors.read_data.word_select(lane, 8))
                m.next = "READ"
            with m.State("READ"):
                m.d.comb += [self.vectors.enable.eq(1), self.vectors.address.eq(pair)]
                m.next = "LOWER"
            with m.State("LOWER"):  # of a pair; the one before is written
                m.d.comb += [
                    sum_.eq(self.vectors.read_data[:32]),
                    self.vectors.enable.eq(pair.any()),
                    self.vectors.address.eq(pair_before),
                    self.vectors.write.eq(0xFF),
                ]
                m.d.sync += [
                    lower.eq(total),
                    waiting.eq(self.vectors.read_data[32:]),
                    state.eq(following(state)),
                ]
                m.next = "UPPER"
            with m.State("UPPER"):  # the next pair is read, or the next input
                m.d.comb += [
                    sum_.eq(waiting),
                    self.vectors.enable.eq(1),
                    self.vectors.address.eq(Mux(last, self.sample + ((input_ + 1) >> 3), pair + 1)),
                ]
                m.d.sync += [
                    upper.eq(total),
                    state.eq(following(state)),
                    pair_before.eq(pair),
                    pair.eq(Mux(last, 0, pair + 1)),
                ]
                m.next = "LOWER"
                with m.If(last):
                    m.d.sync += [input_.eq(input_ + 1), lane.eq((input_ + 1)[:3])]
                    m.next = "LAST"
            with m.State("LAST"):
                m.d.comb += [
                    self.vectors.enable.eq(1),
                    self.vectors.address.eq(pair_before),
                    self.vectors.write.eq(0xFF),
                ]
                m.d.sync += x.eq(self.vectors.read_data.word_select(lane, 8))
                m.next = "READ"
                with m.If(input_ == n):
                    m.next = "SUMS"
            with m.State("SUMS"):
                m.d.comb += [self.vectors.enable.eq(1), self.vectors.address.eq(pair)]
                m.next = "LOWER-NODE"
            with m.State("LOWER-NODE"):
                m.d.comb += [
                    sum_.eq(self.vectors.read_data[:32]),
                    place.eq(begin + (pair << 1)),
                    *of_node,
                ]
                m.d.sync += waiting.eq(self.vectors.read_data[32:])
                m.next = "UPPER-NODE"
            with m.State("UPPER-NODE"):
                m.d.comb += [sum_.eq(waiting), place.eq(begin + (pair << 1) + 1), *of_node]
                m.d.sync += pair.eq(pair + 1)
                m.next = "SUMS"
                with m.If(last):
                    m.next = "IDLE"
        return m
