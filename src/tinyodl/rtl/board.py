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
from tinyodl.rtl.memory import port
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


class Single(wiring.Component):
    """`Behaviour`, but that a write leaves what was read as it is, as FPGAs' memories of one port
    do. kind: in Yosys's words, if there is more than one."""

    def __init__(self, width: int, depth: int, grain: int, kind: str | None = None) -> None:
        self._width, self._depth, self._grain, self._kind = width, depth, grain, kind
        super().__init__({"port": Out(port(width, depth, grain))})

    def elaborate(self, platform: object) -> Module:
        m = Module()
        attributes = {"ram_style": self._kind} if self._kind else {}
        m.submodules.memory = memory = Memory(
            shape=unsigned(self._width), depth=self._depth, init=[], attrs=attributes
        )
        read, write = memory.read_port(), memory.write_port(granularity=self._grain)
        writes = self.port.write & self.port.enable.replicate(len(self.port.write))
        m.d.comb += [
            read.addr.eq(self.port.address),
            read.en.eq(self.port.enable & ~self.port.write.any()),
            write.addr.eq(self.port.address),
            write.en.eq(writes),
            write.data.eq(self.port.write_data),
            self.port.read_data.eq(read.data),
        ]
        return m


class Whole(wiring.Component):
    """A core and all that it reads: the bus is `Core`'s, and the factory's model is written once,
    to its region, while the core is not busy.

    That model is in a memory of 64 bits with the lower half of U's words, above them: they are
    never read in the same cycle, and neither is asked for what was read before the other."""

    def __init__(self, shape: Shape, program: Sequence[int]) -> None:
        more = {"address": In(ADDRESS), "busy": Out(1), "irq": Out(1)}
        super().__init__(BUS | more)
        self._shape, self._program = shape, program

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.logic = logic = Logic(self._shape, self._program)
        depths = Layout(self._shape).depths
        for name in ("scalars", "vectors"):
            memory = Single(WIDTHS[name], depths[name], GRAINS[name])
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
            self.irq.eq(logic.irq),
        ]

        weights, grain = logic.weights, GRAINS["weights"]
        half = WIDTHS["weights"] // 2
        writes = half // grain
        m.submodules.upper = upper = Single(half, depths["weights"], grain)
        base = 1 << ceil_log2(depths["weights"])
        words = 4 * self._shape.weights + self._shape.d + self._shape.classes
        kind = platform.large if isinstance(platform, Platform) else None
        m.submodules.lower = lower = Single(half, base + (words + 1) // 2, grain, kind)
        place, odd = Signal(REGION_BITS), register()
        telling = Signal()  # the factory's model is written
        m.d.comb += [
            upper.port.enable.eq(weights.enable),
            upper.port.write.eq(weights.write[writes:]),
            upper.port.address.eq(weights.address),
            upper.port.write_data.eq(weights.write_data[half:]),
            weights.read_data.eq(Cat(lower.port.read_data, upper.port.read_data)),
            telling.eq(self.enable & self.write.all() & to_factory & ~logic.busy),
            place.eq(Mux(telling, self.address, logic.factory_address)),
            logic.factory_ready.eq(1),
            logic.factory_data.eq(lower.port.read_data.word_select(odd, 32)),
        ]
        with m.If(telling | logic.factory_enable):
            m.d.comb += [
                lower.port.enable.eq(1),
                lower.port.write.eq(Mux(telling, Mux(place[0], 2, 1), 0)),
                lower.port.address.eq(base + (place >> 1)),
                lower.port.write_data.eq(self.write_data.replicate(2)),
            ]
            m.d.sync += odd.eq(place[0])
        with m.Else():
            m.d.comb += [
                lower.port.enable.eq(weights.enable),
                lower.port.write.eq(weights.write[:writes]),
                lower.port.address.eq(weights.address),
                lower.port.write_data.eq(weights.write_data[:half]),
            ]
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
    irq: Out(1)

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
        m.d.sync += [self.busy.eq(whole.busy), self.irq.eq(whole.irq)]
        return m
