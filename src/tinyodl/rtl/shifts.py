"""Shifts that round, that saturate, and that normalise: `core.rounded`, `shifted`, `mantissa_of`
of the golden model. Without a clock."""

from amaranth.hdl import Cat, Module, Mux, Signal, Value, signed
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

WIDE = 40  # bits that are normalised


class Normaliser(wiring.Component):
    """normal = value 2^shift with its highest bit set, or shift = limit, whichever comes first;
    shift is 63 at most, and that of 0 is the limit."""

    value: In(WIDE)
    limit: In(6)
    normal: Out(WIDE)
    shift: Out(6)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        value, left = self.value, self.limit
        steps: list[Signal] = []
        for size in (32, 16, 8, 4, 2, 1):
            taken, after = Signal(name=f"by_{size}"), Signal(WIDE, name=f"value_{size}")
            remaining = Signal(6, name=f"left_{size}")
            m.d.comb += [
                taken.eq((value[WIDE - size :] == 0) & (left >= size)),
                after.eq(Mux(taken, value << size, value)),
                remaining.eq(Mux(taken, left - size, left)),
            ]
            value, left = after, remaining
            steps.insert(0, taken)
        m.d.comb += [self.normal.eq(value), self.shift.eq(Cat(*steps))]
        return m


class Rounder(wiring.Component):
    """result = (value + (draw >> (32 - shift))) >> shift, shift 1 to 31: to the nearest where draw
    is 2^31, halves up; up as often as the fraction says where it is drawn."""

    value: In(signed(34))
    draw: In(32)
    shift: In(5)
    result: Out(signed(34))

    def elaborate(self, platform: object) -> Module:
        m = Module()
        up = Signal(32)
        m.d.comb += up.eq((self.draw >> 1) >> ~self.shift)
        total = Signal(signed(35))
        m.d.comb += [total.eq(self.value + up), self.result.eq(total >> self.shift)]
        return m


class Raiser(wiring.Component):
    """result = value 2^shift, shift 0 to 127; lost: it has over 32 bits."""

    value: In(32)
    shift: In(7)
    result: Out(32)
    lost: Out(1)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        value, lost = self.value, self.shift[5:].any() & self.value.any()
        for bit in range(5):
            size = 1 << bit
            after, gone = Signal(32, name=f"value_{size}"), Signal(name=f"lost_{size}")
            m.d.comb += [
                after.eq(Mux(self.shift[bit], value << size, value)),
                gone.eq(lost | (self.shift[bit] & value[32 - size :].any())),
            ]
            value, lost = after, gone
        m.d.comb += [self.result.eq(value), self.lost.eq(lost)]
        return m


def saturated(value: Value, bits: int) -> Value:
    """A signed value in that many bits: the nearest that they hold."""
    sign, top = value[-1], value[bits - 1 :]
    fits = top.all() | ~top.any()
    return Mux(fits, value[:bits], Cat((~sign).replicate(bits - 1), sign)).as_signed()


def clipped(value: Value, bits: int) -> Value:
    """A signed value within -most..most, most = 2^(bits - 1) - 1: no bits of a number, so that a
    comparison is a look at the upper ones."""
    near = saturated(value, bits)
    return Cat(near[0] | (near[-1] & ~near[:-1].any()), near[1:]).as_signed()
