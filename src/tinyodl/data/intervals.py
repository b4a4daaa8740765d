"""Activities that stand in a file of their own: from when to when was what done."""

import re
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tinyodl.data.errors import DataError
from tinyodl.data.run import Run

if TYPE_CHECKING:
    import polars as pl

Array = NDArray[np.float64]

_NAMES = {
    "start": "start starttime begin begintime from starts startms startns tstart",
    "end": "end endtime stop stoptime to until ends endms endns tend",
    "activity": "activity label activityname class annotation text name",
    "recording": "recording session trial file",
    "subject": "subject user person participant",
}
_WHOSE = ("recording", "subject")
_UNITS = (1.0, 1e-3, 1e-6, 1e-9)
_EPOCH = 1e8  # s, from which a clock is the calendar's
_SLACK = 2.0  # s that an interval may reach beyond a recording


class Intervals(NamedTuple):
    """One file's: start, end (n,) as they stand there, in s where they are dates; dates: whether
    they are; activity, and recording and subject where they are told, (n,)."""

    file: str
    start: Array
    end: Array
    dates: bool
    activity: list[str]
    recording: list[str] | None
    subject: list[str] | None


def columns(header: Sequence[str]) -> dict[str, int] | None:
    """Which column is start, end, activity, and whose they are; None where it is no such table."""
    plain = [re.sub(r"[^a-z]", "", re.sub(r"[(\[].*", "", name.lower())) for name in header]
    found: dict[str, int] = {}
    for what, names in _NAMES.items():
        place = next((k for k, name in enumerate(plain) if name in names.split()), None)
        if place is not None:
            found[what] = place
    return found if {"start", "end", "activity"} <= found.keys() else None


def read(file: str, frame: "pl.DataFrame", places: dict[str, int]) -> Intervals:
    """The intervals of a table of text, its first row the one after the header; DataError names
    the row that cannot be one."""
    import polars as pl

    cells = {
        what: frame.to_series(k).cast(pl.String).str.strip_chars() for what, k in places.items()
    }
    times, dates = [], False
    for what in ("start", "end"):
        numbers = cells[what].str.replace(",", ".", literal=True).cast(pl.Float64, strict=False)
        if numbers.null_count():
            try:
                moments = cells[what].str.to_datetime(strict=False, time_unit="ns")
            except pl.exceptions.ComputeError:  # no date anywhere
                moments = pl.Series([None] * len(numbers), dtype=pl.Datetime("ns"))
            if moments.null_count():
                row = int(moments.is_null().arg_max() or 0)
                raise DataError(
                    f"{file}, row {row + 2}: {what} is {cells[what][row]!r}, expected seconds, or "
                    "a date with time; mend the row"
                )
            numbers, dates = moments.cast(pl.Int64).cast(pl.Float64) * 1e-9, True
        times.append(numbers.to_numpy())
    start, end = times
    wrong = np.flatnonzero(~(start < end))
    if len(wrong):
        raise DataError(f"{file}, row {wrong[0] + 2}: it ends before it begins; mend the row")
    whose = {what: cells[what].to_list() if what in cells else None for what in _WHOSE}
    activity = [name or "" for name in cells["activity"].to_list()]
    return Intervals(file, start, end, dates, activity, whose["recording"], whose["subject"])


def apply(runs: Sequence[Run], found: Intervals) -> tuple[list[Run], str]:
    """Recordings with these activities, in between as they were, and how the times were taken.
    DataError where they overlap, or fit no recording's."""
    scale, relative = _scale(runs, found)
    labelled = [_labelled(run, found, scale, relative) for run in runs]
    unit = {1.0: "s", 1e-3: "ms", 1e-6: "us", 1e-9: "ns"}[scale]
    since = "from each recording's beginning" if relative else "by the recordings' clock"
    how = "dates" if found.dates else f"{unit} {since}"
    return labelled, f"{len(found.activity)} intervals from {found.file}, taken as {how}."


def _scale(runs: Sequence[Run], found: Intervals) -> tuple[float, bool]:
    """What a unit of the times is in s, and whether they count from each recording's beginning."""
    timed = [run for run in runs if run.time is not None]
    if not timed:
        raise DataError(
            f"{found.file}: intervals need recordings with a time column: give them one"
        )
    first = min(run.begun + float(run.time[0]) for run in timed if run.time is not None)
    last = max(run.begun + float(run.time[-1]) for run in timed if run.time is not None)
    longest = max(float(run.time[-1]) for run in timed if run.time is not None)
    low, high = float(found.start.min()), float(found.end.max())
    units = _UNITS[:1] if found.dates else _UNITS if first > _EPOCH else _UNITS[:2]
    for scale in units:
        if first - _SLACK <= low * scale and high * scale <= last + _SLACK:
            return scale, False
    for scale in () if found.dates else _UNITS[:2]:
        if low * scale >= -_SLACK and high * scale <= longest + _SLACK:
            return scale, True
    raise DataError(
        f"{found.file}: intervals from {low:g} to {high:g} fit neither the recordings' clock "
        f"({first:.3f} to {last:.3f} s) nor their length ({longest:.1f} s): give them in seconds "
        "of the same clock, or from the recording's beginning"
    )


def _labelled(run: Run, found: Intervals, scale: float, relative: bool) -> Run:
    if run.time is None:
        return run
    mine = [
        k
        for k in range(len(found.activity))
        if _is(found.recording, k, run.name) and _is(found.subject, k, run.subject)
    ]
    order = sorted(mine, key=lambda k: found.start[k])
    for a, b in pairwise(order):
        if found.start[b] < found.end[a] - 1e-9 * abs(found.end[a]) and (
            found.activity[a] != found.activity[b]
        ):
            raise DataError(
                f"{found.file}, row {b + 2}: {found.activity[b]!r} begins before "
                f"{found.activity[a]!r} ends (row {a + 2}); end one before the other"
            )
    time = run.time if relative else run.begun + run.time
    names = tuple(dict.fromkeys((*run.activities, *found.activity)))
    activity = run.activity.copy()
    for k in order:
        inside = (time >= found.start[k] * scale) & (time < found.end[k] * scale)
        activity[inside] = names.index(found.activity[k])
    return run._replace(activity=activity, activities=names)


def _is(names: list[str] | None, k: int, name: str) -> bool:
    """Whether an interval is of the recording or person of this name: so called, or the name's
    stem or a part of it."""
    if names is None or not names[k]:
        return True
    wanted = names[k].lower()
    own = re.split(r"[:,/] ?", name.lower())
    return wanted in (name.lower(), *own, *(part.rsplit(".", 1)[0] for part in own))
