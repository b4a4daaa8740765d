"""`tinyodl data`."""

import json
from pathlib import Path
from typing import NamedTuple

import numpy as np
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from tinyodl.cli import own
from tinyodl.cli.errors import clear_errors
from tinyodl.cli.options import Told
from tinyodl.data import hapt, uci
from tinyodl.data.errors import DataError
from tinyodl.data.recordings import RATE, Dataset
from tinyodl.files import write_bytes
from tinyodl.reports.names import plain
from tinyodl.windows import Source, labelled


def export(path: Path | None, file: Path, person: int | None = None) -> None:
    """Write the recordings, or one person's, as CSV or Parquet, in the columns that
    `tinyodl.data.table` reads."""
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
        if person is not None and person not in dataset.people:
            raise DataError(
                f"--person {person}: nobody is called so; give one of "
                f"{', '.join(map(str, dataset.people))}"
            )
        named = np.array(["", *dataset.activities])
        tables = [
            pl.DataFrame({name: r.imu[:, k] for k, name in enumerate((*ACC, *GYRO))}).with_columns(
                activity=pl.Series(named[np.where(r.activity < len(named), r.activity, 0)]),
                subject=pl.lit(dataset.people[r.subject]),
                recording=pl.lit(r.name),
                time=pl.int_range(pl.len()) / RATE,
            )
            for r in dataset.recordings
            if person in (None, r.subject)
        ]
        whole, buffer = pl.concat(tables), io.BytesIO()
        if file.suffix.lower() == ".csv":
            whole.write_csv(buffer)
        else:
            whole.write_parquet(buffer)
        write_bytes(file, buffer.getvalue())
    print(plain(f"{whole.height:,} readings: {file}. {hapt.ATTRIBUTION}"))


class About(NamedTuple):
    """What is known of some recordings: seconds and windows by activity; recordings: their
    number."""

    people: int
    recordings: int
    gyroscope: bool
    seconds: dict[str, float]
    windows: dict[str, int]


def _about(dataset: Dataset) -> About:
    names = dataset.activities
    seconds, windows = np.zeros(len(names) + 1), np.zeros(len(names) + 1, int)
    for r in dataset.recordings:
        known = np.where(r.activity <= len(names), r.activity, 0)
        seconds += np.bincount(known, minlength=len(names) + 1) / RATE
        windows += np.bincount(labelled(r.activity, len(names))[1], minlength=len(names) + 1)
    order = [k for k, _ in sorted(enumerate(names, start=1), key=lambda item: item[1])]
    return About(
        len({r.subject for r in dataset.recordings}),
        len(dataset.recordings),
        all(r.imu.shape[1] == 6 for r in dataset.recordings),
        {names[k - 1]: round(float(seconds[k]), 2) for k in order}
        | {"": round(float(seconds[0]), 2)},
        {names[k - 1]: int(windows[k]) for k in order},
    )


def info(path: Path | None, as_json: bool) -> None:
    """Print what there is: in the embedded recordings, an official folder, or a user's own."""
    with clear_errors():
        official = path is None or uci.official(path)
        if path is None or official:
            about = _official(path)
        else:
            about = _about(own.load([path], Told(), labelled=False))
    facts = {
        "source": str(path) if path else "embedded HAPT",
        "people": about.people,
        "recordings": about.recordings,
        "gyroscope": about.gyroscope,
        "windows": sum(about.windows.values()),
        "windows_per_activity": about.windows,
        "seconds_per_activity": {name: s for name, s in about.seconds.items() if name},
        "seconds_without_activity": about.seconds.get("", 0.0),
    }
    if official:
        facts["attribution"] = hapt.ATTRIBUTION
    if as_json:
        print(json.dumps(facts, indent=2))
        return
    title = f"{facts['source']}: {facts['people']} people, {facts['recordings']} recordings"
    table = Table(title=escape(plain(title)))
    table.add_column("activity")
    table.add_column("minutes", justify="right")
    table.add_column("windows of 2.56 s", justify="right")
    for name, count in about.windows.items():
        table.add_row(Text(plain(name)), f"{about.seconds[name] / 60:,.1f}", f"{count:,}")
    total = sum(about.seconds.values())
    table.add_row("none", f"{about.seconds.get('', 0.0) / 60:,.1f}", "-", style="dim")
    table.add_row("all", f"{total / 60:,.1f}", f"{facts['windows']:,}", style="bold")
    console = Console()
    console.print(table)
    if official:
        console.print(hapt.ATTRIBUTION, style="dim")


def _official(path: Path | None) -> About:
    """An official set's windows are those that it gives."""
    source = Source.official(path)
    about, windows = _about(source.dataset), source.windows("compact")
    counts = np.bincount(windows.y, minlength=len(windows.classes)).tolist()
    return about._replace(
        people=len(source.subjects),
        recordings=len(np.unique(windows.recording)),
        windows=dict(zip(windows.classes, counts, strict=True)),
    )
