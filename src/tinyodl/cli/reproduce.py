"""`tinyodl reproduce`: run, show, write; `evaluate` does the same with other data."""

import json
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from tinyodl import drift
from tinyodl.cli.errors import clear_errors
from tinyodl.cli.options import Running
from tinyodl.cli.own import say
from tinyodl.cli.progress import bar
from tinyodl.cli.tables import show
from tinyodl.data.recordings import Dataset
from tinyodl.energy import Energy
from tinyodl.experiments.running import runs
from tinyodl.experiments.summary import summarise
from tinyodl.files import write_bytes
from tinyodl.reports.tables import build
from tinyodl.windows import Source

DEFAULT_SEEDS = 20


def run(data: Path | None, running: Running, *, seeds: int | None, **choices: Any) -> None:
    """See `tinyodl reproduce --help`; choices: further fields of `runs.Config`."""
    config = runs.Config(
        seeds=seeds or DEFAULT_SEEDS,
        baseline_seeds=seeds or runs.BASELINE_SEEDS,
        extras=running.report is not None,
        **choices,
    )
    with clear_errors():
        experiment(config, Source.official(data), running)


def experiment(
    config: runs.Config, source: Source, running: Running, own: Dataset | None = None
) -> None:
    """Run every job with a progress bar, print the tables, write the files; own: a user's own
    recordings."""
    if running.jobs == 0 or running.jobs < -1:
        raise typer.BadParameter("must be -1 or at least 1", param_hint="--jobs")
    for file in (running.json_file, running.report):
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)
    if (
        (config.device or config.baselines)
        and "compact" in config.features
        and (missing := drift.left_out())
    ):
        what = (
            f"its detectors ({', '.join(missing)}){' and its forest' if config.baselines else ''}"
        )
        say([f"River is not installed, so {what} are left out: pip install 'tinyodl[river]'"])
    console, table_of_figures = Console(), Energy(running.energy)
    with bar(f"{config.protocol}, {config.seeds} seeds") as progress:
        results = runs.run(
            config, source, running.jobs, running.use_cache, progress, running.scheduler
        )
    document = summarise(config, results, own, table_of_figures)
    for table in build(document):
        show(table, console)
    for features, accuracy in document["teacher_accuracy_on_sent"].items():
        console.print(
            f"A teacher trained on the same people (extra trees on the {features} inputs as sent) "
            f"is right on {100 * accuracy:.1f} % of the stream. The labels above are the true "
            "ones.",
            style="dim",
        )
    if running.json_file:
        write_bytes(running.json_file, json.dumps(document, indent=1).encode())
        console.print(f"Figures: {running.json_file}")
    if running.report:
        from tinyodl.reports import html

        write_bytes(running.report, html.render(document).encode())
        console.print(f"Report: {running.report}")
