"""What computes in `tinyodl run`: floating point, or what a board would, from the sensor's counts
on (`fixed`), or the board's own C on this machine (`c`), or a board at a serial port (`board`)."""

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


class _Stream(Protocol):
    def push(self, counts: NDArray[np.int64]) -> Counted | None: ...

    def pause(self, off: bool = True) -> None: ...


class Counts:
    """A board's inputs: readings become the sensor's counts."""

    def __init__(self, model: Model, ranges: Ranges, stream: _Stream) -> None:
        self._ranges, self._stream = ranges, stream
        self._step = scales(model.learner, model.scaler.clip)[: len(model.names)]

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


def make(
    model: Model, what: Run, detector: drift.Detector, rules: Rules
) -> tuple[OnDeviceLearner, Counts | None]:
    """A device that computes so, and its inputs where they are not floating point's."""
    policy = prune.make(what.policy)
    if what.engine == "float":
        return OnDeviceLearner(model, policy, detector=detector, rules=rules), None
    named = f"--engine {what.engine}" if what.port is None else "--port"
    if what.resume:
        raise DataError(
            f"--resume keeps devices that compute in floating point: leave it out with {named}"
        )
    ours = policy == prune.Auto() and isinstance(detector, drift.Cusum | drift.Manual)
    if what.engine != "fixed" and not ours:
        raise DataError(
            f"{named} has `auto` and the CUSUM: leave --policy and --detector out, or take "
            "--engine fixed"
        )
    ranges = Ranges(what.acc_range, what.gyro_range)
    if what.port is not None:
        if not what.align:
            raise DataError("a board aligns as it was built: leave --no-align out with --port")
        return board(model, what.port, ranges, rules)
    aligned = model if what.align else model._replace(alignment=None)
    try:
        if what.engine == "fixed":
            device = fixed.device(model, policy, detector=detector, rules=rules)
            return device, Counts(model, ranges, Stream.of(aligned, ranges))
        from tinyodl.firmware import Device, HarStream

        ours_in_c = Device(model, rules=rules)
        return ours_in_c, Counts(model, ranges, HarStream(aligned, ranges))  # type: ignore[return-value]  # as far as a run goes
    except (FileNotFoundError, RuntimeError) as error:  # a compiler, cffi
        raise DataError(f"--engine c cannot run ({error}): take --engine fixed") from None
    except ValueError as error:
        raise DataError(f"{what.model}: {error}; take --engine float until then") from None


def board(model: Model, port: str, ranges: Ranges, rules: Rules) -> tuple[OnDeviceLearner, Counts]:
    """The device on a board, and what becomes of readings there."""
    from tinyodl.firmware import port as boards

    line = boards.Port(port)
    device = boards.Device(line, model, ranges, rules=rules)
    return device, Counts(model, ranges, boards.Stream(line, device))  # type: ignore[return-value]
