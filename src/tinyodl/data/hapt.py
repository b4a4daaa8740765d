"""The HAPT recordings embedded in the package: 30 people, 61 recordings at 50 Hz, lossless.

File format (hapt.xz): an LZMA stream of, in order, two little-endian uint32 (readings, runs); the
runs as four planes (recording, subject, activity: uint8; length: uint32); and the sensor counts as
zigzagged differences along time, one channel after another, all low bytes first and then all high
bytes. Differences wrap modulo 2**16, so any int16 value survives.
"""

import lzma
from functools import cache
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.data.recordings import Dataset, Recording

ATTRIBUTION = (
    "Smartphone-Based Recognition of Human Activities and Postural Transitions (HAPT), "
    "J. L. Reyes-Ortiz, L. Oneto, A. Sama, X. Parra, D. Anguita, UCI Machine Learning Repository, "
    "licence CC BY 4.0. Embedded in tinyodl without loss, recompressed."
)
ACTIVITIES = ("walking", "walking upstairs", "walking downstairs", "sitting", "standing", "laying")
RATE = 50.0
ACCELERATION_UNIT = 1 / 720  # g a count
ROTATION_UNIT = 0.00030543262  # rad/s a count
DRIFTED = (9, 14, 16, 19, 25)  # the reference's drifted subjects

_FILTERS = [{"id": lzma.FILTER_LZMA2, "preset": 6, "lc": 0, "lp": 0, "pb": 0}]


class Counts(NamedTuple):
    """What the sensors counted: imu (readings, 6) int16; the others (readings,) uint8."""

    imu: NDArray[np.int16]
    recording: NDArray[np.uint8]
    subject: NDArray[np.uint8]
    activity: NDArray[np.uint8]


def pack(counts: Counts) -> bytes:
    """Compress without loss (see the module's text for the format)."""
    labels = np.stack(counts[1:], axis=1)
    first = np.flatnonzero(np.r_[True, (labels[1:] != labels[:-1]).any(axis=1)])
    lengths = np.diff(np.r_[first, len(labels)]).astype("<u4")
    steps = np.diff(counts.imu, axis=0, prepend=np.zeros((1, 6), np.int16)).astype(np.int16).T
    zigzag = ((steps << 1) ^ (steps >> 15)).astype(np.uint16)
    parts = (
        np.array([len(labels), len(first)], "<u4").tobytes(),
        labels[first].T.tobytes(),
        lengths.tobytes(),
        (zigzag & 0xFF).astype(np.uint8).tobytes(),
        (zigzag >> 8).astype(np.uint8).tobytes(),
    )
    return lzma.compress(b"".join(parts), format=lzma.FORMAT_XZ, filters=_FILTERS)


def unpack(packed: bytes) -> Counts:
    """The inverse of `pack`."""
    raw = np.frombuffer(lzma.decompress(packed), np.uint8)
    readings, runs = (int(v) for v in raw[:8].view("<u4"))
    end = 8 + 3 * runs
    labels = raw[8:end].reshape(3, runs)
    lengths = np.frombuffer(raw[end : end + 4 * runs].tobytes(), "<u4")
    planes = raw[end + 4 * runs :].reshape(2, 6, readings).astype(np.uint16)
    zigzag = planes[0] | (planes[1] << 8)
    steps = (zigzag >> 1) ^ (0 - (zigzag & 1))
    imu = np.cumsum(steps, axis=1, dtype=np.uint16).view(np.int16).T
    recording, subject, activity = np.repeat(labels, lengths, axis=1)
    return Counts(imu, recording, subject, activity)


@cache
def counts() -> Counts:
    """The embedded recordings as the sensors counted them."""
    return unpack(resources.files("tinyodl.data").joinpath("hapt.xz").read_bytes())


def load() -> list[Recording]:
    """The 61 recordings in physical units, activities 0 (unlabelled) to 12."""
    imu, recording, subject, activity = counts()
    scale = np.repeat([ACCELERATION_UNIT, ROTATION_UNIT], 3)
    first = np.flatnonzero(np.r_[True, recording[1:] != recording[:-1]])
    return [
        Recording(
            f"hapt {recording[a]}",
            int(subject[a]),
            imu[a:b] * scale,
            activity[a:b].astype(np.int64),
        )
        for a, b in zip(first, np.r_[first[1:], len(recording)], strict=True)
    ]


def dataset(recordings: list[Recording] | None = None) -> Dataset:
    """These recordings, or the embedded ones, with the names of their activities and people."""
    recordings = load() if recordings is None else recordings
    return Dataset(
        recordings, ACTIVITIES, {p: str(p) for p in sorted({r.subject for r in recordings})}
    )
