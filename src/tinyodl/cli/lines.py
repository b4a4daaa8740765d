"""Readings on standard input, a line each: the same columns as a file, or JSON objects."""

import json
from collections import deque
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import chain
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl import har
from tinyodl.cli import own
from tinyodl.cli.options import Told
from tinyodl.data import units
from tinyodl.data.dialect import Dialect, cells, flat, sniff
from tinyodl.data.errors import DataError
from tinyodl.data.names import recognise
from tinyodl.data.recordings import RATE
from tinyodl.data.rows import UNLABELLED

SAID = 5  # bad lines that are said one by one
FIRST = 128  # readings that tell units and rate
FAR = 0.1  # of the rate: what it may be off by
LEAST, SHARE = 20, 0.1  # bad lines from which the run ends, and their share of all


class Label(NamedTuple):
    """The answer to the question of a sample; None where somebody does not know."""

    sample: int
    label: str | None


class Reading(NamedTuple):
    """values: acc x, y, z in g and gyro x, y, z in rad/s (zeros without); activity, empty where
    unknown, None where the readings come without; time: as it stands there, empty without."""

    values: list[float]
    activity: str | None
    time: str = ""


def readings(stream: Iterable[str], gyroscope: bool, told: Told) -> Iterator[Reading | Label]:
    """Lines as they come, in our units, which the first FIRST readings tell where nobody did;
    DataError where these come at another rate. See `_read`."""
    lines = _read(stream, gyroscope, told)
    held: list[Reading | Label] = []
    for line in lines:
        held.append(line)
        if sum(isinstance(one, Reading) for one in held) == FIRST:
            break
    first = [one for one in held if isinstance(one, Reading)]
    _check_rate([one.time for one in first])
    scale = Scale(np.array([one.values for one in first]).reshape(-1, 6), gyroscope, told)
    for line in chain(held, lines):
        yield line._replace(values=scale(line.values)) if isinstance(line, Reading) else line


class Scale:
    """Values to our units: as told, or as the first readings (n, 6) tell; where these do not move,
    rotation is taken as rad/s until they do."""

    def __init__(self, first: NDArray[np.float64], gyroscope: bool, told: Told) -> None:
        acc, self._gyro = told.acc_unit, told.gyro_unit or ("rad/s" if not gyroscope else None)
        if acc is None and len(first):
            (_, acc, median), *_ = units.acceleration(first[:, :3])
            if acc is None:
                raise DataError(
                    f"standard input: the acceleration's magnitude is {median:.3g}, neither about "
                    "1 (g) nor 9.8 (m/s2). Readings must hold gravity; if they do, tell the unit "
                    "with --acc-unit"
                )
            own.say([f"Acceleration recognised as {acc} (--acc-unit tells it)."])
        self._to_g = units.TO_G[acc or "g"]
        self._recent: deque[list[float]] = deque(maxlen=max(FIRST, 1))
        self._seen = 0
        self._to_rad = 1.0 if self._gyro is None else units.TO_RAD[self._gyro]
        if self._gyro is None and len(first):
            self._look(first)

    def _look(self, readings: NDArray[np.float64]) -> None:
        ratio = units.turning(readings[:, :3] * self._to_g, readings[:, 3:])
        if ratio > 0 and (unit := units.rotation(ratio)) is not None:
            self._gyro, self._to_rad = unit, units.TO_RAD[unit]
            own.say([f"Rotation recognised as {unit} (--gyro-unit tells it)."])

    def __call__(self, values: list[float]) -> list[float]:
        """One reading's."""
        if self._gyro is None:
            self._recent.append(values)
            self._seen += 1
            if self._seen % FIRST == 0:
                self._look(np.array(self._recent))
        return [value * self._to_g for value in values[:3]] + [
            value * self._to_rad for value in values[3:]
        ]


def _check_rate(times: list[str]) -> None:
    """DataError where the readings' own times are of another rate than ours."""
    if len(times) < FIRST or not (times[0] and times[-1]):
        return
    try:
        ends = [float(time.replace(",", ".")) for time in (times[0], times[-1])]
    except ValueError:
        try:
            ends = [datetime.fromisoformat(time).timestamp() for time in (times[0], times[-1])]
        except ValueError:
            return
    step = (ends[1] - ends[0]) / (len(times) - 1)
    apart = next((step * s for s in (1.0, 1e-3, 1e-6, 1e-9) if 4e-4 < step * s <= 0.2), None)
    if apart is not None and abs(apart * RATE - 1) > FAR:
        raise DataError(
            f"standard input comes at {1 / apart:.4g} readings a second by its time column, and is "
            f"taken at {RATE:g} as they come: give a file with --data, or {RATE:g} a second"
        )


def _read(stream: Iterable[str], gyroscope: bool, told: Told) -> Iterator[Reading | Label]:
    """Lines as they come, in units of their own; gyroscope: whether the model needs one. A line
    {"sample": 7, "label": "walking"} among them is an answer.

    The first line names the columns, as a file's would, or is a reading itself: acc, gyro, maybe
    an activity. A line that cannot be used is said, counted and left out; DataError where columns
    are missing, or a tenth of the lines are such.
    """
    if told.rate not in (None, RATE):
        raise DataError(
            f"--rate {told.rate:g}: standard input is taken at {RATE:g} readings a second as they "
            "come: give a file with --data"
        )
    if told.activities or told.activity_from or told.subject_from:
        raise DataError(
            "--activities, --activity-from and --subject-from are for files: leave them out, or "
            "give a file with --data"
        )
    lines = ((n, line) for n, line in enumerate(stream, start=1) if line.strip())
    first = next(lines, None)
    if first is None:
        return
    try:
        dialect = sniff(first[1], told.columns)
    except DataError as error:
        where = "standard input, "
        raise DataError(where + str(error)) from None
    columns = _columns(dialect, gyroscope)
    activity, time = (dialect.layout.others.get(name) for name in ("activity", "time"))
    without = "" if _taught(first[1], dialect) else None
    good = bad = 0
    for number, line in lines if dialect.skip else chain([first], lines):
        if answer := label_of(line):
            yield answer
            continue
        row = _cells(line, dialect)
        values = [sum(_number(row, c) for c in own) for own in columns]
        if all(abs(value) <= har.LARGEST for value in values):  # and no nan
            good += 1
            yield Reading(
                values + [0.0] * (6 - len(values)),
                _activity(row, activity) or without,
                row[time].strip() if time is not None and time < len(row) else "",
            )
            continue
        bad += 1
        if bad <= SAID:
            own.say([f"standard input, line {number}: no reading, left out: {line.strip()[:60]!r}"])
        if bad >= LEAST and bad > SHARE * (good + bad):
            raise DataError(
                f"standard input, line {number}: {bad} of {good + bad} lines are no readings: "
                "give acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z, and an activity where it is known"
            )
    if bad:
        own.say([f"{bad} lines of standard input were no readings, and left out."])
    if not good:
        raise DataError("standard input has no readings; give some, a line each")


def label_of(line: str) -> Label | None:
    """An answer to a question, as a JSON object; None where the line is none."""
    if '"label"' not in line or not line.lstrip().startswith("{"):
        return None
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    sample, said = found.get("sample"), found.get("label")
    if type(sample) is not int or not isinstance(said, str | None):
        return None
    return Label(sample, said or None)


def _columns(dialect: Dialect, gyroscope: bool) -> list[tuple[int, ...]]:
    """For each value of a reading, the columns that sum up to it."""
    wanted = [("acc", dialect.layout.acceleration), ("gyro", dialect.layout.rotation)]
    for sensor, triples in wanted[: 1 + gyroscope]:
        if not triples:
            names = ", ".join(f"{sensor}_{axis}" for axis in "xyz")
            raise DataError(
                f"standard input, row 1: no column {names}, which the model needs; name the "
                "columns in the first line, or say which they are with --columns"
            )
    return [own for _, triples in wanted[: 1 + gyroscope] for own in zip(*triples, strict=True)]


def _activity(row: list[str], column: int | None) -> str:
    """What stands in the column, empty where that is a way to say nothing."""
    name = row[column].strip() if column is not None and column < len(row) else ""
    return "" if name.lower() in UNLABELLED else name


def _taught(first: str, dialect: Dialect) -> bool:
    """Whether readings come with an activity; objects do where the first has one."""
    names = (
        dialect.layout.others if dialect.separator else recognise(list(flat(first) or {})).others
    )
    return "activity" in names


def _cells(line: str, dialect: Dialect) -> list[str]:
    if dialect.separator:
        return cells(line, dialect.separator)
    found = flat(line)
    return [] if found is None else [found.get(name, "") for name in dialect.layout.header]


def _number(row: list[str], column: int) -> float:
    """What is in a cell; nan where that is none."""
    try:
        return float(row[column].replace(",", "."))
    except (IndexError, ValueError):
        return float("nan")
