"""Tables on the terminal."""

from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from tinyodl.reports import tables
from tinyodl.reports.names import plain


def show(table: tables.Table, console: Console) -> None:
    """Print one table."""
    printed = Table(
        title=escape(plain(table.title)),
        title_justify="left",
        caption=escape(plain(table.caption)) or None,
        caption_justify="left",
    )
    for k, column in enumerate(table.columns):
        title = Text(plain(column))
        printed.add_column(title, justify="left" if k == 0 else "right", no_wrap=k == 0)
    for row in table.rows:
        printed.add_row(*(Text(plain(cell)) for cell in row.cells), style=row.kind or None)
    console.print(printed)
