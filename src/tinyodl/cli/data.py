"""`tinyodl data`."""

import json
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from tinyodl.cli.errors import clear_errors
from tinyodl.data import hapt
from tinyodl.experiments.source import Source


def info(path: Path | None, as_json: bool) -> None:
    """Print what there is."""
    with clear_errors():
        source = Source(path)
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
    table = Table(title=f"{facts['source']}: {facts['people']} people, {facts['recordings']} recordings")
    table.add_column("activity")
    table.add_column("windows of 2.56 s", justify="right")
    for name, count in zip(windows.classes, counts.tolist(), strict=True):
        table.add_row(name, f"{count:,}")
    table.add_row("all", f"{len(windows.y):,}", style="bold")
    console = Console()
    console.print(table)
    console.print(hapt.ATTRIBUTION, style="dim")
