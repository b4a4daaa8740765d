"""Eight small multipliers, which are either as many products or two large ones."""

from amaranth.hdl import Cat, Const, Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyodl.rtl.shape import LANES

SLICE = 8  # bits of a large factor that one lane takes
HALF = LANES // 2


def product(m: Module, a: Signal, b: Signal, sign: Value, name: str) -> Value:
    """a b, row by row: what is there is shifted down by one, and a added where the next bit of b is
    set; taken off for its last bit, where that is a sign. One full adder for each bit of a and b:
    nothing faster is as small, and at 10 MHz it need not be."""
    low, high = [], Mux(b[0], a, 0)
    for i in range(1, len(b)):
        low.append(high[0])
        row, rest = Mux(b[i], a, 0), high[1:].as_signed()
        total = Signal(signed(len(a) + 1), name=f"{name}_row_{i}")
        if i < len(b) - 1:
            m.d.comb += total.eq(rest + row)
        else:  # the bit below carries the 1 of a negation
            taken = (row[: len(a)] ^ sign.replicate(len(a))).as_signed()
            m.d.comb += total.eq((Cat(sign, rest).as_signed() + Cat(sign, taken).as_signed()) >> 1)
        high = total
    return Cat(*low, high).as_signed()


def whole(a: Signal, b: Signal, sign: Value) -> Value:
    """The same as one product of 16 by 9 bits, which an FPGA has a block for. The lower 16 bits of
    a are taken for a signed number; where that is not a, it is off by 2^16."""
    factor = Cat(b, b[-1] & sign).as_signed()
    off = Mux(a[-1] == a[-2], 0, Mux(a[-1], -factor, factor))
    return a[:-1].as_signed() * factor + (off << len(a) - 1)


class Multiplier(wiring.Component):
    """Without a clock.

    wide = 0: dot = sum over the lanes l of a[l] b[l], 16 by 8 bits: eight products of U's or b's
    elements and those of h.
    wide = 1: products[i] = x[i] y[i], 32 by 17 bits: x's bytes go to four lanes, y to each of them,
    and the sums that are there for `dot` add them up, shifted. The shape that is not asked for is
    0, so that what is behind it does not switch.
    """

    wide: In(1)
    a: In(signed(16)).array(LANES)
    b: In(signed(8)).array(LANES)
    x: In(signed(32)).array(2)
    y: In(signed(17)).array(2)
    dot: Out(signed(28))
    products: Out(signed(50)).array(2)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        sums = []
        for half in range(2):
            parts = []
            for i in range(HALF):
                lane = half * HALF + i
                a, b = Signal(signed(17)), Signal(SLICE)
                m.d.comb += [
                    a.eq(Mux(self.wide, self.y[half], self.a[lane])),
                    b.eq(Mux(self.wide, self.x[half].word_select(i, SLICE), self.b[lane])),
                ]
                sign = Const(1) if i == HALF - 1 else ~self.wide
                part = Signal(signed(26), name=f"lane_{lane}")
                if platform is None:
                    m.d.comb += part.eq(product(m, a, b, sign, f"lane_{lane}"))
                else:
                    m.d.comb += part.eq(whole(a, b, sign))
                parts.append(part)
            low = parts[0] + Mux(self.wide, parts[1] << SLICE, parts[1])
            high = parts[2] + Mux(self.wide, parts[3] << SLICE, parts[3])
            both = Signal(signed(50), name=f"sum_{half}")
            m.d.comb += both.eq(low + Mux(self.wide, high << 2 * SLICE, high))
            m.d.comb += self.products[half].eq(Mux(self.wide, both, 0))
            sums.append(both)
        dot = sums[0][:28].as_signed() + sums[1][:28].as_signed()
        m.d.comb += self.dot.eq(Mux(self.wide, 0, dot))
        return m
