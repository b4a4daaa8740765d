"""From functions in a small part of Python to the sequencer's words.

Numbers are of 32 bits, without a sign where they are compared. What there is:

| written | is |
| --- | --- |
| `s.x`, `core.x` | a variable; a register of the core |
| `s.x[i]`, `weights[i]` | a word of an array; of a region |
| `+ - & | ^ * << >>` | 32 bits; `>>` brings zeros in, `down(x, n)` the sign |
| `== != < <= > >=`, `and or not`, `negative(x)` | in conditions; x itself: not 0 |
| `h, l = plus(h, l, h2, l2)`, `left(h, l, n)`, `product(a, b)`, ... | 64 bits: `language.py` |
| `rest, quotient = divide(h, l, d)` | where the quotient has 32 bits |
| `less(h, l, h2, l2)`, `carry()` | of 64 bits, a condition; of the + or - just before |
| `run(operation)` | of the learner |

Functions have parameters and a result; none calls itself, so that each local name has one place
(those of functions that never run at once share it). Operands are computed from the right, and
variables read last: a function must not change what else stands in its expression. Names in
capitals are constants, and an `if` on one alone is decided here. SyntaxError where something else
is written.
"""

import ast
import inspect
import textwrap
from collections.abc import Callable, Mapping, Sequence
from types import ModuleType
from typing import NamedTuple

from tinyodl.rtl.instructions import (
    COUNTED,
    FAR,
    FIELD,
    LARGEST,
    OPERAND_BITS,
    TIMES,
    Instruction,
    Kind,
    Move,
    Op,
    Shift,
    operand,
)
from tinyodl.rtl.language import WORD
from tinyodl.rtl.linker import Item, Jump, Label, Local, Program, Routine, linked

SMALLEST, GREATEST = -(1 << FIELD - 1), (1 << FIELD - 1) - 1  # numbers that an operand holds
OPERATIONS: dict[type[ast.operator], Op] = {
    ast.Add: Op.ADD,
    ast.Sub: Op.SUB,
    ast.BitAnd: Op.AND,
    ast.BitOr: Op.OR,
    ast.BitXor: Op.XOR,
}
COMMUTE = (Op.ADD, Op.AND, Op.OR, Op.XOR)
NOTHING = ast.Constant(0)
PAIRS = {"left": Shift.LEFT_PAIR, "right": Shift.RIGHT, "down_pair": Shift.DOWN}


class Places(NamedTuple):
    """Where the names of a program are: words of the page of variables, of registers, of arrays (in
    the variables' region), regions by number; the first word that is free for local names; and
    constants."""

    variables: Mapping[str, int]
    registers: Mapping[str, int]
    arrays: Mapping[str, int]
    regions: Mapping[str, int]
    free: int
    constants: Mapping[str, int]


class Source(NamedTuple):
    """A function, and the names of its module."""

    tree: ast.FunctionDef
    names: Mapping[str, object]


def compiled(modules: Sequence[ModuleType], commands: Sequence[str], places: Places) -> Program:
    """All functions of the modules that a command, a function without parameters, needs."""
    found = [
        (name, Source(_parsed(value), vars(module)))
        for module in modules
        for name, value in vars(module).items()
        if inspect.isfunction(value) and value.__module__ == module.__name__
    ]
    sources = dict(found)
    if len(sources) != len(found):
        raise SyntaxError("two functions of a program have one name: rename one")
    made: dict[str, Function] = {}
    todo = list(commands)
    while todo:
        name = todo.pop(0)
        if name not in made:
            made[name] = Function(name, sources, places)
            todo += made[name].calls
    tables = {name: table for f in made.values() for name, table in f.tables.items()}
    routines = {name: Routine(f.code, f.locals, f.calls) for name, f in made.items()}
    return linked(routines, tables, commands, places.free)


def _parsed(function: Callable[..., object]) -> ast.FunctionDef:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function))).body[0]
    assert isinstance(tree, ast.FunctionDef)
    return tree


class Function:
    """One function's words, but for the places of local names. calls, tables: what it needs."""

    def __init__(self, name: str, sources: Mapping[str, Source], places: Places) -> None:
        self.name = name
        tree, self._names = sources[name]
        self.locals = [argument.arg for argument in tree.args.args]
        self.calls: list[str] = []
        self.code: list[Item] = []
        self.tables: dict[str, tuple[int, ...]] = {}
        self._sources, self._places = sources, places
        self._labels = self._spare = 0
        self._statements(tree.body)
        if self._falls_through(tree.body):
            self._leave()

    # Statements

    def _statements(self, body: Sequence[ast.stmt]) -> None:
        for statement in body:
            self._spare = 0
            match statement:
                case ast.Expr(value=ast.Constant()):
                    pass  # a docstring
                case ast.Expr(value=ast.Call()):
                    self._value(statement.value)
                case ast.Assign(targets=[ast.Tuple(elts=[high, low])], value=ast.Call() as call):
                    self._pair(high, low, call)
                case ast.Assign(targets=[target]):
                    self._assign(target, statement.value)
                case ast.AugAssign(target=target, op=op, value=value):
                    if any(isinstance(each, ast.Call) for each in ast.walk(target)):
                        raise self._refused(statement)  # which would be called twice
                    self._assign(target, ast.BinOp(target, op, value))
                case ast.If():
                    self._if(statement)
                case ast.While(orelse=[]):
                    begin, end = self._label(), self._label()
                    self._mark(begin)
                    self._condition(statement.test, end, False)
                    self._statements(statement.body)
                    self.code += [Jump(Op.JUMP, begin), Label(end)]
                case ast.Return():
                    if statement.value is not None:
                        self._value(statement.value)
                    self._leave()
                case ast.Pass():
                    pass
                case _:
                    raise self._refused(statement)

    def _if(self, statement: ast.If) -> None:
        known = self._constant(statement.test)
        if known is not None:
            self._statements(statement.body if known else statement.orelse)
            return
        other = self._label()
        self._condition(statement.test, other, False)
        self._statements(statement.body)
        if statement.orelse:
            end = self._label()
            if self._falls_through(statement.body):
                self.code.append(Jump(Op.JUMP, end))
            self._mark(other)
            self._statements(statement.orelse)
            self._mark(end)
        else:
            self._mark(other)

    @staticmethod
    def _falls_through(body: Sequence[ast.stmt]) -> bool:
        return not body or not isinstance(body[-1], ast.Return)

    def _leave(self) -> None:
        self.code.append(Instruction(Op.RETURN))

    def _assign(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Subscript):
            at = self._pointer(target)
            if at is None:
                self._value(value)
                self.code.append(self._direct(Op.STORE, target))
                return
            if self._leaf(value):
                self._point(target)
                self._value(value)
            else:
                self._value(value)
                kept = self._temporary()
                self.code.append(Local(Op.STORE, self.name, kept))
                self._point(target)
                self.code.append(Local(Op.LOAD, self.name, kept))
            self.code.append(Instruction(Op.STORE, at))
            return
        self._value(value)
        self.code.append(self._direct(Op.STORE, target, new=True))

    def _pair(self, high: ast.expr, low: ast.expr, call: ast.Call) -> None:
        """high, low = one of the functions of 64 bits."""
        name = call.func.id if isinstance(call.func, ast.Name) else ""
        leaves = [self._kept(argument) for argument in call.args]
        if name == "divide":
            leaves[-1:] = [self._in_memory(leaf) for leaf in leaves[-1:]]
        match name, leaves:
            case (("plus" | "minus"), [h, low_word, h2, low2]):
                first, then = (Op.ADD, Op.ADC) if name == "plus" else (Op.SUB, Op.SBC)
                self.code += [self._direct(Op.LOAD, low_word), self._direct(first, low2)]
                kept = self._temporary()
                self.code.append(Local(Op.STORE, self.name, kept))
                self.code += [self._direct(Op.LOAD, h), self._direct(then, h2)]
                self._store(high)
                if not (isinstance(low, ast.Name) and low.id == "_"):
                    self.code.append(Local(Op.LOAD, self.name, kept))
                    self._store(low)
                return
            case (("left" | "right" | "down_pair"), [h, low_word, n]):
                self.code += [
                    self._direct(Op.LOAD, low_word),
                    Instruction(Op.MOVE, Move.B_FROM_A),
                    self._direct(Op.LOAD, h),
                ]
                self._shift(PAIRS[name], n)
            case "product", [a, b]:
                self._product(a, b)
            case "signed_product", [a, b, c]:
                self._product(a, b, Shift.MULTIPLY_SIGNED, c)
            case "divide", [h, low_word, d]:
                self.code += [
                    self._direct(Op.LOAD, h),
                    Instruction(Op.MOVE, Move.B_FROM_A),
                    self._direct(Op.LOAD, low_word),
                    Instruction(Op.MOVE, Move.SWAP),
                    self._direct(Op.COUNT, d),  # which is read last
                    Instruction(Op.SHIFT, Shift.DIVIDE | 32 << TIMES),
                ]
            case _:
                raise self._refused(call)
        self._store(high)
        self.code.append(Instruction(Op.MOVE, Move.A_FROM_B))
        self._store(low)

    def _store(self, target: ast.expr) -> None:
        """A, but into `_`."""
        if not (isinstance(target, ast.Name) and target.id == "_"):
            self.code.append(self._direct(Op.STORE, target, new=True))

    def _product(
        self,
        a: ast.expr,
        b: ast.expr,
        step: Shift = Shift.MULTIPLY,
        c: ast.expr = NOTHING,
    ) -> None:
        """A above B = a b + c, all of them leaves."""
        a = self._in_memory(a)
        self.code += [self._direct(Op.LOAD, b), Instruction(Op.MOVE, Move.B_FROM_A)]
        self._value(c)
        self.code += [
            self._direct(Op.COUNT, a),  # which is read last
            Instruction(Op.SHIFT, step | 32 << TIMES),
        ]

    # Values

    def _value(self, value: ast.expr) -> None:
        """Into A."""
        known = self._constant(value)
        if known is not None:
            self._number(known)
            return
        match value:
            case ast.Name() | ast.Attribute():
                self.code.append(self._direct(Op.LOAD, value))
            case ast.Subscript(value=ast.Name(id=name)) if table := self._table(name):
                self.tables[name] = table
                self._value(value.slice)
                self.code.append(Jump(Op.LOOK_UP, name))
            case ast.Subscript():
                at = self._pointer(value)
                if at is None:
                    self.code.append(self._direct(Op.LOAD, value))
                else:
                    self._point(value)
                    self.code.append(Instruction(Op.LOAD, at))
            case ast.BinOp(op=ast.LShift() | ast.RShift()):
                shift = Shift.LEFT if isinstance(value.op, ast.LShift) else Shift.RIGHT
                self._shifted(value.left, value.right, shift)
            case ast.BinOp(op=ast.Mult()):
                a, b = self._kept(value.left), self._kept(value.right)
                self._product(a, b)
                self.code.append(Instruction(Op.MOVE, Move.A_FROM_B))
            case ast.BinOp() if type(value.op) in OPERATIONS:
                op, left, right = OPERATIONS[type(value.op)], value.left, value.right
                if op in COMMUTE and self._leaf(left) and not self._leaf(right):
                    left, right = right, left
                at = None
                if isinstance(right, ast.Subscript) and isinstance(right.value, ast.Attribute):
                    at = self._pointer(right)
                if at is not None and self._leaf(left):
                    self._point(right)
                    self._value(left)
                    self.code.append(Instruction(op, at))
                else:
                    right = self._kept(right)
                    self._value(left)
                    self.code.append(self._direct(op, right))
            case ast.Call(func=ast.Name(id="down"), args=[left, right]):
                self._shifted(left, right, Shift.DOWN)
            case ast.Call(func=ast.Name(id="carry"), args=[]):
                self.code.append(Instruction(Op.MOVE, Move.A_FROM_CARRY))
            case ast.Call(func=ast.Name(id="run"), args=[operation]):
                number = self._constant(operation)
                if number is None:
                    raise self._refused(value)
                self.code.append(Instruction(Op.RUN, number))
            case ast.Call(func=ast.Name(id=name)) if name in self._sources:
                self._call(name, value)
            case (
                ast.Compare()
                | ast.BoolOp()
                | ast.UnaryOp(op=ast.Not())
                | ast.Call(func=ast.Name(id="negative" | "less"))
            ):
                false, end = self._label(), self._label()
                self._condition(value, false, False)
                self.code += [
                    Instruction(Op.LITERAL, 1),
                    Jump(Op.JUMP, end),
                    Label(false),
                    Instruction(Op.LITERAL, 0),
                    Label(end),
                ]
            case _:
                raise self._refused(value)

    def _table(self, name: str) -> tuple[int, ...] | None:
        """Numbers that a program looks up."""
        named = self._names.get(name)
        return named if isinstance(named, tuple) else None

    def _call(self, name: str, value: ast.Call) -> None:
        parameters = [argument.arg for argument in self._sources[name].tree.args.args]
        if len(parameters) != len(value.args):
            raise self._refused(value)
        arguments = list(value.args)
        if len(arguments) > 1:  # none is computed where others are already
            arguments = [self._kept(argument) for argument in arguments]
        for parameter, argument in zip(parameters, arguments, strict=True):
            self._value(argument)
            self.code.append(Local(Op.STORE, name, parameter))
        self.code.append(Jump(Op.CALL, name))
        if name not in self.calls:
            self.calls.append(name)

    def _shifted(self, left: ast.expr, right: ast.expr, shift: Shift) -> None:
        right = self._kept(right)
        self._value(left)
        self._shift(shift, right)

    def _shift(self, shift: Shift, times: ast.expr) -> None:
        """times: a leaf."""
        known = self._constant(times)
        if known is not None and not 0 <= known < 64:
            raise self._refused(times)
        if known is None:
            self.code += [self._direct(Op.COUNT, times), Instruction(Op.SHIFT, shift | COUNTED)]
        else:
            self.code.append(Instruction(Op.SHIFT, shift | known << TIMES))

    def _number(self, value: int) -> None:
        value &= WORD
        signed = value - (1 << 32) if value >> 31 else value
        if 0 <= value <= LARGEST:
            self.code.append(Instruction(Op.LITERAL, value))
        elif SMALLEST <= signed < 0:
            self.code.append(Instruction(Op.LOAD, operand(Kind.NUMBER, signed)))
        elif not value & (value + 1):  # ones alone
            self._number(WORD)
            self._shift(Shift.RIGHT, ast.Constant(32 - value.bit_length()))
        elif not value & 1:  # as few shifts as make the rest a literal, or all
            zeros = (value & -value).bit_length() - 1
            zeros = min(zeros, max(value.bit_length() - OPERAND_BITS, 1))
            self._number(value >> zeros)
            self._shift(Shift.LEFT, ast.Constant(zeros))
        else:
            low = value & GREATEST
            self._number(value - low)
            self.code.append(Instruction(Op.ADD, operand(Kind.NUMBER, low)))

    # Conditions

    def _condition(self, test: ast.expr, target: str, when: bool) -> None:
        """Jump to the target where the test is `when`, else go on."""
        match test:
            case ast.UnaryOp(op=ast.Not()):
                self._condition(test.operand, target, not when)
            case ast.BoolOp():
                decided = isinstance(test.op, ast.Or)  # by the first that is so
                if when == decided:
                    for each in test.values:
                        self._condition(each, target, when)
                else:
                    end = self._label()
                    for each in test.values[:-1]:
                        self._condition(each, end, decided)
                    self._condition(test.values[-1], target, when)
                    self._mark(end)
            case ast.Compare(ops=[ast.In()], comparators=[ast.Tuple(elts=these)]):
                one = self._kept(test.left)
                equal: list[ast.expr] = [ast.Compare(one, [ast.Eq()], [each]) for each in these]
                self._condition(ast.BoolOp(ast.Or(), equal), target, when)
            case ast.Compare(left=left, ops=[compare], comparators=[right]):
                self._compare(left, compare, right, target, when)
            case ast.Call(func=ast.Name(id="negative"), args=[value]):
                self._value(value)
                self._jump(Op.JUMP_NEGATIVE, Op.JUMP_POSITIVE, target, when)
            case ast.Call(func=ast.Name(id="carry"), args=[]):
                self._jump(Op.JUMP_CARRY, Op.JUMP_NO_CARRY, target, when)
            case ast.Call(func=ast.Name(id="less"), args=[_, _, _, _]):
                h, low, h2, low2 = (self._kept(argument) for argument in test.args)
                for op, leaf in ((Op.LOAD, low), (Op.SUB, low2), (Op.LOAD, h), (Op.SBC, h2)):
                    self.code.append(self._direct(op, leaf))
                self._jump(Op.JUMP_CARRY, Op.JUMP_NO_CARRY, target, when)
            case ast.Compare() | ast.Call(func=ast.Name(id="negative" | "less")):
                raise self._refused(test)
            case _:
                self._value(test)
                self._jump(Op.JUMP_NONZERO, Op.JUMP_ZERO, target, when)

    def _compare(
        self, left: ast.expr, compare: ast.cmpop, right: ast.expr, target: str, when: bool
    ) -> None:
        if isinstance(compare, ast.Gt | ast.LtE):  # the same from the other side
            left, right = right, left
            compare = ast.Lt() if isinstance(compare, ast.Gt) else ast.GtE()
        zero = self._constant(right) == 0 and isinstance(compare, ast.Eq | ast.NotEq)
        if not zero:
            right = self._kept(right)
        self._value(left)
        match compare:
            case ast.Lt() | ast.GtE():
                self.code.append(self._direct(Op.SUB, right))
                less = isinstance(compare, ast.Lt)
                self._jump(Op.JUMP_CARRY, Op.JUMP_NO_CARRY, target, when == less)
            case ast.Eq() | ast.NotEq():
                if not zero:
                    self.code.append(self._direct(Op.XOR, right))
                equal = isinstance(compare, ast.Eq)
                self._jump(Op.JUMP_ZERO, Op.JUMP_NONZERO, target, when == equal)
            case _:
                raise self._refused(left)

    def _jump(self, yes: Op, no: Op, target: str, when: bool) -> None:
        self.code.append(Jump(yes if when else no, target))

    def _label(self) -> str:
        self._labels += 1
        return f"{self.name}:{self._labels}"

    def _mark(self, label: str) -> None:
        self.code.append(Label(label))

    # Operands

    def _leaf(self, value: ast.expr) -> bool:
        """Whether an instruction has it as its operand."""
        known = self._constant(value)
        if known is not None:
            return SMALLEST <= known <= GREATEST
        match value:
            case ast.Subscript(value=ast.Attribute()):
                return self._pointer(value) is None
            case ast.Name() | ast.Attribute():
                return True
        return False

    def _kept(self, value: ast.expr) -> ast.expr:
        """As a leaf: what is none is computed now."""
        return value if self._leaf(value) else self._stored(value)

    def _in_memory(self, value: ast.expr) -> ast.expr:
        """A leaf that is read, as a number is not."""
        return value if self._constant(value) is None else self._stored(value)

    def _stored(self, value: ast.expr) -> ast.expr:
        name = self._temporary()
        self._value(value)
        self.code.append(Local(Op.STORE, self.name, name))
        return ast.Name(name, ast.Load())

    def _temporary(self) -> str:
        self._spare += 1
        name = f"spare_{self._spare}"
        if name not in self.locals:
            self.locals.append(name)
        return name

    def _direct(self, op: Op, value: ast.expr, new: bool = False) -> Instruction | Local:
        """An instruction with a leaf; new: a local name may be one that is not known yet."""
        known = self._constant(value)
        if known is not None and op is not Op.STORE:
            return Instruction(op, operand(Kind.NUMBER, known))
        places = self._places
        match value:
            case ast.Attribute(value=ast.Name(id="s"), attr=name) if name in places.variables:
                return Instruction(op, operand(Kind.VARIABLE, places.variables[name]))
            case ast.Attribute(value=ast.Name(id="core"), attr=name) if name in places.registers:
                return Instruction(op, operand(Kind.REGISTER, places.registers[name]))
            case ast.Subscript():
                base, index = self._array(value), self._constant(value.slice)
                if base is not None and index is not None:
                    return Instruction(op, operand(Kind.VARIABLE, base + index))
            case ast.Name(id=name):
                if new and name not in self.locals:
                    self.locals.append(name)
                if name in self.locals:
                    return Local(op, self.name, name)
        raise self._refused(value)

    def _array(self, value: ast.Subscript) -> int | None:
        """Where an array of the variables' region begins, None for a region."""
        match value.value:
            case ast.Attribute(value=ast.Name(id="s"), attr=name) if name in self._places.arrays:
                return self._places.arrays[name]
            case ast.Name(id=name) if name in self._places.regions:
                return None
        raise self._refused(value)

    def _pointer(self, value: ast.Subscript) -> int | None:
        """The operand of an access by X; None where the word is known, and one of the page."""
        base, index = self._array(value), self._constant(value.slice)
        if base is None:
            assert isinstance(value.value, ast.Name)
            return operand(Kind.REGISTER, FAR | self._places.regions[value.value.id])
        return None if index is not None else operand(Kind.INDEXED, base)

    def _point(self, value: ast.expr) -> None:
        """X at a word."""
        assert isinstance(value, ast.Subscript)
        self._value(value.slice)
        self.code.append(Instruction(Op.MOVE, Move.X_FROM_A))

    def _constant(self, value: ast.expr) -> int | None:
        """A number that is known now."""
        match value:
            case ast.Constant(value=bool() | int() as number):
                return int(number)
            case ast.Name(id=name) if name in self._places.constants:
                return self._places.constants[name]
            case ast.Name(id=name) if name.isupper():
                named = self._names.get(name)
                return int(named) if isinstance(named, int) else None
            case ast.UnaryOp(op=ast.USub()):
                inner = self._constant(value.operand)
                return None if inner is None else -inner
            case ast.BinOp():
                left, right = self._constant(value.left), self._constant(value.right)
                if left is not None and right is not None and type(value.op) in FOLDED:
                    return FOLDED[type(value.op)](left, right)
        return None

    def _refused(self, node: ast.AST) -> SyntaxError:
        return SyntaxError(f"{self.name}: the sequencer cannot do {ast.unparse(node)!r}")


FOLDED: Mapping[type[ast.operator], Callable[[int, int], int]] = {
    ast.Add: int.__add__,
    ast.Sub: int.__sub__,
    ast.Mult: int.__mul__,
    ast.LShift: int.__lshift__,
    ast.RShift: int.__rshift__,
    ast.BitOr: int.__or__,
    ast.BitAnd: int.__and__,
    ast.FloorDiv: int.__floordiv__,
}
