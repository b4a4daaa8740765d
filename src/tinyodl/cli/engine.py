"""What computes in `tinyodl run`: floating point, or what a board would, from the sensor's counts
on (`fixed`), or the board's own C on this machine (`c`)."""

from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from tinyodl import align, drift, fixed, prune
from tinyodl.cli.options import Run
from tinyodl.data.errors import DataError
from tinyodl.device import OnDeviceLearner, Rules
from tinyodl.fixed.convert import scales
from tinyodl.fixed.stream import Ranges, Stream
from tinyodl.fixed.stream import Window as Counted
from tinyodl.model import Model


class Counts:
    """A board's inputs: readings become the sensor's counts."""

    def __init__(self, model: Model, what: Run) -> None:
        self._ranges = Ranges(what.acc_range, what.gyro_range)
        model = model if what.align else model._replace(alignment=None)
        self._step = scales(model.learner, model.scaler.clip)[: len(model.names)]
        self._stream = _streams(what.engine, model, self._ranges)

    def push(self, reading: ArrayLike) -> align.Window | None:
        """One reading (6,) in g and rad/s."""
        row = np.asarray(reading, float)
        window = self._stream.push(self._ranges.counts(row[None])[0])
        if window is None:
            return None
        return align.Window(window.h * self._step, window.known, window.turned, window.marked)

    def pause(self) -> None:
        """A recording ends; the sensor stays where it is."""
        self._stream.pause(off=False)


class _Stream(Protocol):
    def push(self, counts: NDArray[np.int64]) -> Counted | None: ...

    def pause(self, off: bool = True) -> None: ...


def _streams(engine: str, model: Model, ranges: Ranges) -> _Stream:
    if engine == "fixed":
        return Stream.of(model, ranges)
    from tinyodl.firmware import HarStream

    return HarStream(model, ranges)


def device(model: Model, what: Run, detector: drift.Detector, rules: Rules) -> OnDeviceLearner:
    """A device that computes so."""
    policy = prune.make(what.policy)
    if what.engine == "float":
        return OnDeviceLearner(model, policy, detector=detector, rules=rules)
    if what.resume:
        raise DataError(
            f"--resume keeps devices that compute in floating point: leave it out with --engine "
            f"{what.engine}"
        )
    try:
        return _whole(model, what, policy, detector, rules)
    except (FileNotFoundError, RuntimeError) as error:  # a compiler, cffi
        raise DataError(f"--engine c cannot run ({error}): take --engine fixed") from None
    except ValueError as error:
        raise DataError(f"{what.model}: {error}; take --engine float until then") from None


def _whole(
    model: Model, what: Run, policy: prune.Policy, detector: drift.Detector, rules: Rules
) -> OnDeviceLearner:
    if what.engine == "fixed":
        return fixed.device(model, policy, detector=detector, rules=rules)
    ours = policy == prune.Auto() and isinstance(detector, drift.Cusum | drift.Manual)
    if not ours:
        raise DataError(
            "--engine c has `auto` and the CUSUM: leave --policy and --detector out, or take "
            "--engine fixed"
        )
    from tinyodl.firmware import Device

    return Device(model, rules=rules)  # type: ignore[return-value]  # as far as a run goes
