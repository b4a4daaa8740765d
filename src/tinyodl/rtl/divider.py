"""One division, a bit a cycle, beside whatever else goes on."""

from amaranth.hdl import Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

BITS = 17  # of the quotient, and so cycles


class Divider(wiring.Component):
    """inverse = min(floor(2^31 / divisor), 2^16 - 1) for 2^15 <= divisor < 2^16, 17 cycles after
    start, when busy is 0 again; it stays until the next start. `core.reciprocal`, its value
    normalised. A remainder is shifted up and the divisor taken off where that leaves something."""

    start: In(1)
    divisor: In(16)
    busy: Out(1)
    inverse: Out(16)

    def elaborate(self, platform: object) -> Module:
        m = Module()
        divisor, remainder = Signal(16, reset_less=True), Signal(16, reset_less=True)
        quotient = Signal(BITS, reset_less=True)
        steps = Signal(range(BITS + 1))
        trial, off = Signal(17), Signal(18)
        m.d.comb += [
            trial.eq(remainder << 1),
            off.eq(trial - divisor),
            self.busy.eq(steps != 0),
            self.inverse.eq(Mux(quotient[16], 0xFFFF, quotient[:16])),
        ]
        with m.If(self.start):
            # 2^31 is a 1 and 31 zeros: after its first 15 bits, the remainder is 2^14
            m.d.sync += [
                divisor.eq(self.divisor),
                remainder.eq(1 << 14),
                steps.eq(BITS),
            ]
        with m.Elif(self.busy):
            fits = ~off[17]
            m.d.sync += [
                remainder.eq(Mux(fits, off[:16], trial[:16])),
                quotient.eq((quotient << 1) | fits),
                steps.eq(steps - 1),
            ]
        return m
