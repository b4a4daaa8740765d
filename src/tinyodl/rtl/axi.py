"""The core on a bus of a system on chip: AXI4-Lite for its words, AXI4-Stream for windows.

`registers.py` has the map. One access at a time goes to the core: of a word, a beat of a packet, or
one of the four by which a packet's end starts the command `sample`; hosts and packets take turns.
An access is answered in the cycle after it is taken, a read of the core's in the one after that;
whatever the core does, and whatever the other channels wait for, it is answered.

A packet is one window: beats of four inputs of 8 bits, the first lowest, TLAST with the last. It
goes to the next window's place as it comes, which nothing looks at before the command; so a packet
of another length costs nothing but a count. TREADY is low while a command runs, and while a packet
that was received waits for it.
"""

from collections.abc import Mapping
from typing import Any

from amaranth.hdl import Cat, ClockSignal, Const, Instance, Module, Mux, ResetSignal, Signal, Value
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyodl.fixed.core import H
from tinyodl.rtl.core import INPUT, OUTSIDE, REGION_BITS, REGISTERS, SCALARS, VECTORS, Register
from tinyodl.rtl.program.device import COMMANDS
from tinyodl.rtl.registers import (
    ADDRESS_BITS,
    OF_CORE,
    OF_WRAPPER,
    VERSION,
    WRAPPER,
    WRAPPER_ID,
    Control,
    Interrupt,
    Wrapper,
    extents,
)
from tinyodl.rtl.shape import HASH, Shape
from tinyodl.rtl.state import VARIABLES

OKAY, SLVERR, DECERR = 0, 2, 3
MILLISECOND = 10_000  # cycles, at 10 MHz
PORTS = {
    "s_axil_awaddr": In(ADDRESS_BITS),
    "s_axil_awprot": In(3),
    "s_axil_awvalid": In(1),
    "s_axil_awready": Out(1),
    "s_axil_wdata": In(32),
    "s_axil_wstrb": In(4),
    "s_axil_wvalid": In(1),
    "s_axil_wready": Out(1),
    "s_axil_bresp": Out(2),
    "s_axil_bvalid": Out(1),
    "s_axil_bready": In(1),
    "s_axil_araddr": In(ADDRESS_BITS),
    "s_axil_arprot": In(3),
    "s_axil_arvalid": In(1),
    "s_axil_arready": Out(1),
    "s_axil_rdata": Out(32),
    "s_axil_rresp": Out(2),
    "s_axil_rvalid": Out(1),
    "s_axil_rready": In(1),
    "s_axis_tdata": In(32),
    "s_axis_tvalid": In(1),
    "s_axis_tready": Out(1),
    "s_axis_tlast": In(1),
    "irq": Out(1),
    **{name: port for name, port in OUTSIDE.items() if name.startswith("factory_")},
}


class Axi(wiring.Component):
    """Around an instance of `odl_core` of that shape. irq: one is pending and enabled."""

    def __init__(self, shape: Shape) -> None:
        super().__init__(PORTS)
        self._shape = shape

    def elaborate(self, platform: object) -> Module:
        m = Module()
        shape = self._shape
        beats = -(-shape.inputs // 4)

        # The core.
        enable, write, at = Signal(), Signal(4), Signal(REGION_BITS + 2)
        write_data, read_data = Signal(32), Signal(32)
        busy, question = Signal(), Signal()
        m.submodules.core = Instance(
            "odl_core",
            i_clk=ClockSignal(),
            i_rst=ResetSignal(),
            i_enable=enable,
            i_write=write,
            i_address=at,
            i_write_data=write_data,
            o_read_data=read_data,
            o_busy=busy,
            o_irq=question,
            o_factory_enable=self.factory_enable,
            o_factory_address=self.factory_address,
            i_factory_data=self.factory_data,
            i_factory_ready=self.factory_ready,
        )

        # What is there.
        control, enabled, pending = Signal(2), Signal(4), Signal(4)
        millisecond, passed, time = Signal(24, init=MILLISECOND), Signal(24), Signal(48)
        sensed, errors = Signal(2, init=1), Signal(16)
        count = Signal(range(beats + 1))  # beats of the packet under way
        dropping, received = Signal(), Signal()  # the rest of one too long; one that waits
        host_was = Signal()  # the last access was a host's
        write_was = Signal()  # and the host's last a write
        raised = Signal(4)  # bits of `pending`
        erroneous, forgets, starting = Signal(), Signal(), Signal()
        was_busy = Signal()  # a command ends: DONE is pending a cycle later
        m.d.sync += was_busy.eq(busy)
        answers = Signal(4)
        m.d.comb += [
            answers.eq(Cat(question, pending[1:])),
            self.irq.eq((answers & enabled).any()),
        ]

        # Who has the next access.
        idle = Signal()
        writing, reading = Signal(), Signal()
        host, takes_beat, takes_write, takes_read = Signal(), Signal(), Signal(), Signal()
        open_ = Signal()  # for a beat
        m.d.comb += [
            writing.eq(
                self.s_axil_awvalid
                & self.s_axil_wvalid
                & (~self.s_axil_bvalid | self.s_axil_bready)
            ),
            reading.eq(self.s_axil_arvalid & (~self.s_axil_rvalid | self.s_axil_rready)),
            host.eq(writing | reading),
            open_.eq(
                ~busy
                & ~was_busy
                & ~received
                & ~(control[_place(Control.WAIT)] & pending[_place(Interrupt.DONE)])
            ),
            self.s_axis_tready.eq(idle & open_ & ~(host & ~host_was)),
            takes_beat.eq(self.s_axis_tready & self.s_axis_tvalid),
            takes_write.eq(idle & ~takes_beat & writing & ~(reading & write_was)),
            takes_read.eq(idle & ~takes_beat & reading & ~takes_write),
            self.s_axil_awready.eq(takes_write),
            self.s_axil_wready.eq(takes_write),
            self.s_axil_arready.eq(takes_read),
        ]
        with m.If(takes_beat):
            m.d.sync += host_was.eq(0)
        with m.If(takes_write | takes_read):
            m.d.sync += [host_was.eq(1), write_was.eq(takes_write)]
        with m.If(self.s_axil_bready):
            m.d.sync += self.s_axil_bvalid.eq(0)
        with m.If(self.s_axil_rready):
            m.d.sync += self.s_axil_rvalid.eq(0)

        # What the host's access is: the first that holds says its answer.
        word, region, offset = Signal(ADDRESS_BITS - 2), Signal(3), Signal(REGION_BITS)
        data, bytes_ = self.s_axil_wdata, self.s_axil_wstrb
        m.d.comb += [
            word.eq(Mux(takes_write, self.s_axil_awaddr[2:], self.s_axil_araddr[2:])),
            region.eq(word[REGION_BITS:]),
            offset.eq(word),
        ]
        sizes = extents(shape)
        there, apart, allowed, mine = Signal(), Signal(), Signal(), Signal()
        m.d.comb += mine.eq(region == WRAPPER)
        with m.Switch(region):
            with m.Case(WRAPPER):
                m.d.comb += [
                    there.eq(offset < len(Wrapper)),
                    apart.eq(1),
                    allowed.eq(_among(offset, OF_WRAPPER, takes_write)),
                ]
            with m.Case(REGISTERS):
                as_input = (offset >= INPUT) & (offset < INPUT + sizes[REGISTERS])
                m.d.comb += [
                    there.eq(as_input | (offset < len(Register))),
                    apart.eq(as_input),
                    allowed.eq(as_input | _among(offset, OF_CORE, takes_write)),
                ]
            for number, size in sizes.items():
                if number != REGISTERS:
                    with m.Case(number):
                        m.d.comb += [
                            there.eq(offset < size),
                            apart.eq(number == VECTORS),
                            allowed.eq(1),
                        ]
        commands = (region == REGISTERS) & (offset == Register.COMMAND) & bytes_.any()
        of_sample = data == COMMANDS.index("sample")
        sees = mine & (offset == Wrapper.PENDING) & bytes_[0] & data[_place(Interrupt.QUESTION)]
        answer, fine, to_core = Signal(2), Signal(), Signal()
        with m.If(~there):
            m.d.comb += answer.eq(DECERR)
        with m.Elif(~allowed | (busy & ~mine)):
            m.d.comb += answer.eq(SLVERR)
        with m.Elif(takes_write & bytes_.any() & ~bytes_.all() & ~apart):
            m.d.comb += answer.eq(SLVERR)
        with m.Elif(takes_write & commands):
            refused = (data >= len(COMMANDS)) | count.any() | (received & ~of_sample)
            m.d.comb += answer.eq(Mux(refused, SLVERR, OKAY))
        with m.Elif(takes_write & sees & busy):
            m.d.comb += answer.eq(SLVERR)
        m.d.comb += [fine.eq(answer == OKAY), to_core.eq(fine & ~mine)]

        # To the core: a host's access, a beat, or what starts a command.
        with m.FSM():
            with m.State("IDLE"):
                m.d.comb += idle.eq(1)
                with m.If(takes_beat):
                    last = count == beats - 1
                    rest = shape.inputs % 4
                    constant = Const(H if shape.direct else 0, 8 * (4 - rest))
                    padded = Cat(self.s_axis_tdata[: 8 * rest], constant)
                    m.d.comb += [
                        enable.eq(~dropping),
                        write.eq(0b1111),
                        at.eq(INPUT + count),
                        write_data.eq(Mux(last & bool(rest), padded, self.s_axis_tdata)),
                    ]
                    with m.If(dropping):
                        m.d.sync += dropping.eq(~self.s_axis_tlast)
                    with m.Elif(last & self.s_axis_tlast):
                        m.d.comb += raised[_place(Interrupt.RECEIVED)].eq(1)
                        m.d.sync += [count.eq(0), received.eq(1)]
                        with m.If(control[_place(Control.AUTO)]):
                            m.next = "NOW_HIGH"
                    with m.Elif(last | self.s_axis_tlast):
                        m.d.comb += erroneous.eq(1)
                        m.d.sync += [count.eq(0), dropping.eq(~self.s_axis_tlast)]
                    with m.Else():
                        m.d.sync += count.eq(count + 1)
                with m.Elif(takes_write):
                    m.d.sync += [self.s_axil_bvalid.eq(1), self.s_axil_bresp.eq(answer)]
                    m.d.comb += [
                        enable.eq(to_core & bytes_.any()),
                        write.eq(bytes_),
                        at.eq(word),
                        write_data.eq(data),
                    ]
                    with m.If(fine & commands):
                        m.d.sync += received.eq(0)
                    with m.If(fine & sees):
                        m.d.comb += [
                            enable.eq(1),
                            write.eq(0b1111),
                            at.eq(Register.INTERRUPT),
                            write_data.eq(0),
                        ]
                with m.Elif(takes_read):
                    m.d.comb += [enable.eq(to_core), at.eq(word)]
                    with m.If(to_core):
                        m.next = "READ"
                    with m.Else():
                        m.d.sync += [self.s_axil_rvalid.eq(1), self.s_axil_rresp.eq(answer)]
            with m.State("READ"):
                m.d.sync += [
                    self.s_axil_rvalid.eq(1),
                    self.s_axil_rresp.eq(OKAY),
                    self.s_axil_rdata.eq(read_data),
                ]
                m.next = "IDLE"
            words = {"NOW_HIGH": time[32:], "NOW_LOW": time[:32], "SENSED": sensed}
            following = [*list(words)[1:], "START"]
            for (state, value), then in zip(words.items(), following, strict=True):
                with m.State(state):
                    m.d.comb += [
                        starting.eq(1),
                        enable.eq(1),
                        write.eq(0b1111),
                        at.eq(SCALARS << REGION_BITS | VARIABLES[state.lower()]),
                        write_data.eq(value),
                    ]
                    m.next = then
            with m.State("START"):
                m.d.comb += [
                    starting.eq(1),
                    enable.eq(1),
                    write.eq(0b1111),
                    at.eq(Register.COMMAND),
                    write_data.eq(COMMANDS.index("sample")),
                ]
                m.d.sync += received.eq(0)
                m.next = "IDLE"

        # Time, in whole milliseconds; it waits while both of its words are written.
        with m.If(millisecond.any() & ~starting):
            with m.If(passed + 1 >= millisecond):
                m.d.sync += [passed.eq(0), time.eq(time + 1)]
            with m.Else():
                m.d.sync += passed.eq(passed + 1)

        # The wrapper's own registers.
        packed = {
            Wrapper.IDENTITY: WRAPPER_ID,
            Wrapper.VERSION: VERSION,
            Wrapper.INPUTS: shape.inputs | shape.nodes << 16,
            Wrapper.SIZES: shape.classes
            | shape.queue << 8
            | shape.direct << 16
            | (shape.alpha == HASH) << 17,
            Wrapper.CONTROL: control,
            Wrapper.STATUS: Cat(busy, count.any(), received),
            Wrapper.ENABLE: enabled,
            Wrapper.PENDING: answers,
            Wrapper.MILLISECOND: millisecond,
            Wrapper.TIME_LOW: time[:32],
            Wrapper.TIME_HIGH: time[32:],
            Wrapper.SENSED: sensed,
            Wrapper.ERRORS: errors,
        }
        value, merged = Signal(32), Signal(32)
        with m.Switch(offset):
            for number, what in packed.items():
                with m.Case(number):
                    m.d.comb += value.eq(what)
        m.d.comb += merged.eq(
            Cat(Mux(bytes_[i], data.word_select(i, 8), value.word_select(i, 8)) for i in range(4))
        )
        with m.If(takes_read & ~to_core):
            m.d.sync += self.s_axil_rdata.eq(Mux(fine, value, 0))
        cleared = Signal(4)
        with m.If(takes_write & fine & mine), m.Switch(offset):
            with m.Case(Wrapper.CONTROL):
                m.d.sync += control.eq(merged)
                m.d.comb += forgets.eq(merged[_place(Control.FORGET)])
            with m.Case(Wrapper.ENABLE):
                m.d.sync += enabled.eq(merged)
            with m.Case(Wrapper.PENDING):
                m.d.comb += cleared.eq(Mux(bytes_[0], data, 0))
            with m.Case(Wrapper.MILLISECOND):
                m.d.sync += [millisecond.eq(merged), passed.eq(0)]
            with m.Case(Wrapper.TIME_LOW):
                m.d.sync += [time[:32].eq(merged), passed.eq(0)]
            with m.Case(Wrapper.TIME_HIGH):
                m.d.sync += [time[32:].eq(merged), passed.eq(0)]
            with m.Case(Wrapper.SENSED):
                m.d.sync += sensed.eq(merged)
        with m.If(forgets):
            m.d.sync += [count.eq(0), received.eq(0)]
            with m.If(count.any()):
                m.d.comb += erroneous.eq(1)
                m.d.sync += dropping.eq(1)

        m.d.comb += [
            raised[_place(Interrupt.DONE)].eq(was_busy & ~busy),
            raised[_place(Interrupt.ERROR)].eq(erroneous),
        ]
        m.d.sync += pending.eq((pending & ~cleared) | raised)
        with m.If(erroneous):
            m.d.sync += errors.eq(errors + 1)
        return m


def _place(bit: int) -> int:
    return bit.bit_length() - 1


def _among(offset: Signal, access: Mapping[Any, tuple[str, str]], writes: Signal) -> Value:
    """Whether the register that is written, or read, is one that is."""
    bits = max(access).bit_length()

    def of(kind: str) -> Value:
        numbers = sum(1 << number for number, (kinds, _) in access.items() if kind in kinds)
        return Const(numbers, 1 << bits).bit_select(offset[:bits], 1)

    return Mux(writes, of("w"), of("r"))
