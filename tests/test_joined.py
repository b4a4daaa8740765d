"""Recordings whose sensors, activities or people are not in one table: a file a sensor, each with
its clock; activities from when to when; names of files and folders."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.test_table import frame

from tinyodl.data import called, clock, parts, table
from tinyodl.data.errors import DataError
from tinyodl.data.intervals import Intervals, apply, columns
from tinyodl.data.names import ACC, GYRO
from tinyodl.data.run import Run
from tinyodl.data.units import STANDARD_GRAVITY

EPOCH = 1_790_000_000.0
AXES = ("x", "y", "z")


def sensor(f: pl.DataFrame, names: tuple[str, ...], **more: pl.Expr) -> pl.DataFrame:
    """One sensor's table, as Sensor Logger writes it: time in ns, z before y before x."""
    axes = {axis: pl.col(name) for axis, name in zip(AXES, names, strict=True)}
    ns = ((pl.col("time") + EPOCH) * 1e9).cast(pl.Int64)
    return f.select(time=ns, seconds_elapsed=pl.col("time"), **{a: axes[a] for a in "zyx"}, **more)


def later(f: pl.DataFrame, seconds: float) -> pl.DataFrame:
    return f.with_columns(time=pl.col("time") + seconds)


def told(f: pl.DataFrame) -> dict[str, pl.Expr]:
    return {"activity": pl.col("activity"), "subject": pl.col("subject")}


def at(imu: np.ndarray, shift: float) -> np.ndarray:
    """A recording's readings so many of them later."""
    index = np.arange(len(imu) - 20) + shift
    return np.column_stack([np.interp(index, np.arange(len(imu)), c) for c in imu.T])


@pytest.fixture
def one() -> pl.DataFrame:
    return frame()


def truth(f: pl.DataFrame) -> np.ndarray:
    return f.select(*ACC, *GYRO).to_numpy()


def test_a_folder_of_a_file_a_sensor_is_one_recording(one: pl.DataFrame, tmp_path: Path) -> None:
    """Each with its own clock; what is of no use beside them is passed over."""
    session = tmp_path / "walk-2026-11-25"
    session.mkdir()
    sensor(one, ACC, **told(one)).write_csv(session / "Accelerometer.csv")
    sensor(later(one, 0.0073), GYRO).write_csv(session / "Gyroscope.csv")
    sensor(one, GYRO).write_csv(session / "Magnetometer.csv")
    pl.DataFrame({"device": ["phone"], "version": [3]}).write_csv(session / "Metadata.csv")
    found = table.read([session])
    (recording,) = found.dataset.recordings
    assert recording.name == "walk-2026-11-25"
    assert any("Accelerometer.csv and Gyroscope.csv put together" in n for n in found.notes)
    assert any("Magnetometer.csv" in n and "passed over" in n for n in found.notes)
    assert abs(len(recording.imu) - len(one)) < 8
    np.testing.assert_allclose(recording.imu[:2900, :3], truth(one)[:2900, :3], atol=1e-6)
    expected = at(truth(one)[:, 3:], -0.0073 * 50)
    np.testing.assert_allclose(recording.imu[2:2900, 3:], expected[2:2900], atol=1e-3)
    assert found.dataset.activities == ("sitting", "walking")


@pytest.mark.parametrize("inside", [True, False])
def test_phyphox_writes_seconds_and_units(one: pl.DataFrame, tmp_path: Path, inside: bool) -> None:
    acc = one.select(
        pl.col("time").alias("Time (s)"),
        **{
            f"{a.upper()} (m/s^2)": pl.col(c) * STANDARD_GRAVITY
            for a, c in zip(AXES, ACC, strict=True)
        },
        **told(one),
    )
    gyro = one.select(
        pl.col("time").alias("Time (s)"),
        **{f"{a.upper()} (rad/s)": pl.col(c) for a, c in zip(AXES, GYRO, strict=True)},
    )
    if inside:
        with zipfile.ZipFile(tmp_path / "session.zip", "w") as packed:
            packed.writestr("Accelerometer.csv", acc.write_csv())
            packed.writestr("Gyroscope.csv", gyro.write_csv())
            packed.writestr("meta/device.csv", "property,value\nname,phone\n")
        given_files = [tmp_path / "session.zip"]
    else:
        acc.write_csv(tmp_path / "Accelerometer.csv")
        gyro.write_csv(tmp_path / "Gyroscope.csv")
        given_files = [tmp_path / "Gyroscope.csv", tmp_path / "Accelerometer.csv"]
    found = table.read(given_files)
    (recording,) = found.dataset.recordings
    np.testing.assert_allclose(recording.imu, truth(one)[: len(recording.imu)], atol=1e-6)
    assert len(recording.imu) >= len(one) - 1


def test_several_sessions_lie_in_one_folder_by_what_their_names_share(
    one: pl.DataFrame, tmp_path: Path
) -> None:
    other = frame(seed=1).with_columns(subject=pl.lit("bob"))
    for name, f in (("ann_1", one), ("bob_1", other)):
        sensor(f, ACC, **told(f)).write_csv(tmp_path / f"{name}_acc.csv")
        sensor(f, GYRO).write_csv(tmp_path / f"{name}_gyro.csv")
    found = table.read([tmp_path / "*.csv"])
    assert [r.name for r in found.dataset.recordings] == ["ann_1", "bob_1"]
    for recording, f in zip(found.dataset.recordings, (one, other), strict=True):
        np.testing.assert_allclose(recording.imu, truth(f)[: len(recording.imu)], atol=1e-6)


@pytest.mark.parametrize("total", [True, False])
def test_gravity_in_a_file_of_its_own_is_added_once(
    one: pl.DataFrame, tmp_path: Path, total: bool
) -> None:
    apart = one.with_columns(pl.col("acc_z") - (0 if total else 1))
    down = one.with_columns(acc_x=pl.lit(0.0), acc_y=pl.lit(0.0), acc_z=pl.lit(1.0))
    sensor(apart, ACC, **told(one)).write_csv(tmp_path / "Accelerometer.csv")
    sensor(down, ACC).write_csv(tmp_path / "Gravity.csv")
    sensor(one, GYRO).write_csv(tmp_path / "Gyroscope.csv")
    (recording,) = table.read([tmp_path]).dataset.recordings
    np.testing.assert_allclose(recording.imu, truth(one)[: len(recording.imu)], atol=1e-6)


def test_where_the_other_sensor_is_missing_there_is_no_recording(
    one: pl.DataFrame, tmp_path: Path
) -> None:
    sensor(one, ACC, **told(one)).write_csv(tmp_path / "a_acc.csv")
    gap = pl.int_range(pl.len()).is_between(1000, 1199)
    sensor(one.filter(~gap), GYRO).write_csv(tmp_path / "a_gyro.csv")
    found = table.read([tmp_path])
    first, second = found.dataset.recordings
    assert abs(len(first.imu) - 1000) < 8
    assert abs(len(second.imu) - 1800) < 8
    np.testing.assert_allclose(first.imu[:990], truth(one)[:990], atol=1e-6)


def test_clocks_with_nothing_in_common_are_an_error(one: pl.DataFrame, tmp_path: Path) -> None:
    sensor(one, ACC, **told(one)).write_csv(tmp_path / "Accelerometer.csv")
    sensor(later(one, 3600), GYRO).write_csv(tmp_path / "Gyroscope.csv")
    with pytest.raises(DataError, match="none in common: give files of one recording"):
        table.read([tmp_path])


def test_a_sensor_without_a_time_is_an_error(one: pl.DataFrame, tmp_path: Path) -> None:
    sensor(one, ACC, **told(one)).write_csv(tmp_path / "Accelerometer.csv")
    one.select(*GYRO).write_csv(tmp_path / "Gyroscope.csv")
    with pytest.raises(DataError, match=r"Gyroscope.csv, row 1: no column time"):
        table.read([tmp_path])
    sensor(one, GYRO).write_csv(tmp_path / "Gyroscope.csv")
    one.select(*ACC, "activity", "subject").write_csv(tmp_path / "Accelerometer.csv")
    with pytest.raises(DataError, match=r"Accelerometer.csv, row 1: no column time"):
        table.read([tmp_path])


def test_a_table_with_both_sensors_needs_no_other(one: pl.DataFrame, tmp_path: Path) -> None:
    one.write_csv(tmp_path / "acc.csv")
    sensor(later(one, 9.0), GYRO).write_csv(tmp_path / "gyro.csv")
    found = table.read([tmp_path])
    (recording,) = found.dataset.recordings
    assert recording.name == "acc.csv"
    np.testing.assert_allclose(recording.imu, truth(one)[: len(recording.imu)], atol=1e-6)
    assert not any("put together" in note for note in found.notes)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.floats(-5, 5), st.floats(20, 200), st.integers(0, 2**31), st.floats(0.999, 1.001))
def test_any_two_clocks_are_put_together(
    shift: float, rate: float, seed: int, drift: float
) -> None:
    """A rotation that is a line in time is told at each of the accelerometer's times."""
    draws = np.random.default_rng(seed)
    time = np.arange(1500) / 50
    theirs = np.sort(shift + np.arange(int(40 * rate)) / rate * drift + draws.normal(0, 1e-3, 1))
    values = np.column_stack([theirs, 2 * theirs, -theirs])
    run = Run("f", 2, "r", "s", draws.normal(size=(1500, 3)), np.zeros(1500, np.int32), ("",), time)
    found = parts.beside(run, parts.Other("g", theirs, values))
    assert found.time is not None
    inside = (time >= theirs[0]) & (time <= theirs[-1])
    assert inside.sum() <= len(found.time) <= inside.sum() + 2 * (1 + 4 * 50 / rate)
    clear = (found.time >= theirs[0]) & (found.time <= theirs[-1])
    np.testing.assert_allclose(found.values[clear, 3], found.time[clear], atol=1e-9)
    np.testing.assert_allclose(found.values[clear, 4], 2 * found.time[clear], atol=1e-9)


# Activities from when to when ---------------------------------------------------------------------

SPANS = [(2.0, 20.0, "sitting"), (25.0, 55.0, "walking")]


def spans(scale: float, since: float) -> pl.DataFrame:
    rows = [((a + since) * scale, (b + since) * scale, name) for a, b, name in SPANS]
    return pl.DataFrame(rows, schema=["start", "end", "activity"], orient="row")


def dates(scale: float, since: float) -> pl.DataFrame:
    moments = spans(1, EPOCH).with_columns(
        pl.from_epoch((pl.col(c) * 1000).cast(pl.Int64), "ms").dt.to_string("iso:strict")
        for c in ("start", "end")
    )
    return moments.rename({"start": "Begin", "end": "Until", "activity": "Label"})


WRITTEN: dict[str, tuple[Callable[[float, float], pl.DataFrame], float, float]] = {
    "epoch s": (spans, 1, EPOCH),
    "epoch ms": (spans, 1e3, EPOCH),
    "epoch ns": (spans, 1e9, EPOCH),
    "since its beginning": (spans, 1, 0),
    "since its beginning, ms": (spans, 1e3, 0),
    "dates": (dates, 1, 0),
}


@pytest.mark.parametrize("beside", [True, False])
@pytest.mark.parametrize("written", WRITTEN)
def test_activities_may_stand_in_a_file_of_their_own(
    one: pl.DataFrame, tmp_path: Path, written: str, beside: bool
) -> None:
    make, scale, since = WRITTEN[written]
    folder = tmp_path / "mine"
    folder.mkdir()
    readings = one.with_columns(time=pl.col("time") + EPOCH).drop("activity")
    readings.write_csv(folder / "readings.csv")
    file = (folder if beside else tmp_path) / "labels.csv"
    make(scale, since).write_csv(file)
    options = table.Options(activities=() if beside else (file,))
    found = table.read([folder], options)
    (recording,) = found.dataset.recordings
    time = np.arange(len(recording.imu)) / 50
    names = ("", *found.dataset.activities)
    own = np.array([names[k] for k in recording.activity])
    for low, high, name in SPANS:
        assert (own[(time > low + 0.05) & (time < high - 0.05)] == name).all()
    assert (own[(time > 20.05) & (time < 24.95)] == "").all()
    assert any("2 intervals from" in note and "taken as" in note for note in found.notes)


def test_intervals_are_of_the_recording_or_person_they_name(tmp_path: Path) -> None:
    for name in ("a", "b"):
        f = frame().drop("activity", "subject").with_columns(subject=pl.lit(f"p{name}"))
        f.write_csv(tmp_path / f"{name}.csv")
    rows = [(0.0, 30.0, "sit", "a"), (0.0, 30.0, "walk", "b.csv"), (30.0, 59.0, "run", "")]
    pl.DataFrame(rows, ["start", "end", "activity", "recording"], orient="row").write_csv(
        tmp_path / "labels.csv"
    )
    found = table.read([tmp_path])
    names = ("", *found.dataset.activities)
    own = {r.name: [names[r.activity[k]] for k in (500, 2000)] for r in found.dataset.recordings}
    assert own == {"a.csv": ["sit", "run"], "b.csv": ["walk", "run"]}


BAD = {
    "overlap": ([(0, 20, "sit"), (10, 30, "walk")], "row 3: 'walk' begins before 'sit' ends"),
    "backwards": ([(20, 10, "sit")], "row 2: it ends before it begins"),
    "elsewhere": ([(500_000, 600_000, "sit")], "fit neither the recordings' clock"),
    "no time": ([("soon", "later", "sit")], "row 2: start is 'soon'"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_intervals_are_an_error(one: pl.DataFrame, tmp_path: Path, case: str) -> None:
    rows, says = BAD[case]
    one.drop("activity").write_csv(tmp_path / "r.csv")
    pl.DataFrame(rows, ["start", "end", "activity"], orient="row").write_csv(tmp_path / "l.csv")
    with pytest.raises(DataError, match=says):
        table.read([tmp_path])


def test_a_file_that_is_no_table_of_intervals_is_an_error(
    one: pl.DataFrame, tmp_path: Path
) -> None:
    one.write_csv(tmp_path / "r.csv")
    options = table.Options(activities=(tmp_path / "r.csv",))
    with pytest.raises(DataError, match="no table of intervals: give it columns"):
        table.read([tmp_path / "r.csv"], options)


def test_what_is_a_table_of_intervals() -> None:
    assert columns(["Start", "END (s)", "Label"]) == {"start": 0, "end": 1, "activity": 2}
    assert columns(["time", "acc_x", "activity"]) is None


@given(st.lists(st.floats(0, 50), min_size=2, max_size=12, unique=True))
def test_each_reading_has_the_activity_of_its_interval(edges: list[float]) -> None:
    edges = sorted(edges)[: len(edges) // 2 * 2]
    pairs = list(zip(edges[::2], edges[1::2], strict=True))
    time = np.arange(2600) / 50
    run = Run("f", 2, "r", "s", np.zeros((2600, 3)), np.zeros(2600, np.int32), ("",), time)
    starts, ends = (np.array(side) for side in zip(*pairs, strict=True))
    names = [f"a{k % 3}" for k in range(len(pairs))]
    (found,), _ = apply([run], Intervals("g", starts, ends, False, names, None, None))
    for t, k in zip(time, found.activity, strict=True):
        inside = [n for (a, b), n in zip(pairs, names, strict=True) if a <= t < b]
        assert found.activities[k] == (inside[0] if inside else "")


# Names --------------------------------------------------------------------------------------------


def test_activities_and_people_by_names(tmp_path: Path) -> None:
    for person in ("ann", "bob"):
        for activity in ("walking", "stairs-up"):
            for number in (1, 2):
                f = frame(600).drop("activity", "subject")
                f.write_csv(tmp_path / f"{person}_{activity}_{number}.csv")
    names = {f"{p}_{a}": p for p in ("ann", "bob") for a in ("walking", "stairs-up")}
    assert len(names) == 4
    nested = tmp_path / "nested"
    for person in ("ann", "bob"):
        for activity in ("walking", "stairs up 2"):
            folder = nested / person / activity
            folder.mkdir(parents=True)
            frame(600).drop("activity", "subject").write_csv(folder / "data.csv")
    found = table.read(
        [tmp_path / "*.csv"], table.Options(activity_from="name", subject_from="name")
    )
    assert set(found.dataset.people.values()) == {"ann", "bob"}
    own = {r.name.split("_")[1] for r in found.dataset.recordings}
    assert own == {"walking", "stairs-up"}
    folders = table.read([nested], table.Options(activity_from="folder", subject_from="folder"))
    assert folders.dataset.activities == ("stairs up", "walking")
    assert set(folders.dataset.people.values()) == {"ann", "bob"}


def test_a_name_that_says_no_activity_is_an_error(tmp_path: Path) -> None:
    frame().drop("activity").write_csv(tmp_path / "0001.csv")
    with pytest.raises(DataError, match="says no activity: rename it"):
        table.read([tmp_path / "0001.csv"], table.Options(activity_from="name"))


def test_without_activities_the_error_says_where_they_may_come_from(tmp_path: Path) -> None:
    frame().drop("activity").write_csv(tmp_path / "walking.csv")
    with pytest.raises(DataError, match="--activity-from name"):
        table.read([tmp_path / "walking.csv"])


def test_words_of_names() -> None:
    assert called.activity("Walking_Accelerometer") == "Walking"
    assert called.person("") == ""
    assert clock.period(np.arange(10.0)) == 1
