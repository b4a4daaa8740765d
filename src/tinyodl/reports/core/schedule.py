"""A chart of cycles: which state the learner is in, and whose code the sequencer executes, from a
simulation. A row each in the order in which they first come; a column is a few cycles, the darker
the more of them."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from tinyodl.hardware.trace import Command
from tinyodl.reports.svg import document, text

IDLE = "IDLE"  # the learner does nothing
COLUMNS, WIDE = 440, 2  # px
ROW, LEFT, TOP, RIGHT = 14, 210, 62, 14
SHADES = 4
PREDICTED = "A window, predicted and decided about"
LEARNT = "Its label, learnt"
LEAST, MOST = 0.25, 1.0  # opacity
STYLE = """
text { font-size: 11px; }
.grid { stroke: var(--line); stroke-width: 0.6; }
.busy { fill: var(--mark); }
.code { fill: #c8641e; }
.waits { fill: var(--soft); }
"""


def draw(command: Command, title: str) -> str:
    """The file; title: a sentence, its cycles are added."""
    cycles = len(command.states)
    each = -(-cycles // COLUMNS)
    columns = -(-cycles // each)
    busy = _rows((state, i) for i, state in enumerate(command.states) if state != IDLE)
    code, waits = (
        _rows(
            (name, i)
            for i, (name, state) in enumerate(zip(command.functions, command.states, strict=True))
            if (state != IDLE) == waiting
        )
        for waiting in (False, True)
    )
    functions = list(dict.fromkeys(command.functions))
    width = LEFT + COLUMNS * WIDE + RIGHT
    height = TOP + ROW * (len(busy) + len(functions) + 3) + 10
    parts = [
        text(10, 18, f"{title}: {cycles:,} cycles", "name"),
        text(
            10,
            34,
            f"a column is {each} cycle{'s' * (each > 1)}; cycles of each beside its name",
            "soft",
        ),
    ]
    bottom = height - 10
    for tick in _ticks(cycles):
        x = LEFT + WIDE * tick / each
        parts.append(f'<path class="grid" d="M{x:g} {TOP - 10}V{bottom}"/>')
        parts.append(text(x, TOP - 14, f"{tick:,}", "soft", "middle"))
    y = TOP
    parts.append(text(10, y + 10, "the learner's state", "soft"))
    y += ROW
    for name, when in busy.items():
        parts += _row(name, y, [("busy", when)], each, columns)
        y += ROW
    parts.append(text(10, y + 10 + ROW / 2, "the sequencer's function (grey: it waits)", "soft"))
    y += ROW + ROW // 2
    for name in functions:
        kinds = [("code", code.get(name, [])), ("waits", waits.get(name, []))]
        parts += _row(name, y, kinds, each, columns)
        y += ROW
    return document(width, height, parts, f"{title}, {cycles} cycles.", STYLE)


def _rows(seen: Iterable[tuple[str, int]]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = defaultdict(list)
    for name, cycle in seen:
        found[name].append(cycle)
    return dict(found)


def _row(
    name: str, y: float, kinds: Sequence[tuple[str, list[int]]], each: int, columns: int
) -> list[str]:
    count = sum(len(when) for _, when in kinds)
    parts = [
        text(10, y + 11, name),
        text(LEFT - 8, y + 11, f"{count:,}", "soft", "end"),
    ]
    for kind, when in kinds:
        full = [0] * columns
        for cycle in when:
            full[cycle // each] += 1
        levels = [-(-SHADES * n // each) for n in full]
        for level in range(1, SHADES + 1):
            runs = "".join(_runs(levels, level, y))
            if runs:
                opacity = LEAST + (MOST - LEAST) * (level - 1) / (SHADES - 1)
                parts.append(f'<path class="{kind}" opacity="{opacity:.2f}" d="{runs}"/>')
    return parts


def _runs(levels: list[int], level: int, y: float) -> Iterable[str]:
    start = None
    for column, now in enumerate([*levels, 0]):
        if now == level and start is None:
            start = column
        elif now != level and start is not None:
            long = WIDE * (column - start)
            yield f"M{LEFT + WIDE * start} {y + 2:g}h{long}v{ROW - 4}h-{long}z"
            start = None


def _ticks(cycles: int) -> list[int]:
    """Round numbers, some eight."""
    step = 1
    while cycles / step > 12:
        step *= 5 if str(step)[0] == "1" else 2
    return list(range(0, cycles + 1, step))
