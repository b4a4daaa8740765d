"""Recordings of any rate to 50 readings a second."""

from fractions import Fraction

import numpy as np
import scipy.signal
from numpy.typing import NDArray

from tinyodl.data.recordings import RATE

SLOWEST = 20.0  # readings a second; below, what tells activities apart is no longer there
_SAME = 2e-3  # of the rate: what a sensor's clock may be off by
_JITTER = 0.5  # of a reading: what its time may be off by


def on_grid(
    values: NDArray[np.float64], labels: NDArray[np.int64], time: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64], float]:
    """Readings (n, k) and labels (n,) at times (n,) in seconds -> at equal distances, and their
    rate.

    Times that stray by less than half a reading (or 2 ms) are taken as equal distances; others are
    interpolated.
    """
    rate = (len(time) - 1) / float(time[-1] - time[0])
    if abs(rate / RATE - 1) < _SAME:
        rate = RATE
    grid = time[0] + np.arange(int(np.floor((time[-1] - time[0]) * rate + 1e-6)) + 1) / rate
    if len(grid) == len(time) and np.abs(grid - time).max() < _JITTER / rate:
        return values, labels, rate
    nearest = np.searchsorted((time[1:] + time[:-1]) / 2, grid)
    return (
        np.column_stack([np.interp(grid, time, column) for column in values.T]),
        labels[nearest],
        rate,
    )


def to_standard_rate(
    values: NDArray[np.float64], labels: NDArray[np.int64], rate: float
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Readings (n, k) and their labels (n,) at `rate` -> at 50 a second.

    A polyphase filter (Kaiser window, linear phase) takes off what lies above half the lower rate;
    a label is that of the nearest reading.
    """
    if rate == RATE:
        return values, labels
    ratio = Fraction(RATE / rate).limit_denominator(400)
    result = scipy.signal.resample_poly(
        values, ratio.numerator, ratio.denominator, axis=0, padtype="line"
    )
    nearest = np.round(np.arange(len(result)) * (rate / RATE)).astype(np.intp)
    return np.asarray(result), labels[np.minimum(nearest, len(labels) - 1)]
