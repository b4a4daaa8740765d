"""`tinyodl reproduce`: run, show, write; `evaluate` does the same with other data."""

import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import typer
from rich.console import Console

from tinyodl import drift
from tinyodl.cli import own, tables
from tinyodl.cli.errors import clear_errors
from tinyodl.cli.options import Beside, Running, Told
from tinyodl.cli.progress import bar
from tinyodl.data.errors import DataError
from tinyodl.data.recordings import Dataset
from tinyodl.energy import Energy
from tinyodl.experiments.running import added, runs
from tinyodl.experiments.summary import summarise
from tinyodl.files import write_bytes
from tinyodl.har import WINDOW
from tinyodl.reports.names import plain
from tinyodl.windows import Source

DEFAULT_SEEDS = 20
EVIDENCE_SEEDS = 3
HAPT = "HAPT"


def run(
    data: list[str] | None, running: Running, beside: Beside, *, seeds: int | None, **choices: Any
) -> None:
    """See `tinyodl reproduce --help`; choices: further fields of `runs.Config`."""
    evidence = choices["protocol"] == "evidence"
    with clear_errors():
        if choices["baselines"] and drift.left_out():
            raise DataError("--baselines needs river: pip install 'tinyodl[river]'")
        check(running)
        config = runs.Config(
            seeds=seeds or (EVIDENCE_SEEDS if evidence else DEFAULT_SEEDS),
            baseline_seeds=seeds or runs.BASELINE_SEEDS,
            extras=running.report is not None,
            added=added.find(*beside),
            **choices,
        )
        if evidence:
            experiment(config, {HAPT: (Source.official(), None)} | _named(data or []), running)
            return
        if len(data or []) > 1:
            raise DataError(
                "several --data are for one protocol: take --protocol evidence, and NAME=FILE for "
                "each"
            )
        source = Source.official(Path(data[0]) if data else None)
        experiment(config, {HAPT: (source, None)}, running)


def _named(data: Sequence[str]) -> dict[str, tuple[Source, Dataset | None]]:
    """A user's own recordings by their names, of NAME=FILE; several files of one name are one."""
    files: dict[str, list[Path]] = {}
    for text in data:
        name, equals, file = text.partition("=")
        if not (name and equals and file) or name == HAPT:
            raise DataError(
                f"--data {text!r} is no NAME=FILE: give a name other than {HAPT}, and the "
                "recordings"
            )
        files.setdefault(name, []).append(Path(file))
    found: dict[str, tuple[Source, Dataset | None]] = {}
    for name, paths in files.items():
        dataset = own.load(paths, Told())
        own.check(dataset, WINDOW, "whole", people=2)
        found[name] = Source(dataset), dataset
    return found


def check(running: Running) -> None:
    """What is asked for before anything runs."""
    if running.jobs == 0 or running.jobs < -1:
        raise typer.BadParameter("give -1 for every core, or a number from 1", param_hint="--jobs")
    if running.scheduler and not find_spec("distributed"):
        raise DataError("--scheduler needs Dask: pip install 'tinyodl[cluster]'")
    for file in (running.json_file, running.report):
        if file:
            file.parent.mkdir(parents=True, exist_ok=True)


def experiment(
    config: runs.Config, sources: Mapping[str, tuple[Source, Dataset | None]], running: Running
) -> None:
    """Run every job with a progress bar, print the tables, write the files; sources: by name, with
    a user's own recordings where they are."""
    if (
        config.protocol in ("pooled", "person")
        and config.device
        and "compact" in config.features
        and (missing := drift.left_out())
    ):
        what = f"its detectors ({', '.join(missing)})"
        own.say([f"River is not installed, so {what} are left out: pip install 'tinyodl[river]'"])
    console, table_of_figures = Console(), Energy(running.energy)
    documents = []
    for name, (source, dataset) in sources.items():
        about = f"{config.seeds} seeds" if config.protocol != "week" else f"{config.days} days"
        with bar(f"{config.protocol}, {name}, {about}") as progress:
            results = runs.run(
                config, source, running.jobs, running.use_cache, progress, running.scheduler
            )
        documents.append(summarise(config, results, dataset, table_of_figures, name, source.window))
    document = documents[0]
    for further in documents[1:]:
        for key in ("evidence", "budget", "accuracy_estimate"):
            document[key] += further[key]
    if running.tables:
        tables.every(document, console)
    tables.summary(document, console)
    said = [] if running.tables else ["Every table: --tables."]
    if running.json_file:
        write_bytes(running.json_file, json.dumps(document, indent=1).encode())
        said.append(f"Figures: {running.json_file}")
    if running.report:
        from tinyodl.reports import html

        write_bytes(running.report, html.render(document).encode())
        said.append(f"Report: {running.report}")
    line = " ".join(said)
    typer.echo(plain(line) if len(line) <= console.width else "\n".join(map(plain, said)))
