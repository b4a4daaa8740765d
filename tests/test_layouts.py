"""Tables as apps and people write them are read with no setting beyond their names."""

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.test_table import ROWS, burst, frame

from tinyodl.data import table
from tinyodl.data.errors import DataError
from tinyodl.data.names import ACC, GYRO, recognise
from tinyodl.data.units import STANDARD_GRAVITY

EPOCH = 1_790_000_000.0  # s
AXES = "xyz"

Write = Callable[[pl.DataFrame, Path], None]


def renamed(names: dict[str, str]) -> Write:
    return lambda f, p: f.rename(names).write_csv(p)


def sensors(acc: str, gyro: str, **more: str) -> dict[str, str]:
    names = {f"acc_{a}": acc.format(a, a.upper()) for a in AXES}
    return names | {f"gyro_{a}": gyro.format(a, a.upper()) for a in AXES} | more


def epoch(unit: float) -> Write:
    return lambda f, p: f.with_columns(
        time=((pl.col("time") + EPOCH) * unit).round().cast(pl.Int64)
    ).write_csv(p)


def decimal_comma(f: pl.DataFrame, file: Path) -> None:
    numbers = [*ACC, *GYRO, "time"]
    text = f.with_columns(
        pl.col(c).cast(pl.String).str.replace(".", ",", literal=True) for c in numbers
    )
    text.write_csv(file, separator=";")


def taken_apart(f: pl.DataFrame, file: Path) -> None:
    """User acceleration and gravity, as iPhones have them."""
    parts = {f"gravity_{a}": pl.lit(float(k == 2)) for k, a in enumerate(AXES)}
    parts |= {
        f"user_acceleration_{a}": pl.col(f"acc_{a}") - float(k == 2) for k, a in enumerate(AXES)
    }
    f.with_columns(**parts).drop(ACC).write_csv(file)


def titled(f: pl.DataFrame, file: Path) -> None:
    """Two lines of talk before the names."""
    file.write_text("Recorded by somebody\n\n" + f.write_csv())


def objects(f: pl.DataFrame, file: Path) -> None:
    rows = [
        {"time": r["time"], "acc": [r[c] for c in ACC], "gyro": [r[c] for c in GYRO]}
        | {k: r[k] for k in ("activity", "subject")}
        for r in f.iter_rows(named=True)
    ]
    file.write_text("\n".join(map(json.dumps, rows)))


def zipped(f: pl.DataFrame, file: Path) -> None:
    with zipfile.ZipFile(file, "w") as packed:
        packed.writestr("export/mine.csv", f.write_csv())
        packed.writestr("__MACOSX/._mine.csv", "rubbish")


LAYOUTS: dict[str, Write] = {
    "short.csv": renamed(sensors("a{0}", "g{0}", time="t")),
    "words.csv": renamed(
        sensors("Accelerometer_{1}", "Gyroscope_{1}", activity="Label", subject="User ID")
    ),
    "phyphox.csv": lambda f, p: (
        f.with_columns(pl.col(c) * STANDARD_GRAVITY for c in ACC)
        .rename(sensors("Acceleration {0} (m/s^2)", "Gyroscope {0} (rad/s)", time="Time (s)"))
        .write_csv(p)
    ),
    "logger.csv": renamed(
        sensors("accelerometerAcceleration{1}(G)", "gyroRotation{1}(rad/s)", time="seconds_elapsed")
    ),
    "apart.csv": taken_apart,
    "comma.csv": decimal_comma,
    "milliseconds.csv": epoch(1e3),
    "microseconds.csv": epoch(1e6),
    "nanoseconds.csv": epoch(1e9),
    "zone.csv": lambda f, p: f.with_columns(
        time=pl.from_epoch(
            ((pl.col("time") + EPOCH) * 1e6).round().cast(pl.Int64), "us"
        ).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f+02:00")
    ).write_csv(p),
    "titled.csv": titled,
    "mark.csv": lambda f, p: p.write_bytes(b"\xef\xbb\xbf" + f.write_csv().encode()) and None,
    "wide.csv": lambda f, p: p.write_bytes(f.write_csv().encode("utf-16")) and None,
    "packed.csv.gz": lambda f, p: p.write_bytes(gzip.compress(f.write_csv().encode())) and None,
    "packed.zip": zipped,
    "lines.jsonl": objects,
}


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_layout_is_read_like_our_own(name: str, tmp_path: Path) -> None:
    frame().write_csv(tmp_path / "ours.csv")
    expected = table.read([tmp_path / "ours.csv"]).dataset
    LAYOUTS[name](frame(), tmp_path / name)
    found = table.read([tmp_path / name])
    assert found.dataset.activities == expected.activities
    assert found.dataset.people == expected.people
    assert len(found.dataset.recordings) == 1
    np.testing.assert_allclose(
        found.dataset.recordings[0].imu, expected.recordings[0].imu, rtol=1e-9, atol=1e-9
    )
    assert (found.dataset.recordings[0].activity == expected.recordings[0].activity).all()
    other_names = name in ("short.csv", "words.csv", "phyphox.csv", "logger.csv", "apart.csv")
    assert any("--columns tells others" in note for note in found.notes) == other_names


def test_a_folder_and_a_pattern_are_all_their_tables(tmp_path: Path) -> None:
    for k in range(3):
        (tmp_path / f"{k}").mkdir()
        frame(seed=k).with_columns(subject=pl.lit(f"p{k}")).write_csv(tmp_path / f"{k}" / "a.csv")
    (tmp_path / "notes.txt").write_text("what,when\nwalked,noon\n")
    (tmp_path / "photo.jpg").write_bytes(b"no table")
    folder = table.read([tmp_path])
    assert sorted(folder.dataset.people.values()) == ["p0", "p1", "p2"]
    (said,) = [note for note in folder.notes if "passed over" in note]
    assert "notes.txt" in said
    assert "photo.jpg" in said
    some = table.read([tmp_path / "[01]" / "a.csv"])
    assert sorted(some.dataset.people.values()) == ["p0", "p1"]
    with pytest.raises(DataError, match="no file is named so"):
        table.read([tmp_path / "x*.csv"])
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no recordings in this folder"):
        table.read([tmp_path / "empty"])


def test_columns_can_be_told(tmp_path: Path) -> None:
    names = sensors("up{0}", "spin{0}", activity="what", subject="who")
    frame().rename(names).write_csv(tmp_path / "a.csv")
    with pytest.raises(DataError, match="--columns"):
        table.read([tmp_path / "a.csv"])
    found = table.read([tmp_path / "a.csv"], table.Options(columns=names)).dataset
    frame().write_csv(tmp_path / "ours.csv")
    expected = table.read([tmp_path / "ours.csv"]).dataset
    np.testing.assert_array_equal(found.recordings[0].imu, expected.recordings[0].imu)
    for told, says in (
        ({"acc_q": "upx"}, "no name of ours"),
        ({"acc_x": "nope"}, "no column 'nope'"),
    ):
        with pytest.raises(DataError, match=says):
            table.read([tmp_path / "a.csv"], table.Options(columns=told))


def test_a_column_that_is_there_twice_is_not_dropped(tmp_path: Path) -> None:
    text = frame(300).write_csv().replace("acc_y", "acc_x", 1)
    (tmp_path / "a.csv").write_text(text)
    with pytest.raises(DataError, match="'acc_x' is there twice"):
        table.read([tmp_path / "a.csv"])


def test_columns_that_hold_no_numbers(tmp_path: Path) -> None:
    frame(300).with_columns(acc_x=pl.concat_list("acc_x", "acc_y")).write_parquet(
        tmp_path / "a.parquet"
    )
    with pytest.raises(DataError, match="holds List"):
        table.read([tmp_path / "a.parquet"])


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        ("time,z,y,x", {"bare": (3, 2, 1)}),
        ("magnetometer_x,magnetometer_y,magnetometer_z,ax,ay,az", {"acc": (3, 4, 5)}),
        ("acc_x,acc_y,acc_z,acceleration_x,acceleration_y,acceleration_z", {"acc": (0, 1, 2)}),
        ("wx,wy,wz,ax,ay,az", {"acc": (3, 4, 5), "gyro": (0, 1, 2)}),
    ],
)
def test_sensors_by_their_names(header: str, expected: dict[str, tuple[int, ...]]) -> None:
    assert recognise(header.split(",")).sensors == expected


def test_a_phone_that_does_everything_at_once(tmp_path: Path) -> None:
    """Bursts, epoch in ns, other names, decimal commas, packed, people who count from 1."""
    parts = []
    for person in ("ann", "bob"):
        for number in (1, 2):
            f = frame(seed=number).with_columns(subject=pl.lit(person), recording=pl.lit(number))
            times = burst(f["time"].to_numpy(), number) + EPOCH + 1000 * number
            parts.append(f.with_columns(time=pl.Series((times * 1e9).round().astype(np.int64))))
    f = pl.concat(parts).rename(sensors("Acc {1}", "Gyro {1}", activity="Class"))
    text = f.with_columns(pl.col(pl.Float64).cast(pl.String).str.replace(".", ",", literal=True))
    (tmp_path / "all.csv.gz").write_bytes(gzip.compress(text.write_csv(separator=";").encode()))
    found = table.read([tmp_path / "all.csv.gz"])
    assert found.dataset.activities == ("sitting", "walking")
    assert [r.subject for r in found.dataset.recordings] == [1, 1, 2, 2]
    assert all(abs(len(r.imu) - ROWS) < 8 for r in found.dataset.recordings)


@settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=300).map(str.encode),
        st.lists(
            st.lists(
                st.sampled_from(["acc_x", "ax", "1", "-2,5", "nan", "", "time", '"', "{"]),
                max_size=8,
            ).map(",".join),
            max_size=8,
        ).map(lambda rows: "\n".join(rows).encode()),
    ),
    st.sampled_from(["a.csv", "a.tsv", "a.jsonl", "a.parquet", "a.csv.gz", "a.zip"]),
)
def test_whatever_is_in_a_file_the_error_is_ours(tmp_path: Path, data: bytes, name: str) -> None:
    (tmp_path / name).write_bytes(data)
    with pytest.raises(DataError):
        table.read([tmp_path / name], labelled=False)
