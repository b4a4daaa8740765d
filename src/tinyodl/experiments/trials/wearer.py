"""A new wearer: model and detector calibration from the other people, and what the wearer lives
through."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.model import Model
from tinyodl.recipe import fitting, methods
from tinyodl.windows import Windows, splits

Array = NDArray[np.float64]

FIFTHS = 5


class Wearer(NamedTuple):
    """model: ODLTiny of the other people, classes are numbers, calibrated on held-out windows of
    four fifths of the people trained on; Z (windows, n): everybody's scaled inputs; unseen: window
    indices of the other fifth, another one for each person left out; train, stream, test: window
    indices."""

    model: Model
    Z: Array
    unseen: splits.Indices
    train: splits.Indices
    stream: splits.Indices
    test: splits.Indices


def prepare(
    windows: Windows, person: int, split: splits.Split = "blocked", seed: int = 0
) -> Wearer:
    """Leave one person out; the model is trained on 70 % of the others."""
    others = np.flatnonzero(windows.subject != person)
    train, held = splits.cut(windows, others, splits.TRAIN_SHARE, split, seed)
    own = splits.people(windows, [person])
    stream, test = splits.cut(windows, own, splits.STREAM_SHARE, split, seed)
    lesson = fitting.lesson(windows, train)
    scaler = fitting.scaler("compact").fit(lesson.X)
    Z = np.ascontiguousarray(scaler.transform(windows.X))
    learner = fitting.fit(methods.tiny(), scaler, lesson, len(windows.classes))
    people = np.unique(windows.subject)
    turn = int(np.flatnonzero(people == person)[0]) % FIFTHS
    apart = np.isin(windows.subject[held], people[people != person][turn::FIFTHS])
    if apart.all():  # too few people to keep some apart
        apart[:] = False
    known = held[~apart]
    whose = (windows.subject[train], windows.recording[train])
    model = fitting.assemble(learner, scaler, Z[train], windows.y[train], *whose)
    calibration = fitting.calibration(learner, Z[known], len(windows.classes))
    return Wearer(model._replace(calibration=calibration), Z, held[apart], train, stream, test)


def factory(windows: Windows, person: int, seed: int = 0) -> Model:
    """The model that a new wearer gets where nothing of the others is kept back: all of their
    windows, calibrated as `recipe.train` does."""
    others = np.flatnonzero(windows.subject != person)
    first, held = splits.cut(windows, others, splits.TRAIN_SHARE, "blocked", seed)
    whole = fitting.lesson(windows, others)
    scaler = fitting.scaler("compact").fit(whole.X)
    Z, classes = np.ascontiguousarray(scaler.transform(windows.X)), len(windows.classes)
    part = fitting.fit(methods.tiny(), scaler, fitting.lesson(windows, first), classes)
    learner = fitting.fit(methods.tiny(), scaler, whole, classes)
    whose = (windows.subject[others], windows.recording[others])
    model = fitting.assemble(learner, scaler, Z[others], windows.y[others], *whose)
    return model._replace(calibration=fitting.calibration(part, Z[held], classes))
