"""Where a run is, kept in a file, so that it goes on there after it ended in whatever way.

The state is written before the lines that tell of it are printed: what was said is never taken
back, and nothing is said twice.
"""

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

import numpy as np

from tinyodl import align
from tinyodl.cli.asking import Asking
from tinyodl.data.errors import DataError
from tinyodl.data.recordings import RATE, Recording
from tinyodl.device import OnDeviceLearner
from tinyodl.device.snapshot import StateError, dumps, restore
from tinyodl.files import clear_parts, write_bytes

EVERY = 1.0  # s between two writes, unless something was asked or learnt
DIGITS = 16  # of a recording's digest
REMEMBERED = 1024  # recordings that are known to be done


class Place:
    """Where a run is. now: s since its first window; wall: when that was, by the clock; begun: when
    the present recording did; readings: how many of it are done, and their digest; done: digests of
    recordings that are; windows, known, right: counts for its last line."""

    def __init__(self) -> None:
        self.now = self.begun = self.wall = 0.0
        self.readings = 0
        self.digest = ""
        self.done: list[str] = []
        self.windows = self.known = self.right = 0


class Safe:
    """The state of a run, in a file (None: nowhere), and the lines that it prints.

    device, aligner: as they were made; from then on `aligner` is the one to use.
    """

    def __init__(
        self,
        path: Path | None,
        device: OnDeviceLearner,
        aligner: align.Aligner | None,
        asking: Asking,
        stream: TextIO,
    ) -> None:
        self.device, self.aligner, self.place = device, aligner, Place()
        self.resumed = path is not None and path.exists()
        self._path, self._asking, self._stream = path, asking, stream
        self._lines: list[str] = []
        self._written = -np.inf
        if path is None:
            return
        clear_parts(path)
        if not self.resumed:
            return
        try:
            kept = restore(device, path.read_bytes(), self._beside(), self._made())
        except StateError as error:
            raise DataError(f"{path}: {error}") from None
        self.aligner, self.place = kept["aligner"], kept["place"]

        asking.draws = kept["draws"]

    def _made(self) -> dict[str, str]:
        return {"alignment": "off" if self.aligner is None else "on"}

    def _beside(self) -> dict[str, object]:
        return {"aligner": self.aligner, "place": self.place, "draws": self._asking.draws}

    def say(self, line: str, urgent: bool = False) -> None:
        """Print a line as soon as what it tells is safe; urgent: at once."""
        self._lines.append(line)
        if self._path is None or urgent or time.monotonic() - self._written >= EVERY:
            self.write()

    def write(self) -> None:
        """Write the state, and print what waits for that."""
        if self._path is not None:
            self.place.wall = time.time()
            write_bytes(self._path, dumps(self.device, self._beside(), self._made()))
            self._written = time.monotonic()
        lines, self._lines = self._lines, []
        if lines:
            print("\n".join(lines), file=self._stream, flush=True)

    def away(self) -> float:
        """Seconds since the state was written, at least 0."""
        return max(time.time() - self.place.wall, 0.0) if self.resumed else 0.0


class Progress:
    """How far into one recording a run is: readings that are done, with their digest."""

    def __init__(self, recording: Recording, place: Place) -> None:
        self._recording, self._place = recording, place
        self._sums, self._taken = hashlib.sha256(), 0
        here = 0 < place.readings <= len(recording.imu)
        if not here or self._take(place.readings) != place.digest:
            self._sums, self._taken = hashlib.sha256(), 0
            place.begun, place.readings, place.digest = place.now, 0, ""

    def _take(self, readings: int) -> str:
        self._sums.update(self._recording.imu[self._taken : readings].tobytes())
        self._taken = readings
        return self._sums.hexdigest()

    def at(self, readings: int) -> None:
        """So many readings are done."""
        self._place.readings, self._place.digest = readings, self._take(readings)

    def end(self) -> None:
        """All are."""
        place, readings = self._place, len(self._recording.imu)
        place.now = place.begun + readings / RATE
        place.done = [*place.done, self._take(readings)[:DIGITS]][-REMEMBERED:]
        place.readings, place.digest = 0, ""


def left(recordings: Sequence[Recording], place: Place) -> list[Recording]:
    """Those that are not done."""
    done = set(place.done)
    return [r for r in recordings if not done or _digest(r) not in done]


def _digest(recording: Recording) -> str:
    return hashlib.sha256(recording.imu.tobytes()).hexdigest()[:DIGITS]
