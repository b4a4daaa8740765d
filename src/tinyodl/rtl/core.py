"""The core: what learns, what decides, their memories, and a bus of 32 bits to all of them.

Addresses are of words of 32 bits, the region above them:

| region | what |
| --- | --- |
| REGISTERS | `Register`, by number; from INPUT on the next window's inputs, four a word |
| SCALARS | variables, D (mantissa, exponent << 16), outputs and what else `state.py` has |
| VECTORS | two words each: f or u, then h and samples, four elements a word |
| WEIGHTS | four words each: U's columns, b's rows, two elements a word |

A write to COMMAND starts a command of `program` (variables have its arguments and its results),
or, with RAW, an operation of the learner. While a command runs the memories are the core's: a
write is lost, and a read is STATUS; while a RAW operation does, STATUS alone may be read.

The factory's model is outside, where nothing is lost: its words of 32 bits, in the order of
`image.factory`, are asked for one at a time, and waited for.
"""

import enum
from collections.abc import Sequence

from amaranth.hdl import Cat, Const, Module, Mux, Signal
from amaranth.lib import wiring
from amaranth.lib.wiring import In, Out

from tinyodl.rtl.clock import register
from tinyodl.rtl.learner import CHANGE, WINDOWS, Learner
from tinyodl.rtl.memory import Behaviour, Macro, port
from tinyodl.rtl.sequencer import Sequencer
from tinyodl.rtl.shape import LANES, Shape
from tinyodl.rtl.state import Layout

ID = 0x4F444C32  # "ODL2"
REGION_BITS = 16  # of an address inside a region
REGISTERS, SCALARS, VECTORS, WEIGHTS, FACTORY = range(5)
INPUT = 0x200
RAW = 1 << 8  # of COMMAND: an operation of the learner


class Register(enum.IntEnum):
    """Written: COMMAND; for the learner what stays as it is, and ALPHA and DITHER once. INTERRUPT
    is written by a question that is asked (1) and by who has seen it (0). The others are read."""

    IDENTITY = 0
    COMMAND = 1
    STATUS = 2  # bit 0: busy
    INTERRUPT = 3
    CLASSES = 4
    U_BITS = 5
    PLACE = 6  # word of `vectors` of x
    NODES = 7  # gain, shift << 16
    SEED = 8
    ALPHA = 9
    DITHER = 10
    PREDICTED = 11
    HIGHEST = 12
    SECOND = 13
    LEVERAGE = 14
    SUM = 15
    TOTAL = 16
    REFUSED = 17
    LIMITED = 18
    DISTANCE_LOW = 19
    DISTANCE_HIGH = 20
    CYCLES = 21  # of the last command, 24 bits


BUS = {
    "enable": In(1),
    "write": In(4),
    "address": In(REGION_BITS + 2),
    "write_data": In(32),
    "read_data": Out(32),
}


OUTSIDE = BUS | {
    "busy": Out(1),
    "irq": Out(1),  # a question has not been seen
    "factory_enable": Out(1),
    "factory_address": Out(16),
    "factory_data": In(32),  # there when ready says so, from the cycle after enable on, and stays
    "factory_ready": In(1),
}


GRAINS = {"scalars": 32, "vectors": 8, "weights": 32}  # bits that can be written on their own
WIDTHS = {"scalars": 32, "vectors": 64, "weights": 16 * LANES}


class Core(wiring.Component):
    """enable: an access; write: not 0 for each byte that is written; read_data comes a cycle later.

    program: of the sequencer; macros: memories are instances of `odl_sram`, else what it does."""

    def __init__(self, shape: Shape, program: Sequence[int], macros: bool = False) -> None:
        super().__init__(OUTSIDE)
        self._shape, self._program = shape, program
        self._make = Macro if macros else Behaviour

    def elaborate(self, platform: object) -> Module:
        m = Module()
        m.submodules.logic = logic = Logic(self._shape, self._program)
        for name, member in OUTSIDE.items():
            ours, theirs = getattr(self, name), getattr(logic, name)
            m.d.comb += ours.eq(theirs) if member.flow is Out else theirs.eq(ours)
        for name, depth in Layout(self._shape).depths.items():
            memory = self._make(WIDTHS[name], depth, GRAINS[name])
            m.submodules[name] = memory
            wiring.connect(m, getattr(logic, name), memory.port)
        return m


class Logic(wiring.Component):
    """All of a core but its memories: what is synthesised."""

    def __init__(self, shape: Shape, program: Sequence[int]) -> None:
        depths = Layout(shape).depths
        super().__init__(
            OUTSIDE
            | {name: In(port(WIDTHS[name], depth, GRAINS[name])) for name, depth in depths.items()}
        )
        self._shape, self._program = shape, program

    def elaborate(self, platform: object) -> Module:
        m = Module()
        shape = self._shape
        m.submodules.learner = learner = Learner(shape)
        m.submodules.sequencer = sequencer = Sequencer(self._program)
        deciding = sequencer.busy

        # The bus is the host's, or the sequencer's.
        enable, write, read_data = Signal(), Signal(4), Signal(32)
        region, offset, write_data = Signal(3), Signal(REGION_BITS), Signal(32)
        m.d.comb += [
            enable.eq(Mux(deciding, sequencer.enable, self.enable)),
            write.eq(Mux(deciding, sequencer.write.replicate(4), self.write)),
            write_data.eq(Mux(deciding, sequencer.write_data, self.write_data)),
        ]
        x_place = register(range(Layout(shape).vectors))
        # h is x where there are no nodes, or at a place of its own
        h_place = x_place if shape.direct else Const(Layout(shape).h, len(x_place))
        asked, asked_offset = self.address[REGION_BITS:], self.address[:REGION_BITS]
        with m.If(deciding):
            m.d.comb += [region.eq(sequencer.region), offset.eq(sequencer.offset)]
        with m.Elif((asked == REGISTERS) & (asked_offset >= INPUT)):
            m.d.comb += [
                region.eq(VECTORS),
                offset.eq((x_place << 1) + asked_offset[: (INPUT - 1).bit_length()]),
            ]
        with m.Else():
            m.d.comb += [region.eq(asked), offset.eq(asked_offset)]
        blocked = register()  # the host's last access came while the sequencer had the bus
        with m.If(self.enable):
            m.d.sync += blocked.eq(deciding)
        was = register(3)  # region and offset of the last access
        low = register(5)
        with m.If(enable):
            m.d.sync += [was.eq(region), low.eq(offset)]

        memories = {
            SCALARS: (learner.scalars, self.scalars),
            VECTORS: (learner.vectors, self.vectors),
            WEIGHTS: (learner.weights, self.weights),
        }
        found = {}
        for number, (mine, memory) in memories.items():
            words = len(memory.write_data) // 32
            bits = (words - 1).bit_length()
            each = len(memory.write) // words  # bits of `write` for a word of 32 bits
            mask = write if each == 4 else write.all()
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
                    memory.enable.eq(enable & (region == number)),
                    memory.write.eq(Cat(mask & chosen[i].replicate(each) for i in range(words))),
                    memory.address.eq(offset >> bits),
                    memory.write_data.eq(write_data.replicate(words)),
                ]
            found[number] = (
                memory.read_data.word_select(low[:bits], 32) if bits else memory.read_data
            )
        found[FACTORY] = self.factory_data
        m.d.comb += [
            learner.factory_data.eq(self.factory_data),
            learner.factory_ready.eq(self.factory_ready),
            self.factory_enable.eq(
                Mux(learner.busy, learner.factory_enable, enable & (region == FACTORY))
            ),
            self.factory_address.eq(Mux(learner.busy, learner.factory_address, offset)),
        ]

        # Registers.
        cycles, value = register(24), Signal(32)
        few, many = cycles[:4], cycles[4:]  # two clocks, of which one mostly stands still
        classes, u_bits = register(learner.classes.shape()), register(6)
        raw, raw_start, raw_operation = register(), Signal(), register(6)
        nodes, seed = (register(32), register(32)) if shape.nodes else (Signal(32), Signal(32))
        writes = enable & write.all() & (region == REGISTERS)
        kept = {Register.CLASSES: classes, Register.U_BITS: u_bits, Register.PLACE: x_place}
        if shape.nodes:
            kept |= {Register.NODES: nodes, Register.SEED: seed}
        m.d.sync += raw_start.eq(0)
        commanded = Signal()
        m.d.comb += commanded.eq(writes & (offset == Register.COMMAND) & ~self.busy)
        with m.If(writes), m.Switch(offset):
            for number, kept_value in kept.items():
                with m.Case(number):
                    m.d.sync += kept_value.eq(write_data)
            with m.Case(Register.INTERRUPT):
                m.d.sync += self.irq.eq(write_data)
            with m.Case(Register.ALPHA):
                m.d.comb += learner.set_alpha.eq(1)
            with m.Case(Register.DITHER):
                m.d.comb += learner.set_dither.eq(1)
        with m.If(commanded):
            m.d.sync += [
                raw.eq(write_data[RAW.bit_length() - 1]),
                raw_operation.eq(write_data),
                raw_start.eq(write_data[RAW.bit_length() - 1]),
                cycles.eq(0),
            ]
        with m.Elif(self.busy):
            m.d.sync += few.eq(few + 1)
            with m.If(few.all()):
                m.d.sync += many.eq(many + 1)
        operation = Signal(6)
        m.d.comb += [
            sequencer.start.eq(commanded & ~write_data[RAW.bit_length() - 1]),
            sequencer.command.eq(write_data),
            sequencer.read_data.eq(read_data),
            self.read_data.eq(Mux(blocked, 1, read_data)),  # that it is busy, and no more
            sequencer.ready.eq((was != FACTORY) | self.factory_ready),
            sequencer.running.eq(learner.busy),
            self.busy.eq(deciding | learner.busy | raw_start),
            operation.eq(Mux(raw, raw_operation, sequencer.operation)),
            learner.start.eq(Mux(raw, raw_start, sequencer.run)),
            learner.operation.eq(operation),
            learner.change.eq(operation[CHANGE.bit_length() - 1]),
            learner.windows.eq(operation[WINDOWS:]),
            learner.classes.eq(classes),
            learner.u_bits.eq(u_bits),
            learner.sample.eq(h_place),
            learner.inputs.eq(x_place),
            learner.setting.eq(write_data),
        ]
        if shape.nodes:
            m.d.comb += [
                learner.gain.eq(nodes),
                learner.shift.eq(nodes[16:]),
                learner.seed.eq(seed),
            ]
        said = {
            Register.IDENTITY: ID,
            Register.STATUS: self.busy,
            Register.INTERRUPT: self.irq,
            Register.DITHER: learner.dither,
            Register.PREDICTED: learner.predicted,
            Register.HIGHEST: learner.highest,
            Register.SECOND: learner.second,
            Register.LEVERAGE: learner.leverage,
            Register.SUM: learner.sum,
            Register.TOTAL: learner.total,
            Register.REFUSED: learner.refused,
            Register.LIMITED: learner.limited,
            Register.DISTANCE_LOW: learner.distance_low,
            Register.DISTANCE_HIGH: learner.distance_high,
            Register.CYCLES: cycles,
        }
        with m.Switch(low):
            for number, what in said.items():
                with m.Case(number):
                    m.d.comb += value.eq(what)
        found[REGISTERS] = value
        with m.Switch(was):
            for number, read in found.items():
                with m.Case(number):
                    m.d.comb += read_data.eq(read)
        return m
