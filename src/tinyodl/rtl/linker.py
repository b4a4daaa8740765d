"""From functions to one program: what is called once is put in its place, what an instruction finds
done already is left out, names become words and jumps addresses."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from tinyodl.rtl.instructions import (
    FIELD,
    LARGEST,
    Instruction,
    Kind,
    Move,
    Op,
    Shift,
    operand,
)


class Label(NamedTuple):
    """Where something jumps to."""

    name: str


class Jump(NamedTuple):
    """To a label."""

    op: Op
    label: str


class Local(NamedTuple):
    """An access to a function's local name."""

    op: Op
    function: str
    name: str


Item = Instruction | Label | Jump | Local
Placed = tuple[Item, str]  # and the function that it is from
RETURN = Instruction(Op.RETURN)
LINK = "return"  # the local name of where a function goes back to


class Routine(NamedTuple):
    """A function's items; its local names, parameters first; the functions that it calls."""

    code: list[Item]
    locals: list[str]
    calls: list[str]


class Program(NamedTuple):
    """words, of `instructions.BITS` bits: command n begins at word n. used: words of the page of
    variables; origins: the function or table that each word is from."""

    words: list[int]
    used: int
    origins: list[str]


def linked(
    routines: Mapping[str, Routine],
    tables: Mapping[str, Sequence[int]],
    commands: Sequence[str],
    free: int,
) -> Program:
    """commands: routines without parameters, in order; free: the first word for local names."""
    called = Counter(
        item.label
        for routine in routines.values()
        for item in routine.code
        if isinstance(item, Jump) and item.op is Op.CALL
    )
    apart = [name for name in routines if called[name] > 1 or name in commands]
    code: list[Placed] = []
    links = set()
    for name in apart:
        body = _whole(name, routines, set(apart))
        if name in commands and called[name]:
            raise SyntaxError(f"{name} is a command and called: it can be one of both")
        if name in commands:
            body = _with(body, RETURN, Instruction(Op.STOP))
        elif any(isinstance(one, Jump) and one.op in (Op.CALL, Op.LOOK_UP) for one, _ in body):
            links.add(name)
            body = [
                (Local(Op.KEEP, name, LINK), name),
                *_with(body, RETURN, Local(Op.RESUME, name, LINK)),
            ]
        code += [(Label(name), name), *body]
    for name, table in tables.items():
        answers = (Instruction(Op.ANSWER, value & LARGEST) for value in table)
        code += [(Label(name), name), *((answer, name) for answer in answers)]
    names = {
        name: [*routine.locals, *([LINK] if name in links else [])]
        for name, routine in routines.items()
    }
    frames = _frames(commands, routines, names, free)
    code = [
        *((Jump(Op.JUMP, command), command) for command in commands),
        *_lean([(_placed(item, frames, names), origin) for item, origin in code]),
    ]
    starts: dict[str, int] = {}
    words: list[Instruction | Jump] = []
    origins: list[str] = []
    for item, origin in code:
        if isinstance(item, Label):
            starts[item.name] = len(words)
        else:
            assert not isinstance(item, Local)
            words.append(item)
            origins.append(origin)
    if len(words) > LARGEST + 1:
        raise ValueError(f"a program of {len(words)} words: there is room for {LARGEST + 1}")
    whole = [
        Instruction(item.op, starts[item.label]) if isinstance(item, Jump) else item
        for item in words
    ]
    used = max(frames[name] + len(names[name]) for name in routines)
    return Program([item.word() for item in whole], used, origins)


def _whole(name: str, routines: Mapping[str, Routine], apart: set[str]) -> list[Placed]:
    """A routine with those in it that are called nowhere else."""
    found: list[Placed] = []
    for item in routines[name].code:
        if isinstance(item, Jump) and item.op is Op.CALL and item.label not in apart:
            end = f"{item.label}:end"
            found += _with(_whole(item.label, routines, apart), RETURN, Jump(Op.JUMP, end))
            found.append((Label(end), name))
        else:
            found.append((item, name))
    return found


def _with(code: Sequence[Placed], old: Item, new: Item) -> list[Placed]:
    return [(new if item == old else item, origin) for item, origin in code]


def _frames(
    commands: Sequence[str],
    routines: Mapping[str, Routine],
    names: Mapping[str, Sequence[str]],
    free: int,
) -> dict[str, int]:
    """Where each function's local names begin: behind those of all that call it."""
    frames: dict[str, int] = {}

    def place(name: str, at: int, above: tuple[str, ...]) -> None:
        if name in above:
            raise SyntaxError(f"{name} calls itself ({' > '.join(above)}): it must not")
        if frames.get(name, -1) >= at:
            return
        frames[name] = at
        for other in routines[name].calls:
            place(other, at + len(names[name]), (*above, name))

    for command in commands:
        place(command, free, ())
    return frames


def _placed(item: Item, frames: Mapping[str, int], names: Mapping[str, Sequence[str]]) -> Item:
    if not isinstance(item, Local):
        return item
    word = frames[item.function] + names[item.function].index(item.name)
    return Instruction(item.op, operand(Kind.VARIABLE, word))


def _lean(code: Sequence[Placed]) -> list[Placed]:
    """The same without instructions that change nothing, nor jumps to such: what is in A, B, X and
    in variables is followed from each label on."""
    before: list[Placed] = []
    found = list(code)
    while found != before:
        before, found = found, _threaded(_values(found))
    return found


def _values(code: Sequence[Placed]) -> list[Placed]:
    found: list[Placed] = []
    known: dict[object, object] = {}  # a register or a variable's word: what is in it
    fresh = 0
    begins: dict[str, Item] = {}  # label: the instruction behind it
    for (item, _), (behind, _) in zip(code[-2::-1], code[:0:-1], strict=True):
        if isinstance(item, Label):
            begins[item.name] = begins[behind.name] if isinstance(behind, Label) else behind
    past: set[str] = set()  # labels behind whose first instruction there is another

    def held(place: object) -> object:
        return known.setdefault(place, ("at first", place, fresh))

    for item, origin in code:
        fresh += 1
        if isinstance(item, Label):
            known = {}
        elif isinstance(item, Jump):
            first = begins.get(item.label)
            if isinstance(first, Instruction) and item.op not in (Op.CALL, Op.LOOK_UP):
                word = first.operand if first.operand < 1 << FIELD else None  # a variable's
                if (first.op is Op.LOAD and word is not None and known.get("A") == held(word)) or (
                    first.op is Op.LITERAL and known.get("A") == ("number", first.operand)
                ):
                    past.add(item.label)
                    item = Jump(item.op, f"{item.label}:on")
            if item.op is Op.JUMP_NONZERO:
                known["A"] = ("number", 0)
            elif item.op in (Op.JUMP, Op.CALL, Op.LOOK_UP):
                known = {}
        elif isinstance(item, Instruction):
            op, kind, field = item.op, item.operand >> FIELD, item.operand & (1 << FIELD) - 1
            word = field if kind == Kind.VARIABLE else None
            match op:
                case Op.LOAD | Op.LITERAL:
                    value: object = ("new", fresh)
                    if op is Op.LITERAL:
                        value = ("number", item.operand)
                    elif kind == Kind.NUMBER:
                        value = ("number", field - (field >> FIELD - 1 << FIELD))
                    elif word is not None:
                        value = held(word)
                    if known.get("A") == value:
                        continue
                    known["A"] = value
                case Op.STORE if word is not None:
                    if known.get(word) == held("A"):
                        continue
                    known[word] = held("A")
                case Op.KEEP:
                    known[field] = ("new", fresh)
                case Op.STORE | Op.RUN:  # words that no name has, but perhaps an index
                    known = {k: v for k, v in known.items() if isinstance(k, str)}
                case Op.COUNT:
                    pass
                case Op.MOVE:
                    kept = dict(known)
                    match item.operand:
                        case Move.B_FROM_A:
                            known["B"] = held("A")
                        case Move.A_FROM_B:
                            known["A"] = held("B")
                        case Move.X_FROM_A:
                            known["X"] = held("A")
                        case Move.SWAP:
                            known["A"], known["B"] = held("B"), held("A")
                        case _:
                            known["A"] = ("new", fresh)
                    if kept == known:
                        continue
                case Op.SHIFT:
                    known["A"] = ("new", fresh)
                    if item.operand & 7 != Shift.LEFT:
                        known["B"] = ("new", -fresh)
                case Op.RETURN | Op.RESUME | Op.STOP | Op.ANSWER:
                    known = {}
                case _:
                    known["A"] = ("new", fresh)
        found.append((item, origin))
    return _marked(found, past)


def _marked(code: Sequence[Placed], past: set[str]) -> list[Placed]:
    """With a label behind the first instruction of each of those."""
    found: list[Placed] = []
    waiting: list[Placed] = []
    for item, origin in code:
        found.append((item, origin))
        if isinstance(item, Label):
            if item.name in past:
                waiting.append((Label(f"{item.name}:on"), origin))
        elif waiting:
            found += waiting
            waiting = []
    return found


def _threaded(code: Sequence[Placed]) -> list[Placed]:
    """Without jumps to where it goes anyway, or to a jump, and without what is never reached."""
    target: dict[str, str] = {}
    for i, (item, _) in enumerate(code):
        if isinstance(item, Label):
            following = next(one for one, _ in code[i:] if not isinstance(one, Label))
            if isinstance(following, Jump) and following.op is Op.JUMP:
                target[item.name] = following.label
    aimed = [
        Jump(item.op, target.get(item.label, item.label)) if isinstance(item, Jump) else item
        for item, _ in code
    ]
    used = {item.label for item in aimed if isinstance(item, Jump)}
    found: list[Placed] = []
    reached = True
    for i, item in enumerate(aimed):
        if isinstance(item, Label):
            if ":" in item.name and item.name not in used:
                continue
            reached = True
        elif not reached:
            continue
        elif isinstance(item, Jump) and item.op is Op.JUMP:
            rest = aimed[i + 1 :]
            ends = [one.name for one in _leading(rest)]
            if item.label in ends:
                continue
            reached = False
        elif isinstance(item, Instruction) and item.op in (Op.RETURN, Op.RESUME, Op.STOP):
            reached = False
        found.append((item, code[i][1]))
    return found


def _leading(code: Sequence[Item]) -> list[Label]:
    """The labels that it begins with."""
    found: list[Label] = []
    for item in code:
        if not isinstance(item, Label):
            break
        found.append(item)
    return found
