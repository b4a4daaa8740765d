"""Recordings whose sensors have a file each, with a clock each: put together on the
accelerometer's.

Files of one folder (or zip) belong together where their names say a sensor each, and are the same
without that: Accelerometer.csv and Gyroscope.csv, walk1_acc.csv and walk1_gyro.csv.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.data import clock
from tinyodl.data.errors import DataError
from tinyodl.data.run import Run
from tinyodl.data.sources import Source

Array = NDArray[np.float64]

SENSOR = re.compile(
    r"(total|linear|user|raw|uncal\w*|device)?[-_. ]*"
    r"(acc(el\w*|\b|(?=[-_. \d]|$))|gyr\w*|grav\w*|rotation\w*|angular\w*|magn\w*|orient\w*)",
    re.IGNORECASE,
)
_MISSING = 4.0  # distances of the other sensor's readings from which it is not there
_HEAVY = 0.7  # of gravity: what an acceleration that has it in it is at least


class Other(NamedTuple):
    """Another sensor's readings: time (n,) in s, values (n, 3), and its file."""

    file: str
    time: Array
    values: Array


def groups(sources: Sequence[Source]) -> list[list[Source]]:
    """Sources that may belong together, in their order."""
    found: dict[object, list[Source]] = {}
    for source in sources:
        stem = source.parts.stem.removesuffix(".csv")
        rest, count = SENSOR.subn("", stem)
        key: object = (source.parts.parent, rest.strip("-_. ").lower()) if count else source
        found.setdefault(key, []).append(source)
    return list(found.values())


def label(source: Source) -> str:
    """What a recording in several files is called: what their names have in common, or the
    folder's."""
    rest = SENSOR.sub("", source.parts.stem).strip("-_. ")
    return rest or source.parts.parent.name or source.name


def beside(run: Run, other: Other) -> Run:
    """A recording with another sensor's readings at its own times, as columns more; where the
    other's are missing it has none. DataError where the two have no time in common."""
    assert run.time is not None
    own = run.begun + run.time
    steady = clock.fit(own).time if _in_bursts(own) else own
    time = clock.fit(other.time).time if _in_bursts(other.time) else other.time
    apart = clock.period(time)
    after = np.clip(np.searchsorted(time, steady), 1, len(time) - 1)
    near = np.minimum(np.abs(steady - time[after - 1]), np.abs(time[after] - steady))
    there = near <= _MISSING * apart
    if not there.any():
        raise DataError(
            f"{run.where(0)}: recording {run.name!r} has times from {own[0]:.3f} to {own[-1]:.3f} "
            f"s, {other.file} from {time[0]:.3f} to {time[-1]:.3f} s, with none in common: give "
            "files of one recording, with one clock"
        )
    values = np.column_stack([np.interp(steady, time, column) for column in other.values.T])
    both = np.hstack([run.values, values])
    return run._replace(values=both[there], activity=run.activity[there], time=run.time[there])


def heavy(acceleration: Array, gravity: Array) -> bool:
    """Whether gravity is in an acceleration already, (n, 3) each."""
    own, pull = (np.median(np.linalg.norm(v, axis=1)) for v in (acceleration, gravity))
    return bool(own > _HEAVY * pull)


def _in_bursts(time: Array) -> bool:
    return len(time) > 2 and clock.period(time) > 0 and clock.bursts(time)
