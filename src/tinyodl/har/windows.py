"""Where windows lie: half overlapping (128 readings, every 64, unless told otherwise), or at given
first readings."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

WINDOW = 128
HOP = 64
LONGEST = 2**16  # readings of a window: 22 minutes
LARGEST = 1e6  # g or rad/s: no sensor reads so much, and its square still fits every sum


def check_window(window: int) -> int:
    """A window's readings, or ValueError: a window is two halves of at least 8 readings."""
    if not 16 <= window <= LONGEST or window % 2:
        raise ValueError(
            f"a window must have an even number of readings, 16 to {LONGEST}; got {window}"
        )
    return window


def possible(readings: NDArray[Any]) -> NDArray[np.bool_]:
    """Which values a sensor can have read: finite ones, up to LARGEST in g or rad/s."""
    return np.asarray(np.abs(readings) <= LARGEST)


def check_imu(imu: ArrayLike) -> NDArray[np.float64]:
    """(readings, 6) float64, finite and at most LARGEST, or (readings, 3) without a gyroscope;
    ValueError names the first bad row."""
    array = np.asarray(imu, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] not in (3, 6):
        raise ValueError(
            f"imu has shape {array.shape}, expected (readings, 6): acc x, y, z in g, then gyro x, "
            "y, z in rad/s; or (readings, 3) without a gyroscope"
        )
    bad = ~possible(array).all(axis=1)
    if bad.any():
        raise ValueError(
            f"imu has a value that is not finite, or above {LARGEST:g}, in row {int(bad.argmax())} "
            f"({int(bad.sum())} such rows): cut the recording there, or fill the gap before "
            "extracting"
        )
    return array


def window_starts(
    readings: int, starts: ArrayLike | None, window: int = WINDOW
) -> NDArray[np.int64]:
    """First readings of the windows: every half window, or `starts` checked against the recording's
    length."""
    if starts is None:
        return np.arange(0, readings - window + 1, window // 2, dtype=np.int64)
    given = np.asarray(starts)
    if given.ndim != 1 or (given.size and not np.issubdtype(given.dtype, np.integer)):
        raise ValueError(
            f"starts must be one row of integers, got shape {given.shape}, type {given.dtype}"
        )
    given = given.astype(np.int64)
    outside = (given < 0) | (given > readings - window)
    if outside.any():
        raise ValueError(
            f"starts[{int(outside.argmax())}] = {int(given[outside.argmax()])} does not leave "
            f"{window} readings: the recording has {readings}, so starts go from 0 to "
            f"{readings - window}"
        )
    return given


def segment_starts(
    activity: NDArray[np.int64], wanted: NDArray[np.int64], window: int = WINDOW
) -> NDArray[np.int64]:
    """Windows that lie inside one labelled segment, half a window apart from the segment's first
    reading.

    activity: (readings,), none being no window; wanted: the activity numbers that count.
    """
    activity = np.asarray(activity)
    if not len(activity):
        return np.zeros(0, np.int64)
    first = np.flatnonzero(np.r_[True, activity[1:] != activity[:-1]])
    last = np.r_[first[1:], len(activity)]
    grids = [
        np.arange(a, b - window + 1, window // 2)
        for a, b in zip(first, last, strict=True)
        if np.isin(activity[a], wanted)
    ]
    return np.concatenate(grids).astype(np.int64) if grids else np.zeros(0, np.int64)


def turn(imu: NDArray[np.float64], rotation: NDArray[np.float64]) -> NDArray[np.float64]:
    """Readings (readings, 6 or 3) with the sensor turned by (3, 3)."""
    if np.array_equal(rotation, np.eye(3)):
        return imu
    return np.asarray((imu.reshape(len(imu), -1, 3) @ rotation.T).reshape(imu.shape))
