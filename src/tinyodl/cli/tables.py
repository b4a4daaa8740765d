"""Tables on the terminal."""

from rich.console import Console
from rich.table import Table

from tinyodl.reports import tables


def show(table: tables.Table, console: Console) -> None:
    """Print one table."""
    printed = Table(
        title=table.title,
        title_justify="left",
        caption=table.caption or None,
        caption_justify="left",
    )
    for k, column in enumerate(table.columns):
        printed.add_column(column, justify="left" if k == 0 else "right", no_wrap=k == 0)
    for row in table.rows:
        printed.add_row(*row.cells, style=row.kind or None)
    console.print(printed)
