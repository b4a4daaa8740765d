"""`tinyodl train`, `run` and `info`: a model from recordings, on a device, and what is in it."""

import json
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from tinyodl import align, drift, har, prune, teachers
from tinyodl.cli import lines, own
from tinyodl.cli.errors import clear_errors
from tinyodl.cli.options import Run, Told, Train
from tinyodl.cli.progress import bar
from tinyodl.data.errors import DataError
from tinyodl.data.recordings import RATE, Dataset, Recording
from tinyodl.device import PLAIN, OnDeviceLearner, Rules
from tinyodl.device.state import SETTLE_AFTER
from tinyodl.har import compact
from tinyodl.link import from_bytes
from tinyodl.model import Model, load, save
from tinyodl.recipe.train import train as train_model
from tinyodl.reports.names import plain
from tinyodl.windows import labelled


def train(what: Train) -> None:
    """See `tinyodl train --help`."""
    with clear_errors():
        dataset = own.load(what.files, what.told)
        length = own.readings(what.window)
        own.check(dataset, length, what.label, people=1)
        if 0 < what.capacity < len(dataset.activities):
            raise DataError(
                f"--capacity {what.capacity} is less than the {len(dataset.activities)} activities "
                f"in the recordings: give {len(dataset.activities)} or more, or leave it out"
            )
        with bar("training") as progress:
            progress(0, 1)
            model = train_model(dataset, what.hidden, length, what.label, what.capacity)
            progress(1, 1)
        save(model, what.output)
        size = f"{len(model.names)} inputs, {model.state_bytes():,} bytes"
        print(plain(f"{what.output}: {len(model.learner.classes_)} activities, {size}"))
        own.say([f"Alignment {model.aligning}.", f"Bouts {_bouts(model)}."])


def info(path: Path, as_json: bool) -> None:
    """See `tinyodl info --help`."""
    with clear_errors():
        model = load(path)
        facts = {
            "activities": model.learner.classes_.tolist(),
            "inputs": len(model.names),
            "gyroscope": any(compact.needs_gyroscope(name) for name in model.names),
            "window_seconds": model.window / RATE,
            "hidden": model.learner.n_hidden,
            "direct": model.learner.direct,
            "capacity": model.capacity or len(model.learner.classes_),
            "learner_bytes": model.state_bytes(),
            "drift_calibration": model.calibration is not None,
            "accuracy_on_new_people": model.accuracy or None,
            "alignment": model.aligning,
            "bouts": _bouts(model),
            "names": list(model.names),
        }
    if as_json:
        print(json.dumps(facts, indent=2))
        return
    table = Table("what", "value", title=escape(plain(str(path))), title_justify="left")
    for name, value in facts.items():
        text = ", ".join(map(str, value)) if isinstance(value, list) else str(value)
        table.add_row(name.replace("_", " "), Text(plain(text)))
    Console().print(table)


def _bouts(model: Model) -> str:
    """What to say of them."""
    if model.bouts is None:
        return "off: every window is asked for itself"
    wrong = f"{model.bouts.wrong:.2%} of labels passed on wrongly among the people trained on"
    return f"on: tau {model.bouts.tau:.2g}, {wrong}"


def run(what: Run) -> None:
    """See `tinyodl run --help`."""
    with clear_errors():
        model = load(what.model)
        aligner = align.Aligner(model.alignment) if model.alignment and what.align else None
        device = _device(model, what)
        if what.training:
            device.command(train=True)
        dataset = own.load(what.files, what.told, labelled=False) if what.files else None
        if dataset is None and what.subject is not None:
            raise DataError("--subject: standard input is one person's; leave it out")
        recordings = [] if dataset is None else _of_subject(dataset, what.subject)
        activities = () if dataset is None else dataset.activities
        printer = _Printer(what.as_json, sys.stdout, what.teacher)
        labels = sorted({*map(str, device.learner.classes_), *activities})
        if what.wrong and len(labels) > 1:
            printer.teacher = teachers.Noisy(printer.teacher, what.wrong, labels)
        with _kept(model, device, what.output):
            if dataset is None:
                _standard_input(model, device, aligner, what.told, printer)
            begun, names = 0.0, np.array(["", *activities])
            for recording in recordings:
                _replay(model, device, aligner, recording, names, printer, begun)
                device.pause()
                begun += len(recording.imu) / RATE
            printer.close(device)


@contextmanager
def _kept(model: Model, device: OnDeviceLearner, output: Path | None) -> Iterator[None]:
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
        if output:
            save(model._replace(learner=device.learner), output)
            own.say([f"The model as it is now: {output}"])


def _device(model: Model, what: Run) -> OnDeviceLearner:
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
    )._replace(questions_per_hour=what.questions_per_hour, questions_per_day=what.questions_per_day)
    return OnDeviceLearner(model, prune.make(what.policy), detector=found, rules=rules)


def _of_subject(dataset: Dataset, subject: str | None) -> list[Recording]:
    numbers = {name: number for number, name in dataset.people.items()}
    if subject is not None and subject not in numbers:
        names = ", ".join(numbers)
        raise DataError(f"no subject {subject!r} in the recordings: take one of {names}")
    return [r for r in dataset.recordings if subject is None or r.subject == numbers[subject]]


ALIGNED = "aligned"  # the sensor was found to sit otherwise than so far


class _Printer:
    """Lines as windows come, and the sum of it."""

    def __init__(self, as_json: bool, stream: Any, teacher: str) -> None:
        self._json, self._stream = as_json, stream
        self._truths: list[str | None] = []  # of the windows so far
        self.teacher = teachers.make(teacher, self._truths)
        self._known = self._right = self._windows = 0

    def step(
        self,
        device: OnDeviceLearner,
        window: align.Window,
        now: float,
        truth: str,
    ) -> None:
        """One window, its inputs scaled, through the device and, where it asks, the teacher."""
        step = device.sample(window.inputs, now, window.known)
        self._truths.append(truth or None)
        events = [ALIGNED] if window.turned else []
        events += [step.event.value] if step.event else []
        answer = None
        if step.query:
            values = from_bytes(step.query.values, device.clip)
            answer = self.teacher.answer(len(self._truths) - 1, values)
            event = device.label(step.sample, answer, now).event
            events += [event.value] if event else []
        self._windows += 1
        self._known += truth != ""
        self._right += truth != "" and step.predicted == truth
        if self._json:
            line: dict[str, Any] = {
                "time": round(now, 3),
                "predicted": step.predicted,
                "activity": step.activity,
                "bout": step.bout,
                "confidence": round(step.confidence, 4),
                "mode": step.mode.value,
                "asked": step.query is not None,
                "answer": answer,
                "events": events,
                "troubled": step.troubled,
                "troubles": [trouble.value for trouble in step.troubles],
            }
            text = json.dumps(line | ({"true": truth} if truth else {}))
        else:
            asked = f"  asked: {answer or 'no answer'}" if step.query else ""
            wrong = f"  (is {truth})" if truth and truth != step.predicted else ""
            text = f"{now:9.2f} s  {step.predicted!s:24} {step.confidence:5.2f}  "
            text += f"{step.mode.value}{asked}{wrong}"
            text += "".join(f"  * {event}" for event in events)
            text += "".join(f"  ! {trouble.value}" for trouble in step.troubles)
        print(text if self._json else plain(text), file=self._stream, flush=True)

    def close(self, device: OnDeviceLearner) -> None:
        """The sum of it, on standard error."""
        right = (
            f", {100 * self._right / self._known:.1f} % right as they came" if self._known else ""
        )
        asked = device.counts["asked"]
        own.say([f"{self._windows:,} windows{right}, {asked} asked, now {device.mode.value}."])
        own.say([f"Look at this: {trouble.value}." for trouble in device.troubles])
        if not self._windows:
            raise DataError(
                "no whole window in the readings: give more, or a model with a shorter window"
            )


def _replay(
    model: Model,
    device: OnDeviceLearner,
    aligner: align.Aligner | None,
    recording: Recording,
    names: NDArray[np.str_],
    printer: _Printer,
    begun: float,
) -> None:
    """A recording's windows in time order; the teacher knows the labels there are."""
    work = compact.plan(model.names, RATE, model.window)
    try:
        imu = compact.with_gyroscope(recording.imu, model.names)
    except ValueError as error:
        raise DataError(
            f"{recording.name}: the model was made for other inputs ({error}): train one on such "
            "recordings"
        ) from None
    starts = har.window_starts(len(imu), None, model.window)
    if not len(starts):
        return
    worn = align.wear(align.motion(imu, starts, model.window), aligner)
    Z = model.scaler.transform(align.extract(imu, starts, work, worn.rotations, worn.which))
    first, y = labelled(recording.activity, len(names) - 1, model.window, "majority")
    truths = {int(s): str(names[k]) for s, k in zip(first, y, strict=True)}
    changed = np.diff(worn.which, prepend=0) > 0
    for start, *window in zip(starts, Z, worn.known, changed, strict=True):
        truth = truths.get(int(start), "")
        now = begun + (int(start) + model.window) / RATE
        printer.step(device, align.Window(*window), now, truth)


def _standard_input(
    model: Model,
    device: OnDeviceLearner,
    aligner: align.Aligner | None,
    told: Told,
    printer: _Printer,
) -> None:
    """A reading a line (`lines.py`); the activity is its teacher's."""
    stream = align.Stream(aligner, model.names, model.window)
    gyroscope = any(map(compact.needs_gyroscope, model.names))
    for number, reading in enumerate(lines.readings(sys.stdin, gyroscope, told), start=1):
        window = stream.push(reading.values)
        if window is not None:
            window = window._replace(inputs=model.scaler.transform(window.inputs[None])[0])
            printer.step(device, window, number / RATE, reading.activity)
