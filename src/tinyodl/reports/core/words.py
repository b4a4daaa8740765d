"""The memory map: what is in which words of a core's memories, and the program, as tables of
Markdown."""

from collections.abc import Iterable, Sequence

from tinyodl.rtl.core import GRAINS, WIDTHS
from tinyodl.rtl.programs import program
from tinyodl.rtl.shape import LANES, Shape
from tinyodl.rtl.state import ARGUMENTS, CONFIGURATION, PAGE, RESULTS, STATE, VARIABLES, Layout

MEANT = {
    "D": "D: mantissa, exponent << 16",
    "o": "outputs, a class each",
    "gain": "what b follows by, a class each",
    "score_mean": "the detector's mean of each class's confidence",
    "score_inverse": "and the inverse of its deviation",
    "votes_low": "a bout's votes, a class each",
    "votes_high": "",
    "limit_low": "how far from its mean a window is of a bout no more, by windows in it",
    "limit_high": "",
    "question": "sample, bout << 16 of what waits for a label",
    "place": "flags, word of `vectors` << 16",
    "mean": "the bout's mean, and an input's weight << 16",
}


def tables(name: str, shape: Shape) -> str:
    """The page. name: of the preset."""
    layout, made = Layout(shape), program(shape)
    memories = [
        [f"`{each}`", f"{depth:,}", WIDTHS[each], GRAINS[each], f"{depth * WIDTHS[each] // 8:,}"]
        for each, depth in layout.depths.items()
    ]
    return TEXT.format(
        name=name,
        memories=_table(["memory", "words", "bits", "written in bits", "bytes"], memories),
        scalars=_table(["word", "", "what"], _scalars(shape, layout, made.used)),
        vectors=_table(["word", "what"], _vectors(shape, layout)),
        weights=_table(["word", "what"], _weights(shape, layout)),
        variables=_table(["word", "variable", "what"], _variables()),
        words=f"{len(made.words):,}",
        functions=_table(["word", "function"], _functions(made.starts)),
    )


def _scalars(shape: Shape, layout: Layout, used: int) -> Iterable[list[object]]:
    yield [_span(0, len(VARIABLES)), "variables", "by name, below"]
    yield [_span(len(VARIABLES), used - len(VARIABLES)), "local", "the program's local names"]
    if used < PAGE:
        yield [_span(used, PAGE - used), "", "free"]
    ends = [*list(layout.arrays.values())[1:], layout.scalars]
    for (name, at), end in zip(layout.arrays.items(), ends, strict=True):
        yield [_span(at, end - at), f"`{name}`", MEANT.get(name, "")]


def _vectors(shape: Shape, layout: Layout) -> Iterable[list[object]]:
    yield [_span(0, shape.pairs), "f, and u over it as a step goes on: two elements of 32 bits"]
    if layout.h < layout.samples:
        yield [_span(layout.h, shape.row), f"h: {LANES} elements of 8 bits"]
    for k in range(shape.queue + 1):
        at = layout.samples + k * layout.slot
        yield [_span(at, layout.slot), f"sample {k}: {LANES} inputs of 8 bits a word"]


def _weights(shape: Shape, layout: Layout) -> Iterable[list[object]]:
    yield [
        _span(0, layout.b),
        f"U's {shape.d} columns, each to its diagonal's one: {LANES} elements of 16 bits",
    ]
    for k in range(shape.classes):
        yield [_span(layout.b + k * shape.row, shape.row), f"b of class {k}"]


def _variables() -> Iterable[list[object]]:
    groups = (("argument", ARGUMENTS), ("configuration", CONFIGURATION), ("result", RESULTS))
    meant = {name: f"{kind}: {words}" for kind, of in groups for name, words in of.items()}
    for name, at in VARIABLES.items():
        own = "the core's own" if name in STATE else ""
        yield [at, f"`{name}`", meant.get(name, own).removesuffix(": ")]


def _functions(starts: dict[str, int]) -> Iterable[list[object]]:
    for name, at in sorted(starts.items(), key=lambda item: item[1]):
        yield [at, f"`{name}`"]


def _span(at: int, words: int) -> str:
    return f"{at}" if words == 1 else f"{at} to {at + words - 1}"


def _table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [list(columns), ["---"] * len(columns), *([str(c) for c in row] for row in rows)]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


TEXT = """# The core's words, preset {name}

Made by `make hardware-figures` from `src/tinyodl/rtl/state.py` and the compiled program; `core.py`
says how the bus reaches them. A word of `vectors` is two of the bus, one of `weights` four.

{memories}

## `scalars`

{scalars}

## `vectors`

{vectors}

## `weights`

{weights}

## Variables

{variables}

## The sequencer's program

{words} words; commands are called from its first ones.

{functions}
"""
