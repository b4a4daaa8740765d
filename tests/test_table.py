"""A user's own recordings: what is read, and every way in which they can be bad."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from numpy.typing import NDArray

from tinyodl.data import clock, table
from tinyodl.data.errors import DataError
from tinyodl.data.names import ACC, GYRO
from tinyodl.data.resample import to_standard_rate
from tinyodl.data.units import STANDARD_GRAVITY
from tinyodl.windows import labelled

ROWS = 3000


def frame(rows: int = ROWS, rate: float = 50.0, seed: int = 0) -> pl.DataFrame:
    """Somebody who sits, then walks: gravity, and a swing of 2 Hz."""
    draws = np.random.default_rng(seed)
    time = np.arange(rows) / rate
    walking = time >= time[-1] / 2
    acc = 0.02 * draws.normal(size=(rows, 3)) + [0, 0, 1]
    acc[walking, 2] += 0.4 * np.sin(4 * math.pi * time[walking])
    gyro = 0.05 * draws.normal(size=(rows, 3))
    gyro[walking, 0] += 0.8 * np.cos(4 * math.pi * time[walking])
    columns = dict(zip(ACC + GYRO, np.hstack([acc, gyro]).T, strict=True))
    return pl.DataFrame(columns).with_columns(
        activity=pl.Series(np.where(walking, "walking", "sitting")),
        subject=pl.lit("ann"),
        time=pl.Series(time),
    )


def put(row: int, **values: object) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """A change of one row."""

    def change(f: pl.DataFrame) -> pl.DataFrame:
        here = pl.int_range(pl.len()) == row
        return f.with_columns(
            [pl.when(here).then(pl.lit(v)).otherwise(pl.col(k)).alias(k) for k, v in values.items()]
        )

    return change


def gap(f: pl.DataFrame) -> pl.DataFrame:
    return f.with_columns(
        time=pl.col("time") + pl.when(pl.int_range(pl.len()) >= 1000).then(3.0).otherwise(0.0)
    )


def scaled(columns: tuple[str, ...], factor: float) -> Callable[[pl.DataFrame], pl.DataFrame]:
    return lambda f: f.with_columns([pl.col(c) * factor for c in columns])


def other(change: Callable[[pl.DataFrame], pl.DataFrame]) -> Callable[[pl.DataFrame], pl.DataFrame]:
    """A second person whose rows are changed."""
    return lambda f: pl.concat([f, change(f.with_columns(subject=pl.lit("bob")))])


# What is wrong, and what the error must say (with the row, where there is one).
BAD: dict[str, tuple[Callable[[pl.DataFrame], pl.DataFrame], str]] = {
    "missing column": (lambda f: f.drop("acc_y"), r"row 1: no column acc_y"),
    "half a gyroscope": (lambda f: f.drop("gyro_z"), r"no column gyro_z"),
    "no activity": (lambda f: f.drop("activity"), r"no column activity"),
    "NaN": (put(10, acc_x=float("nan")), r"row 12: acc_x is 'NaN'"),
    "infinite": (put(10, gyro_x=float("inf")), r"row 12: gyro_x is 'inf'"),
    "empty value": (put(20, acc_z=None), r"row 22: acc_z is empty"),
    "text for a number": (
        lambda f: put(5, acc_z="1,02")(f.cast({"acc_z": pl.String})),
        r"row 7: acc_z is '1,02'",
    ),
    "absurd acceleration": (put(30, acc_x=900.0), r"row 32: acc_x is 900 g"),
    "absurd rotation": (put(30, gyro_y=9000.0), r"row 32: gyro_y is .* more than a sensor reads"),
    "gravity taken out": (
        lambda f: f.with_columns(acc_z=pl.col("acc_z") - 1),
        r"Readings must hold gravity",
    ),
    "stuck sensor": (
        lambda f: f.with_columns([pl.lit(0.6).alias(c) for c in ACC]),
        r"does not change at all",
    ),
    "time backwards": (put(100, time=0.5), r"row 102: time runs backwards"),
    "time stands still": (lambda f: f.with_columns(time=pl.lit(7.0)), r"which is no rate"),
    "no unit of time": (
        lambda f: f.with_columns(time=pl.col("time") * 1e12),
        r"no rate of a sensor",
    ),
    "time that is none": (lambda f: f.with_columns(time=pl.lit("noon")), r"row 2: time is 'noon'"),
    "rate too low": (
        lambda f: f.with_columns(time=pl.col("time") * 10),
        r"too few to tell movements apart",
    ),
    "mixed units of acceleration": (
        other(scaled(ACC, STANDARD_GRAVITY)),
        r"mixed units of acceleration: g .*m/s2",
    ),
    "mixed units of rotation": (
        other(scaled(GYRO, 180 / math.pi)),
        r"mixed units of rotation|cannot tell",
    ),
    "nobody's row": (put(40, subject=""), r"row 42: no subject"),
    "interleaved recordings": (
        lambda f: f.with_columns(
            recording=pl.Series(["a", "b", "a"]).gather(np.arange(ROWS) // 1000)
        ),
        r"row 2002: recording 'a' goes on",
    ),
    "no rows": (lambda f: f.head(0), r"no rows"),
}


@pytest.mark.parametrize("kind", BAD)
def test_bad_input_is_named_with_its_place_and_what_to_do(kind: str, tmp_path: Path) -> None:
    change, says = BAD[kind]
    file = tmp_path / "mine.csv"
    change(frame()).write_csv(file)
    with pytest.raises(DataError, match=says) as caught:
        table.read([file])
    assert "mine.csv" in str(caught.value)


def test_files_that_are_none(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="there is no such file"):
        table.read([tmp_path / "none.csv"])
    (tmp_path / "mine.xlsx").write_bytes(b"PK")
    with pytest.raises(DataError, match=r"ends in \.xlsx"):
        table.read([tmp_path / "mine.xlsx"])
    (tmp_path / "empty.csv").write_text("")
    with pytest.raises(DataError, match=r"empty\.csv, row 1: there is nothing in it"):
        table.read([tmp_path / "empty.csv"])
    (tmp_path / "twice.csv").write_text("acc_x,Acc_X\n1,2\n")
    with pytest.raises(DataError, match="'Acc_X' is there twice"):
        table.read([tmp_path / "twice.csv"])
    frame().write_csv(tmp_path / "whole.csv")
    cut = (tmp_path / "whole.csv").read_text()
    (tmp_path / "cut.csv").write_text(cut[: cut.rindex(",", 0, len(cut) // 2)][:-30])
    with pytest.raises(DataError, match=r"cut short"):
        table.read([tmp_path / "cut.csv"])
    frame().write_parquet(tmp_path / "whole.parquet")
    data = (tmp_path / "whole.parquet").read_bytes()
    (tmp_path / "cut.parquet").write_bytes(data[: len(data) // 2])
    with pytest.raises(DataError, match="cannot be read as Parquet"):
        table.read([tmp_path / "cut.parquet"])


def test_units_separators_and_layouts_give_the_same(tmp_path: Path) -> None:
    plain = frame()
    plain.write_csv(tmp_path / "plain.csv")
    reference = table.read([tmp_path / "plain.csv"]).dataset
    assert reference.activities == ("sitting", "walking")
    assert reference.people == {1: "ann"}
    others = {
        "tab.tsv": lambda f, p: f.write_csv(p, separator="\t"),
        "semicolon.csv": lambda f, p: f.write_csv(p, separator=";"),
        "table.parquet": lambda f, p: f.write_parquet(p),
        "metric.csv": lambda f, p: scaled(ACC, STANDARD_GRAVITY)(f).write_csv(p),
        "degrees.csv": lambda f, p: scaled(GYRO, 180 / math.pi)(f).write_csv(p),
        "milliseconds.csv": lambda f, p: f.with_columns(
            time=(pl.col("time") * 1000).round()
        ).write_csv(p),
        "dates.csv": lambda f, p: f.with_columns(
            time=pl.lit("2026-01-31T12:00:00").str.to_datetime("%Y-%m-%dT%H:%M:%S", time_unit="ns")
            + pl.duration(microseconds=(pl.col("time") * 1e6).round().cast(pl.Int64))
        ).write_csv(p),
        "notime.csv": lambda f, p: f.drop("time").write_csv(p),
    }
    for name, write in others.items():
        write(plain, tmp_path / name)
        found = table.read([tmp_path / name])
        np.testing.assert_allclose(
            found.dataset.recordings[0].imu, reference.recordings[0].imu, rtol=1e-12, atol=1e-12
        )
        assert np.array_equal(
            found.dataset.recordings[0].activity, reference.recordings[0].activity
        )
    assert any("m/s2" in note for note in table.read([tmp_path / "metric.csv"]).notes)
    assert any("deg/s" in note for note in table.read([tmp_path / "degrees.csv"]).notes)
    told = table.Options(acc_unit="g", gyro_unit="rad/s", rate=50)
    assert table.read([tmp_path / "notime.csv"], told).notes == []


def burst(time: NDArray[np.float64], seed: int = 0) -> NDArray[np.float64]:
    """When a phone delivers readings: in handfuls, with the handful's time in ms."""
    draws = np.random.default_rng(seed)
    ends = np.flatnonzero(draws.random(len(time)) < 0.3)
    ends = np.r_[ends[np.diff(ends, prepend=-9) > 1], len(time) - 1]
    return np.round(time[ends[np.searchsorted(ends, np.arange(len(time)))]], 3)


@pytest.mark.parametrize("drift", [0.0, 3e-6])
def test_bursts_are_put_on_the_clock_they_come_from(drift: float, tmp_path: Path) -> None:
    """50 readings a second and 0.3 % more, with a clock that drifts a little or does not."""
    true = np.arange(ROWS) / 50.15
    true = true + drift * true**2
    delivered = burst(true)
    assert (np.diff(delivered) == 0).mean() > 0.08
    f = frame().with_columns(time=pl.Series(delivered))
    f.write_csv(tmp_path / "phone.csv")
    found = table.read([tmp_path / "phone.csv"])
    assert len(found.dataset.recordings) == 1
    assert abs(len(found.dataset.recordings[0].imu) - true[-1] * 50) < 8
    (said,) = [note for note in found.notes if "bursts" in note]
    made = clock.fit(delivered)
    rate = (ROWS - 1) / true[-1]
    assert f"{made.rate:.4g} readings a second" in said
    late = made.time - true
    assert np.abs(late - np.median(late)).max() < 0.02
    assert (np.diff(made.time) > 0).all()
    assert made.rate == pytest.approx(rate, rel=2e-3)


@pytest.mark.parametrize("drift", [-1e-6, 1e-6])
def test_a_clock_that_drifts_for_long_is_followed(drift: float) -> None:
    """By 0.36 s in ten minutes, which is two readings off any line."""
    true = np.arange(30_000) / 50
    true = true + drift * true**2
    line = np.polyval(np.polyfit(np.arange(30_000), true, 1), np.arange(30_000))
    assert np.abs(line - true).max() > 0.04
    late = clock.fit(burst(true)).time - true
    assert np.abs(late - np.median(late)).max() < 0.02


@pytest.mark.parametrize("messy", [False, True])
def test_a_gap_splits_a_recording_and_a_burst_does_not(messy: bool, tmp_path: Path) -> None:
    f = gap(frame())
    if messy:
        f = f.with_columns(time=pl.Series(burst(f["time"].to_numpy())))
    f.write_csv(tmp_path / "a.csv")
    found = table.read([tmp_path / "a.csv"])
    lengths = [len(r.imu) for r in found.dataset.recordings]
    assert len(lengths) == 2
    assert np.abs(np.array(lengths) - [1000, 2000]).max() <= 8
    assert any("into 2" in note for note in found.notes)
    with pytest.raises(DataError, match=r"row 10\d\d: 3\.\d* s are missing before it"):
        table.read([tmp_path / "a.csv"], table.Options(split_gaps=False))


def test_readings_that_are_missing_are_no_burst() -> None:
    time = np.delete(np.arange(1000) / 50, [100, 101, 500])
    assert not clock.bursts(time)
    assert len(clock.gaps(time)) == 0
    assert clock.backwards(time) is None
    assert clock.backwards(burst(np.arange(1000) / 50)) is None
    assert clock.period(time) == pytest.approx(0.02)


def test_people_who_count_their_recordings_from_one(tmp_path: Path) -> None:
    two = [frame(seed=k).with_columns(subject=pl.lit(name)) for k, name in enumerate("ab")]
    f = pl.concat([part.with_columns(recording=pl.lit(n)) for part in two for n in (1, 2)])
    f.write_csv(tmp_path / "mine.csv")
    found = table.read([tmp_path / "mine.csv"]).dataset
    assert [r.name for r in found.recordings] == [
        f"mine.csv: {subject}, {n}" for subject in "ab" for n in (1, 2)
    ]
    assert [r.subject for r in found.recordings] == [1, 1, 2, 2]


def test_activities_that_differ_in_case_or_spaces_are_one(tmp_path: Path) -> None:
    """The spelling that is there most; others that are alike stay apart."""
    names = np.repeat(["Walking", " walking", "WALKING ", "sitting", "sitting down"], 600)
    names[:3] = "walk ing"
    frame().with_columns(activity=pl.Series(names)).write_csv(tmp_path / "a.csv")
    found = table.read([tmp_path / "a.csv"])
    assert found.dataset.activities == ("WALKING", "sitting", "sitting down")
    counts = np.bincount(found.dataset.recordings[0].activity)
    assert counts.tolist() == [0, 1800, 600, 600]
    (said,) = [note for note in found.notes if "are one activity" in note]
    for name in ("'Walking'", "'walking'", "'WALKING'", "'walk ing'"):
        assert name in said


def test_unlabelled_readings_gaps_and_missing_gyroscope(tmp_path: Path) -> None:
    gap(frame()).with_columns(activity=pl.lit("None")).drop(GYRO).write_csv(tmp_path / "a.csv")
    found = table.read([tmp_path / "a.csv"], table.Options(split_gaps=True))
    assert [len(r.imu) for r in found.dataset.recordings] == [1000, 2000]
    assert all(r.imu.shape[1] == 3 and not r.activity.any() for r in found.dataset.recordings)
    assert any("No gyroscope" in note for note in found.notes)
    assert any("100.0 % of the readings have no activity" in note for note in found.notes)


@pytest.mark.parametrize("rate", [25.0, 64.0, 100.0, 104.0, 200.0])
def test_resampling_keeps_what_is_slow_and_takes_off_what_would_alias(rate: float) -> None:
    time = np.arange(int(40 * rate)) / rate
    slow = np.sin(2 * np.pi * 2 * time)
    fast = np.sin(2 * np.pi * 0.48 * rate * time) if rate > 100 else np.zeros_like(time)
    labels = (time >= 20).astype(np.int64)
    found, activity = to_standard_rate((slow + fast)[:, None], labels, rate)
    grid = np.arange(len(found)) / 50
    middle = slice(100, -100)
    assert np.abs(found[middle, 0] - np.sin(2 * np.pi * 2 * grid)[middle]).max() < 0.03
    assert abs(int(activity.argmax()) - 1000) <= 1


def test_jittered_time_is_put_on_a_grid(tmp_path: Path) -> None:
    draws = np.random.default_rng(0)
    f = frame(rate=60.0)
    jittered = f["time"].to_numpy() + draws.uniform(-0.012, 0.012, ROWS)
    f.with_columns(time=pl.Series(np.sort(jittered))).write_csv(tmp_path / "a.csv")
    found = table.read([tmp_path / "a.csv"])
    assert abs(len(found.dataset.recordings[0].imu) - ROWS * 50 / 60) < 5
    assert any("Resampled" in note for note in found.notes)


def test_two_rules_of_labels() -> None:
    activity: NDArray[np.int64] = np.repeat([1, 2, 0, 1], [200, 100, 300, 200])
    starts, y = labelled(activity, 2, 128, "whole")
    assert y.tolist() == [1, 1, 1, 1]
    assert starts.tolist() == [0, 64, 600, 664]
    starts, y = labelled(activity, 2, 128, "majority")
    assert (starts % 64 == 0).all()
    for start, k in zip(starts, y, strict=True):
        assert np.bincount(activity[start : start + 128], minlength=3).argmax() == k > 0
    assert len(labelled(activity, 2, 50, "whole")[0]) > 4


# Types that a table may have ----------------------------------------------------------------------

TYPED: dict[str, tuple[pl.Expr, str, str]] = {
    "20 digits": (pl.lit("12345678901234567890"), "subject", "12345678901234567890"),
    "huge": (pl.lit(1e30), "subject", "1e30"),
    "a category": (pl.lit("ann").cast(pl.Categorical), "subject", "ann"),
}


@pytest.mark.parametrize("ending", ["csv", "parquet"])
@pytest.mark.parametrize("case", TYPED)
def test_people_are_called_as_they_are_written(tmp_path: Path, case: str, ending: str) -> None:
    value, name, expected = TYPED[case]
    file = tmp_path / f"mine.{ending}"
    typed = frame().with_columns(value.alias(name))
    if ending == "csv":
        typed.write_csv(file)
    else:
        typed.write_parquet(file)
    (found,) = table.read([file]).dataset.people.values()
    assert float(found) == 1e30 if case == "huge" else found == expected


@pytest.mark.parametrize("kind", ["time", "duration", "datetime", "float32", "decimal"])
def test_time_may_have_a_type_of_its_own(tmp_path: Path, kind: str) -> None:
    us = (pl.col("time") * 1e6).round().cast(pl.Int64)
    typed = {
        "time": (us * 1000).cast(pl.Time),
        "duration": us.cast(pl.Duration("us")),
        "datetime": us.cast(pl.Datetime("us")),
        "float32": pl.col("time").cast(pl.Float32),
        "decimal": pl.col("time").cast(pl.Decimal(12, 4)),
    }[kind]
    frame().with_columns(time=typed).write_parquet(tmp_path / "mine.parquet")
    (found,) = table.read([tmp_path / "mine.parquet"]).dataset.recordings
    expected = frame().select(*ACC, *GYRO).to_numpy()
    np.testing.assert_allclose(found.imu, expected[: len(found.imu)], atol=0.02)
    assert abs(len(found.imu) - ROWS) <= 1


@pytest.mark.parametrize("value", [pl.lit([1, 2]), pl.lit(b"ab"), pl.struct(a=1)])
def test_columns_that_hold_no_value_each_are_an_error(tmp_path: Path, value: pl.Expr) -> None:
    frame().with_columns(activity=value).write_parquet(tmp_path / "mine.parquet")
    with pytest.raises(DataError, match=r"column 'activity' holds .*; leave it out"):
        table.read([tmp_path / "mine.parquet"])


def test_a_person_who_is_not_a_number_is_nobody(tmp_path: Path) -> None:
    frame().with_columns(subject=pl.lit(math.nan)).write_parquet(tmp_path / "mine.parquet")
    with pytest.raises(DataError, match="no subject"):
        table.read([tmp_path / "mine.parquet"])
