"""From readings to inputs: windows, features and their scaling.

>>> import numpy as np
>>> imu = np.tile([0.0, 0.0, 1.0, 0.0, 0.0, 0.0], (256, 1))  # lying still on a table
>>> extract(imu).shape
(3, 60)
"""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinyodl.har import compact, uci561
from tinyodl.har.compact_names import NAMES as COMPACT_NAMES
from tinyodl.har.scaling import RangeScaler
from tinyodl.har.stream import Stream
from tinyodl.har.windows import (
    HOP,
    LARGEST,
    LONGEST,
    WINDOW,
    check_imu,
    check_window,
    segment_starts,
    turn,
    window_starts,
)

__all__ = [
    "COMPACT_NAMES",
    "HOP",
    "LARGEST",
    "LONGEST",
    "WINDOW",
    "Features",
    "RangeScaler",
    "Stream",
    "check_window",
    "extract",
    "names",
    "segment_starts",
    "turn",
    "window_starts",
]

Features = Literal["uci561", "compact"]


def names(features: Features = "compact", gyroscope: bool = True) -> tuple[str, ...]:
    """The names of the inputs, in the order of `extract`'s columns; without a gyroscope, those that
    need none."""
    if features not in ("uci561", "compact"):
        raise ValueError(f"features must be 'uci561' or 'compact', got {features!r}")
    if features == "uci561":
        if not gyroscope:
            raise ValueError("uci561 needs a gyroscope: use the compact inputs")
        return uci561.names()
    return tuple(name for name in COMPACT_NAMES if gyroscope or not compact.needs_gyroscope(name))


def extract(
    imu: ArrayLike,
    rate: float = 50.0,
    features: Features = "compact",
    starts: ArrayLike | None = None,
    window: int = WINDOW,
) -> NDArray[np.float64]:
    """The inputs of every window of one recording.

    imu: (readings, 6), acc x, y, z in g, gyro x, y, z in rad/s, or (readings, 3) without a
    gyroscope, one recording from its start; rate: readings a second; starts: the windows' first
    readings, or None for every half window; window: readings, an even number (128 only for uci561).
    Returns (windows, inputs); `names(features, gyroscope)` names the columns. Filters run forwards:
    started at rest for uci561, as the official ones (which take two readings beyond the window),
    and in the steady state of the first reading for compact. ValueError on another shape, on values
    that are not finite or above LARGEST (with their row), on a window that leaves the recording,
    and on a rate too low for the filters.
    """
    readings = check_imu(imu)
    first = window_starts(len(readings), starts, check_window(window))
    chosen = names(features, gyroscope=readings.shape[1] == 6)
    if features == "compact":
        return compact.extract(readings, first, compact.plan(chosen, float(rate), window))
    if window != WINDOW:
        raise ValueError(
            f"uci561 is defined for windows of {WINDOW} readings, got {window}: use the compact "
            "inputs"
        )
    return uci561.extract(readings, first, float(rate))
