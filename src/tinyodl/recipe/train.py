"""Recordings to a model that a device can take: inputs, scaling, learner, and what its drift
detector needs."""

import numpy as np
from numpy.typing import NDArray

from tinyodl import align, har
from tinyodl.data.recordings import Dataset
from tinyodl.model import Model
from tinyodl.recipe import fitting, methods
from tinyodl.windows import Label, Source, splits


def train(
    dataset: Dataset,
    hidden: int = 0,
    window: int = har.WINDOW,
    label: Label = "whole",
    capacity: int = 0,
    seed: int = 0,
) -> Model:
    """ODLTiny (with `hidden` nodes beside the compact inputs) of everybody in the recordings.

    The drift detector is calibrated on the last 30 % of each activity of each recording, by a model
    that has not learnt them; what to expect on a new person, and whether brisk motion tells how the
    sensor sits, comes from leaving people out. The model itself then learns everything.

    capacity: activities that a device has room for, 0 for those of the recordings; ValueError on
    fewer.
    """
    source = Source(dataset, window, label)
    windows = source.windows("compact")
    classes = len(windows.classes)
    if 0 < capacity < classes:
        raise ValueError(f"a capacity of {capacity} is below the {classes} activities there are")
    everything = np.arange(len(windows.y))
    first, held = splits.cut(windows, everything, splits.TRAIN_SHARE, "blocked", seed)
    whole = fitting.lesson(windows, everything)
    scaler = fitting.scaler("compact").fit(whole.X)
    Z = np.ascontiguousarray(scaler.transform(windows.X))
    calibration = None
    if len(held):
        lesson = fitting.lesson(windows, first)
        part = fitting.fit(methods.tiny(hidden, seed), scaler, lesson, classes)
        calibration = fitting.calibration(part, Z[held], classes)
    learner = methods.tiny(hidden, seed).fit(
        scaler.transform(whole.X), np.array(windows.classes)[whole.y], whole.weight
    )
    names = har.names("compact", gyroscope=source.gyroscope)
    found = alignment(dataset, window)
    whose = (windows.subject, windows.recording)
    return fitting.assemble(learner, scaler, Z, windows.y, *whose, names)._replace(
        window=window,
        calibration=calibration,
        capacity=capacity or classes,
        alignment=found.template,
        aligning=found.why,
    )


def alignment(dataset: Dataset, window: int) -> align.Fit:
    """Whether these people's brisk motion tells how the sensor sits: from all readings, labelled or
    not."""
    brisk: dict[int, list[NDArray[np.float64]]] = {r.subject: [] for r in dataset.recordings}
    for r in dataset.recordings:
        motion = align.motion(r.imu, har.window_starts(len(r.imu), None, window), window)
        brisk[r.subject].append(motion.steady())
    return align.fit([np.concatenate(parts) for parts in brisk.values()])
