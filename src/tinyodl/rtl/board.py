"""A core in an FPGA: with its memories and the factory's model, and behind few pins."""

from collections.abc import Sequence
from typing import NamedTuple

from amaranth.hdl import Cat, Module, Mux, Signal, unsigned
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from tinyodl.rtl.clock import register
from tinyodl.rtl.core import BUS, FACTORY, GRAINS, REGION_BITS, WIDTHS, Logic
from tinyodl.rtl.memory import Behaviour
from tinyodl.rtl.shape import Shape
from tinyodl.rtl.state import Layout

ADDRESS = (
    REGION_BITS + 3
)  # bits: the region of the factory's model is one that a core's bus has not
ACCESS = 32 + ADDRESS + 1  # bits: data, address, whether it is a write


class Platform(NamedTuple):
    """Handed to `elaborate`: products are whole. large: what Yosys calls the kind of memory that
    half of U and the factory's model go to."""

    large: str


class Whole(wiring.Component):
    """A core and all that it reads: the bus is `Core`'s, and the factory's model is written once,
    to its region, while the core is not busy.

    That model is in a memory of 64 bits with the lower half of U's words, above them: they are
    never read in the same cycle, and neither is asked for what was read before the other."""

    def __init__(self, shape: Shape, program: Sequence[int]) -> None:
        more = {"address": In(ADDRESS), "busy": Out(1), "interrupt": Out(1)}
        super().__init__(BUS | more)
        self._shape, self._program = shape, program

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.logic = logic = Logic(self._shape, self._program)
        depths = Layout(self._shape).depths
        for name in ("scalars", "vectors"):
            memory = Behaviour(WIDTHS[name], depths[name], GRAINS[name])
            m.submodules[name] = memory
            wiring.connect(m, getattr(logic, name), memory.port)
        to_factory = Signal()
        m.d.comb += [
            to_factory.eq(self.address[REGION_BITS:] == FACTORY),
            logic.enable.eq(self.enable & ~to_factory),
            logic.write.eq(self.write),
            logic.address.eq(self.address),
            logic.write_data.eq(self.write_data),
            self.read_data.eq(logic.read_data),
            self.busy.eq(logic.busy),
            self.interrupt.eq(logic.interrupt),
        ]

        weights, grain = logic.weights, GRAINS["weights"]
        half = WIDTHS["weights"] // 2
        writes = half // grain
        m.submodules.upper = upper = Behaviour(half, depths["weights"], grain)
        m.d.comb += [
            upper.port.enable.eq(weights.enable),
            upper.port.write.eq(weights.write[writes:]),
            upper.port.address.eq(weights.address),
            upper.port.write_data.eq(weights.write_data[half:]),
        ]

        # A write leaves what was read as it is: a memory of one port that does no more is enough.
        base = 1 << ceil_log2(depths["weights"])
        words = 4 * self._shape.weights + self._shape.d + self._shape.classes
        attributes = {"ram_style": platform.large} if isinstance(platform, Platform) else {}
        m.submodules.lower = lower = Memory(
            shape=unsigned(half), depth=base + (words + 1) // 2, init=[], attrs=attributes
        )
        read, write = lower.read_port(), lower.write_port(granularity=grain)
        place, odd = Signal(REGION_BITS), register()
        telling, of_factory = Signal(), Signal()
        at = Signal.like(read.addr)
        m.d.comb += [
            telling.eq(self.enable & self.write.all() & to_factory & ~logic.busy),
            of_factory.eq(telling | logic.factory_enable),
            place.eq(Mux(telling, self.address, logic.factory_address)),
            at.eq(Mux(of_factory, base + (place >> 1), weights.address)),
            read.addr.eq(at),
            read.en.eq(~write.en.any() & (weights.enable | logic.factory_enable)),
            write.addr.eq(at),
            logic.factory_ready.eq(1),
            logic.factory_data.eq(read.data.word_select(odd, 32)),
            weights.read_data.eq(Cat(read.data, upper.port.read_data)),
        ]
        with m.If(telling):
            m.d.comb += [
                write.en.eq(Mux(place[0], 2, 1)),
                write.data.eq(self.write_data.replicate(2)),
            ]
        with m.Else():
            m.d.comb += [
                write.en.eq(weights.write[:writes] & weights.enable.replicate(writes)),
                write.data.eq(weights.write_data[:half]),
            ]
        with m.If(logic.factory_enable):
            m.d.sync += odd.eq(place[0])
        return m


class Board(wiring.Component):
    """An access is shifted in, its lowest bit first, a bit a cycle while `shift` is set: 32 bits of
    data, the address, 1 for a write. `go`, for one cycle, does it; three cycles later what was read
    is in place of the data, its lowest bit in `bit_out`: further shifts bring the others."""

    shift: In(1)
    bit_in: In(1)
    go: In(1)
    bit_out: Out(1)
    busy: Out(1)
    interrupt: Out(1)

    def __init__(self, shape: Shape, program: Sequence[int]) -> None:
        super().__init__()
        self._shape, self._program = shape, program

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.whole = whole = Whole(self._shape, self._program)
        shift, bit, go, came = Signal(), Signal(), Signal(), Signal()
        access = register(ACCESS)
        m.d.sync += [shift.eq(self.shift), bit.eq(self.bit_in), go.eq(self.go), came.eq(go)]
        with m.If(shift):
            m.d.sync += access.eq(Cat(access[1:], bit))
        with m.Elif(came):
            m.d.sync += access[:32].eq(whole.read_data)
        m.d.comb += [
            Cat(whole.write_data, whole.address).eq(access),
            whole.enable.eq(go),
            whole.write.eq(access[-1].replicate(4)),
            self.bit_out.eq(access[0]),
        ]
        m.d.sync += [self.busy.eq(whole.busy), self.interrupt.eq(whole.interrupt)]
        return m
