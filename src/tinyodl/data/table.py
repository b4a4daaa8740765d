"""A user's own recordings: CSV, JSON lines or Parquet, a row a reading.

Columns: acc_x, acc_y, acc_z; gyro_x, gyro_y, gyro_z (or none of them); activity (empty where
unlabelled); subject; recording and time where there are any. Whatever cannot be used is an error
with file and row; whatever is recognised or assumed is said in a note.
"""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Literal, NamedTuple

import numpy as np

from tinyodl.data import called, clock, intervals, parts, sources, tables, units
from tinyodl.data.errors import DataError
from tinyodl.data.names import ACC
from tinyodl.data.readings import in_units
from tinyodl.data.recordings import RATE, Dataset, Recording
from tinyodl.data.resample import SLOWEST, on_grid, to_standard_rate
from tinyodl.data.rows import Opened, together
from tinyodl.data.run import Run

Called = Literal["name", "folder"]


class Options(NamedTuple):
    """What the user told: readings a second, units (None: recognised), whether a gap cuts a
    recording in two (else it is refused), our names to the files' columns, files of activities from
    when to when, and whether activities and people are told by the files' or folders' names."""

    rate: float | None = None
    acc_unit: units.AccUnit | None = None
    gyro_unit: units.GyroUnit | None = None
    split_gaps: bool = True
    columns: Mapping[str, str] = MappingProxyType({})
    activities: Sequence[Path] = ()
    activity_from: Called | None = None
    subject_from: Called | None = None


class Imported(NamedTuple):
    """The recordings, and what was recognised, assumed or changed, a sentence each."""

    dataset: Dataset
    notes: list[str]


def read(
    files: Sequence[Path],
    options: Options | None = None,
    labelled: bool = True,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Imported:
    """Read recordings; DataError says which file and row cannot be used, and what to do.

    labelled=False reads recordings to be predicted: activity and subject may be missing. progress:
    told how many of how many tables are read.
    """
    options = options or Options()
    notes: list[str] = []
    found, passed = sources.found(files)
    spans = [(source, tables.intervals(source)) for source in found]
    told: list[tuple[sources.Source | None, intervals.Intervals]] = [
        (source, span) for source, span in spans if span is not None
    ]
    found = [source for source, span in spans if span is None]
    told += [(None, _intervals(path)) for path in options.activities]
    wanted = _wanted(options, labelled, bool(told))
    runs: list[Run] = []
    done = 0
    for group in parts.groups(found):
        opened: list[Opened] = []
        for source in group:
            progress(done, len(found))
            done += 1
            table = tables.read(source, options.columns)
            if table is None:
                passed.append(source.label)
            else:
                opened.append(Opened(source, table))
        own = together(opened, wanted, passed, notes)
        runs += [_called(run, group[0], options) for run in own]
    for where, span in told:
        near = [run for run in runs if where is None or run.folder == where.parts.parent]
        if not near:
            raise DataError(f"{span.file}: no recordings in its folder: put it beside them")
        labelled_runs, note = intervals.apply(near, span)
        notes.append(note)
        fresh = {id(run): new for run, new in zip(near, labelled_runs, strict=True)}
        runs = [fresh.get(id(run), run) for run in runs]
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
    runs = in_units(runs, options.acc_unit, options.gyro_unit, gyroscope, notes)
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


def _intervals(path: Path) -> intervals.Intervals:
    """A file of activities that was named."""
    (source,) = sources.found([path])[0][:1] or [sources.Source(path)]
    span = tables.intervals(source)
    if span is None:
        raise DataError(
            f"{path}: no table of intervals: give it columns named start, end and activity"
        )
    return span


def _wanted(options: Options, labelled: bool, told: bool) -> list[str]:
    """Columns that must be there."""
    if not labelled:
        return [*ACC]
    activity = [] if told or options.activity_from else ["activity"]
    return [*ACC, *activity, *([] if options.subject_from else ["subject"])]


def _called(run: Run, source: sources.Source, options: Options) -> Run:
    """A recording whose activity and person are told by names."""
    if options.activity_from:
        name = called.activity(called.of(source, options.activity_from))
        if not name:
            raise DataError(
                f"{source.label}: the {options.activity_from}'s name says no activity: rename it, "
                "or leave out --activity-from"
            )
        run = run._replace(activity=np.zeros(len(run.activity), np.int32), activities=(name,))
    if options.subject_from:
        above = int(options.activity_from == options.subject_from == "folder")
        whose = called.of(source, options.subject_from, above)
        run = run._replace(subject=called.person(whose) or whose)
    return run


def _by_the_clock(runs: list[Run], split_gaps: bool, notes: list[str]) -> list[Run]:
    """Recordings cut at gaps, with an even clock where readings came in bursts."""
    result: list[Run] = []
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


def _cut(run: Run, split_gaps: bool) -> list[Run]:
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


def _one_spelling(runs: list[Run], notes: list[str]) -> list[Run]:
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
