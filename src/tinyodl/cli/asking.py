"""Who answers a device's questions in `tinyodl run`: the recording's own labels or another teacher
of the registry, the person at the keyboard, or a program that reads our lines and writes its own.
"""

import sys
from collections.abc import Sequence
from enum import Enum
from queue import Empty, Queue
from threading import Thread
from time import monotonic
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tinyodl import teachers
from tinyodl.cli import keyboard
from tinyodl.cli.lines import Label, label_of
from tinyodl.cli.options import KEYBOARD, LINES, Run
from tinyodl.data.errors import DataError


class Later(Enum):
    """No reply, or not yet: nothing is told to the device."""

    LATER = "later"


LATER = Later.LATER


class Asking:
    """labels: activities that are known beforehand."""

    def __init__(self, what: Run, labels: Sequence[str]) -> None:
        self._kind, self._seconds = what.teacher, what.seconds
        person = self._kind == KEYBOARD
        if what.wrong and self._kind in (KEYBOARD, LINES):
            raise DataError(
                f"--wrong is for teachers that are programs, not for {self._kind}: leave it out"
            )
        if person and not keyboard.there():
            raise DataError(
                f"--teacher {KEYBOARD} needs a terminal: take --teacher {LINES}, or run it in one"
            )
        self._fallback = self._kind == "true" and not what.as_json and keyboard.there()
        self._truths = Latest()
        self._truth: str | None = ""
        self._lines = Replies() if self._kind == LINES and what.files else None
        self._teacher: teachers.Teacher | None = None
        if self._kind not in (KEYBOARD, LINES):
            self._teacher = teachers.make(self._kind, self._truths)
        if what.wrong and len(labels) > 1 and self._teacher:
            self._teacher = teachers.Noisy(self._teacher, what.wrong, labels)

    @property
    def draws(self) -> np.random.Generator | None:
        """Of a teacher who errs."""
        return self._teacher.draws if isinstance(self._teacher, teachers.Noisy) else None

    @draws.setter
    def draws(self, kept: np.random.Generator | None) -> None:
        if isinstance(self._teacher, teachers.Noisy) and kept is not None:
            self._teacher.draws = kept

    def window(self, number: int, truth: str | None) -> None:
        """One more window of the stream: its label, empty where it has none, None where no window
        has."""
        self._truths.add(number, truth or None)
        self._truth = truth

    def reply(
        self, number: int, x: NDArray[np.float64], believed: str, labels: Sequence[str]
    ) -> Any:
        """What is said to the question of that window, scaled inputs x (n,): a label, None where
        somebody does not know, LATER where there is no reply now."""
        nobody = self._kind == "true" and self._truth is None
        if self._kind == KEYBOARD or (nobody and self._fallback):
            label = keyboard.ask(believed, labels, self._seconds)
            return LATER if label is keyboard.NOBODY else label
        return LATER if nobody or self._teacher is None else self._teacher.answer(number, x)

    def wait(self, sample: int) -> list[Label]:
        """Replies to what was just asked of that sample, by a program that we wait for."""
        return self._lines.to(sample, self._seconds) if self._lines else []


class Replies:
    """Lines on standard input as they come, while a recording is replayed."""

    def __init__(self) -> None:
        self._queue: Queue[Label | None] = Queue()
        self._ended = False
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        for line in sys.stdin:
            if found := label_of(line):
                self._queue.put(found)
        self._queue.put(None)

    def to(self, sample: int, seconds: float) -> list[Label]:
        """Those up to the one for this sample, or as came in so many seconds."""
        found: list[Label] = []
        until = monotonic() + seconds
        while not self._ended and not (found and found[-1].sample == sample):
            try:
                reply = self._queue.get(timeout=max(until - monotonic(), 0))
            except Empty:
                break
            if reply is None:
                self._ended = True
            else:
                found.append(reply)
        return found


class Latest(Sequence[Any]):
    """The labels of a stream of which only the latest is still there."""

    def __init__(self) -> None:
        self._number, self._label = -1, None

    def add(self, number: int, label: Any) -> None:
        """The label of a window, None where nobody knows."""
        self._number, self._label = number, label

    def __len__(self) -> int:
        return self._number + 1

    def __getitem__(self, number: Any) -> Any:
        if number != self._number:
            raise IndexError(f"only the label of window {self._number} is still there")
        return self._label
