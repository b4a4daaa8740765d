"""What trials work on: windows and, where devices align themselves, the readings behind them."""

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl import align, har
from tinyodl.data.recordings import Recording
from tinyodl.har import Features, compact
from tinyodl.windows import Source, Windows, splits

Array = NDArray[np.float64]

POOLED = 0  # in place of the person left out: the reference's experiment, which aligns nobody


class Material(NamedTuple):
    """windows; recordings: all of them for the compact inputs, none for others; classes: the
    windows' class number of each of a recording's activity numbers, -1 for none; motion: of the
    windows' second halves; templates: of those who were trained on, by the person left out, None
    where alignment is off."""

    windows: Windows
    window: int
    recordings: tuple[Recording, ...]
    classes: NDArray[np.int64]
    motion: align.Motion | None
    templates: dict[int, align.Template | None]


def of(source: Source, features: Features, aligned: bool, left_out: Iterable[int]) -> Material:
    """A source's windows with these inputs; left_out: people whose devices are to align
    themselves."""
    windows = source.windows(features)
    if features != "compact":
        return Material(windows, source.window, (), np.zeros(0, np.int64), None, {})
    recordings = tuple(source.dataset.recordings)
    motions = [
        align.motion(r.imu, windows.start[windows.recording == k], source.window)
        for k, r in enumerate(recordings)
    ]
    order = np.argsort(np.argsort(windows.recording, kind="stable"), kind="stable")
    motion = align.joined(motions).of(order)
    templates: dict[int, align.Template | None] = {}
    for person in set(left_out) - {POOLED} if aligned else ():
        others = [p for p in source.subjects if p != person]
        found = align.fit(
            [motion.of(np.flatnonzero(windows.subject == p)).steady() for p in others]
        )
        templates[person] = found.template
    names = source.dataset.activities
    most = max(len(names), *(int(r.activity.max(initial=0)) for r in recordings))
    classes = np.full(most + 1, -1)
    classes[1 : len(names) + 1] = [windows.classes.index(name) for name in names]
    return Material(windows, source.window, recordings, classes, motion, templates)


class Worn(NamedTuple):
    """windows: with the inputs that a device has of its wearer; known: whether it knew its mounting
    then, (windows,)."""

    windows: Windows
    known: NDArray[np.bool_]


def worn(
    material: Material,
    left_out: int,
    stream: splits.Indices,
    test: splits.Indices,
    turn: Array | None = None,
) -> Worn:
    """The stream is worn by one person after another, each with a sensor turned by (3, 3) that
    aligns itself on the way; the test is as the device has it after the stream."""
    windows = material.windows
    known = np.ones(len(windows.y), bool)
    template = material.templates.get(left_out)
    if material.motion is None or (template is None and turn is None):
        return Worn(windows, known)
    turn = np.eye(3) if turn is None else turn
    X = windows.X.copy()
    for person in np.unique(windows.subject[stream]):
        on, after = (side[windows.subject[side] == person] for side in (stream, test))
        aligner = None if template is None else align.Aligner(template)
        rotations, which, known[on] = align.wear(material.motion.of(on).turned(turn), aligner)
        rotations = rotations @ turn
        if (rotations == np.eye(3)).all():
            continue
        last = np.full(len(after), len(rotations) - 1)
        X[on] = _inputs(material, on, rotations, which)
        X[after] = _inputs(material, after, rotations, last)
    return Worn(windows._replace(X=X), known)


def plan(material: Material) -> compact.Plan:
    """The work that the windows' inputs need."""
    gyroscope = material.recordings[0].imu.shape[1] == 6
    return compact.plan(har.names("compact", gyroscope), window=material.window)


class Whole(NamedTuple):
    """A recording's windows, all of them: first readings, class numbers (-1 where a window is not
    inside one activity), (windows,) each, and their motion."""

    imu: Array
    start: NDArray[np.int64]
    y: NDArray[np.int64]
    motion: align.Motion


def whole(material: Material, person: int) -> list[Whole]:
    """One person's recordings as they are."""
    result, length = [], material.window
    for r in material.recordings:
        start = har.window_starts(len(r.imu), None, length)
        if r.subject != person or not len(start):
            continue
        y = material.classes[r.activity]
        changes = np.r_[0, np.cumsum(y[1:] != y[:-1])]
        inside = changes[start] == changes[start + length - 1]
        labels = np.where(inside, y[start], -1)
        result.append(Whole(r.imu, start, labels, align.motion(r.imu, start, length)))
    return result


def _inputs(
    material: Material, chosen: splits.Indices, rotations: Array, which: NDArray[np.int64]
) -> Array:
    """Of the chosen windows, each turned by one of the rotations."""
    windows, work = material.windows, plan(material)
    X = np.empty((len(chosen), len(work.names)))
    for k in np.unique(windows.recording[chosen]):
        own = windows.recording[chosen] == k
        X[own] = align.extract(
            material.recordings[k].imu, windows.start[chosen[own]], work, rotations, which[own]
        )
    return X
