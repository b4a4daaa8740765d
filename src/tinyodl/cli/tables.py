"""Tables on the terminal: a number is never cut; a table too wide for it is folded."""

from collections.abc import Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tinyodl.reports import tables, words
from tinyodl.reports.table import Table as Figures

KEY = 28  # most columns of a terminal that a key takes; longer ones go on in the next line
_FRAME = 3  # around a column


def show(table: Figures, console: Console) -> None:
    """Print one table, in as many parts as the terminal's width asks for."""
    console.print(Text(table.title, style="bold"))
    for columns in folded(table, console.width):
        part = _table(table, columns, box.ROUNDED)
        console.print(part)
    if table.caption:
        console.print(Text(table.caption, style="dim italic"))
    console.print()


def folded(table: Figures, width: int) -> list[list[int]]:
    """Columns of each part: the keys, and as many of the others as fit beside them."""
    keys = list(range(table.keys))
    left = width - 1 - sum(_width(table, k) + _FRAME for k in keys)
    parts: list[list[int]] = [[]]
    free = left
    for k in range(table.keys, len(table.columns)):
        wanted = _width(table, k) + _FRAME
        if wanted > free and parts[-1]:
            parts.append([])
            free = left
        parts[-1].append(k)
        free -= wanted
    return [keys + part for part in parts]


def _width(table: Figures, k: int) -> int:
    """What a column takes at least: its longest cell, and its heading's longest word."""
    heading = max((cell_len(word) for word in table.columns[k].split()), default=0)
    longest = max((cell_len(row.cells[k]) for row in table.rows), default=0)
    return max(heading, min(longest, KEY) if k < table.keys else longest)


def _table(table: Figures, columns: Sequence[int], frame: box.Box | None) -> Table:
    printed = Table(box=frame, pad_edge=frame is not None, header_style="bold")
    for k in columns:
        printed.add_column(
            Text(table.columns[k]),
            justify="left" if k < table.keys else "right",
            overflow="fold",
            width=_width(table, k) if frame else None,
        )
    for row in table.rows:
        printed.add_row(*(Text(row.cells[k]) for k in columns), style=row.kind or None)
    return printed


def summary(document: dict[str, object], console: Console) -> None:
    """A document in some fifteen lines."""
    said = words.of(document)
    console.print(Text(said.table.title, style="bold"))
    console.print(_table(said.table, range(len(said.table.columns)), None))
    for question, answer in said.answers.items():
        if question != words.TURNED:  # stands in the table
            console.print(Text(answer))


def every(document: dict[str, object], console: Console) -> None:
    """All tables."""
    for table in tables.build(document):
        show(table, console)
