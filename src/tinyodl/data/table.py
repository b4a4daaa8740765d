"""A user's own recordings: CSV, JSON lines or Parquet, a row a reading.

Columns: acc_x, acc_y, acc_z; gyro_x, gyro_y, gyro_z (or none of them); activity (empty where
unlabelled); subject; recording and time where there are any. Whatever cannot be used is an error
with file and row; whatever is recognised or assumed is said in a note.
"""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.data import clock, sources, tables, units
from tinyodl.data.errors import DataError
from tinyodl.data.names import ACC, GYRO
from tinyodl.data.recordings import RATE, Dataset, Recording
from tinyodl.data.resample import SLOWEST, on_grid, to_standard_rate

if TYPE_CHECKING:
    import polars as pl

Array = NDArray[np.float64]

UNLABELLED = ("", "-", "na", "n/a", "nan", "none", "null", "unlabelled", "unlabeled", "unknown")
_SECONDS = {"s": 1.0, "ms": 1e-3, "us": 1e-6, "ns": 1e-9}
_STUCK = 250  # readings without any change


class Options(NamedTuple):
    """What the user told: readings a second, units (None: recognised), whether a gap cuts a
    recording in two (else it is refused), and our names to the files' columns."""

    rate: float | None = None
    acc_unit: units.AccUnit | None = None
    gyro_unit: units.GyroUnit | None = None
    split_gaps: bool = True
    columns: Mapping[str, str] = MappingProxyType({})


class Imported(NamedTuple):
    """The recordings, and what was recognised, assumed or changed, a sentence each."""

    dataset: Dataset
    notes: list[str]


class _Run(NamedTuple):
    """Rows of one recording in its file, not yet in our units."""

    file: str
    first_row: int  # as an editor counts it
    name: str
    subject: str
    values: Array  # acc, then gyro where there is one
    activity: NDArray[np.intp]  # into activities, "" where unlabelled
    activities: tuple[str, ...]
    time: Array | None  # s

    def where(self, index: int) -> str:
        """File and row of a reading, for messages."""
        return f"{self.file}, row {self.first_row + index}"


def read(files: Sequence[Path], options: Options | None = None, labelled: bool = True) -> Imported:
    """Read recordings; DataError says which file and row cannot be used, and what to do.

    labelled=False reads recordings to be predicted: activity and subject may be missing.
    """
    options = options or Options()
    notes: list[str] = []
    found, passed = sources.found(files)
    runs: list[_Run] = []
    for source in found:
        opened = tables.read(source, options.columns)
        if opened is None:
            passed.append(source.label)
            continue
        if opened.note:
            notes.append(opened.note)
        runs += _runs(source, opened, labelled)
    if not runs:
        raise DataError(
            f"{', '.join(map(str, files))}: no acceleration in {len(passed)} files: name the "
            "columns acc_x, acc_y, acc_z, or say which they are with --columns"
        )
    if passed:
        more = f" and {len(passed) - 3} others" if len(passed) > 3 else ""
        notes.append(f"No recordings in {', '.join(passed[:3])}{more}: passed over.")
    runs = _by_the_clock(runs, options.split_gaps, notes)
    gyroscope = all(run.values.shape[1] == 6 for run in runs)
    if not gyroscope:
        without = next(run.file for run in runs if run.values.shape[1] == 3)
        notes.append(f"No gyroscope ({without}): the inputs that need one are left out.")
    runs = _in_units(runs, options, gyroscope, notes)
    runs = _one_spelling(runs, notes)
    named = sorted({run.activities[k] for run in runs for k in np.unique(run.activity)} - {""})
    number = {"": 0} | {name: k + 1 for k, name in enumerate(named)}
    subjects = _subject_numbers({run.subject for run in runs})
    recordings, rates = [], set()
    for run in runs:
        labels = np.array([number.get(name, 0) for name in run.activities], np.int64)[run.activity]
        values, rate = run.values, options.rate or RATE
        if run.time is not None:
            values, labels, rate = on_grid(values, labels, run.time)
            if options.rate and abs(rate / options.rate - 1) > 0.05:
                raise DataError(
                    f"{run.where(0)}: by its time, recording {run.name!r} has {rate:.4g} readings "
                    f"a second, but --rate says {options.rate:g}: leave out --rate, or mend the "
                    "time column"
                )
        if rate < SLOWEST:
            raise DataError(
                f"{run.where(0)}: {rate:.4g} readings a second are too few to tell movements "
                f"apart; record at {RATE:g}, at least {SLOWEST:g}"
            )
        rates.add(round(rate, 1))
        imu, labels = to_standard_rate(values, labels, rate)
        recordings.append(Recording(run.name, subjects[run.subject], imu, labels))
    if all(run.time is None for run in runs) and not options.rate:
        notes.append(f"No time column and no --rate: taken as {RATE:g} readings a second.")
    if rates != {RATE}:
        notes.append(
            f"Resampled to {RATE:g} readings a second from "
            f"{', '.join(f'{r:g}' for r in sorted(rates))}."
        )
    empty = sum(int((r.activity == 0).sum()) for r in recordings)
    if labelled and empty:
        share = 100 * empty / sum(len(r.activity) for r in recordings)
        notes.append(f"{share:.1f} % of the readings have no activity: they are not learnt from.")
    people = {k: name for name, k in sorted(subjects.items(), key=lambda item: item[1])}
    return Imported(Dataset(recordings, tuple(named), people), notes)


def _subject_numbers(names: set[str]) -> dict[str, int]:
    """Whole numbers stay what they are; other names are numbered from 1, in order."""
    if all(name.isdecimal() for name in names) and len({int(name) for name in names}) == len(names):
        return {name: int(name) for name in names}
    return {name: k + 1 for k, name in enumerate(sorted(names))}


def _runs(source: sources.Source, opened: tables.Table, labelled: bool) -> list[_Run]:
    """A table cut into its recordings."""
    frame, head, file = opened.frame, opened.first_row, source.label
    wanted = [*ACC, "activity", "subject"] if labelled else [*ACC]
    missing = [name for name in wanted if name not in frame.columns]
    gyro = [name for name in GYRO if name in frame.columns]
    if gyro and len(gyro) < 3:
        missing += [name for name in GYRO if name not in gyro]
    if missing:
        raise DataError(
            f"{file}, row 1: no column {', '.join(missing)}; there are "
            f"{', '.join(frame.columns) or 'none that is known'}. Name the columns acc_x, acc_y, "
            "acc_z, gyro_x, gyro_y, gyro_z (or none of these three), activity, subject, or say "
            "which they are with --columns acc_x=...,activity=..."
        )
    values = np.column_stack([_numbers(frame, name, file, head) for name in (*ACC, *gyro)])
    activity, activities = _text(frame, "activity", "")
    activities = tuple("" if name.lower() in UNLABELLED else name for name in activities)
    subject, subjects = _text(frame, "subject", "1")
    if "" in subjects:
        nobody = subject == subjects.index("")
        raise DataError(
            f"{file}, row {head + int(nobody.argmax())}: no subject ({int(nobody.sum())} such "
            "rows); say whose it is"
        )
    recording, names = _text(frame, "recording", "")
    time = _time(frame, file, head) if "time" in frame.columns else None
    starts = np.flatnonzero(
        np.r_[True, (subject[1:] != subject[:-1]) | (recording[1:] != recording[:-1])]
    )
    seen: set[tuple[str, str]] = set()
    pairs = {
        (names[r], subjects[s]) for r, s in zip(recording[starts], subject[starts], strict=True)
    }
    shared = len({name for name, _ in pairs}) < len(pairs)  # each person counts from 1
    runs: list[_Run] = []
    for a, b in zip(starts, np.r_[starts[1:], frame.height], strict=True):
        key = (names[recording[a]], subjects[subject[a]])
        if key[0] and key in seen:
            raise DataError(
                f"{file}, row {head + a}: recording {key[0]!r} goes on after others came between; "
                "sort the rows by recording and time"
            )
        seen.add(key)
        name = key[0] or str(len(seen))
        if key[0] and shared:
            name = f"{key[1]}, {name}"
        name = f"{source.name}: {name}" if len(starts) > 1 or key[0] else source.name
        part = slice(a, b)
        own = None if time is None else time[part]
        runs.append(
            _Run(file, head + int(a), name, key[1], values[part], activity[part], activities, own)
        )
    return runs


def _text(
    frame: "pl.DataFrame", name: str, default: str
) -> tuple[NDArray[np.intp], tuple[str, ...]]:
    """A column as numbers of texts without blanks around them, and the texts; whole floats lose
    their .0."""
    import polars as pl

    if name not in frame.columns:
        return np.zeros(frame.height, np.intp), (default,)
    column = frame[name]
    if column.dtype.is_float() and (column.drop_nulls() % 1 == 0).all():
        column = column.cast(pl.Int64)
    text = column.cast(pl.String).fill_null("").str.strip_chars()
    texts = text.unique(maintain_order=True)
    return text.cast(pl.Enum(texts)).to_physical().to_numpy().astype(np.intp), tuple(texts)


def _numbers(frame: "pl.DataFrame", name: str, file: str, head: int) -> Array:
    """A column of finite numbers."""
    import polars as pl

    column = frame[name]
    text = column.cast(pl.String)
    cleaned = text.str.strip_chars() if column.dtype == pl.String else column
    numbers = (
        cleaned.cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy().astype(np.float64)
    )
    bad = ~np.isfinite(numbers)
    if bad.any():
        row = int(bad.argmax())
        got = text[row]
        last = " The file may be cut short there." if row == len(numbers) - 1 else ""
        raise DataError(
            f"{file}, row {head + row}: {name} is {'empty' if got in (None, '') else repr(got)}, "
            f"expected a finite number ({int(bad.sum())} such rows).{last} Mend the row, or end "
            "the recording before it and name the rest anew"
        )
    return numbers


def _time(frame: "pl.DataFrame", file: str, head: int) -> Array:
    """The time column in seconds, from its first value: numbers in s, ms, us or ns, or dates with
    times."""
    import polars as pl

    column = frame["time"]
    if column.dtype == pl.String:
        text = column.str.strip_chars()
        if text.cast(pl.Float64, strict=False)[0] is None:
            try:
                column = text.str.to_datetime(strict=False, time_unit="ns")
            except pl.exceptions.ComputeError:
                column = pl.Series([None] * frame.height, dtype=pl.Datetime("ns"))
            if column.null_count():
                row = int(column.is_null().arg_max() or 0)
                raise DataError(
                    f"{file}, row {head + row}: time is {text[row]!r}, expected seconds, "
                    "milliseconds or a date with time such as 2026-01-31T12:00:00.020; mend the row"
                )
    if column.dtype.is_temporal():
        if column.null_count():
            raise DataError(
                f"{file}, row {head + int(column.is_null().arg_max() or 0)}: time is empty; "
                "mend the row"
            )
        stamps = column.cast(pl.Datetime("ns")).cast(pl.Int64).to_numpy()
        return np.asarray((stamps - stamps[0]) * 1e-9)
    numbers = _numbers(frame, "time", file, head)
    step = clock.period(numbers) if len(numbers) > 1 else 1.0
    unit = next((u for u, s in _SECONDS.items() if 4e-4 < step * s <= 0.2), None)
    if unit is None:
        raise DataError(
            f"{file}, row {head}: readings are {step:g} apart in time, which is no rate of a "
            "sensor in s, ms, us or ns: mend the time column"
        )
    return np.asarray((numbers - numbers[0]) * _SECONDS[unit])


def _by_the_clock(runs: list[_Run], split_gaps: bool, notes: list[str]) -> list[_Run]:
    """Recordings cut at gaps, with an even clock where readings came in bursts."""
    result: list[_Run] = []
    cuts: list[str] = []
    bursts: list[clock.Clock] = []
    for run in runs:
        parts = _cut(run, split_gaps)
        if len(parts) > 1:
            cuts.append(f"{run.name!r} into {len(parts)}")
        for part in parts:
            if part.time is not None and clock.bursts(part.time):
                if clock.period(part.time) <= 0:
                    raise DataError(
                        f"{part.where(0)}: time stands still in recording {part.name!r}: mend the "
                        "time column, or leave it out and pass --rate"
                    )
                bursts.append(clock.fit(part.time))
                part = part._replace(time=bursts[-1].time)
            result.append(part)
    if cuts:
        more = f" and {len(cuts) - 3} others" if len(cuts) > 3 else ""
        notes.append(f"Readings are missing: cut {', '.join(cuts[:3])}{more} where they are.")
    if bursts:
        rates = sorted(c.rate for c in bursts)
        between = f"{rates[0]:.4g}" + (f" to {rates[-1]:.4g}" if len(rates) > 1 else "")
        notes.append(
            f"Readings came in bursts in {len(bursts)} of {len(result)} recordings: put on a "
            f"fitted clock of {between} readings a second (jitter "
            f"{1000 * max(c.jitter for c in bursts):.0f} ms at most)."
        )
    return result


def _cut(run: _Run, split_gaps: bool) -> list[_Run]:
    """A recording at its gaps."""
    if run.time is None or len(run.time) < 2:
        return [run._replace(time=None)]
    row = clock.backwards(run.time)
    if row is not None:
        raise DataError(
            f"{run.where(row)}: time runs backwards in recording {run.name!r}; sort the rows, or "
            "give what starts there a name of its own in the recording column"
        )
    gaps = clock.gaps(run.time)
    if len(gaps) and not split_gaps:
        lost = float(run.time[gaps[0]] - run.time[gaps[0] - 1])
        raise DataError(
            f"{run.where(int(gaps[0]))}: {lost:.3g} s are missing before it ({len(gaps)} such gaps "
            f"in recording {run.name!r}). Leave out --no-split-gaps to have the recording cut "
            "there, or mend the file"
        )
    edges = [0, *gaps.tolist(), len(run.time)]
    return [
        run._replace(
            first_row=run.first_row + a,
            name=run.name if len(edges) == 2 else f"{run.name}, part {k + 1}",
            values=run.values[a:b],
            activity=run.activity[a:b],
            time=run.time[a:b] if b - a > 1 else None,
        )
        for k, (a, b) in enumerate(pairwise(edges))
    ]


def _one_spelling(runs: list[_Run], notes: list[str]) -> list[_Run]:
    """Activities that differ only in case or spaces are one: the spelling that is there most."""
    counts: dict[str, dict[str, int]] = {}
    for run in runs:
        for k, count in enumerate(
            np.bincount(run.activity, minlength=len(run.activities)).tolist()
        ):
            name = run.activities[k]
            key = "".join(name.split()).casefold()
            if count:
                own = counts.setdefault(key, {})
                own[name] = own.get(name, 0) + count
    chosen = {key: max(sorted(own), key=own.__getitem__) for key, own in counts.items()}
    for key, own in counts.items():
        if len(own) > 1:
            notes.append(f"{', '.join(map(repr, sorted(own)))} are one activity: {chosen[key]!r}.")
    return [
        run._replace(
            activities=tuple(
                chosen.get("".join(name.split()).casefold(), name) for name in run.activities
            )
        )
        for run in runs
    ]


def _in_units(runs: list[_Run], options: Options, gyroscope: bool, notes: list[str]) -> list[_Run]:
    """Accelerations in g, rotations in rad/s; values that no sensor reads are refused."""
    acc_unit = options.acc_unit or _acc_unit(runs)
    converted = [run._replace(values=run.values[:, :3] * units.TO_G[acc_unit]) for run in runs]
    notes += (
        []
        if options.acc_unit
        else [f"Acceleration recognised as {acc_unit} (--acc-unit tells it)."]
    )
    if gyroscope:
        gyro_unit = options.gyro_unit or _gyro_unit(runs, converted)
        notes += (
            []
            if options.gyro_unit
            else [f"Rotation recognised as {gyro_unit} (--gyro-unit tells it)."]
        )
        converted = [
            new._replace(
                values=np.hstack([new.values, old.values[:, 3:] * units.TO_RAD[gyro_unit]])
            )
            for old, new in zip(runs, converted, strict=True)
        ]
    for run in converted:
        limits = np.repeat([units.LARGEST_ACC, units.LARGEST_GYRO], 3)[: run.values.shape[1]]
        absurd = np.abs(run.values) > limits
        if absurd.any():
            row, column = np.argwhere(absurd)[0]
            value, limit = run.values[row, column], limits[column]
            raise DataError(
                f"{run.where(int(row))}: {(*ACC, *GYRO)[column]} is {value:.4g} "
                f"{'g' if column < 3 else 'rad/s'}, more than a sensor reads ({limit:g}). Mend "
                "the row, or tell the unit with --acc-unit or --gyro-unit"
            )
        if len(run.values) > _STUCK:
            same = (np.diff(run.values[:, :3], axis=0) == 0).all(axis=1)
            changes = np.flatnonzero(np.r_[True, ~same, True])
            longest = int(np.diff(changes).argmax())
            if np.diff(changes)[longest] > _STUCK:
                raise DataError(
                    f"{run.where(int(changes[longest]))}: the acceleration does not change at all "
                    f"for {np.diff(changes)[longest]} readings: the sensor was stuck or values "
                    "were filled in; cut that part out"
                )
    return converted


def _acc_unit(runs: list[_Run]) -> units.AccUnit:
    found: dict[units.AccUnit, str] = {}
    medians: list[float] = []
    for run in runs:
        for first, unit, median in units.acceleration(run.values[:, :3]):
            medians.append(median)
            if unit is not None:
                found.setdefault(unit, run.where(first))
    if not found:
        raise DataError(
            f"{runs[0].file}: the acceleration's magnitude is {np.median(medians):.3g}, neither "
            "about 1 (g) nor 9.8 (m/s2). Readings must hold gravity; if they do, tell the unit "
            "with --acc-unit"
        )
    if len(found) > 1:
        places = " and ".join(f"{unit} ({where})" for unit, where in found.items())
        raise DataError(f"mixed units of acceleration: {places}. Convert the files to one unit")
    return next(iter(found))


def _gyro_unit(runs: list[_Run], in_g: list[_Run]) -> units.GyroUnit:
    ratios = [
        units.turning(new.values, old.values[:, 3:]) for old, new in zip(runs, in_g, strict=True)
    ]
    known = [
        (ratio, run)
        for ratio, run in zip(ratios, runs, strict=True)
        if np.isfinite(ratio) and ratio > 0
    ]
    if not known:
        return "rad/s"
    middle = float(np.median([ratio for ratio, _ in known]))
    unit = units.rotation(middle)
    if unit is None:
        raise DataError(
            f"{runs[0].file}: cannot tell whether rotation is in rad/s or deg/s; say so with "
            "--gyro-unit"
        )
    for ratio, run in known:
        if units.rotation(ratio) not in (unit, None) and max(ratio / middle, middle / ratio) > 15:
            raise DataError(
                f"{run.where(0)}: mixed units of rotation: recording {run.name!r} looks like "
                f"{units.rotation(ratio)}, the others like {unit}. Convert the files to one unit, "
                "or tell it with --gyro-unit"
            )
    return unit
