"""What half a window says of how the sensor sits: vectors that turn with it.

With v the vertical acceleration, t the turning about the vertical, b the body acceleration and w
the rotation (signals that the compact inputs are made of), the sums over the readings i of

    v(i + L) b(i),  v(i + L) w(i),  t(i + L) b(i),  t(i + L) w(i),   L = -LAG, 0, LAG

are vectors: v and t are the same however the sensor is turned, b and w turn with it, and so does
the sum. Their horizontal part tells the heading; the mean acceleration tells what is down. Each is
divided by the root mean squares of what it is made of, so that every half window counts the same.
"""

import numpy as np
from numba import njit
from numpy.typing import NDArray

from tinyodl.har import compact

Array = NDArray[np.float64]

LAG = 3  # readings, 60 ms
VECTORS = 1 + 12  # the acceleration; two signals, two vectors, three lags
SCALARS = 6  # |a| - 1 and its square, squares of v, t, b and w
SIZE = SCALARS + 3 * VECTORS
BRISK = 0.1  # g, deviation of |a| over half a window: walking and more
STEADY = 2  # brisk half windows in a row before one counts
STATE_BYTES = 4 * (SIZE + LAG * 8)  # sums, and LAG readings of v, t, b and w

_VERTICAL, _TURN = compact.SIGNALS.index("vertical"), compact.SIGNALS.index("turn")
_BODY, _GYRO = compact.SIGNALS.index("body_x"), compact.SIGNALS.index("gyro_x")
_NORM = compact.SIGNALS.index("acc_norm")
_FLOOR = 1e-4  # g or rad/s: what is smaller does not tell a direction


@njit(cache=True, nogil=True)  # type: ignore[misc]
def gather(channels, past, into):  # type: ignore[no-untyped-def]  # pragma: no cover - compiled
    """Add readings to a half window's sums: channels (readings, signals or more); past (LAG,
    signals): the readings before them, which is kept up to date; into (SIZE,)."""
    for i in range(channels.shape[0]):
        now, then = channels[i], past[0]
        into[0] += now[_NORM]
        into[1] += now[_NORM] * now[_NORM]
        into[2] += now[_VERTICAL] * now[_VERTICAL]
        into[3] += now[_TURN] * now[_TURN]
        for axis in range(3):
            into[4] += now[_BODY + axis] * now[_BODY + axis]
            into[5] += now[_GYRO + axis] * now[_GYRO + axis]
            into[6 + axis] += now[axis]
            k = 9 + axis
            for signal in (_VERTICAL, _TURN):
                for vector in (_BODY, _GYRO):
                    into[k] += then[signal] * now[vector + axis]
                    into[k + 3] += now[signal] * now[vector + axis]
                    into[k + 6] += now[signal] * then[vector + axis]
                    k += 9
        for k in range(past.shape[0] - 1):
            past[k, :] = past[k + 1, :]
        past[past.shape[0] - 1, :] = now[: past.shape[1]]


@njit(cache=True, nogil=True)  # type: ignore[misc]
def _gather_each(channels, starts, hop, past, out):  # type: ignore[no-untyped-def]  # pragma: no cover
    for k in range(starts.shape[0]):
        for back in range(past.shape[0]):
            i = starts[k] - past.shape[0] + back
            if i >= 0:
                past[back, :] = channels[i, : past.shape[1]]
            else:
                past[back, :] = 0.0
        gather(channels[starts[k] : starts[k] + hop], past, out[k])


def nothing_before() -> Array:
    """The readings before a recording: none."""
    return np.zeros((LAG, len(compact.SIGNALS)))


def sums(imu: Array, starts: NDArray[np.int64], hop: int) -> Array:
    """The sums of half windows of one recording: imu (readings, 6 or 3), first readings (halves,),
    `hop` readings in each -> (halves, SIZE)."""
    work = compact.plan(())
    imu = compact.with_gyroscope(imu, ())
    channels = np.empty((len(imu), len(work.channels)))
    compact.signals(imu, compact.start(work, np.float64), work.steps, work.bands, channels)
    result = np.zeros((len(starts), SIZE))
    _gather_each(channels, starts, hop, nothing_before(), result)
    return result


def brisk(of: Array, hop: int) -> NDArray[np.bool_]:
    """Whether half windows (..., SIZE) of `hop` readings are brisk."""
    mean = of[..., 0] / hop
    return np.asarray(of[..., 1] / hop - mean * mean > BRISK * BRISK)


def steady(brisk: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which half windows count, of some in time order: brisk ones after STEADY brisk ones."""
    result = brisk.copy()
    for back in range(1, STEADY + 1):
        result[back:] &= brisk[:-back]
        result[:back] = False
    return result


def vectors(of: Array, hop: int) -> Array:
    """The vectors of half windows, (..., VECTORS, 3): the mean acceleration in g, then the
    others."""
    v, t, b, w = np.moveaxis(np.sqrt(of[..., 2:SCALARS] / hop), -1, 0) + _FLOOR
    scale = np.repeat(np.stack([v * b, v * w, t * b, t * w], axis=-1), 3, axis=-1)
    result = of[..., SCALARS:].reshape(*of.shape[:-1], VECTORS, 3) / hop
    result[..., 1:, :] /= scale[..., None]
    return np.asarray(result)
