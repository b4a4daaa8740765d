"""What a reader of recordings returns, whatever the layout on disk."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

RATE = 50.0  # readings a second of every recording, once read


class Recording(NamedTuple):
    """One uninterrupted recording of one person, at 50 readings a second.

    imu: (readings, 6) float64, acc x, y, z in g, then gyro x, y, z in rad/s, or (readings, 3)
    without a gyroscope; activity: (readings,) int, 0 where unlabelled.
    """

    name: str
    subject: int
    imu: NDArray[np.float64]
    activity: NDArray[np.int64]


class Dataset(NamedTuple):
    """Recordings of several people. Number k + 1 of a recording's activity is activities[k], others
    are left out; people: each subject's name."""

    recordings: list[Recording]
    activities: tuple[str, ...]
    people: dict[int, str]
