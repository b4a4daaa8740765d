"""The core: the learner, its three memories, and a bus of 32 bits to all of them.

Addresses are of words of 32 bits, the region above them:

| region | what |
| --- | --- |
| REGISTERS | `Register`, by number |
| SCALARS | D (mantissa, exponent << 16), outputs, gains |
| VECTORS | two words each: f or u, then h and samples, four elements a word |
| WEIGHTS | four words each: U's columns, b's rows, two elements a word |

While an operation runs, memories are the learner's: a write is lost and a read is anything.
"""

import enum

from amaranth.hdl import Cat, Module, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyodl.rtl.clock import register
from tinyodl.rtl.learner import Layout, Learner
from tinyodl.rtl.memory import Behaviour, Macro, port
from tinyodl.rtl.shape import LANES, Shape

ID = 0x4F444C31  # "ODL1"
REGION_BITS = 16  # of an address inside a region
REGISTERS, SCALARS, VECTORS, WEIGHTS = range(4)


class Register(enum.IntEnum):
    """Written: COMMAND starts an operation (its number; bit 2: P is changed), the others stay as
    they are. Read: STATUS (bit 0: busy, 1: refused, 8 on: limited), and what LOOK and STEP
    found."""

    IDENTITY = 0
    COMMAND = 1
    STATUS = 2
    FORMAT = 3  # classes, u_bits << 8
    PLACE = 4  # word of `vectors` of h, and << 16 of the nodes' inputs
    ALPHA = 5
    NODES = 6  # gain, shift << 16
    SEED = 7
    PREDICTED = 8
    HIGHEST = 9
    SECOND = 10
    LEVERAGE = 11
    SUM = 12
    TOTAL = 13
    DITHER = 14
    CYCLES = 15  # of the last operation


class Memories:
    """Where samples are in `vectors`, and how deep the memories are."""

    def __init__(self, shape: Shape) -> None:
        self.h = shape.pairs  # nodes' h, where h is not a sample's own inputs
        self.samples = shape.pairs + (0 if shape.direct else shape.row)
        self.slot = shape.row if shape.direct else shape.sample
        self.vectors = self.samples + (shape.queue + 1) * self.slot
        self.scalars = Layout(shape).scalars
        self.depths = {
            "scalars": self.scalars,
            "vectors": self.vectors,
            "weights": shape.weights,
        }


BUS = {
    "enable": In(1),
    "write": In(4),
    "address": In(REGION_BITS + 2),
    "write_data": In(32),
    "read_data": Out(32),
}
GRAINS = {"scalars": 32, "vectors": 8, "weights": 32}  # bits that can be written on their own
WIDTHS = {"scalars": 32, "vectors": 64, "weights": 16 * LANES}


class Core(wiring.Component):
    """enable: an access; write: not 0 for each byte that is written; read_data comes a cycle later.

    macros: memories are instances of `odl_sram`, else what it does."""

    def __init__(self, shape: Shape, macros: bool = False) -> None:
        super().__init__(BUS)
        self._shape, self._make = shape, Macro if macros else Behaviour

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.logic = logic = Logic(self._shape)
        for name in BUS:
            ours, theirs = getattr(self, name), getattr(logic, name)
            m.d.comb += ours.eq(theirs) if name == "read_data" else theirs.eq(ours)
        for name, depth in Memories(self._shape).depths.items():
            memory = self._make(WIDTHS[name], depth, GRAINS[name])
            m.submodules[name] = memory
            wiring.connect(m, getattr(logic, name), memory.port)
        return m


class Logic(wiring.Component):
    """All of a core but its memories: what is synthesised."""

    def __init__(self, shape: Shape) -> None:
        depths = Memories(shape).depths
        super().__init__(
            BUS
            | {name: In(port(WIDTHS[name], depth, GRAINS[name])) for name, depth in depths.items()}
        )
        self._shape = shape

    def elaborate(self, platform: object) -> Module:
        m = Module()
        shape, at = self._shape, Memories(self._shape)
        m.submodules.learner = learner = Learner(shape, at.vectors, at.scalars)
        memories = {
            SCALARS: (learner.scalars, self.scalars),
            VECTORS: (learner.vectors, self.vectors),
            WEIGHTS: (learner.weights, self.weights),
        }
        region, offset = self.address[REGION_BITS:], self.address[:REGION_BITS]
        was = register(2)  # region and offset of the last access
        low = register(4)
        with m.If(self.enable):
            m.d.sync += [was.eq(region), low.eq(offset)]
        found = {}
        for number, (mine, memory) in memories.items():
            words = len(memory.write_data) // 32
            bits = (words - 1).bit_length()
            each = len(memory.write) // words  # bits of `write` for a word of 32 bits
            mask = self.write if each == 4 else self.write.all()
            chosen = Signal(words, name=f"chosen_{number}")
            m.d.comb += [
                chosen.eq(1 << offset[:bits] if bits else 1),
                mine.read_data.eq(memory.read_data),
            ]
            with m.If(learner.busy):
                m.d.comb += [
                    memory.enable.eq(mine.enable),
                    memory.write.eq(mine.write),
                    memory.address.eq(mine.address),
                    memory.write_data.eq(mine.write_data),
                ]
            with m.Else():
                m.d.comb += [
                    memory.enable.eq(self.enable & (region == number)),
                    memory.write.eq(Cat(mask & chosen[i].replicate(each) for i in range(words))),
                    memory.address.eq(offset >> bits),
                    memory.write_data.eq(self.write_data.replicate(words)),
                ]
            found[number] = (
                memory.read_data.word_select(low[:bits], 32) if bits else memory.read_data
            )

        cycles, value = register(32), register(32)
        writes = self.enable & self.write.all() & (region == REGISTERS)
        kept = {
            number: register(32)
            for number in (Register.FORMAT, Register.PLACE, Register.ALPHA)
            + ((Register.NODES, Register.SEED) if shape.nodes else ())
        }
        change, operation, start = register(), register(2), Signal()
        m.d.sync += start.eq(0)
        with m.If(writes):
            for number, kept_value in kept.items():
                with m.If(offset == number):
                    m.d.sync += kept_value.eq(self.write_data)
            with m.If((offset == Register.COMMAND) & ~learner.busy):
                m.d.sync += [
                    operation.eq(self.write_data),
                    change.eq(self.write_data[2]),
                    start.eq(1),
                ]
        with m.If(start):
            m.d.sync += cycles.eq(0)
        with m.Elif(learner.busy):
            m.d.sync += cycles.eq(cycles + 1)
        busy = learner.busy | start
        m.d.comb += [
            learner.start.eq(start),
            learner.operation.eq(operation),
            learner.change.eq(change),
            learner.classes.eq(kept[Register.FORMAT]),
            learner.u_bits.eq(kept[Register.FORMAT][8:]),
            learner.sample.eq(kept[Register.PLACE]),
            learner.inputs.eq(kept[Register.PLACE][16:]),
            learner.alpha.eq(kept[Register.ALPHA]),
        ]
        if shape.nodes:
            m.d.comb += [
                learner.gain.eq(kept[Register.NODES]),
                learner.shift.eq(kept[Register.NODES][16:]),
                learner.seed.eq(kept[Register.SEED]),
            ]
        said = {
            Register.IDENTITY: ID,
            Register.STATUS: Cat(busy, learner.refused, Signal(6), learner.limited),
            Register.PREDICTED: learner.predicted,
            Register.HIGHEST: learner.highest,
            Register.SECOND: learner.second,
            Register.LEVERAGE: learner.leverage,
            Register.SUM: learner.sum,
            Register.TOTAL: learner.total,
            Register.DITHER: learner.dither,
            Register.CYCLES: cycles,
        }
        with m.If(self.enable), m.Switch(offset[:4]):
            for number, what in said.items():
                with m.Case(number):
                    m.d.sync += value.eq(what)
        found[REGISTERS] = value
        with m.Switch(was):
            for number, read in found.items():
                with m.Case(number):
                    m.d.comb += self.read_data.eq(read)
        return m
