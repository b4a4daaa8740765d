"""What the sequencer executes: words of 17 bits, an operation above an operand of 12.

Operands of LOAD to STORE, and of COUNT, say in their upper two bits what they are: a variable, a
register of the core (or, from FAR on, the word that X points at in the region that the lower bits
say), the variable that is X further on, or a number from -512 to 511.
"""

import enum
from typing import NamedTuple

BITS, OPERAND_BITS = 17, 12
FIELD = 10  # bits of an operand below its kind
LARGEST = (1 << OPERAND_BITS) - 1


TIMES = 3  # of a SHIFT's operand: six bits from there on
COUNTED = 1 << 9
FAR = 1 << 9  # of a REGISTER


class Kind(enum.IntEnum):
    """Of an operand."""

    VARIABLE = 0
    REGISTER = 1
    INDEXED = 2
    NUMBER = 3


class Op(enum.IntEnum):
    """A and B are of 32 bits, X points; carry is of ADD and SUB, from SUB on a borrow."""

    LOAD = 0  # A = operand
    ADD = 1
    ADC = 2  # A + operand + carry
    SUB = 3
    SBC = 4  # A - operand - carry
    AND = 5
    OR = 6
    XOR = 7
    STORE = 8  # operand = A
    COUNT = 9  # how often a SHIFT that is COUNTED is done = operand, 63 at most
    LITERAL = 10  # A = the operand's 12 bits
    SHIFT = 11  # `Shift`, as often as its bits from TIMES on say, or, COUNTED, as COUNT did
    MOVE = 12  # `Move`
    JUMP = 13
    JUMP_ZERO = 14  # where A = 0
    JUMP_NONZERO = 15
    JUMP_NEGATIVE = 16  # where A's highest bit is set
    JUMP_POSITIVE = 17
    JUMP_CARRY = 18
    JUMP_NO_CARRY = 19
    CALL = 20  # link = the next word's address
    RETURN = 21  # to link
    KEEP = 22  # a variable = link
    RESUME = 23  # RETURN to what a variable keeps
    LOOK_UP = 24  # CALL to operand + A
    ANSWER = 25  # RETURN with A = the operand's 12 bits
    RUN = 26  # an operation of the learner, and wait for its end
    STOP = 27


class Shift(enum.IntEnum):
    """One bit; A is above B. From MULTIPLY on steps of such algorithms: their other factor,
    or divisor, is the word that was read last."""

    LEFT = 0  # A alone
    LEFT_PAIR = 1
    RIGHT = 2  # of both
    DOWN = 3  # of both, by A's sign
    MULTIPLY = 4  # 32 of them: A, B -> A, B = B factor + A
    DIVIDE = 5  # 32 of them: A, B -> A = remainder, B = quotient
    MULTIPLY_SIGNED = 6  # factor and A have signs


class Move(enum.IntEnum):
    """Between the registers."""

    B_FROM_A = 0
    A_FROM_B = 1
    SWAP = 2
    X_FROM_A = 3
    A_FROM_CARRY = 4


class Instruction(NamedTuple):
    """One word."""

    op: Op
    operand: int = 0

    def word(self) -> int:
        """Its bits."""
        return self.op << OPERAND_BITS | self.operand


def meaning(word: int, addresses: int) -> int:
    """Which of its bits mean something, a mask. addresses: bits of one of a variable."""
    op, bits = Op(word >> OPERAND_BITS), 0
    kind = Kind(word >> FIELD & 3)
    match op:
        case Op.KEEP | Op.RESUME:
            bits = 3 << FIELD | (1 << addresses) - 1
        case Op.RETURN | Op.STOP:
            pass
        case Op.SHIFT:
            bits = 7 | COUNTED | (0 if word & COUNTED else 0b111111 << TIMES)
        case Op.MOVE:
            bits = 7
        case _ if op <= Op.COUNT:
            bits = 3 << FIELD
            if kind is Kind.NUMBER:
                bits |= 0b111111 if op is Op.COUNT else (1 << FIELD) - 1
            elif kind is Kind.REGISTER:
                bits |= FAR | (7 if word & FAR else 0b11111)
            else:
                bits |= (1 << addresses) - 1
        case _:
            bits = LARGEST
    return (1 << BITS) - 1 - LARGEST | bits


def operand(kind: Kind, field: int) -> int:
    """Of LOAD to COUNT. ValueError where the field does not fit."""
    least, most = (-(1 << FIELD - 1), 1 << FIELD - 1) if kind is Kind.NUMBER else (0, 1 << FIELD)
    if not least <= field < most:
        raise ValueError(f"{field} as {kind.name}: it must be from {least} to {most - 1}")
    return kind << FIELD | field & (1 << FIELD) - 1
