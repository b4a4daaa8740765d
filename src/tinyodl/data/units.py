"""Which units a sensor's readings are in: told, or recognised.

A body worn sensor reads 1 g on average, so the median magnitude of the acceleration tells g from
m/s^2. Rotation is told by its size against the changes of the acceleration: people turn a sensor by
some 0.1 to 15 rad/s for each g that they shake it with, which is 5 to 850 in degrees.
"""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

AccUnit = Literal["g", "m/s2"]
GyroUnit = Literal["rad/s", "deg/s"]

STANDARD_GRAVITY = 9.80665
TO_G: dict[AccUnit, float] = {"g": 1.0, "m/s2": 1 / STANDARD_GRAVITY}
TO_RAD: dict[GyroUnit, float] = {"rad/s": 1.0, "deg/s": np.pi / 180}

LARGEST_ACC = 64.0  # g; beyond what wearables' sensors can read
LARGEST_GYRO = 140.0  # rad/s, 8,000 degrees a second
_BLOCK = 500  # readings over which the median magnitude is surely gravity's
_IN_G, _IN_M = (0.5, 2.5), (4.9, 25.0)
_RAD, _DEG = 20.0, 40.0


def acceleration(acc: NDArray[np.float64]) -> list[tuple[int, AccUnit | None, float]]:
    """For each block of readings (n, 3): its first row, its unit (None where neither fits), its
    median magnitude."""
    length = np.linalg.norm(acc, axis=1)
    blocks = []
    for first in range(0, max(len(acc) - _BLOCK // 2, 1), _BLOCK):
        median = float(np.median(length[first : first + _BLOCK]))
        unit: AccUnit | None = None
        if _IN_G[0] <= median <= _IN_G[1]:
            unit = "g"
        elif _IN_M[0] <= median <= _IN_M[1]:
            unit = "m/s2"
        blocks.append((first, unit, median))
    return blocks


def turning(acc: NDArray[np.float64], gyro: NDArray[np.float64]) -> float:
    """Root mean square of the rotation over that of the acceleration's changes; acc (n, 3) in g.
    nan at rest."""
    shaken = float(np.sqrt(((acc - acc.mean(axis=0)) ** 2).sum(axis=1).mean()))
    turned = float(np.sqrt(((gyro - gyro.mean(axis=0)) ** 2).sum(axis=1).mean()))
    return turned / shaken if shaken > 1e-3 else float("nan")


def rotation(ratio: float) -> GyroUnit | None:
    """The unit that fits a `turning` ratio, None where it cannot be told."""
    if ratio < _RAD:
        return "rad/s"
    return "deg/s" if ratio > _DEG else None
