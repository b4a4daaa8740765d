"""`tinyodl evaluate`: the experiment on a user's own recordings."""

from collections.abc import Sequence
from pathlib import Path

from tinyodl.cli import own, reproduce
from tinyodl.cli.errors import clear_errors
from tinyodl.data.errors import DataError
from tinyodl.experiments.running import runs
from tinyodl.har import WINDOW, Features
from tinyodl.windows import Label, Source


def run(
    *,
    files: Sequence[Path],
    features: tuple[Features, ...],
    hidden: tuple[int, ...],
    window: float,
    label: Label,
    seeds: int,
    jobs: int,
    json_file: Path | None,
    report: Path | None,
    energy: Path | None,
    scheduler: str | None,
    told: own.Told,
    use_cache: bool,
) -> None:
    """See `tinyodl evaluate --help`."""
    with clear_errors():
        dataset = own.load(files, told)
        length = own.readings(window)
        own.check(dataset, length, label, people=2)
        source = Source(dataset, length, label)
        if "uci561" in features and not (source.gyroscope and length == WINDOW):
            raise DataError("uci561 needs a gyroscope and windows of 2.56 s: take --features compact")
        config = runs.Config(
            "person", features, hidden, seeds=seeds, extras=report is not None, device="compact" in features
        )
        reproduce.experiment(config, source, dataset, jobs, json_file, report, energy, use_cache, scheduler)
