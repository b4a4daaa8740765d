"""Recordings to labelled windows: what every experiment starts from."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import joblib
import numpy as np
from numpy.typing import NDArray

from tinyodl import har
from tinyodl.data.recordings import Recording

Compute = Callable[[NDArray[np.float64], NDArray[np.int64]], NDArray[np.float64]]


class Windows(NamedTuple):
    """X (windows, n) inputs, not scaled; y (windows,) class numbers from 0; subject, recording (windows,);
    classes: the activities' names; in time order within each recording."""

    X: NDArray[np.float64]
    y: NDArray[np.int64]
    subject: NDArray[np.int64]
    recording: NDArray[np.int64]
    classes: tuple[str, ...]


def from_recordings(
    recordings: Sequence[Recording], classes: tuple[str, ...], compute: Compute, jobs: int = 2
) -> Windows:
    """Windows inside labelled segments; activity k + 1 of a recording is class k, others are left out.

    compute(imu, starts) -> (windows, n) inputs of one recording.
    """
    wanted = np.arange(1, len(classes) + 1)
    starts = [har.segment_starts(r.activity, wanted) for r in recordings]
    X = joblib.Parallel(n_jobs=jobs, prefer="threads")(
        joblib.delayed(compute)(r.imu, s) for r, s in zip(recordings, starts, strict=True)
    )
    counts = [len(s) for s in starts]
    return Windows(
        np.vstack(X),
        np.concatenate([r.activity[s] - 1 for r, s in zip(recordings, starts, strict=True)]),
        np.repeat([r.subject for r in recordings], counts),
        np.repeat(np.arange(len(recordings)), counts),
        classes,
    )
