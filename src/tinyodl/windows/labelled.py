"""Recordings to labelled windows: what every experiment starts from."""

from collections.abc import Callable
from typing import Literal, NamedTuple

import joblib
import numpy as np
from numpy.typing import NDArray

from tinyodl import har
from tinyodl.data.recordings import Dataset
from tinyodl.windows import askew

Label = Literal["whole", "majority"]
Compute = Callable[[NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]]


class Windows(NamedTuple):
    """X (windows, n) inputs, not scaled; y (windows,) class numbers from 0; subject, recording, and
    start: first reading in it (windows,); classes: the activities' names, sorted; in time order
    within each recording; askew (copies, windows, n): the inputs of the same windows with the
    sensor a few degrees otherwise."""

    X: NDArray[np.float64]
    y: NDArray[np.int64]
    subject: NDArray[np.int64]
    recording: NDArray[np.int64]
    classes: tuple[str, ...]
    start: NDArray[np.int64]
    askew: NDArray[np.float64]

    def only(self, chosen: NDArray[np.bool_] | NDArray[np.intp]) -> "Windows":
        """Some of them."""
        columns = (self.X[chosen], self.y[chosen], self.subject[chosen], self.recording[chosen])
        return Windows(*columns, self.classes, self.start[chosen], self.askew[:, chosen])


def labelled(
    activity: NDArray[np.int64], classes: int, window: int = har.WINDOW, label: Label = "whole"
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Windows' first readings and activity numbers (1 to `classes`), from each reading's activity.

    whole: windows inside one labelled segment, half a window apart from its first reading.
    majority: half a window apart over the whole recording, each with the most frequent activity in
    it; left out where that is none.
    """
    wanted = np.arange(1, classes + 1)
    if label == "whole":
        starts = har.segment_starts(activity, wanted, window)
        return starts, activity[starts]
    starts = har.window_starts(len(activity), None, window)
    known = np.where(np.isin(activity, wanted), activity, 0)
    counts = np.stack([np.cumsum(np.r_[0, known == k]) for k in range(classes + 1)])
    most = (counts[:, starts + window] - counts[:, starts]).argmax(axis=0)
    return starts[most > 0], most[most > 0]


def share_left_out(dataset: Dataset, window: int, label: Label) -> float:
    """Share of the labelled readings that lie in no window of their own activity."""
    total = inside = 0
    for r in dataset.recordings:
        starts, y = labelled(r.activity, len(dataset.activities), window, label)
        own = np.zeros(len(r.activity), bool)
        for start, activity in zip(starts, y, strict=True):
            part = slice(start, start + window)
            own[part] |= r.activity[part] == activity
        wanted = (r.activity >= 1) & (r.activity <= len(dataset.activities))
        total += int(wanted.sum())
        inside += int((own & wanted).sum())
    return 1 - inside / total if total else 0.0


def from_dataset(
    dataset: Dataset,
    compute: Compute,
    window: int = har.WINDOW,
    label: Label = "whole",
    copies: int = 0,
    jobs: int = 2,
) -> Windows:
    """The labelled windows of all recordings, and so many copies askew; compute(imu, starts) ->
    (windows, n) inputs of one recording."""
    recordings = dataset.recordings
    found = [labelled(r.activity, len(dataset.activities), window, label) for r in recordings]
    worn = [recordings, *(askew.recordings(recordings, k) for k in range(copies))]
    inputs = joblib.Parallel(n_jobs=jobs, prefer="threads")(
        joblib.delayed(compute)(r.imu, starts)
        for copy in worn
        for r, (starts, _) in zip(copy, found, strict=True)
    )
    counts = [len(starts) for starts, _ in found]
    X = np.vstack(inputs).reshape(1 + copies, sum(counts), -1)
    return sorted_classes(
        Windows(
            X[0],
            np.concatenate([y for _, y in found]) - 1,
            np.repeat([r.subject for r in recordings], counts),
            np.repeat(np.arange(len(recordings)), counts),
            dataset.activities,
            np.concatenate([starts for starts, _ in found]),
            X[1:],
        )
    )


def sorted_classes(windows: Windows) -> Windows:
    """The same with classes in alphabetical order, so that results do not depend on how a data set
    numbers them."""
    order = np.argsort(windows.classes)
    return windows._replace(
        y=np.argsort(order)[windows.y], classes=tuple(windows.classes[k] for k in order)
    )
