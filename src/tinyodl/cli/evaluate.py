"""`tinyodl evaluate`: the experiment on a user's own recordings."""

from tinyodl.cli import own, reproduce
from tinyodl.cli.errors import clear_errors
from tinyodl.cli.options import Evaluate, Running
from tinyodl.data.errors import DataError
from tinyodl.data.recordings import Dataset
from tinyodl.experiments.running import added, runs
from tinyodl.har import WINDOW
from tinyodl.recipe.train import alignment
from tinyodl.windows import Source, splits


def run(what: Evaluate, running: Running) -> None:
    """See `tinyodl evaluate --help`."""
    with clear_errors():
        reproduce.check(running)
        beside = added.find(*what.beside)
        dataset = own.load(what.files, what.told)
        length = own.readings(what.window)
        own.check(dataset, length, what.label, people=2)
        source = Source(dataset, length, what.label)
        if "uci561" in what.features and not (source.gyroscope and length == WINDOW):
            raise DataError(
                "uci561 needs a gyroscope and windows of 2.56 s: take --features compact"
            )
        if what.align and "compact" in what.features:
            own.say([f"Alignment {alignment(dataset, length).why}."])
        split = _split(what, dataset)
        config = runs.Config(
            protocol="person",
            split=split,
            features=what.features,
            hidden=what.hidden,
            seeds=what.seeds,
            extras=running.report is not None,
            device="compact" in what.features,
            turned=what.turned,
            align=what.align,
            arithmetic=what.arithmetic,
            added=beside,
        )
        reproduce.experiment(config, {"your recordings": (source, dataset)}, running)


def _split(what: Evaluate, dataset: Dataset) -> splits.Split:
    """What is streamed and what tested, said aloud where it was found out."""
    if what.split != "auto":
        return what.split
    if not splits.enough_recordings(dataset):
        return "blocked"
    own.say(
        [
            f"Everybody has {splits.ENOUGH} recordings of each activity, or more: whole ones are "
            "streamed or tested (--split blocked cuts each in two)."
        ]
    )
    return "recordings"
