"""A wearer's windows as an aligned device would have them.

A window's second half is what is new at its end; the sensor is turned, from that window on, as the
aligner finds then.
"""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.align import moments
from tinyodl.align.aligner import Aligner
from tinyodl.align.stream import Window
from tinyodl.har import compact, turn

Array = NDArray[np.float64]


class Motion(NamedTuple):
    """Windows' second halves as the sensor has them: vectors (windows, VECTORS, 3), brisk
    (windows,)."""

    vectors: Array
    brisk: NDArray[np.bool_]

    def turned(self, rotation: Array) -> "Motion":
        """The same with the sensor turned by (3, 3)."""
        return self._replace(vectors=self.vectors @ rotation.T)

    def steady(self) -> Array:
        """What a template is made of, of windows in time order: the vectors that count."""
        return self.vectors[moments.steady(self.brisk)]

    def of(self, windows: NDArray[np.intp]) -> "Motion":
        """Those of some windows."""
        return Motion(self.vectors[windows], self.brisk[windows])


class Worn(NamedTuple):
    """rotations (k, 3, 3) one after the other; at each window's end: which of them is in force and
    whether the mounting is known, (windows,)."""

    rotations: Array
    which: NDArray[np.int64]
    known: NDArray[np.bool_]


def motion(imu: Array, starts: NDArray[np.int64], window: int) -> Motion:
    """Of one recording: imu (readings, 6 or 3), windows of so many readings from `starts` on."""
    hop = window // 2
    sums = moments.sums(imu, starts + hop, hop)
    return Motion(moments.vectors(sums, hop), moments.brisk(sums, hop))


def joined(motions: Sequence[Motion]) -> Motion:
    """One behind the other."""
    return Motion(*(np.concatenate(part) for part in zip(*motions, strict=True)))


def wear(windows: Motion, aligner: Aligner | None) -> Worn:
    """One wearer's windows in time order; the aligner goes on from where it is, None turns
    nothing."""
    which, known = np.zeros(len(windows.brisk), np.int64), np.ones(len(windows.brisk), bool)
    if aligner is None:
        return Worn(np.eye(3)[None], which, known)
    rotations = [aligner.rotation]
    for k, (vectors, brisk) in enumerate(zip(*windows, strict=True)):
        if aligner.half(vectors, bool(brisk)):
            rotations.append(aligner.rotation)
        which[k], known[k] = len(rotations) - 1, aligner.known
    return Worn(np.array(rotations), which, known)


def each(
    imu: Array,
    starts: NDArray[np.int64],
    work: compact.Plan,
    windows: Motion,
    aligner: Aligner | None,
) -> Iterator[Window]:
    """The same as `wear` and `extract`, window by window: with each, the aligner has seen so much
    and no more."""
    rotation, X, first = np.eye(3), np.empty((0, 0)), 0
    for k, (vectors, brisk) in enumerate(zip(*windows, strict=True)):
        turned = aligner is not None and aligner.half(vectors, bool(brisk))
        if turned or k == 0:
            rotation = aligner.rotation if aligner else rotation
            X, first = compact.extract(turn(imu, rotation), starts[k:], work), k
        yield Window(X[k - first], aligner is None or aligner.known, turned)


def extract(
    imu: Array,
    starts: NDArray[np.int64],
    work: compact.Plan,
    rotations: Array,
    which: NDArray[np.int64],
) -> Array:
    """The inputs of one recording's windows: imu (readings, 6 or 3), turned for each window by
    rotations[which]; starts, which (windows,) -> (windows, inputs)."""
    X = np.empty((len(starts), len(work.names)))
    for k in np.unique(which):
        X[which == k] = compact.extract(turn(imu, rotations[k]), starts[which == k], work)
    return X
