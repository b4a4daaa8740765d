"""The sequencer's program as a graph of its words, and what can only be reached by way of what."""

from collections.abc import Collection, Iterator
from typing import NamedTuple

from tinyodl.rtl.core import WEIGHTS
from tinyodl.rtl.instructions import FAR, OPERAND_BITS, Instruction, Kind, Op, operand
from tinyodl.rtl.learner import CHANGE, Operation
from tinyodl.rtl.linker import Program
from tinyodl.rtl.program.bouts import NONE
from tinyodl.rtl.state import VARIABLES

CONDITIONAL = range(Op.JUMP_ZERO, Op.JUMP_NO_CARRY + 1)
ENDS = (Op.RETURN, Op.RESUME, Op.ANSWER, Op.STOP)
MOVES = {int(Operation.MOVE)}
LEARNS = {int(Operation.MOVE), int(Operation.STEP), Operation.STEP | CHANGE}
Edge = tuple[int, int]  # from a word to a word


class Words(NamedTuple):
    """commands: names, in order; code: every word; origins: the function that each is from."""

    commands: tuple[str, ...]
    code: list[Instruction]
    origins: list[str]

    def of(self, function: str) -> list[int]:
        """Its words, but those that jump to a command."""
        every = range(len(self.commands), len(self.code))
        return [at for at in every if self.origins[at] == function]

    def into(self, function: str) -> set[Edge]:
        """Edges that lead to its first word."""
        first = self.of(function)[0]
        return {(at, first) for at in range(len(self.code)) if first in following(self.code, at)}


def decoded(program: Program, commands: tuple[str, ...]) -> Words:
    """A program's words."""
    code = [
        Instruction(Op(word >> OPERAND_BITS), word & (1 << OPERAND_BITS) - 1)
        for word in program.words
    ]
    return Words(commands, code, program.origins)


def following(code: list[Instruction], at: int) -> Iterator[int]:
    """Words that may be executed after one, a function's that it calls among them."""
    op, target = code[at]
    if op == Op.JUMP or op in CONDITIONAL or op == Op.CALL:
        yield target
    if op != Op.JUMP and op not in ENDS:
        yield at + 1


def path(words: Words, entry: int, goals: Collection[int], cut: Collection[Edge]) -> list[int]:
    """The shortest from a word to any of the goals that has no edge that is cut; empty where there
    is none. A function that is called may always come back."""
    before = {entry: -1}
    todo = [entry]
    for at in todo:
        if at in goals:
            found = [at]
            while before[found[-1]] >= 0:
                found.append(before[found[-1]])
            return found[::-1]
        for then in following(words.code, at):
            if then not in before and (at, then) not in cut:
                before[then] = at
                todo.append(then)
    return []


def runs(words: Words, operations: Collection[int]) -> list[int]:
    """Words that start one of these operations of the learner."""
    return [at for at, (op, what) in enumerate(words.code) if op == Op.RUN and what in operations]


def where_not(words: Words, function: str, variable: str, number: int) -> set[Edge]:
    """Edges in a function that are taken where a variable is another number than this one."""
    load = Instruction(Op.LOAD, operand(Kind.VARIABLE, VARIABLES[variable]))
    compare = Instruction(Op.XOR, operand(Kind.NUMBER, number))
    found = set()
    for at in words.of(function):
        if words.code[at : at + 2] == [load, compare]:
            jump = at + 2
            if words.code[jump].op == Op.JUMP_ZERO:
                found.add((jump, jump + 1))
            elif words.code[jump].op == Op.JUMP_NONZERO:
                found.add((jump, words.code[jump].operand))
    return found


def learns_by_label(words: Words) -> str | None:
    """What the device learns from: None, or which words do otherwise.

    - Only a window and a label lead to STEP or MOVE, which change P and b.
    - `label` leads there only where there is one: past `label` != NONE.
    - `sample` leads there only past `answer` != NONE, that is with a label of its bout that was
      given, or through `learn_own`.
    - `answer` is stored in two places: NONE where a bout begins, and a label that was given.
    - Weights are stored, by any other way than STEP and MOVE, from the factory's alone.
    """
    learns = runs(words, LEARNS)
    own = words.into("learn_own")
    given = where_not(words, "said", "label", NONE)
    answered = where_not(words, "decide", "answer", NONE)
    allowed = {"sample": answered | own, "label": given}
    for number, command in enumerate(words.commands):
        cut = allowed.get(command, set())
        if found := path(words, number, learns, cut):
            names = dict.fromkeys(words.origins[at] for at in found[1:])
            return f"{command} learns by {' > '.join(names)}, without a label"
    stores = [
        (words.origins[at], words.code[at - 1])
        for at, each in enumerate(words.code)
        if each == Instruction(Op.STORE, operand(Kind.VARIABLE, VARIABLES["answer"]))
    ]
    label = Instruction(Op.LOAD, operand(Kind.VARIABLE, VARIABLES["label"]))
    expected = [("begin_bout", Instruction(Op.LITERAL, NONE)), ("bout_answered", label)]
    if sorted(stores) != expected:
        return f"an answer is stored by {stores}"
    weights = Instruction(Op.STORE, operand(Kind.REGISTER, FAR | WEIGHTS))
    writers = {words.origins[at] for at, each in enumerate(words.code) if each == weights}
    if writers != {"factory_p", "factory_model"}:
        return f"weights are stored by {sorted(writers)}"
    return None


def trusts_itself(words: Words) -> str | None:
    """An own label moves b only where it is vouched for: `learn_own` leads to MOVE only past a jump
    on the sign of `vouched`, and past one on a number that is 0, the doubt."""
    code, own = words.code, words.of("learn_own")[0]
    vouched = {
        (at, then)
        for at in words.of("learn_own")
        if code[at].op == Op.JUMP_NEGATIVE
        for then in [at + 1]
    }
    if found := path(words, own, runs(words, MOVES), vouched):
        return f"an own label is learnt by {found}, vouched for or not"
    into = words.into("learn_own")
    if any(code[at].op != Op.JUMP_NONZERO or then != at + 1 for at, then in into) or not into:
        return f"an own label is learnt where it is doubted, by {into}"
    return None
