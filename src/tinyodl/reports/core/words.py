"""The memory map: what is in which words of a core's memories, and the program, as tables of
Markdown."""

from collections import Counter
from collections.abc import Iterable, Sequence

from tinyodl.rtl.core import GRAINS, WIDTHS
from tinyodl.rtl.programs import program
from tinyodl.rtl.shape import LANES, Shape
from tinyodl.rtl.state import (
    ARGUMENTS,
    ARRAYS,
    CONFIGURATION,
    PAGE,
    RESULTS,
    STATE,
    VARIABLES,
    Layout,
)


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
        functions=_table(["function", "words"], _functions(made.origins)),
    )


def _scalars(shape: Shape, layout: Layout, used: int) -> Iterable[list[object]]:
    yield [_span(0, len(VARIABLES)), "variables", "by name, below"]
    yield [_span(len(VARIABLES), used - len(VARIABLES)), "local", "the program's local names"]
    if used < PAGE:
        yield [_span(used, PAGE - used), "", "free"]
    for name, at in layout.arrays.items():
        yield [_span(at, layout.sizes[name]), f"`{name}`", ARRAYS[name]]


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


def _functions(origins: Sequence[str]) -> Iterable[list[object]]:
    for name, count in Counter(origins).items():
        yield [f"`{name}`", count]


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
