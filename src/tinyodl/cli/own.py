"""A user's own recordings on the command line: read, checked, and what was assumed said aloud."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from rich.console import Console

from tinyodl.cli.options import Told
from tinyodl.cli.progress import bar
from tinyodl.data.errors import DataError
from tinyodl.data.recordings import RATE, Dataset
from tinyodl.data.table import Options, read
from tinyodl.har import LONGEST
from tinyodl.reports.names import plain
from tinyodl.windows import Label, labelled, share_left_out, splits

LARGE = 5e7  # bytes that take about a second
SHORTEST = 0.32  # s, of a window


def readings(seconds: float) -> int:
    """A window in readings: an even number at 50 a second; DataError where it is none."""
    if not SHORTEST <= seconds <= LONGEST / RATE:
        raise DataError(f"--window {seconds:g}: give {SHORTEST:g} to {LONGEST / RATE:.0f} seconds")
    return 2 * round(seconds * RATE / 2)


def load(files: Sequence[Path], told: Told, labelled: bool = True) -> Dataset:
    """The recordings; every note of the reader goes to standard error."""
    options = Options(**vars(told))
    if sum(path.stat().st_size for path in files if path.is_file()) < LARGE:
        imported = read(files, options, labelled)
    else:
        with bar("reading") as progress:
            imported = read(files, options, labelled, progress)
    say(imported.notes)
    return imported.dataset


def say(notes: Sequence[str]) -> None:
    """Notes on standard error, a line each."""
    console = Console(stderr=True, soft_wrap=True)
    for note in notes:
        console.print(plain(note), style="dim", markup=False, emoji=False, highlight=False)


def check(dataset: Dataset, window: int, label: Label, people: int) -> None:
    """DataError where there is too little to train on; says what is left out."""
    names = dataset.activities
    if len(names) < 2:
        raise DataError(
            f"{'only one activity (' + repr(names[0]) + ')' if names else 'no activity at all'} "
            "in the recordings: a model tells at least two apart: fill the activity column"
        )
    counts: dict[int, int] = dict.fromkeys(dataset.people, 0)
    seen = np.zeros(len(names), int)
    tested: dict[int, int] = dict.fromkeys(dataset.people, 0)
    kept = 0
    for r in dataset.recordings:
        y = labelled(r.activity, len(names), window, label)[1]
        found = np.bincount(y - 1, minlength=len(names))
        counts[r.subject] += len(y)
        seen += found
        tested[r.subject] += splits.left_after(found, splits.STREAM_SHARE)
        kept += splits.left_after(found, splits.TRAIN_SHARE)
    if (seen == 0).any():
        raise DataError(
            f"activity {names[int((seen == 0).argmax())]!r} has no window of {window / RATE:g} s: "
            "record it for longer, shorten the window with --window, take --label majority, or "
            "empty its cells"
        )
    if len(counts) < people:
        raise DataError(
            f"recordings of {len(counts)} person, but leaving one out needs at least {people}: "
            "fill the subject column"
        )
    poor = [dataset.people[p] for p in counts if people > 1 and not tested[p]]
    if poor or sum(counts.values()) < 10 or (people > 1 and not kept):
        whose = f"subject {poor[0]!r} has" if poor else "there are"
        raise DataError(
            f"{whose} too few windows of {window / RATE:g} s: record longer, shorten the window "
            "with --window, or leave that person out"
        )
    left_out = share_left_out(dataset, window, label)
    say(
        [
            f"{len(counts)} people, {len(dataset.recordings)} recordings, {len(names)} "
            f"activities, {sum(counts.values()):,} windows of {window / RATE:g} s; "
            f"{100 * left_out:.1f} % of the labelled readings are in no window of their activity "
            f"(--label {label})."
        ]
    )
