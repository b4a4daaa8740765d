"""Readings in, aligned inputs out, one reading at a time: what a device runs before its model."""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinyodl import har
from tinyodl.align import moments
from tinyodl.align.aligner import Aligner

Array = NDArray[np.float64]


class Window(NamedTuple):
    """inputs (n,), not scaled; known: whether it is known how the sensor sits; turned: whether it
    was just found to sit otherwise; marked: a reading of it was none, see `fixed.stream`."""

    inputs: Array
    known: bool
    turned: bool
    marked: bool = False


class Stream:
    """`har.Stream` of the compact inputs behind an aligner; None takes readings as they come.

    names, window: as there. Where the rotation changes, filters go on as if the sensor had always
    been turned so, but for octave bands, which settle within a second.
    """

    def __init__(
        self, aligner: Aligner | None, names: tuple[str, ...], window: int = har.WINDOW
    ) -> None:
        self.aligner = aligner
        self._stream = har.Stream(names=names, window=window)
        self._hop = window // 2
        self._past = moments.nothing_before()
        self._sums = np.zeros(moments.SIZE)
        self._readings = 0

    def push(self, reading: ArrayLike) -> Window | None:
        """Take one reading (6,), acc in g and gyro in rad/s; return what a device samples when a
        window is complete. ValueError on another shape or values that are not finite; nothing has
        changed then."""
        if self.aligner is None:
            inputs = self._stream.push(reading)
            return None if inputs is None else Window(inputs, True, False)
        row = np.asarray(reading, dtype=np.float64)
        inputs = self._stream.push(
            (row.reshape(-1, 3) @ self.aligner.rotation.T).reshape(row.shape)
            if row.shape == (6,)
            else row
        )
        moments.gather(self._stream.channels, self._past, self._sums)
        self._readings += 1
        turned = self._readings % self._hop == 0 and self._half(self.aligner)
        return None if inputs is None else Window(inputs, self.aligner.known, turned)

    def _half(self, aligner: Aligner) -> bool:
        """Half a window is complete: let the aligner see it as the sensor has it."""
        before = aligner.rotation
        vectors = moments.vectors(self._sums, self._hop) @ before
        brisk = bool(moments.brisk(self._sums, self._hop))
        self._sums[:] = 0
        if not aligner.half(vectors, brisk):
            return False
        change = aligner.rotation @ before.T
        self._stream.turn(change)
        rows = self._past.reshape(moments.LAG, -1, 3)[:, :3]  # acceleration, body, rotation
        rows[:] = rows @ change.T
        return True
