"""Opened tables to recordings: rows cut where one ends and the next begins, and tables that
hold a sensor each put together."""

from typing import NamedTuple

import numpy as np

from tinyodl.data import cells, parts, sources, tables
from tinyodl.data.errors import DataError
from tinyodl.data.names import ACC, GRAVITY, GYRO
from tinyodl.data.run import Run

UNLABELLED = ("", "-", "na", "n/a", "nan", "none", "null", "unlabelled", "unlabeled", "unknown")


class Opened(NamedTuple):
    """A source, and its table."""

    source: sources.Source
    table: tables.Table


def together(
    opened: list[Opened], wanted: list[str], passed: list[str], notes: list[str]
) -> list[Run]:
    """The recordings of files that belong together: each its own, or a sensor each."""
    whole = [o for o in opened if ACC[0] in o.table.frame.columns]
    others = [o for o in opened if ACC[0] not in o.table.frame.columns]
    if not (whole and others):
        passed += [o.source.label for o in others if not o.source.alone]
        mine = whole + [o for o in others if o.source.alone]  # which says what it lacks
        notes += [o.table.note for o in mine if o.table.note]
        return [run for o in mine for run in _runs(o, wanted)]
    first = min(whole, key=lambda o: "total" not in o.source.name.lower())
    passed += [o.source.label for o in whole if o is not first]
    if "time" not in first.table.frame.columns:
        raise _timeless(first)
    runs, used = _runs(first, wanted), [first.source.name]
    gravity, gyro = (
        next((o for o in others if columns[0] in o.table.frame.columns), None)
        for columns in (GRAVITY, GYRO)
    )
    if gravity is not None:
        pull = _other(gravity, GRAVITY)
        if not parts.heavy(runs[0].values[:, :3], pull.values):
            runs = [_summed(parts.beside(run, pull)) for run in runs]
            used.append(gravity.source.name)
    if gyro is not None and runs[0].values.shape[1] == 3:
        turning = _other(gyro, GYRO)
        runs = [parts.beside(run, turning) for run in runs]
        used.append(gyro.source.name)
    if len(used) == 1:  # it had it all
        return runs
    name = parts.label(first.source)
    notes.append(f"{name}: {' and '.join(used)} put together on one clock.")
    several = len(runs) > 1
    return [run._replace(name=f"{name}, {run.name}" if several else name) for run in runs]


def _summed(run: Run) -> Run:
    """The acceleration and the gravity beside it, in the last columns, as one."""
    values = run.values[:, :-3].copy()
    values[:, :3] += run.values[:, -3:]
    return run._replace(values=values)


def _other(opened: Opened, columns: tuple[str, ...]) -> parts.Other:
    """A sensor's readings of a table that has no acceleration."""
    frame, head, file = opened.table.frame, opened.table.first_row, opened.source.label
    if "time" not in frame.columns:
        raise _timeless(opened)
    time, begun = cells.as_seconds(frame, file, head)
    values = np.column_stack([cells.as_numbers(frame, name, file, head) for name in columns])
    return parts.Other(file, begun + time, values)


def _timeless(opened: Opened) -> DataError:
    return DataError(
        f"{opened.source.label}, row 1: no column time: give one, to put it beside the other file"
    )


def _runs(opened: Opened, wanted: list[str]) -> list[Run]:
    """A table cut into its recordings."""
    source, table = opened
    frame, head, file = table.frame, table.first_row, source.label
    missing = [name for name in wanted if name not in frame.columns]
    gyro = [name for name in GYRO if name in frame.columns]
    if gyro and len(gyro) < 3:
        missing += [name for name in GYRO if name not in gyro]
    if missing:
        raise DataError(
            f"{file}, row 1: no column {', '.join(missing)}; there are "
            f"{', '.join(frame.columns) or 'none that is known'}. Name the columns acc_x, acc_y, "
            "acc_z, gyro_x, gyro_y, gyro_z (or none of these three), activity, subject, or say "
            "which they are with --columns acc_x=...,activity=...; where the names of files or "
            "folders tell activity or subject, give --activity-from name, --subject-from folder"
        )
    values = np.empty((frame.height, 3 + len(gyro)))
    for k, name in enumerate((*ACC, *gyro)):
        values[:, k] = cells.as_numbers(frame, name, file, head)
        frame.drop_in_place(name)  # a day of readings is a gigabyte
    activity, activities = cells.as_text(frame, "activity", "")
    activities = tuple("" if name.lower() in UNLABELLED else name for name in activities)
    subject, subjects = cells.as_text(frame, "subject", "1")
    if "" in subjects:
        nobody = subject == subjects.index("")
        raise DataError(
            f"{file}, row {head + int(nobody.argmax())}: no subject ({int(nobody.sum())} such "
            "rows); say whose it is"
        )
    recording, names = cells.as_text(frame, "recording", "")
    time, begun = cells.as_seconds(frame, file, head) if "time" in frame.columns else (None, 0.0)
    rows = frame.height
    starts = np.flatnonzero(
        np.r_[True, (subject[1:] != subject[:-1]) | (recording[1:] != recording[:-1])]
    )
    seen: set[tuple[str, str]] = set()
    pairs = {
        (names[r], subjects[s]) for r, s in zip(recording[starts], subject[starts], strict=True)
    }
    shared = len({name for name, _ in pairs}) < len(pairs)  # each person counts from 1
    runs: list[Run] = []
    for a, b in zip(starts, np.r_[starts[1:], rows], strict=True):
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
            Run(
                *(file, head + int(a), name, key[1], values[part], activity[part], activities, own),
                *(begun, source.parts.parent),
            )
        )
    return runs
