"""What of a core golden vectors reach: states, words of its program and both ways of their jumps,
numbers at their limits, and everything that can be said of a window or a label."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from tinyodl.firmware.device import EVENTS, MODES, OUTCOMES, REASONS
from tinyodl.fixed.arithmetic import FixedArithmetic
from tinyodl.hardware.mutants import lives, of_learner
from tinyodl.hardware.simulate import build, play
from tinyodl.hardware.watched import POINTS, STATES, read, watched
from tinyodl.model import Model
from tinyodl.rtl.core import REGION_BITS, SCALARS
from tinyodl.rtl.instructions import OPERAND_BITS, Op
from tinyodl.rtl.programs import program
from tinyodl.rtl.script import READ, Bus
from tinyodl.rtl.shape import PRESETS, Shape
from tinyodl.rtl.state import VARIABLES

TROUBLES = 6  # bits of them
SAID = {
    "event": len(EVENTS),
    "outcome": len(OUTCOMES),
    "why": len(REASONS),
    "mode": len(MODES),
}


class Missed(NamedTuple):
    """What vectors do not reach, each as a line. things: states, limits, what is said, and how many
    of them there are; words: of the program, and ways of their jumps."""

    things: list[str]
    of: int
    words: list[str]


def of_tiny(folder: Path, model: Model, windows: int) -> Missed:
    """By lessons, numbers at their limits, and lives of all rules of so many windows."""
    shape, arithmetic = PRESETS["tiny"], FixedArithmetic(model)
    core = watched(shape, {}, seed=0)
    made = build(folder, {"odl_core.v": core.verilog})
    return missed(
        made,
        shape,
        core.states,
        [*of_learner(shape, arithmetic).values(), *lives(shape, model, windows).values()],
    )


def missed(
    simulation: Path, shape: Shape, states: Mapping[str, int], lives: Iterable[Bus]
) -> Missed:
    """What none of the lives reaches. RuntimeError where a word is wrong."""
    words = [0] * len(program(shape).words)
    points = [0] * (STATES + len(POINTS))
    said: set[tuple[str, int]] = set()
    folder = simulation.parent.parent
    for life in lives:
        played = play(simulation, life.text(), options=("+words=words", "+points=points"))
        if played.wrong:
            raise RuntimeError(f"what is covered must be right first: {played.said}")
        words = [a | b for a, b in zip(words, read(folder / "words"), strict=True)]
        points = [a | b for a, b in zip(points, read(folder / "points"), strict=True)]
        said |= expected(life)
    things = {f"state {name}": points[i] for name, i in states.items()}
    things |= {name: points[STATES + i] for i, name in enumerate(POINTS)}
    for name, count in (*SAID.items(), ("troubles", TROUBLES)):
        things |= {f"{name} {i}": (name, i) in said for i in range(count)}
    lacking = [thing for thing, reached in things.items() if not reached]
    return Missed(lacking, len(things), of_words(shape, words))


def expected(life: Bus) -> set[tuple[str, int]]:
    """What is said of windows and labels in a life; of troubles each bit."""
    names = {SCALARS << REGION_BITS | VARIABLES[name]: name for name in (*SAID, "troubles")}
    found = set()
    for line in life.lines:
        kind, address, data = line >> 60, line >> 32 & (1 << 28) - 1, line & 0xFFFFFFFF
        if kind == READ and address in names:
            name = names[address]
            numbers = (
                [i for i in range(TROUBLES) if data >> i & 1] if name == "troubles" else [data]
            )
            found |= {(name, number) for number in numbers}
    return found


def of_words(shape: Shape, seen: list[int]) -> list[str]:
    """Words that were never executed, and jumps that always or never jumped, by function."""
    made = program(shape)
    first = {name: at for at, name in reversed(list(enumerate(made.origins)))}
    found = []
    for at, (word, bits) in enumerate(zip(made.words, seen, strict=True)):
        op = Op(word >> OPERAND_BITS)
        name = f"{made.origins[at]} + {at - first[made.origins[at]]}"
        if not bits & 1:
            found.append(f"{name}: {op.name} is never executed")
        elif Op.JUMP_ZERO <= op <= Op.JUMP_NO_CARRY and bits & 6 != 6:
            found.append(f"{name}: {op.name} {'never' if bits & 4 else 'always'} jumps")
    return found
