"""What decides: a small processor with one register to compute in, whose program is a table.

Everything that is not arithmetic on vectors is here: it is done once a window or once a label, so
that few transistors matter more than few cycles (a flip-flop leaks as much as thirty bits of memory
do).
Its numbers are words of the core's memories, which it reaches over the core's own bus.

A word that is read takes two cycles, all others one; a SHIFT as many as it has bits, and two.
"""

from collections.abc import Sequence

from amaranth.hdl import Cat, Module, Mux, Signal, unsigned
from amaranth.lib import wiring
from amaranth.lib.memory import Memory
from amaranth.lib.wiring import In, Out
from amaranth.utils import ceil_log2

from tinyodl.rtl.clock import register
from tinyodl.rtl.instructions import (
    BITS,
    COUNTED,
    FAR,
    FIELD,
    OPERAND_BITS,
    TIMES,
    Kind,
    Move,
    Op,
    Shift,
)

X_BITS = 16
REGION = 3  # bits
MEMORY_OPS = (Op.LOAD, Op.ADD, Op.ADC, Op.SUB, Op.SBC, Op.AND, Op.OR, Op.XOR, Op.COUNT)


class Sequencer(wiring.Component):
    """start: a command begins, while busy is 0. The bus is as a core's: what is read is there a
    cycle later (ready says that it is: until then it is waited for) and stays. operation, run,
    running: of the learner."""

    def __init__(self, program: Sequence[int]) -> None:
        self._program = program
        super().__init__(
            {
                "start": In(1),
                "command": In(4),
                "busy": Out(1),
                "enable": Out(1),
                "write": Out(1),
                "region": Out(REGION),
                "offset": Out(X_BITS),
                "write_data": Out(32),
                "read_data": In(32),
                "ready": In(1),
                "run": Out(1),
                "operation": Out(OPERAND_BITS),
                "running": In(1),
            }
        )

    def elaborate(self, platform: object) -> Module:
        m = Module()
        pc_bits = ceil_log2(len(self._program))
        a, b, carry = register(32), register(32), register()
        x, link, count = register(X_BITS), register(pc_bits), register(6)
        pc = register(pc_bits)
        working = Signal()  # a command is under way
        second = Signal()  # of two cycles, or the rest of many
        m.d.comb += self.busy.eq(working)

        m.submodules.program = program = Memory(
            shape=unsigned(BITS), depth=len(self._program), init=list(self._program)
        )
        fetched = program.read_port(domain="comb")
        op, operand = Signal(Op), Signal(OPERAND_BITS)
        m.d.comb += [
            fetched.addr.eq(pc),
            op.eq(fetched.data[OPERAND_BITS:]),
            operand.eq(fetched.data),
        ]
        kind, field = operand[FIELD:], operand[:FIELD]
        target = operand[:pc_bits]
        following = Signal(pc_bits)
        m.d.comb += following.eq(pc + 1)

        # The bus: registers are in region 0, variables in region 1.
        far = (kind == Kind.REGISTER) & field[FAR.bit_length() - 1]
        near = Mux(kind == Kind.INDEXED, x[:FIELD], 0) + field
        m.d.comb += [
            self.region.eq(Mux(far, field[:REGION], kind != Kind.REGISTER)),
            self.offset.eq(Mux(far, x, near)),
            self.write_data.eq(Mux(op == Op.KEEP, link, a)),
            self.operation.eq(operand),
        ]
        value, added, total = Signal(32), Signal(32), Signal(33)
        takes = Signal()  # SUB and SBC
        m.d.comb += [
            value.eq(Mux(kind == Kind.NUMBER, field.as_signed(), self.read_data)),
            takes.eq((op == Op.SUB) | (op == Op.SBC)),
        ]

        # One adder, also for steps of a product and of a division.
        stepping = op == Op.SHIFT
        dividing = stepping & (operand[:3] == Shift.DIVIDE)
        base, take, bring = Signal(33), Signal(), Signal()
        m.d.comb += [
            base.eq(Mux(dividing, Cat(b[31], a), a)),
            take.eq(takes | dividing),
            added.eq(Mux(stepping, self.read_data, value) ^ take.replicate(32)),
            bring.eq(Mux(stepping, take, Mux((op == Op.ADC) | (op == Op.SBC), carry ^ take, take))),
        ]
        sum_ = Signal(34)
        m.d.comb += [
            sum_.eq(base + added + bring + Mux(take, 1 << 32, 0)),
            total.eq(sum_),  # its highest bit is a carry, or a borrow
        ]
        # of a division: what is left is not negative
        fits = sum_[33]

        with m.If(~working):
            m.d.sync += second.eq(0)
            with m.If(self.start):
                m.d.sync += [working.eq(1), pc.eq(self.command)]
        with m.Else():
            m.d.sync += pc.eq(following)
            with m.Switch(op):
                with m.Case(*MEMORY_OPS):
                    there = (kind == Kind.NUMBER) | (second & self.ready)
                    with m.If(~there):
                        m.d.comb += self.enable.eq(~second)
                        m.d.sync += [second.eq(1), pc.eq(pc)]
                    with m.Else():
                        m.d.sync += second.eq(0)
                        with m.If(op == Op.COUNT):
                            m.d.sync += count.eq(value)
                        with m.Elif(op == Op.LOAD):
                            m.d.sync += a.eq(value)
                        with m.Elif(op == Op.AND):
                            m.d.sync += a.eq(a & value)
                        with m.Elif(op == Op.OR):
                            m.d.sync += a.eq(a | value)
                        with m.Elif(op == Op.XOR):
                            m.d.sync += a.eq(a ^ value)
                        with m.Else():
                            m.d.sync += [a.eq(total), carry.eq(total[32])]
                with m.Case(Op.STORE):
                    m.d.comb += [self.enable.eq(1), self.write.eq(1)]
                with m.Case(Op.LITERAL):
                    m.d.sync += a.eq(operand)
                with m.Case(Op.SHIFT):
                    m.d.sync += second.eq(1)
                    with m.If(~second):
                        m.d.sync += pc.eq(pc)
                        with m.If(~operand[COUNTED.bit_length() - 1]):
                            m.d.sync += count.eq(operand[TIMES:])
                    with m.Elif(~count.any()):
                        m.d.sync += second.eq(0)
                    with m.Else():
                        m.d.sync += [count.eq(count - 1), pc.eq(pc)]
                        with m.Switch(operand[:3]):
                            with m.Case(Shift.LEFT):
                                m.d.sync += a.eq(a << 1)
                            with m.Case(Shift.LEFT_PAIR):
                                m.d.sync += Cat(b, a).eq(Cat(b, a) << 1)
                            with m.Case(Shift.RIGHT):
                                m.d.sync += Cat(b, a).eq(Cat(b, a)[1:])
                            with m.Case(Shift.DOWN):
                                m.d.sync += Cat(b, a).eq(Cat(b, a).as_signed() >> 1)
                            with m.Case(Shift.MULTIPLY, Shift.MULTIPLY_SIGNED):
                                signs = operand[1]  # of what is added to, and of what is added
                                top = Mux(b[0], total[32] ^ (signs & self.read_data[31]), 0)
                                upper = Cat(Mux(b[0], total[:32], a), top ^ (signs & a[31]))
                                m.d.sync += Cat(b, a).eq(Cat(b[1:], upper))
                            with m.Default():
                                m.d.sync += [
                                    a.eq(Mux(fits, sum_[:32], base)),
                                    b.eq(Cat(fits, b[:31])),
                                ]
                with m.Case(Op.MOVE), m.Switch(operand[:3]):
                    with m.Case(Move.B_FROM_A):
                        m.d.sync += b.eq(a)
                    with m.Case(Move.A_FROM_B):
                        m.d.sync += a.eq(b)
                    with m.Case(Move.SWAP):
                        m.d.sync += [a.eq(b), b.eq(a)]
                    with m.Case(Move.X_FROM_A):
                        m.d.sync += x.eq(a)
                    with m.Default():
                        m.d.sync += a.eq(carry)
                with m.Case(Op.JUMP):
                    m.d.sync += pc.eq(target)
                for jump, condition in (
                    (Op.JUMP_ZERO, ~a.any()),
                    (Op.JUMP_NONZERO, a.any()),
                    (Op.JUMP_NEGATIVE, a[31]),
                    (Op.JUMP_POSITIVE, ~a[31]),
                    (Op.JUMP_CARRY, carry),
                    (Op.JUMP_NO_CARRY, ~carry),
                ):
                    with m.Case(jump), m.If(condition):
                        m.d.sync += pc.eq(target)
                with m.Case(Op.CALL):
                    m.d.sync += [link.eq(following), pc.eq(target)]
                with m.Case(Op.LOOK_UP):
                    m.d.sync += [link.eq(following), pc.eq(target + a[:pc_bits])]
                with m.Case(Op.RETURN):
                    m.d.sync += pc.eq(link)
                with m.Case(Op.ANSWER):
                    m.d.sync += [a.eq(operand), pc.eq(link)]
                with m.Case(Op.KEEP):
                    m.d.comb += [self.enable.eq(1), self.write.eq(1)]
                with m.Case(Op.RESUME):
                    with m.If(~second):
                        m.d.comb += self.enable.eq(1)
                        m.d.sync += [second.eq(1), pc.eq(pc)]
                    with m.Else():
                        m.d.sync += [second.eq(0), pc.eq(self.read_data)]
                with m.Case(Op.RUN):
                    m.d.comb += self.run.eq(~second)
                    m.d.sync += second.eq(1)
                    with m.If(~second | self.running):
                        m.d.sync += pc.eq(pc)
                    with m.Else():
                        m.d.sync += second.eq(0)
                with m.Default():
                    m.d.sync += working.eq(0)
        return m
