"""Tables on the terminal: a number is never cut; a table too wide for it is folded."""

from collections.abc import Sequence

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from tinyodl.reports import tables, words
from tinyodl.reports.names import plain
from tinyodl.reports.table import Table as Figures

KEY = 28  # most columns of a terminal that a key takes; longer ones go on in the next line
_LEAST = 8  # where even that is too much
_FRAME = 3  # around a column


def show(table: Figures, console: Console) -> None:
    """Print one table, in as many parts as the terminal's width asks for."""
    console.print(_text(table.title, "bold"))
    widths = _widths(table, console.width)
    for columns in folded(table, console.width):
        console.print(_table(table, columns, box.ROUNDED, widths))
    if table.caption:
        console.print(_text(table.caption, "dim italic"))
    console.print()


def folded(table: Figures, width: int) -> list[list[int]]:
    """Columns of each part: the keys, and as many of the others as fit beside them."""
    widths = _widths(table, width)
    keys = list(range(table.keys))
    left = width - 1 - sum(widths[k] + _FRAME for k in keys)
    parts: list[list[int]] = [[]]
    free = left
    for k in range(table.keys, len(table.columns)):
        wanted = widths[k] + _FRAME
        if wanted > free and parts[-1]:
            parts.append([])
            free = left
        parts[-1].append(k)
        free -= wanted
    return [keys + part for part in parts]


def _widths(table: Figures, width: int) -> list[int]:
    """What each column takes: its longest cell, and its heading's longest word; keys no more than
    leaves room for the widest of the others."""
    texts = [[row.cells[k] for row in table.rows] for k in range(len(table.columns))]
    cells = [max((cell_len(plain(text)) for text in column), default=0) for column in texts]
    heads = [max((cell_len(word) for word in name.split()), default=0) for name in table.columns]
    widest = max([*cells[table.keys :], *heads[table.keys :]], default=0)
    room = width - 1 - widest - _FRAME * (table.keys + 1)
    most = KEY
    while most > _LEAST and sum(min(most, cells[k]) for k in range(table.keys)) > room:
        most -= 1
    for k in range(table.keys):
        cells[k], heads[k] = min(most, cells[k]), min(most, heads[k])
    return [max(pair) for pair in zip(cells, heads, strict=True)]


def _table(
    table: Figures, columns: Sequence[int], frame: box.Box | None, widths: Sequence[int] | None
) -> Table:
    printed = Table(box=frame, pad_edge=frame is not None, header_style="bold")
    for k in columns:
        printed.add_column(
            _text(table.columns[k]),
            justify="left" if k < table.keys else "right",
            overflow="fold",
            width=widths[k] if widths else None,
        )
    for row in table.rows:
        printed.add_row(*(_text(row.cells[k]) for k in columns), style=row.kind or None)
    return printed


def _text(text: str, style: str = "") -> Text:
    """As it is: names are no markup."""
    return Text(plain(text), style=style)


def summary(document: dict[str, object], console: Console) -> None:
    """A document in some fifteen lines."""
    said = words.of(document)
    console.print(_text(said.table.title, "bold"))
    console.print(_table(said.table, range(len(said.table.columns)), None, None))
    for question, answer in said.answers.items():
        if question != words.TURNED:  # stands in the table
            console.print(_text(answer))


def every(document: dict[str, object], console: Console) -> None:
    """All tables."""
    for table in tables.build(document):
        show(table, console)
