"""`tinyodl run`: a model on its wearer, from recordings or from readings as they come."""

import signal
import sys
from collections import Counter, deque
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tinyodl import align, drift, har
from tinyodl.cli import engine, lines, own
from tinyodl.cli.asking import Asking
from tinyodl.cli.errors import clear_errors
from tinyodl.cli.options import Run, Told
from tinyodl.cli.safe import Progress, Safe, left
from tinyodl.cli.wearing import Wearing
from tinyodl.data.errors import DataError
from tinyodl.data.recordings import RATE, Dataset, Recording
from tinyodl.device import PLAIN, OnDeviceLearner, Rules
from tinyodl.device.state import SETTLE_AFTER
from tinyodl.har import compact
from tinyodl.model import Model, load, save
from tinyodl.windows import labelled


def run(what: Run) -> None:
    """See `tinyodl run --help`."""
    with clear_errors():
        model = load(what.model)
        aligner = align.Aligner(model.alignment) if model.alignment and what.align else None
        device, counts = _device(model, what)
        dataset = own.load(what.files, what.told, labelled=False) if what.files else None
        if dataset is None and what.subject is not None:
            raise DataError("--subject: standard input is one person's; leave it out")
        activities = () if dataset is None else dataset.activities
        asking = Asking(what, sorted({*map(str, device.learner.classes_), *activities}))
        safe = Safe(what.resume, device, aligner, asking, sys.stdout)
        if what.training and not safe.resumed:
            device.command(train=True)
        wearing = Wearing(model, safe, asking, what.as_json)
        with _kept(model, safe, what.output):
            if dataset is None:
                _standard_input(wearing, what.told, counts)
            else:
                _replay_all(wearing, dataset, what.subject, counts)
            wearing.close()


@contextmanager
def _kept(model: Model, safe: Safe, output: Path | None) -> Iterator[None]:
    """What was learnt is saved however the run ends: at its end, by Ctrl-C or SIGTERM, or by a
    reading that nobody can use."""

    def stop(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, stop)
    try:
        yield
    except KeyboardInterrupt:
        own.say(["Stopped."])
        raise
    finally:
        signal.signal(signal.SIGTERM, before)
        safe.write()
        if output:
            save(model._replace(learner=safe.device.learner), output)
            own.say([f"The model as it is now: {output}"])


def _device(model: Model, what: Run) -> tuple[OnDeviceLearner, engine.Counts | None]:
    detector = what.detector
    if unknown := [name for name in model.names if name not in compact.candidates()]:
        raise DataError(
            f"the model takes {unknown[0]!r}, which readings are not made into: train it with "
            "tinyodl train"
        )
    if model.calibration is None and detector != "manual":
        own.say(["The model has no drift calibration: training starts by audits alone."])
        detector = "manual"
    if detector in drift.left_out():
        raise DataError(f"--detector {detector} needs river: pip install 'tinyodl[river]'")
    found = drift.Manual() if model.calibration is None else drift.make(detector, model.calibration)
    # The others are there to compare: they ask what they ask, as often as that is.
    rules = (
        Rules() if what.policy == "auto" else PLAIN._replace(audits=True, settle_after=SETTLE_AFTER)
    )._replace(
        questions_per_hour=what.questions_per_hour,
        questions_per_day=what.questions_per_day,
        estimate=what.estimate and what.policy == "auto",
    )
    return engine.make(model, what, found, rules)


def _replay_all(
    wearing: Wearing, dataset: Dataset, subject: str | None, counts: engine.Counts | None
) -> None:
    """One recording behind the other, but for those that were done when the state was written."""
    place, chosen = wearing.safe.place, _of_subject(dataset, subject)
    recordings = left(chosen, place)
    if done := len(chosen) - len(recordings):
        own.say([f"{done} of {len(chosen)} recordings were done before, and are left out."])
    names = np.array(["", *dataset.activities])
    for recording in recordings:
        begun = place.readings > 0
        progress = Progress(recording, place)
        if place.readings:
            own.say([f"Going on in {recording.name} after {place.readings / RATE:.1f} s."])
        elif begun:  # in one that is not there any more
            wearing.device.pause()
        _replay(wearing, recording, names, progress, counts)
        progress.end()
        wearing.device.pause()
        if counts:
            counts.pause()


def _of_subject(dataset: Dataset, subject: str | None) -> list[Recording]:
    numbers = {name: number for number, name in dataset.people.items()}
    if subject is not None and subject not in numbers:
        names = ", ".join(numbers)
        raise DataError(f"no subject {subject!r} in the recordings: take one of {names}")
    return [r for r in dataset.recordings if subject is None or r.subject == numbers[subject]]


def _replay(
    wearing: Wearing,
    recording: Recording,
    names: np.ndarray[tuple[int], np.dtype[np.str_]],
    progress: Progress,
    counts: engine.Counts | None,
) -> None:
    """A recording's windows in time order; the teacher knows the labels there are."""
    model, aligner, place = wearing.model, wearing.safe.aligner, wearing.safe.place
    work = compact.plan(model.names, RATE, model.window)
    try:
        imu = compact.with_gyroscope(recording.imu, model.names)
    except ValueError as error:
        raise DataError(
            f"{recording.name}: the model was made for other inputs ({error}): train one on such "
            "recordings"
        ) from None
    starts = har.window_starts(len(imu), None, model.window)
    starts = starts[starts + model.window > place.readings]
    if not len(starts):
        return
    first, y = labelled(recording.activity, len(names) - 1, model.window, "majority")
    unknown = "" if len(names) > 1 else None
    truths = {int(s): str(names[k]) for s, k in zip(first, y, strict=True)}
    begun = place.begun
    if counts:
        windows = (window for window in map(counts.push, imu) if window)
    else:
        motion = align.motion(imu, starts, model.window)
        windows = (
            window._replace(inputs=model.scaler.transform(window.inputs[None])[0])
            for window in align.each(imu, starts, work, motion, aligner)
        )
    for begin, window in zip(starts, windows, strict=True):
        end = int(begin) + model.window
        progress.at(end)
        wearing.window(window, begun + end / RATE, truths.get(int(begin), unknown))


def _standard_input(wearing: Wearing, told: Told, counts: engine.Counts | None) -> None:
    """A reading a line (`lines.py`); the activity is its teacher's."""
    model, safe = wearing.model, wearing.safe
    stream = counts or align.Stream(safe.aligner, model.names, model.window)
    gyroscope = any(map(compact.needs_gyroscope, model.names))
    begun, count = safe.place.now + safe.away(), 0
    if safe.resumed:
        own.say([f"Going on after {safe.place.now:.1f} s, {safe.away():.1f} s ago."])
    last: deque[str | None] = deque(maxlen=model.window)
    for line in lines.readings(sys.stdin, gyroscope, told):
        if isinstance(line, lines.Label):
            wearing.label(line.sample, line.label)
            continue
        count += 1
        last.append(line.activity)
        window = stream.push(line.values)
        if window is None:
            continue
        if not counts:
            window = window._replace(inputs=model.scaler.transform(window.inputs[None])[0])
        wearing.window(window, begun + count / RATE, _most(last))


def _most(labels: Collection[str | None]) -> str | None:
    """The most frequent activity of a window's readings, as `labelled` has it for a recording's:
    of two as frequent, none before one, and the first by name."""
    counts = Counter(label for label in labels if label is not None)
    return min(counts, key=lambda name: (-counts[name], name)) if counts else None
