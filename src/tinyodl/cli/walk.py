"""One person of the embedded recordings walks through one of them, the sensor worn turned: what a
device makes of it, window by window."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.transform import Rotation

from tinyodl import align, har
from tinyodl.cli.engine import Counts
from tinyodl.data import hapt
from tinyodl.data.errors import DataError
from tinyodl.data.recordings import RATE, Recording
from tinyodl.device import OnDeviceLearner
from tinyodl.har import compact
from tinyodl.model import Model
from tinyodl.windows import labelled

Worn = tuple[OnDeviceLearner, Counts | None]  # a device, and its inputs where they are its own


class Moment(NamedTuple):
    """time: at the window's end, s; activity: what the person does, "" between two activities;
    as_trained: what the model says that neither aligns nor learns; device: what the device says;
    mode: its own; known: whether it knows how it is worn, turned: whether it has just found out;
    asked; answer: what it was told, "" where nobody knew; event: what changed its mode."""

    time: float
    activity: str
    as_trained: str
    device: str
    mode: str
    known: bool
    turned: bool
    asked: bool
    answer: str
    event: str


def rotation(turn: str) -> NDArray[np.float64]:
    """The (3, 3) turn of a sensor: "none", or an axis and degrees such as z90 or x-30."""
    if turn == "none":
        return np.eye(3)
    if not re.fullmatch(r"[xyz]-?\d{1,3}", turn):
        raise DataError(
            f"--turn {turn!r} is no turn: give none, or an axis and degrees such as z90"
        )
    return Rotation.from_euler(turn[0], int(turn[1:]), degrees=True).as_matrix()


def of_person(person: int) -> tuple[list[Recording], list[Recording]]:
    """The recordings of a person, and those of everybody else."""
    recordings = hapt.load()
    people = sorted({r.subject for r in recordings})
    if person not in people:
        raise DataError(f"no person {person} in the embedded recordings: take 1 to {people[-1]}")
    own = [r for r in recordings if r.subject == person]
    return own, [r for r in recordings if r.subject != person]


def moments(
    recording: Recording,
    model: Model,
    turn: NDArray[np.float64],
    worn: Worn | None = None,
) -> Iterator[Moment]:
    """A device with the model, through the recording; worn: None computes in floating point."""
    imu = har.turn(recording.imu, turn)
    starts = har.window_starts(len(imu), None, model.window)
    work = compact.plan(model.names, RATE, model.window)
    as_trained = model.predict(compact.extract(imu, starts, work))
    does = activities(recording, starts, model)
    device, inputs = worn or (OnDeviceLearner(model), None)
    windows = _windows(model, imu, starts) if inputs is None else map(inputs.push, imu)
    for k, window in enumerate(w for w in windows if w):
        now = (int(starts[k]) + model.window) / RATE
        step = device.sample(window.inputs, now, window.known, window.marked)
        events = [step.event] if step.event else []
        if step.query:
            event = device.label(step.sample, does[k] or None, now).event
            events += [event] if event else []
        yield Moment(
            now,
            does[k],
            str(as_trained[k]),
            str(step.predicted),
            step.mode.value,
            window.known,
            window.turned,
            step.query is not None,
            does[k] if step.query else "",
            ", ".join(event.value for event in events),
        )


def _windows(
    model: Model, imu: NDArray[np.float64], starts: NDArray[np.int64]
) -> Iterator[align.Window]:
    work = compact.plan(model.names, RATE, model.window)
    aligner = align.Aligner(model.alignment) if model.alignment else None
    motion = align.motion(imu, starts, model.window)
    for window in align.each(imu, starts, work, motion, aligner):
        yield window._replace(inputs=model.scaler.transform(window.inputs[None])[0])


def activities(recording: Recording, starts: NDArray[np.int64], model: Model) -> list[str]:
    """What the person does in each window, "" where it is not one activity."""
    first, y = labelled(recording.activity, len(hapt.ACTIVITIES), model.window, "majority")
    most = dict(zip(first.tolist(), y.tolist(), strict=True))
    changes = np.r_[0, np.cumsum(recording.activity[1:] != recording.activity[:-1])]
    inside = changes[starts] == changes[starts + model.window - 1]
    return [
        hapt.ACTIVITIES[most[int(start)] - 1] if whole and int(start) in most else ""
        for start, whole in zip(starts, inside, strict=True)
    ]
