"""Each sample's place is free or waits for one label, and moves with its question, whatever is
answered or dropped.

The words of `unqueue` are executed for every number of questions and every one of them that may
go. Questions and places hold letters, not numbers: what a jump or an address would depend on one
of them for is refused, so that what is shown holds whatever they are.
"""

from collections.abc import Mapping
from typing import NamedTuple

from tinyodl.rtl.instructions import COUNTED, FIELD, TIMES, Instruction, Kind, Move, Op, Shift
from tinyodl.rtl.language import WORD
from tinyodl.rtl.proofs.words import Words
from tinyodl.rtl.state import VARIABLES, Layout

SIGNED = (Op.JUMP_NEGATIVE, Op.JUMP_POSITIVE)


class Letter(NamedTuple):
    """A word that may be anything: bits of it that are left are above `low`."""

    name: str
    low: int = 0
    shifted: int = 0


Value = int | Letter


def executed(words: Words, function: str, memory: Mapping[int, Value]) -> dict[int, Value]:
    """The memory of scalars after a function that calls none, its arguments in it. ValueError where
    it does something that depends on a letter, or that is not known here."""
    kept = dict(memory)
    a: Value = 0
    x = count = carry = 0
    pc = words.of(function)[0]

    def number(value: Value) -> int:
        if isinstance(value, Letter):
            raise ValueError(f"{function} depends on {value.name}, word {pc}: it must not")
        return value

    while True:
        op, operand = words.code[pc]
        kind, field = operand >> FIELD, operand & (1 << FIELD) - 1
        pc += 1
        at = field + x if kind == Kind.INDEXED else field
        small = field - (1 << FIELD) if field >> FIELD - 1 else field
        if op in (Op.LOAD, Op.ADD, Op.SUB, Op.AND, Op.OR, Op.COUNT):
            if kind == Kind.REGISTER:
                raise ValueError(f"{function} reads elsewhere, word {pc}: it must not")
            value: Value = small & WORD if kind == Kind.NUMBER else kept[at]
            if op == Op.LOAD:
                a = value
            elif op == Op.COUNT:
                count = number(value)
            else:
                left, right = number(a), number(value)
                whole = {
                    Op.ADD: left + right,
                    Op.SUB: left - right,
                    Op.AND: left & right,
                    Op.OR: left | right,
                }[op]
                if op in (Op.ADD, Op.SUB):
                    carry = int(not 0 <= whole <= WORD)
                a = whole & WORD
        elif op == Op.STORE:
            kept[at] = a
        elif op == Op.LITERAL:
            a = operand
        elif op == Op.MOVE and operand == Move.X_FROM_A:
            x = number(a) & 0xFFFF
        elif op == Op.SHIFT and operand & 7 in (Shift.LEFT, Shift.RIGHT):
            times = count if operand & COUNTED else operand >> TIMES
            down = times if operand & 7 == Shift.RIGHT else -times
            if isinstance(a, Letter):
                a = Letter(a.name, max(a.low, a.shifted + down), a.shifted + down)
            else:
                a = a >> down if down >= 0 else a << -down & WORD
        elif op == Op.RETURN:
            return kept
        elif Op.JUMP <= op <= Op.JUMP_NO_CARRY and op not in SIGNED:
            if op != Op.JUMP and op < Op.JUMP_CARRY:
                number(a)
            jumps = {
                Op.JUMP: True,
                Op.JUMP_ZERO: a == 0,
                Op.JUMP_NONZERO: a != 0,
                Op.JUMP_CARRY: bool(carry),
                Op.JUMP_NO_CARRY: not carry,
            }[op]
            pc = operand if jumps else pc
        else:
            raise ValueError(f"{function} does {op.name}: it must not, or this must know it")


def keeps_places(words: Words, layout: Layout, frame: int) -> str | None:
    """frame: the word of `unqueue`'s argument. With i of n questions gone, the others are where
    they were, those behind it one place nearer, each with its own place; the one that is free then
    is without its flags, and the next window's place and the other free ones stay."""
    queue = layout.shape.queue
    question, place = layout.arrays["question"], layout.arrays["place"]
    for n in range(1, queue + 1):
        for i in range(n):
            memory: dict[int, Value] = dict.fromkeys(range(layout.scalars), 0)
            for slot in range(queue + 1):
                memory[question + slot] = Letter(f"question {slot}")
                memory[place + slot] = Letter(f"place {slot}")
            memory[VARIABLES["queued"]] = n
            memory[frame] = i
            after = executed(words, "unqueue", memory)
            order = [*range(i), *range(i + 1, n)]
            expected: dict[int, Value] = {
                **{question + to: Letter(f"question {slot}") for to, slot in enumerate(order)},
                **{place + to: Letter(f"place {slot}") for to, slot in enumerate(order)},
                **{place + slot: Letter(f"place {slot}") for slot in range(n + 1, queue + 1)},
                place + n - 1: Letter(f"place {n}"),
                place + n: Letter(f"place {i}", 16),
                VARIABLES["queued"]: n - 1,
            }
            wrong = [at for at, value in expected.items() if after[at] != value]
            if wrong:
                return f"with {i} of {n} gone, word {wrong[0]} is {after[wrong[0]]}"
    return None


def argument(words: Words, function: str) -> int:
    """The word of a function's first local name, which a call of it stores just before."""
    call = Instruction(Op.CALL, words.of(function)[0])
    at = words.code.index(call)
    op, operand = words.code[at - 1]
    assert op == Op.STORE
    return operand
