"""The same inputs one reading at a time, in fixed memory: what a device runs."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinyodl.har import compact, uci561
from tinyodl.har.compact_names import NAMES
from tinyodl.har.windows import LARGEST, WINDOW, possible


class Stream:
    """One reading in; every half window, from the first whole one on, the inputs of the last window
    out.

    uci561 comes two readings later: its median and its jerk take what follows the window.

    features: "compact" or "uci561"; rate: readings a second; dtype: float64, or float32 for compact
    (what the arithmetic is done in; `tinyodl.har.rounding` bounds the difference). For compact
    also: names, which of its inputs; window, readings (one comes every half window).

    >>> stream = Stream()
    >>> outs = [stream.push([0.0, 0.0, 1.0, 0.0, 0.0, 0.0]) for _ in range(192)]
    >>> [i for i, out in enumerate(outs) if out is not None]
    [127, 191]
    """

    def __init__(
        self,
        features: str = "compact",
        rate: float = 50.0,
        dtype: type[np.floating[Any]] = np.float64,
        names: tuple[str, ...] = NAMES,
        window: int = WINDOW,
    ) -> None:
        if features not in ("compact", "uci561"):
            raise ValueError(f"features must be 'uci561' or 'compact', got {features!r}")
        if features == "uci561" and np.dtype(dtype) != np.float64:
            raise ValueError(
                "uci561 streams in float64 only: it is for comparison, compact is for devices"
            )
        if features == "uci561" and window != WINDOW:
            raise ValueError(f"uci561 is defined for windows of {WINDOW} readings, got {window}")
        self._window = window
        self._half: _CompactHalves | _Uci561Halves = (
            _CompactHalves(compact.plan(names, float(rate), window), dtype)
            if features == "compact"
            else _Uci561Halves(rate)
        )
        self._dtype = dtype
        self._seen = 0

    def push(self, reading: ArrayLike) -> NDArray[Any] | None:
        """Take one reading (6,), acc in g and gyro in rad/s; return the inputs (n,) when a window
        is complete. ValueError on another shape, and on a value that no sensor has (not finite, or
        above `LARGEST`); nothing has changed then, so that later inputs stay finite."""
        row = np.asarray(reading, dtype=self._dtype)
        if row.shape != (6,):
            raise ValueError(
                f"a reading has shape (6,): acc x, y, z, gyro x, y, z; got {row.shape}"
            )
        if not possible(row).all():
            raise ValueError(
                f"reading {self._seen} is not finite, or above {LARGEST:g}: {row.tolist()}; it was "
                "not taken, leave it out and go on"
            )
        self._half.add(row[None, :])
        self._seen += 1
        due = self._seen - self._half.late
        return (
            self._half.finish(due >= self._window)
            if due > 0 and due % (self._window // 2) == 0
            else None
        )

    @property
    def channels(self) -> NDArray[Any]:
        """The signals of the last reading, (1, signals and more); compact only."""
        assert isinstance(self._half, _CompactHalves)
        return self._half.row

    def turn(self, rotation: NDArray[Any]) -> None:
        """Go on as if the sensor had always been turned by (3, 3), but for octave bands; compact
        only."""
        assert isinstance(self._half, _CompactHalves)
        compact.turn(self._half.state, rotation)


class _CompactHalves:
    """Filters and the accumulators of the half window under way and of the one before."""

    late = 0

    def __init__(self, work: compact.Plan, dtype: type[np.floating[Any]]) -> None:
        self._plan = work
        self.state = compact.start(self._plan, dtype)
        self._dtype = dtype
        self.row = np.zeros((1, len(self._plan.channels)), dtype)
        self._halves = np.stack([compact.empty_half(self._plan, dtype)] * 2)

    def add(self, row: NDArray[Any]) -> None:
        compact.signals(row, self.state, self._plan.steps, self._plan.bands, self.row)
        compact.accumulate(self.row, self._plan.accumulators, self._halves[1])

    def finish(self, complete: bool) -> NDArray[Any] | None:
        result = compact.inputs(self._halves[:, None], self._plan)[0] if complete else None
        self._halves[0] = self._halves[1]
        self._halves[1] = compact.empty_half(self._plan, self._dtype)
        return result


class _Uci561Halves:
    """Filters and the filtered readings of one window, and of the one after it."""

    late = uci561.LATE

    def __init__(self, rate: float) -> None:
        self._filters = uci561.Filters(rate)
        self._window = np.zeros((WINDOW + 1, 9))
        self._next = 0

    def add(self, row: NDArray[Any]) -> None:
        self._window[self._next] = self._filters(row)[0]
        self._next = (self._next + 1) % len(self._window)

    def finish(self, complete: bool) -> NDArray[Any] | None:
        if not complete:
            return None
        window = np.roll(self._window, -self._next, axis=0)
        return np.asarray(uci561.window_features(window[None])[0])
