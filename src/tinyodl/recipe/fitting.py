"""A model from windows: scaling, initial training, and what a device must know of both."""

from typing import NamedTuple

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from tinyodl import bouts, drift
from tinyodl.har import Features, RangeScaler
from tinyodl.learn import OSELMClassifier, Outlook, rls
from tinyodl.model import Model
from tinyodl.windows import Windows, splits

Array = NDArray[np.float64]

FOLDS = 5


class Lesson(NamedTuple):
    """What a model is trained on: X (samples, n), class numbers y, weights (samples,)."""

    X: Array
    y: NDArray[np.int64]
    weight: Array


def lesson(windows: Windows, chosen: splits.Indices) -> Lesson:
    """These windows as they were worn and askew; each window weighs 1 in all."""
    X = np.concatenate([windows.X[None, chosen], windows.askew[:, chosen]])
    y = np.tile(windows.y[chosen], len(X))
    return Lesson(X.reshape(len(y), -1), y, np.full(len(y), 1 / len(X)))


def scaler(features: Features) -> RangeScaler:
    """Min-max for the official features, percentiles for ours."""
    return RangeScaler(0.0, 100.0) if features == "uci561" else RangeScaler()


def fit(
    model: OSELMClassifier, scaler: RangeScaler, lesson: Lesson, classes: int
) -> OSELMClassifier:
    """Initial training with an output for every class number below `classes`, also for those that
    the lesson lacks."""
    Z = scaler.transform(lesson.X)
    absent = np.setdiff1d(np.arange(classes), lesson.y)
    nothing = np.zeros((len(absent), Z.shape[1]))
    return model.fit(
        np.vstack([Z, nothing]),
        np.r_[lesson.y, absent],
        np.r_[lesson.weight, np.zeros(len(absent))],
    )


def outlooks(model: OSELMClassifier, Z: Array) -> list[Outlook]:
    """What the model makes of each sample."""
    return [model.outlook(z) for z in Z]


def calibration(model: OSELMClassifier, Z: Array, classes: int) -> drift.Calibration:
    """What a drift detector takes as usual: the model on windows that it has not learnt, Z
    (windows, n) scaled."""
    return drift.calibrate(outlooks(model, Z), Z, classes)


def assemble(
    learner: OSELMClassifier,
    scaler: RangeScaler,
    Z: Array,
    y: NDArray[np.int64],
    subject: NDArray[np.int64],
    recording: NDArray[np.int64],
    names: tuple[str, ...] = (),
) -> Model:
    """The model of a learner that was trained on these windows: Z (windows, n) scaled, class
    numbers y, whose they are and of which recording. names: of the inputs; numbers without."""
    H = learner.hidden(Z)
    return Model(
        learner,
        scaler,
        names or tuple(map(str, range(Z.shape[1]))),
        leverage=float(np.einsum("ij,jk,ik->", H, rls.full(learner.P_), H, optimize=True) / len(H)),
        accuracy=accuracy_on_new_people(H, y, subject, learner.regularization),
        bouts=bouts.fit(Z, y, subject, recording),
    )


def accuracy_on_new_people(
    H: Array, y: NDArray[np.int64], subject: NDArray[np.int64], regularization: float
) -> float:
    """The share that the ridge solution gets right on people that it was not trained on; H
    (windows, d) features.

    Up to FOLDS groups of people are left out in turn, each by taking its part out of the Gram
    matrix; every person weighs the same. 0 for one person. (The scaling has seen everybody.)
    """
    people = np.unique(subject)
    if len(people) < 2:
        return 0.0
    Y = np.eye(int(y.max()) + 1)[y]
    gram, cross = H.T @ H + regularization * np.eye(H.shape[1]), H.T @ Y
    right: list[float] = []
    for k in range(min(FOLDS, len(people))):
        left_out = people[k::FOLDS]
        own = np.isin(subject, left_out)
        Hg = H[own]
        beta = scipy.linalg.solve(gram - Hg.T @ Hg, cross - Hg.T @ Y[own], assume_a="sym")
        hit = (Hg @ beta).argmax(axis=1) == y[own]
        right += [float(hit[subject[own] == person].mean()) for person in left_out]
    return float(np.mean(right))
