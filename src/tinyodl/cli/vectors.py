"""`tinyodl vectors export`: golden vectors of a device's life."""

from collections.abc import Iterator
from itertools import cycle, islice
from pathlib import Path

import numpy as np

from tinyodl import har
from tinyodl.cli import walk
from tinyodl.cli.errors import clear_errors
from tinyodl.cli.progress import bar
from tinyodl.data import hapt
from tinyodl.data.errors import DataError
from tinyodl.firmware import har_header, header
from tinyodl.fixed import vectors
from tinyodl.fixed.stream import Ranges
from tinyodl.model import load, save
from tinyodl.recipe.train import train

LATE = 12  # windows that an answer takes at most, where it is no matter of course
TRAINED_ON = 10  # of the others: enough for a model, and soon done


def export(
    folder: Path,
    path: Path | None,
    windows: int,
    person: int,
    turn: str,
    whole: bool,
    eventful: bool,
    acc_range: float,
    gyro_range: float,
) -> None:
    """See `tinyodl vectors export --help`."""
    with clear_errors():
        own, others = walk.of_person(person)
        if path is None:
            first = sorted({r.subject for r in others})[:TRAINED_ON]
            model = train(hapt.dataset([r for r in others if r.subject in first]))
        else:
            model = load(path)
        activities = hapt.dataset(own).activities
        ranges, rotation = Ranges(acc_range, gyro_range), walk.rotation(turn)
        names = model.learner.classes_.tolist()
        numbers = np.array([-1] + [names.index(a) if a in names else -1 for a in activities])
        counts = np.vstack([ranges.counts(har.turn(r.imu, rotation)) for r in own]).tolist()
        activity = np.concatenate([r.activity for r in own])
        known = numbers[np.where(activity < len(numbers), activity, 0)].tolist()
        readings: Iterator[vectors.Reading] = map(
            vectors.Reading, cycle(counts), cycle(known)
        )  # again where it ends
        if eventful:
            readings = vectors.eventful(readings, len(names), person)
        if folder.exists() and not folder.is_dir():
            raise DataError(f"{folder} is no folder: give another name")
        folder.mkdir(parents=True, exist_ok=True)
        with bar("vectors") as progress, (folder / "tiny.jsonl").open("w") as file:
            late = LATE if eventful else 0
            life = vectors.lines(model, ranges, readings, person, header.QUEUE, late, whole)
            for done, line in enumerate(islice(life, windows + 1)):
                file.write(line + "\n")
                progress(done, windows)
        save(model, folder / "tiny.todl")
        for name, text in {
            "odl_config.h": header.config(model),
            "odl_factory.h": header.source(model),
            "odl_har_factory.h": har_header.source(model, ranges),
        }.items():
            (folder / name).write_text(text)
        print(f"{folder / 'tiny.jsonl'}: {windows} windows; beside it the model, and it as C")
