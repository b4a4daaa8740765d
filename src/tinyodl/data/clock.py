"""A clock for the times that a phone or a logger writes.

Readings are taken evenly and delivered in bursts: several with the same time, then a pause. A time
can only be late, by as much as one burst waits; so a line through a stretch's times, by its index,
tells when its readings were taken, and what lies off that line is delivery.
"""

from typing import NamedTuple

import numpy as np
import scipy.signal
from numpy.typing import NDArray

Array = NDArray[np.float64]

BURST = 0.25  # s that a reading may be delivered late, or before the one ahead of it
STRETCH = 2001  # readings over which a clock is taken to be even
GAP = 4.0  # distances of readings that are missing at least where there is a gap
LONGEST_JUMP = 0.1  # s, below which a gap is jitter
_SPAN = 200  # readings between two times that tell the rate
_NEAR = 50  # readings on either side of a gap


class Clock(NamedTuple):
    """time (n,) in s, even; rate in readings a second; jitter: root mean square of what was taken
    off, in s."""

    time: Array
    rate: float
    jitter: float


def period(time: Array) -> float:
    """Seconds from one reading to the next, whatever bursts and gaps there are: the median over
    many spans; 0 where time stands still."""
    span = min(_SPAN, max(len(time) // 4, 1))
    return float(np.median(time[span:] - time[:-span])) / span


def backwards(time: Array) -> int | None:
    """The first reading whose time lies before an earlier one's by more than a burst explains."""
    late = np.flatnonzero(np.maximum.accumulate(time) - time > BURST)
    return int(late[0]) if len(late) else None


def gaps(time: Array) -> NDArray[np.intp]:
    """Readings before which some are missing: a pause that the readings after it do not make up
    for."""
    apart = period(time)
    least = max(GAP * apart, LONGEST_JUMP)
    steps = np.flatnonzero(np.diff(time) > least) + 1
    # Nothing is delivered early, so the least delay on either side is the clock's.
    delay = time - apart * np.arange(len(time))
    found: list[int] = []
    begun = 0
    for k in steps.tolist():
        before, after = delay[max(k - _NEAR, begun) : k], delay[k : k + _NEAR]
        if after.min() - before.min() > least:
            found.append(k)
            begun = k
    return np.array(found, np.intp)


def bursts(time: Array) -> bool:
    """Whether some readings came together: less than a quarter of their distance apart. (What
    keeps more of it is believed: readings that are missing show in it.)"""
    return bool((np.diff(time) < period(time) / 4).any() or (np.diff(time) <= 0).any())


def fit(time: Array) -> Clock:
    """A clock for one stretch without gaps: a line, or where it drifts from that by over half a
    reading, one through every STRETCH readings (Savitzky and Golay)."""
    index = np.arange(len(time), dtype=np.float64)
    apart = period(time)
    fitted = time[0] + apart * index
    fitted += np.median(time - fitted)
    slope = np.polyfit(index, time - fitted, 1) if len(time) > 2 else np.zeros(2)
    fitted += np.polyval(slope, index)
    if len(time) > 2 * STRETCH:
        drift = scipy.signal.savgol_filter(time - fitted, STRETCH, 1)
        if np.abs(drift).max() > apart / 2:
            fitted = fitted + drift
    off = time - fitted
    rate = (len(time) - 1) / float(fitted[-1] - fitted[0])
    return Clock(fitted, rate, float(np.sqrt(np.mean((off - off.mean()) ** 2))))
