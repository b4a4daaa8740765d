"""`tinyodl data`."""

import json
from pathlib import Path

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from tinyodl.cli.errors import clear_errors
from tinyodl.data import hapt
from tinyodl.files import write_bytes
from tinyodl.reports.names import plain
from tinyodl.windows import Source


def export(path: Path | None, file: Path) -> None:
    """Write the recordings as CSV or Parquet, in the columns that `tinyodl.data.table` reads."""
    import io

    import polars as pl

    from tinyodl.data.names import ACC, GYRO

    if file.suffix.lower() not in (".csv", ".parquet"):
        raise typer.BadParameter(
            plain(f"{file}: a table is CSV or Parquet: give a name that ends in .csv or .parquet"),
            param_hint="FILE",
        )
    with clear_errors():
        dataset = Source.official(path).dataset
        named = np.array(["", *dataset.activities])
        tables = [
            pl.DataFrame({name: r.imu[:, k] for k, name in enumerate((*ACC, *GYRO))}).with_columns(
                activity=pl.Series(named[np.where(r.activity < len(named), r.activity, 0)]),
                subject=pl.lit(dataset.people[r.subject]),
                recording=pl.lit(r.name),
            )
            for r in dataset.recordings
        ]
        whole, buffer = pl.concat(tables), io.BytesIO()
        if file.suffix.lower() == ".csv":
            whole.write_csv(buffer)
        else:
            whole.write_parquet(buffer)
        write_bytes(file, buffer.getvalue())
    print(plain(f"{whole.height:,} readings: {file}. {hapt.ATTRIBUTION}"))


def info(path: Path | None, as_json: bool) -> None:
    """Print what there is."""
    with clear_errors():
        source = Source.official(path)
    windows = source.windows("compact")
    counts = np.bincount(windows.y, minlength=len(windows.classes))
    facts = {
        "source": str(path) if path else "embedded HAPT",
        "people": len(source.subjects),
        "recordings": len(np.unique(windows.recording)),
        "windows": len(windows.y),
        "windows_per_activity": dict(zip(windows.classes, counts.tolist(), strict=True)),
        "attribution": hapt.ATTRIBUTION,
    }
    if as_json:
        print(json.dumps(facts, indent=2))
        return
    title = f"{facts['source']}: {facts['people']} people, {facts['recordings']} recordings"
    table = Table(title=escape(plain(title)))
    table.add_column("activity")
    table.add_column("windows of 2.56 s", justify="right")
    for name, count in zip(windows.classes, counts.tolist(), strict=True):
        table.add_row(Text(plain(name)), f"{count:,}")
    table.add_row("all", f"{len(windows.y):,}", style="bold")
    console = Console()
    console.print(table)
    console.print(hapt.ATTRIBUTION, style="dim")
