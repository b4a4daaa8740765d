"""The learner: outputs, confidence and leverage of a sample, and a step of recursive least squares.

docs/fixed-point.md is the specification, `fixed/core.py` the same in Python; names are those of it.
One multiplier array does all products, one normaliser and one pair of shifters all that is between
them, so that what the learner costs is their area and the cycles that they are waited for.

| operation | does | cycles, about |
| --- | --- | --- |
| LOOK | o = b^T h, the class, P1P2; f = U^T h, the leverage, P's checksum | words of b and U, d |
| STEP | u = P h, and P <- P - u u^T / total where `change` | d (d - 1) / 2 + 5 d + 150 |
| MOVE | b <- b - u gain^T, gain = share o | m (d + 6) |
| COMPARE | the class by the factory's b, as `predicted` | 2 words of it |
| DISTANCE | of x from the mean of its bout | 2 n |
| FOLLOW | the mean goes part of the way to x, by how many windows are in it | 2 n |
| AVERAGE | x becomes the mean | 2 n |

STEP takes the f that LOOK left; MOVE the o, of the label's 1 less, and alpha as the share.
`state.py` has where what is in the memories.
"""

import enum
from functools import reduce
from operator import xor

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyodl.fixed.bouts import THIRD
from tinyodl.fixed.core import (
    A_BITS,
    D_LEAST,
    D_MOST,
    F_BITS,
    F_MOST,
    K_BITS,
    M_BITS,
    U_BITS,
    V_MOST,
)
from tinyodl.rtl.clock import register
from tinyodl.rtl.divider import Divider
from tinyodl.rtl.memory import port
from tinyodl.rtl.multiplier import Multiplier
from tinyodl.rtl.nodes import DROPPED, HashNodes, SignNodes
from tinyodl.rtl.shape import LANES, SIGN, Shape
from tinyodl.rtl.shifts import WIDE, Normaliser, Raiser, Rounder, clipped, saturated
from tinyodl.rtl.state import Layout

HALVES_UP = 1 << 31  # a draw of one half
PAIRS = LANES // 2  # of elements in a word of U
F_WIDTH, V_WIDTH = F_MOST.bit_length() + 1, V_MOST.bit_length() + 1


class Operation(enum.IntEnum):
    """What `start` starts."""

    LOOK = 0
    STEP = 1
    MOVE = 2
    COMPARE = 3
    DISTANCE = 4
    FOLLOW = 5
    AVERAGE = 6


CHANGE = 1 << 3  # STEP changes P
WINDOWS = 4  # from this bit on: of FOLLOW, how many are in the mean


class Learner(wiring.Component):
    """start: an operation begins, while busy is 0, and stays until its end; change: whether STEP
    changes P; windows: 0 to 3, for FOLLOW. sample: where h is in `vectors`; inputs: where x is,
    of which nodes are made (seed, gain, shift: `nodes.py`); classes: m; u_bits: Fu; set_alpha,
    set_dither: 1 / weight, or the last draw of b's rounding, becomes `setting`. factory: words of
    its b, read-only, there when `factory_ready` says so.

    predicted, highest, second: of LOOK's or COMPARE's outputs; distance_low, distance_high: of
    DISTANCE; leverage; sum: P's checksum as LOOK found it and
    STEP left it; total: alpha + leverage; refused: that had over 32 bits, and nothing was done;
    limited: columns in which a number was at its limit; dither: the last draw of b's rounding.
    """

    def __init__(self, shape: Shape) -> None:
        self._shape, self._layout = shape, Layout(shape)
        vectors, scalars = self._layout.vectors, self._layout.scalars
        super().__init__(
            {
                "start": In(1),
                "operation": In(3),
                "sample": In(range(vectors)),
                "classes": In(range(shape.classes + 1)),
                "u_bits": In(6),
                "setting": In(32),
                "set_alpha": In(1),
                "set_dither": In(1),
                "change": In(1),
                "windows": In(2),
                "inputs": In(range(vectors)),
                "seed": In(32),
                "gain": In(16),
                "shift": In(5),
                "busy": Out(1),
                "predicted": Out(range(shape.classes)),
                "highest": Out(signed(32)),
                "second": Out(signed(32)),
                "leverage": Out(32),
                "sum": Out(22),
                "total": Out(32),
                "distance_low": Out(32),
                "distance_high": Out(32),
                "refused": Out(1),
                "limited": Out(range(shape.d + shape.classes + 1)),
                "dither": Out(32),
                "factory_enable": Out(1),
                "factory_address": Out(range(4 * shape.weights)),
                "factory_data": In(32),
                "factory_ready": In(1),
                "weights": In(port(16 * LANES, shape.weights, 32)),
                "vectors": In(port(64, vectors, 8)),
                "scalars": In(port(32, scalars, 32)),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        shape, layout = self._shape, self._layout
        d, n = shape.d, shape.inputs
        m.submodules.multiplier = multiplier = Multiplier()
        m.submodules.normaliser = normaliser = Normaliser()
        m.submodules.rounder = rounder = Rounder()
        m.submodules.raiser = raiser = Raiser()
        m.submodules.divider = divider = Divider()
        weights, vectors, scalars = self.weights, self.vectors, self.scalars

        # Where we are: element j of d, or class k; word or pair of its column.
        j, k = register(range(max(d, n, shape.classes) + 1)), register(range(shape.classes + 1))
        word, pair = register(range(max(shape.row, 4) + 1)), register(range(shape.pairs + 1))
        first = register(range(shape.weights + 1))  # word of `weights` that is read next
        last = Signal()
        arrived, was_last = register(), register()  # what was read is there, the column's last
        moving = register()  # MOVE, not STEP

        # What LOOK finds.
        predicted = register(range(shape.classes))
        highest, second = register(signed(32)), register(signed(32))
        leverage, checksum = register(32), register(22)
        limited, refused = register(self.limited.shape()), register()
        m.d.comb += [
            self.predicted.eq(predicted),
            self.highest.eq(highest),
            self.second.eq(second),
            self.leverage.eq(leverage),
            self.sum.eq(checksum),
            self.limited.eq(limited),
            self.refused.eq(refused),
        ]

        # What a column goes through.
        g, z = register(signed(16)), register(signed(6))  # f = g 2^z
        mantissa, exponent = register(16), register(6)  # of D
        v = register(signed(28))
        alpha, before, along = register(32), register(32), register(32)
        c = register(6)  # leading zeros of alpha
        slope, s = register(signed(16)), register(5)
        beyond = register()
        held = register(signed(42))  # for one cycle: f, a square, a product, what D keeps
        accumulated = register(signed(32))
        dither = register(32)
        m.d.comb += [
            self.total.eq(alpha),
            self.dither.eq(dither),
            self.distance_low.eq(accumulated),
            self.distance_high.eq(before),
        ]
        # A sum of 64 bits. A square's highest bit, in a distance, is no sign.
        sum64, grown, weight = Cat(accumulated, before), Signal(64), Signal(16)
        m.d.comb += grown.eq(sum64 + multiplier.products[0] + (Mux(held[31], weight, 0) << 32))

        # `mantissa_of`: number = found 2^exp, or -number where `less_than_0`.
        number, less_than_0, size = Signal(signed(33)), Signal(), Signal(32)
        found, exp = Signal(signed(16)), Signal(signed(7))
        magnitude = normaliser.normal[WIDE - M_BITS :]
        m.d.comb += [
            size.eq(Mux(number[-1], -number, number)),
            normaliser.value.eq(size << (WIDE - 32)),
            normaliser.limit.eq(32),
            found.eq(Mux(number[-1] ^ less_than_0, -magnitude, magnitude)),
            exp.eq(32 - M_BITS - normaliser.shift),
        ]
        upper_half = normaliser.normal[WIDE - 16 :]

        # `shifted`, of a product: by the rounder where it goes down, else by the raiser.
        by, negative = Signal(signed(9)), Signal()
        down = Signal(signed(34))
        value = multiplier.products[0]
        up_by = ~by[-1] & by.any()
        m.d.comb += [
            negative.eq(value[-1]),
            raiser.value.eq(Mux(negative, -value[:32], value[:32])),
            raiser.shift.eq(-by),
            down.eq(Mux(by[5:8].any(), 0, rounder.result)),
        ]
        shifted = Signal(32)  # at most 2^32 - 1
        m.d.comb += shifted.eq(Mux(up_by, down[:32], raiser.result | raiser.lost.replicate(32)))

        def shift(amount):
            return [
                by.eq(amount),
                rounder.value.eq(value),
                rounder.shift.eq(by[:5]),
                rounder.draw.eq(HALVES_UP),
            ]

        def weighed(g, mantissa, exponent, z):
            """Makes `shifted` f^2 D, both products in one cycle: f = g 2^z."""
            return [
                multiplier.x[1].eq(g),
                multiplier.y[1].eq(g),
                multiplier.x[0].eq(multiplier.products[1] >> 14),
                multiplier.y[0].eq(mantissa),
                *shift(exponent - (z << 1) + (2 * F_BITS - 14 - A_BITS)),
            ]

        # `within`: a mantissa and a shift of 1 to 30.
        fitted, near, none = Signal(signed(8)), Signal(), Signal()
        m.d.comb += [
            near.eq(fitted[-1] | ~fitted.any()),
            none.eq((~fitted[-1] & (fitted[5:].any() | fitted[:5].all())) | ~found.any()),
        ]
        sign = found[-1]
        limit = Cat(1, (~sign).replicate(14), sign)  # 32,767 with its sign
        fit = [
            slope.eq(Mux(none, 0, Mux(near, limit, found))),
            s.eq(Mux(none | near, 1, fitted)),
        ]

        # One adder of 32 bits for leverages and alpha; P's checksum is parity, bit by bit.
        added_to, added, raised = Signal(32), Signal(32), Signal(33)
        changed = Signal(22)
        m.d.comb += [added_to.eq(alpha), added.eq(shifted), raised.eq(added_to + added)]
        with m.If(changed.any()):
            m.d.sync += checksum.eq(checksum ^ changed)

        # LOOK: words of b, then of U, against h's.
        lanes = [
            (
                weights.read_data[16 * lane : 16 * lane + 16].as_signed(),
                vectors.read_data[8 * lane : 8 * lane + 8].as_signed(),
            )
            for lane in range(LANES)
        ]
        factory, two_h = Signal(), vectors.read_data.word_select(word[:2], 16)
        for lane, (element, h) in enumerate(lanes):
            other = self.factory_data.word_select(lane, 16) if lane < 2 else None
            other_h = two_h.word_select(lane, 8) if lane < 2 else 0
            m.d.comb += [
                multiplier.a[lane].eq(element if other is None else Mux(factory, other, element)),
                multiplier.b[lane].eq(Mux(factory, other_h, h)),
            ]
        # Wide, with factors that are 0 unless a state has others, but where words are taken: what
        # comes out of memories for somebody else does not get into it.
        m.d.comb += multiplier.wide.eq(1)
        in_words = multiplier.wide.eq(0)
        reached = Signal(signed(32))
        m.d.comb += reached.eq(accumulated + multiplier.dot)
        of_word = Signal(16)
        m.d.comb += of_word.eq(reduce(xor, (element.as_unsigned() for element, _ in lanes)))

        # Nodes, where there are any: what of the learner's they use.
        nodes, starting = None, register()
        if shape.nodes:
            make = SignNodes if shape.alpha == SIGN else HashNodes
            m.submodules.nodes = nodes = make(shape, layout.vectors)
            m.d.comb += [
                nodes.sample.eq(self.inputs),
                nodes.target.eq(self.sample),
                nodes.seed.eq(self.seed),
                nodes.gain.eq(self.gain),
                nodes.product.eq(multiplier.products[0]),
                nodes.scaled.eq(rounder.result),
                nodes.vectors.read_data.eq(vectors.read_data),
            ]

        # An output is there: the greatest, and the second.
        output = Signal()
        with m.If(output):
            m.d.sync += j.eq(j + 1)
            with m.If((reached > highest) | ~j.any()):
                m.d.sync += [
                    highest.eq(reached),
                    second.eq(Mux(j.any(), highest, -(1 << 31))),
                    predicted.eq(j),
                ]
            with m.Elif(reached > second):
                m.d.sync += second.eq(reached)

        read_word = [
            weights.enable.eq(1),
            weights.address.eq(first),
            vectors.enable.eq(1),
            vectors.address.eq(self.sample + word),
        ]
        after_word = [first.eq(first + 1), word.eq(word + 1), arrived.eq(1)]
        # In all of a column's cycles, so that what is behind them switches once a column.
        spreading = [number.eq(held), added_to.eq(leverage)]

        # STEP and MOVE: one element a cycle.
        u, element = Signal(signed(32)), Signal(signed(16))  # u_i; U_ij or b_ki
        draw = Signal(32)
        moved, onward = Signal(signed(34)), Signal(signed(40))
        element_next, u_next = Signal(signed(16)), Signal(signed(32))
        over = Signal()
        m.d.comb += [
            moved.eq(element + rounder.result),
            element_next.eq(saturated(moved, 16)),
            onward.eq(u + (multiplier.products[1] >> U_BITS)),
            u_next.eq(saturated(onward, 32)),
            over.eq(
                ((moved != element_next) & (moving | self.change)) | ((onward != u_next) & ~moving)
            ),
        ]
        compute = [
            multiplier.x[0].eq(u),
            multiplier.y[0].eq(slope),
            multiplier.x[1].eq(v),
            multiplier.y[1].eq(element),
            rounder.value.eq(multiplier.products[0] >> 16),
            rounder.shift.eq(s),
            rounder.draw.eq(draw),
        ]
        # Two cycles a pair: the pair before is written while the first of this one is computed, the
        # next one read while the second is.
        lower, upper = register(48), register(48)  # results of a pair: an element, and u
        waiting = register(48)  # the pair's second element and u, until it is their turn
        pair_before = register(pair.shape())
        place, place_before = (
            register(first.shape()),
            register(first.shape()),
        )  # the pairs' words of `weights`
        pick = pair[:2]
        of_pair = Signal(32)
        length = Signal(range(d + 1))  # elements of the column: j of U's, d of b's
        two, more = Signal(), Signal()  # the pair has two elements in the column; there is another
        waits = Signal()  # what D keeps waits for a division
        m.d.comb += [
            of_pair.eq(weights.read_data.word_select(pick, 32)),
            length.eq(Mux(moving, d, j)),
            two.eq(pair != length >> 1),
            more.eq(Mux(length[0], two, pair + 1 != length >> 1)),
            waits.eq(~more & ~moving & divider.busy),
        ]
        write_pair = [
            weights.enable.eq(moving | self.change),
            weights.address.eq(place_before),
            weights.write.eq(1 << pair_before[:2]),
            weights.write_data.eq(Cat(lower[:16], upper[:16]).replicate(PAIRS)),
            vectors.enable.eq(~moving),
            vectors.address.eq(pair_before),
            vectors.write_data.eq(Cat(lower[16:], upper[16:])),
        ]
        begin_pairs = [
            weights.enable.eq(1),
            weights.address.eq(first),
            vectors.enable.eq(1),
            vectors.address.eq(0),
        ]

        x1, x2 = Signal(32), Signal(32)  # the next draw
        m.d.comb += [x1.eq(dither ^ (dither << 13)), x2.eq(x1 ^ (x1 >> 17))]

        own = [  # u_j, and f_j before it
            vectors.enable.eq(1),
            vectors.address.eq(j >> 1),
            vectors.write.eq(Mux(j[0], 0xF0, 0x0F)),
        ]
        divide = [number.eq(alpha), divider.start.eq(1)], [c.eq(normaliser.shift)]
        read_mean = [
            scalars.enable.eq(1),
            scalars.address.eq(layout.arrays["mean"] + j),
            vectors.enable.eq(1),
            vectors.address.eq(self.inputs + (j >> 3)),
        ]
        of_D = scalars.read_data[:16], scalars.read_data[16:22]

        def read_f(column):
            return [vectors.enable.eq(1), vectors.address.eq(column >> 1)]

        def read_d(column):
            return [scalars.enable.eq(1), scalars.address.eq(layout.arrays["D"] + column)]

        # What D keeps, once the division is done; and the next column's f is there.
        less, part_of = Signal(), Signal(K_BITS + 1)
        m.d.comb += part_of.eq(Mux(shifted[K_BITS:].any(), 1 << K_BITS, shifted))
        part = (
            [
                less.eq(along <= before),
                number.eq(Mux(less, along, before)),
                multiplier.x[0].eq(found),
                multiplier.y[0].eq(divider.inverse),
                *shift(23 - c - exp),
            ],
            [
                held.eq(Mux(less, (1 << K_BITS) - part_of, part_of)),
                waiting.eq(vectors.read_data.word_select(~j[0], 32)),
            ],
        )

        m.d.sync += [arrived.eq(0), was_last.eq(last)]
        with m.FSM() as fsm:
            m.d.comb += self.busy.eq(~fsm.ongoing("IDLE"))
            with m.State("IDLE"):
                m.d.comb += added.eq(leverage)
                with m.If(self.set_alpha):
                    m.d.sync += alpha.eq(self.setting)
                with m.If(self.set_dither):
                    m.d.sync += dither.eq(self.setting)
                with m.If(self.start):
                    m.d.sync += [
                        *(index.eq(0) for index in (j, k, word, pair, first, accumulated, limited)),
                        moving.eq(0),
                    ]
                    with m.Switch(self.operation):
                        with m.Case(Operation.LOOK):
                            m.d.sync += [
                                first.eq(layout.b),
                                *([starting.eq(1)] if nodes else []),
                                leverage.eq(0),
                                checksum.eq(0),
                            ]
                            m.next = "NODES" if nodes else "OUTPUTS"
                        with m.Case(Operation.STEP):
                            m.d.sync += refused.eq(raised[32])
                            m.next = "DIVIDE"
                            with m.If(raised[32]):
                                m.d.sync += alpha.eq(0)
                                m.next = "IDLE"
                        with m.Case(Operation.MOVE):
                            m.d.sync += [moving.eq(1), first.eq(layout.b)]
                            m.next = "GAIN"
                        with m.Case(Operation.COMPARE):
                            m.d.sync += first.eq(layout.b)
                            m.next = "FACTORY"
                        with m.Default():
                            m.d.sync += before.eq(0)
                            m.next = "MEAN"

            # LOOK ------------------------------------------------------------------------
            if nodes:
                with m.State("NODES"):
                    m.d.comb += [
                        nodes.start.eq(starting),
                        multiplier.x[0].eq(nodes.factors[0]),
                        multiplier.y[0].eq(nodes.factors[1]),
                        rounder.value.eq(multiplier.products[0] >> DROPPED),
                        rounder.shift.eq(self.shift),
                        vectors.enable.eq(nodes.vectors.enable),
                        vectors.address.eq(nodes.vectors.address),
                        vectors.write.eq(nodes.vectors.write),
                        vectors.write_data.eq(nodes.vectors.write_data),
                    ]
                    m.d.sync += starting.eq(0)
                    with m.If(~starting & ~nodes.busy):
                        m.next = "OUTPUTS"
            with m.State("OUTPUTS"):  # reads b's words one behind the other
                m.d.comb += [last.eq(word == shape.row - 1), in_words]
                with m.If(k != self.classes):
                    m.d.comb += read_word
                    m.d.sync += after_word
                    with m.If(last):
                        m.d.sync += [word.eq(0), k.eq(k + 1)]
                with m.If(arrived):
                    m.d.sync += accumulated.eq(Mux(was_last, 0, reached))
                    with m.If(was_last):  # an output is there
                        m.d.comb += [
                            scalars.enable.eq(1),
                            scalars.write.eq(1),
                            scalars.address.eq(layout.arrays["o"] + j),
                            scalars.write_data.eq(reached),
                            output.eq(1),
                        ]
                with m.If((k == self.classes) & ~arrived):
                    m.d.sync += [first.eq(0), word.eq(0), j.eq(0)]
                    m.next = "COLUMN"
            with m.State("COLUMN"):  # reads a column's words, up to that of its diagonal
                m.d.comb += [*read_word, in_words, *spreading]
                m.d.sync += after_word
                with m.If(arrived):
                    m.d.sync += accumulated.eq(reached)
                    m.d.comb += changed.eq(of_word)
                with m.If(word == j >> 3):
                    m.next = "COLUMN-END"
            with m.State("COLUMN-END"):
                f = clipped(rounder.result, F_WIDTH)
                m.d.comb += [
                    in_words,
                    *spreading,
                    rounder.value.eq(reached),
                    rounder.shift.eq(U_BITS - F_BITS),
                    rounder.draw.eq(HALVES_UP),
                    changed.eq(of_word),
                    *own,
                    vectors.write_data.eq(_twice(f)),
                    scalars.enable.eq(1),
                    scalars.address.eq(layout.arrays["D"] + j),
                ]
                m.d.sync += [held.eq(f), accumulated.eq(0), word.eq(0)]
                m.next = "SPREAD"
            with m.State("SPREAD"):
                m.d.comb += [
                    *spreading,
                    *weighed(found, of_D[0], of_D[1], exp),
                    changed.eq(scalars.read_data),
                ]
                m.d.sync += [
                    leverage.eq(raised[:32] | raised[32].replicate(32)),
                    j.eq(j + 1),
                ]
                m.next = "IDLE"
                with m.If(j != d - 1):  # the next column's first word
                    m.d.comb += read_word
                    m.d.sync += after_word
                    m.next = "COLUMN"
                    with m.If(j < LANES - 1):
                        m.next = "COLUMN-END"

            # STEP ------------------------------------------------------------------------
            with m.State("DIVIDE"):
                m.d.comb += [*divide[0], *read_d(j), *read_f(j)]
                m.d.sync += divide[1]
                m.next = "FACTOR"
            with m.State("FACTOR"):  # of the first column; of the others in KEEP
                m.d.comb += number.eq(vectors.read_data[:F_WIDTH].as_signed())
                m.d.sync += [g.eq(found), z.eq(exp)]
                with m.If(~divider.busy):
                    m.next = "TURN"
            with m.State(
                "TURN"
            ):  # what the column before leaves of D, and what this one begins with
                up, kept, deeper = Signal(17), Signal(16), Signal(6)
                m.d.comb += [
                    normaliser.value.eq(held),
                    normaliser.limit.eq(~exponent),  # 63 - e
                    up.eq(normaliser.normal[K_BITS:] + normaliser.normal[K_BITS - 1]),
                    kept.eq(Mux(up[16], D_MOST, Mux(up[15], up[:16], D_LEAST))),
                    deeper.eq(exponent + normaliser.shift),
                    scalars.write.eq(1),
                    scalars.address.eq(layout.arrays["D"] - 1 + j),
                    scalars.write_data.eq(Cat(kept, deeper)),
                    multiplier.x[0].eq(g),
                    multiplier.y[0].eq(of_D[0]),
                    multiplier.x[1].eq(g),
                    multiplier.y[1].eq(divider.inverse),
                    *shift(of_D[1] + F_BITS - self.u_bits - z),
                ]
                with m.If(self.change & j.any()):
                    m.d.comb += [
                        scalars.enable.eq(1),
                        changed.eq(Cat(kept, deeper) ^ Cat(mantissa, exponent)),
                    ]
                raised_v = clipped(Cat(raiser.result, 0).as_signed(), V_WIDTH)
                up_v = Mux(raiser.lost, (1 << (V_WIDTH - 1)) - 1, raised_v)
                m.d.sync += [
                    mantissa.eq(of_D[0]),
                    exponent.eq(of_D[1]),
                    v.eq(Mux(up_by, clipped(down, V_WIDTH), Mux(negative, -up_v, up_v))),
                    held.eq(multiplier.products[1]),
                ]
                m.next = "SLOPE"
                with m.If(j == d):
                    m.next = "IDLE"
            with m.State("SLOPE"):
                m.d.comb += [
                    number.eq(held[:33].as_signed()),
                    less_than_0.eq(1),
                    fitted.eq(self.u_bits - 1 - z - exp - c),
                    *weighed(g, mantissa, exponent, z),
                    *begin_pairs,
                ]
                m.d.sync += [
                    *fit,
                    along.eq(shifted),
                    before.eq(alpha),
                    alpha.eq(raised),
                    beyond.eq(self.change & ~none & near),
                    pair.eq(0),
                    place.eq(first),
                ]
                m.next = "LOWER"
                with m.If(~j.any()):
                    m.next = "DIVIDE-NEXT"
            with m.State("DIVIDE-NEXT"):  # where there is no pair beside which it begins
                m.d.comb += divide[0]
                m.d.sync += divide[1]
                m.next = "ALONE"
            with m.State("ALONE"):
                m.d.comb += [*part[0], *read_f(j + 1)]
                with m.If(~divider.busy):
                    m.d.sync += part[1]
                    m.next = "KEEP"

            # A column of U or b.
            with m.State("LOWER"):
                m.d.comb += [
                    *compute,
                    element.eq(of_pair[:16]),
                    u.eq(vectors.read_data[:32]),
                    draw.eq(Mux(moving, dither, HALVES_UP)),
                ]
                m.d.sync += [
                    lower.eq(Cat(element_next, u_next)),
                    waiting.eq(Cat(of_pair[16:], vectors.read_data[32:])),
                    beyond.eq(beyond | over),
                ]
                with m.If(pair.any()):
                    m.d.comb += [*write_pair, vectors.write.eq(0xFF)]
                with m.Elif(~moving):
                    m.d.comb += divide[0]
                    m.d.sync += divide[1]
                m.next = "UPPER"
            with m.State("UPPER"):
                m.d.comb += [
                    *compute,
                    element.eq(waiting[:16]),
                    u.eq(waiting[16:]),
                    draw.eq(Mux(moving, ~dither, HALVES_UP)),
                ]
                m.d.sync += [
                    upper.eq(Mux(two, Cat(element_next, u_next), waiting)),
                    beyond.eq(beyond | (over & two)),
                    pair_before.eq(pair),
                    place_before.eq(place),
                ]
                with m.If(~more):
                    m.next = "LAST"
                    with m.If(~moving):
                        m.d.comb += read_f(j + 1)
                    with m.If(waits):
                        m.next = "UPPER"
                with m.Else():
                    next_place = Signal.like(first)
                    next_pair = Signal.like(pair)
                    m.d.comb += [
                        next_pair.eq(pair + 1),
                        next_place.eq(place + pick.all()),
                        weights.enable.eq(1),
                        weights.address.eq(next_place),
                        vectors.enable.eq(1),
                        vectors.address.eq(next_pair),
                    ]
                    m.d.sync += [pair.eq(next_pair), place.eq(next_place)]
                    m.next = "LOWER"
            with m.State("LAST"):
                m.d.comb += [*write_pair, vectors.write.eq(Cat(Const(0xF, 4), two.replicate(4)))]
                with m.If(moving):
                    m.d.sync += [
                        limited.eq(limited + beyond),
                        first.eq(place + 1),
                        k.eq(k + 1),
                    ]
                    m.next = "GAIN"
                with m.Else():
                    m.d.comb += part[0]
                    m.d.sync += part[1]
                    m.next = "KEEP"
            with m.State("KEEP"):  # v is u_j; the next column's f is normalised beside it
                m.d.comb += [
                    multiplier.x[0].eq(held),
                    multiplier.y[0].eq(mantissa),
                    number.eq(waiting[:F_WIDTH].as_signed()),
                    *own,
                    vectors.write_data.eq(_twice(v)),
                    *read_d(j + 1),
                ]
                m.d.sync += [
                    held.eq(multiplier.products[0]),
                    g.eq(found),
                    z.eq(exp),
                    limited.eq(limited + beyond),
                    first.eq(first + (j >> 3) + 1),
                    j.eq(j + 1),
                ]
                m.next = "TURN"

            # MOVE ------------------------------------------------------------------------
            with m.State("GAIN"):
                m.d.comb += [scalars.enable.eq(1), scalars.address.eq(layout.arrays["o"] + k)]
                m.d.sync += [pair.eq(0), place.eq(first), dither.eq(x2 ^ (x2 << 5))]
                m.next = "GAIN-HIGH"
                with m.If(k == self.classes):
                    m.d.sync += dither.eq(dither)
                    m.next = "IDLE"
            with m.State("GAIN-HIGH"):  # by the share's upper half, and what rounds; by its lower
                m.d.comb += [
                    multiplier.x[0].eq(scalars.read_data.as_signed()),
                    multiplier.y[0].eq(alpha[16:]),
                ]
                m.d.sync += sum64.eq(Cat(Const(1 << 15, 16), multiplier.products[0][:48]))
                m.next = "GAIN-LOW"
            with m.State("GAIN-LOW"):
                m.d.comb += [
                    multiplier.x[0].eq(scalars.read_data.as_signed()),
                    multiplier.y[0].eq(alpha[:16]),
                ]
                m.d.sync += sum64.eq(grown)
                m.next = "GAIN-SLOPE"
            with m.State("GAIN-SLOPE"):
                m.d.comb += [
                    number.eq(clipped(sum64[16:].as_signed(), 32)),
                    less_than_0.eq(1),
                    fitted.eq(self.u_bits - 16 - exp),
                    *begin_pairs,
                ]
                m.d.sync += [*fit, beyond.eq(~none & near)]
                m.next = "LOWER"

            # COMPARE ---------------------------------------------------------------------
            with m.State("FACTORY"):  # two elements of b, and of h
                m.d.comb += [
                    self.factory_enable.eq(1),
                    self.factory_address.eq(Cat(word[:2], first)),
                    vectors.enable.eq(1),
                    vectors.address.eq(self.sample + pair),
                ]
                m.next = "FACTORY-PRODUCT"
            with m.State("FACTORY-PRODUCT"):
                m.d.comb += [factory.eq(1), in_words]
                with m.If(self.factory_ready):
                    m.d.sync += [accumulated.eq(reached), word.eq(word + 1)]
                    m.next = "FACTORY"
                    with m.If(word[:2].all()):
                        m.d.sync += [first.eq(first + 1), word.eq(0), pair.eq(pair + 1)]
                        with m.If(pair == shape.row - 1):
                            m.d.comb += output.eq(1)
                            m.d.sync += [pair.eq(0), accumulated.eq(0), k.eq(k + 1)]
                            with m.If(k + 1 == self.classes):
                                m.next = "IDLE"

            # The mean of a bout, and weights, which are beside it: 8 bits of fraction ----------
            off, mean = Signal(signed(17)), Signal(signed(16))
            x = vectors.read_data.word_select(j[:3], 8).as_signed()
            m.d.comb += [mean.eq(scalars.read_data[:16]), off.eq((x << 8) - mean)]
            following = self.operation == Operation.FOLLOW
            with m.State("MEAN"):
                m.d.comb += read_mean
                m.next = "OFF"
            with m.State("OFF"):
                share = Signal(16)  # of the way, by the windows that are in the mean
                m.d.comb += [
                    share.eq(Mux(self.windows[1], Mux(self.windows[0], 1 << 14, THIRD), 1 << 15)),
                    multiplier.x[0].eq(off),
                    multiplier.y[0].eq(Mux(following, Cat(share, 0).as_signed(), off)),
                    rounder.value.eq(multiplier.products[0]),
                    rounder.shift.eq(Mux(self.windows.any(), 16, 15)),
                    rounder.draw.eq(HALVES_UP),
                    scalars.write_data.eq(
                        Cat((mean + rounder.result)[:16], scalars.read_data[16:])
                    ),
                    scalars.address.eq(layout.arrays["mean"] + j),
                    vectors.write_data.eq(((mean + 128) >> 8)[:8].replicate(8)),
                    vectors.write.eq(1 << j[:3]),
                    vectors.address.eq(self.inputs + (j >> 3)),
                ]
                m.d.sync += [held.eq(multiplier.products[0]), j.eq(j + 1)]
                m.next = "MEAN"
                with m.If(self.operation == Operation.DISTANCE):
                    m.next = "WEIGH"
                with m.Else():
                    m.d.comb += [
                        scalars.enable.eq(following),
                        scalars.write.eq(1),
                        vectors.enable.eq(~following),
                    ]
                    with m.If(j == n - 1):
                        m.next = "IDLE"
            with m.State("WEIGH"):
                m.d.comb += [
                    weight.eq(scalars.read_data[16:]),
                    multiplier.x[0].eq(held),
                    multiplier.y[0].eq(weight),
                ]
                m.d.sync += sum64.eq(grown)
                m.next = "IDLE"
                with m.If(j != n):
                    m.d.comb += read_mean
                    m.next = "OFF"
        m.d.comb += divider.divisor.eq(upper_half)
        computing = fsm.ongoing("LOWER") | (fsm.ongoing("UPPER") & two & ~waits)
        with m.If(computing & ~moving & self.change):  # U's change goes into the checksum
            m.d.comb += changed.eq((element_next ^ element).as_unsigned()[:16])
        return m


def _twice(value: Value) -> Value:
    """As 32 bits with a sign, in both halves of a word of `vectors`."""
    return Cat(value, value[-1].replicate(32 - len(value))).replicate(2)
