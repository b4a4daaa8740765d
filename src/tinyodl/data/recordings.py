"""What a reader of recordings returns, whatever the layout on disk."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray


class Recording(NamedTuple):
    """One uninterrupted recording of one person.

    imu: (readings, 6) float64, acc x, y, z in g, then gyro x, y, z in rad/s; activity: (readings,) int,
    0 where unlabelled.
    """

    name: str
    subject: int
    imu: NDArray[np.float64]
    activity: NDArray[np.int64]
