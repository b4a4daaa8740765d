"""Raw counts in, a window's scaled inputs out, in whole numbers: `align.Stream` on a device.

>>> import numpy as np
>>> from tinyodl.har import RangeScaler, compact, extract
>>> imu = np.random.default_rng(0).normal(0, 0.2, (256, 6)) + [0, 0, 1, 0, 0, 0]
>>> stream = Stream(compact.plan(), RangeScaler().fit(extract(imu)), Ranges(acc=4, gyro=500))
>>> windows = [stream.push(row) for row in stream.ranges.counts(imu)]
>>> [i for i, window in enumerate(windows) if window]
[127, 191, 255]
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinyodl.align import Template
from tinyodl.fixed import inputs, moments, mounting, signals
from tinyodl.fixed.core import clipped, rounded
from tinyodl.fixed.maths import norm, quotient, round16
from tinyodl.har import RangeScaler, compact
from tinyodl.model import Model

Ints = NDArray[np.int64]

STUCK = 16  # readings in a row that are all the same: no sensor that works has so little noise
GONE = 16  # missing readings in a row after which filters start anew
COUNT_MOST = 32767


class Ranges(NamedTuple):
    """What the sensor's counts of 16 bits are full scale at: g, and degrees a second."""

    acc: float
    gyro: float

    def factors(self) -> tuple[tuple[int, int], tuple[int, int]]:
        """Counts to V_BITS: a factor of 15 bits and a shift, for acceleration and rotation."""
        return _factor(self.acc), _factor(np.radians(self.gyro))

    def counts(self, imu: NDArray[np.float64]) -> Ints:
        """Readings (readings, 6) in g and rad/s as a sensor would send them."""
        full = np.repeat([self.acc, np.radians(self.gyro)], 3)
        whole = np.clip(np.rint(imu / full * 2**15), -COUNT_MOST - 1, COUNT_MOST)
        return np.asarray(whole, np.int64)


def _factor(full: float) -> tuple[int, int]:
    per = full / 2**15 * 2**signals.V_BITS
    if not 2**-10 <= per <= 2**7:
        raise ValueError(f"a full scale of {full:g} is not one of a sensor: up to 64 g or rad/s")
    shift = 14 - int(np.floor(np.log2(per)))
    return min(round(per * 2**shift), COUNT_MOST), shift


class Window(NamedTuple):
    """h (n,): scaled inputs in steps of clip / 127; known, turned: as `align.Window`; marked: a
    reading of it was at full scale, stuck or missing: it is predicted, not learnt."""

    h: Ints
    known: bool
    turned: bool
    marked: bool


class Stream:
    """work: what to compute; scaler: fitted on it; template: None takes readings as they come.

    mean: accumulators of the mean acceleration, -1 where there is none.
    """

    def __init__(
        self,
        work: compact.Plan,
        scaler: RangeScaler,
        ranges: Ranges,
        template: Template | None = None,
    ) -> None:
        self.ranges = ranges
        self._factors = ranges.factors()
        self.filters, self.recipe = signals.filters(work), inputs.recipe(work, scaler)
        self.aligner = mounting.Aligner(mounting.constants(template)) if template else None
        self.work, self._hop = work, work.window // 2
        self._channels = np.zeros(len(work.channels), np.int64)
        self._imu, self._up = np.zeros(6, np.int64), np.zeros(3, np.int64)
        self._now = np.zeros(moments.KEPT, np.int64)
        self._vectors = np.zeros((moments.VECTORS, 3), np.int64)
        self._h = np.zeros(len(work.names), np.int64)
        self._raw = np.zeros(6, np.int64)
        rows = self.recipe.accumulators.tolist()
        means = [[compact.SUM, k, k] for k in range(3)]
        self.mean = [rows.index(row) if row in rows else -1 for row in means]
        self._restart()

    @classmethod
    def of(cls, model: Model, ranges: Ranges) -> "Stream":
        """A model's."""
        work = compact.plan(model.names, 50.0, model.window)
        return cls(work, model.scaler, ranges, model.alignment)

    def _restart(self) -> None:
        """As if nothing had been read, but for the aligner."""
        self.state = signals.start(self.filters)
        self.halves = [inputs.empty(self.recipe), inputs.empty(self.recipe)]
        self.sums = np.zeros(moments.SIZE, np.int64)
        self.past = np.zeros((moments.LAG, moments.KEPT), np.int64)
        self._readings = self._same = self._missing = 0
        self._marks = [False, False]

    def pause(self, off: bool = True) -> None:
        """A recording ends: what follows is read afresh; off: and the sensor may sit otherwise."""
        self._restart()
        if self.aligner and off:
            self.aligner.pause()

    def push(self, counts: ArrayLike | None) -> Window | None:
        """One reading (6,) of 16 bits, None where one is missing (the last takes its place)."""
        if counts is None:
            self._missing += 1
            if self._missing > GONE or not self.state.started[0]:
                self._restart()
                return None
        else:
            row = np.asarray(counts, np.int64)
            if row.shape != (6,) or (np.abs(2 * row + 1) > 2**16).any():
                raise ValueError(f"a reading is six whole numbers of 16 bits, got {counts!r}")
            same = bool(self.state.started[0]) and bool((row == self._raw).all())
            self._same = min(self._same + 1, STUCK) if same else 0
            self._missing = 0
            self._raw[:] = row
        full = (self._raw == COUNT_MOST) | (self._raw == -COUNT_MOST - 1)
        self._marks[1] |= bool(full.any()) or self._same >= STUCK - 1 or self._missing > 0
        self._signals()
        inputs.accumulate(self._channels, self.recipe.accumulators, self.halves[1])
        self._readings += 1
        due = self._readings % self._hop == 0
        if self.aligner:
            moments.gather(self._channels, self.past, self._now, self.sums)
        if not due:
            return None
        whole = self._readings >= 2 * self._hop
        if whole:
            self._readings = 2 * self._hop
            self._finish()
        marked = any(self._marks)
        self.halves = [self.halves[1], inputs.empty(self.recipe)]
        self._marks = [self._marks[1], False]
        turned = self.aligner is not None and self._half(self.aligner)
        known = self.aligner is None or self.aligner.known
        return Window(self._h.copy(), known, turned, marked) if whole else None

    def _signals(self) -> None:
        """The last reading's channels, turned as the aligner says."""
        for k in range(6):
            mantissa, shift = self._factors[k // 3]
            self._imu[k] = rounded(int(self._raw[k]) * mantissa, shift)
        if self.aligner and self.aligner.alignments:
            m = [[part >> 14 for part in row] for row in self.aligner.rotation]
            for first in (0, 3):
                x = [int(v) for v in self._imu[first : first + 3]]
                for k in range(3):
                    total = sum(round16(4 * v, r) for v, r in zip(x, m[k], strict=True))
                    self._imu[first + k] = clipped(total, signals.MOST)
        f, s = self.filters, self.state
        signals.signals(
            *(self._imu, f.gain, f.steps, f.bands, f.coefficients),
            *(s.gravity, s.last, s.memory, s.started, self._up, self._channels),
        )

    def _finish(self) -> None:
        """A whole window's inputs."""
        r, (first, second) = self.recipe, self.halves
        direction = np.zeros(4, np.int64)
        if min(self.mean) >= 0:
            total = [int(first[k] + second[k]) for k in self.mean]
            signals.upwards(*total, direction)
            direction[3] = norm(*(quotient(v, r.window) for v in total))
        inputs.scaled(
            *(first, second, r.accumulators[:, 0], r.inputs, r.middle, r.gain, r.shift),
            *(r.window, r.floors, direction, self._h),
        )

    def _half(self, aligner: mounting.Aligner) -> bool:
        """Half a window is complete: let the aligner see it as the sensor has it."""
        before = aligner.rotation
        moments.vectors(self.sums, self._hop, self._vectors)
        brisk = bool(moments.brisk(self.sums, self._hop))
        self.sums[:] = 0
        undone = [tuple(row[k] for row in before) for k in range(3)]  # transposed: turned back
        own = [mounting.turned(undone, tuple(v)) for v in self._vectors.tolist()]
        if not aligner.half(np.array(own), brisk):
            return False
        change = [tuple(mounting.dot(row, other) for other in before) for row in aligner.rotation]
        s = self.state
        for rows in (s.gravity, s.last[:9].reshape(3, 3), self.past[:, 2:5], self.past[:, 5:8]):
            for row in rows:
                row[:] = mounting.turned(change, tuple(row.tolist()))
        return True


class Clock:
    """A sensor's readings at its own rate (25 to 400 a second) to 50 a second: on the line between
    the two nearest. No filter: what a wearer does lies below 20 Hz.

    >>> clock = Clock(rate=100)
    >>> [len(clock.push([k] * 6)) for k in range(6)]
    [1, 0, 1, 0, 1, 0]
    """

    def __init__(self, rate: float) -> None:
        if not 25 <= rate <= 400:
            raise ValueError(f"a sensor of {rate:g} readings a second: take one of 25 to 400")
        self._step = ((round(1000 * rate) << 16) + 25000) // 50000
        self._before: list[int] | None = None
        self._at = 0

    def push(self, counts: ArrayLike) -> list[list[int]]:
        """One reading (6,): those at 50 a second that lie up to it, two at most."""
        now = [int(v) for v in np.asarray(counts)]
        if self._before is None:
            self._before, self._at = now, self._step
            return [now]
        made: list[list[int]] = []
        while self._at <= 2**16 and len(made) < 2:
            share = self._at >> 1
            pairs = zip(self._before, now, strict=True)
            made.append([a + (((b - a) * share + 2**14) >> 15) for a, b in pairs])
            self._at += self._step
        self._at -= 2**16
        self._before = now
        return made
