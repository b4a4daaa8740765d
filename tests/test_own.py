"""Own recordings from the command line: train, run, info, evaluate, and the errors that a user
sees."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from typer.testing import CliRunner

from tinyodl.cli.app import app
from tinyodl.data import hapt
from tinyodl.data.names import ACC, GYRO
from tinyodl.data.recordings import Recording
from tinyodl.data.table import read as table_of
from tinyodl.data.units import STANDARD_GRAVITY
from tinyodl.model import load

COMMAND = (sys.executable, "-m", "tinyodl")


def command(*arguments: object, text: str | None = None) -> Any:
    """In this process: what a program of its own would import is imported once."""
    return CliRunner().invoke(app, [*map(str, arguments)], input=text)


def refused(*arguments: object, says: str, text: str | None = None) -> None:
    done = command(*arguments, text=text)
    assert done.exit_code == 2, done.stderr
    assert isinstance(done.exception, SystemExit)
    assert "Error: " in done.stderr
    assert says in done.stderr.replace("\n", " ")


@pytest.fixture(scope="session")
def model(watch_model: Path) -> Path:
    return watch_model


def test_evaluate_on_a_watch_needs_no_setting(watch: Path, tmp_path: Path) -> None:
    out, report, four = (tmp_path / name for name in ("out.json", "out.html", "four.csv"))
    pl.read_csv(watch).filter(pl.col("subject") <= 4).write_csv(four)
    few = ("--seeds", 1, "--hidden", 16, "--jobs", 1)
    done = command("evaluate", "--data", four, *few, "--json", out, "--report", report)
    assert done.exit_code == 0, done.stderr
    assert "recognised as rad/s" in done.stderr
    assert "4 people, 56 recordings, 7 activities" in done.stderr
    document = json.loads(out.read_text())
    tiny = next(r for r in document["rows"] if r["method"] == "ODLTiny")
    assert tiny["accuracy_after"] > tiny["accuracy_drifted"] + 0.1
    assert len(document["per_person"]) == 4 * len(document["rows"])
    assert document["published"] is None
    assert "published (about)" not in done.stdout
    assert document["device"]["people"][0]["name"] == "1"
    sensors = {row["sensor"] for row in document["continuous"]}
    assert sensors == {"as worn", "180 degrees about x", "90 degrees about z"}
    assert report.stat().st_size > 10**6


@pytest.mark.long
def test_evaluate_equals_reproduce_on_the_same_recordings(
    tmp_path: Path, write_hapt: Callable[[Path, list[Recording]], None]
) -> None:
    """The five, a recording each, as an official folder and as a table."""
    first = {r.subject: r for r in reversed(hapt.load()) if r.subject in hapt.DRIFTED}
    folder, table = tmp_path / "five", tmp_path / "five.parquet"
    own, ours = tmp_path / "own.json", tmp_path / "ours.json"
    write_hapt(folder, [first[p] for p in hapt.DRIFTED])
    assert command("data", "export", table, "--data", folder).exit_code == 0
    shared = ("--seeds", 1, "--hidden", 16, "--features", "compact")
    assert command("evaluate", "--data", table, *shared, "--json", own).exit_code == 0
    official = ("--data", folder, "--protocol", "person")
    assert command("reproduce", *official, *shared, "--json", ours).exit_code == 0
    a, b = json.loads(own.read_text()), json.loads(ours.read_text())
    for key in (
        "rows",
        "pruning",
        "one_sided",
        "same_share",
        "drift",
        "device",
        "continuous",
        "teachers",
        "energy",
        "activities",
    ):
        assert a[key] == b[key], key
    for mine, theirs in zip(a["per_person"], b["per_person"], strict=True):
        assert mine | {"chose_inputs": None} == theirs | {"chose_inputs": None}


@pytest.mark.parametrize(
    "extra",
    [
        ("--label", "majority"),
        pytest.param(("--window", 1), marks=pytest.mark.long),
        pytest.param(("--window", 4, "--hidden", 8), marks=pytest.mark.long),
    ],
)
def test_other_windows_and_labels(watch: Path, tmp_path: Path, extra: tuple[object, ...]) -> None:
    path = tmp_path / "m.todl"
    assert command("train", "--data", watch, "--output", path, *extra).exit_code == 0
    facts = json.loads(command("info", path, "--json").stdout)
    assert facts["activities"] == ["ABD", "ER", "FEL", "IR", "PEN", "ROW", "TRAP"]
    wanted = dict(zip(extra[::2], extra[1::2], strict=True))
    assert facts["window_seconds"] == wanted.get("--window", 2.56)
    assert facts["hidden"] == wanted.get("--hidden", 0)


def test_without_a_gyroscope(watch: Path, tmp_path: Path, model: Path) -> None:
    poor = tmp_path / "poor.csv"
    pl.read_csv(watch).filter(pl.col("subject") <= 4).drop(GYRO).write_csv(poor)
    path = tmp_path / "poor.todl"
    done = command("train", "--data", poor, "--output", path)
    assert done.exit_code == 0, done.stderr
    facts = json.loads(command("info", path, "--json").stdout)
    assert facts["inputs"] == 28
    assert not facts["gyroscope"]
    assert command("run", path, "--data", poor, "--subject", 2).exit_code == 0
    refused("run", model, "--data", poor, says="the model was made for other inputs")
    three = "".join("0.0,0.0,1.0\n" for _ in range(200))
    assert command("run", path, text=three).exit_code == 0
    refused(
        "run",
        model,
        text=three,
        says="row 1: no column gyro_x, gyro_y, gyro_z, which the",
    )


def test_what_is_exported_is_read_as_it_was(tmp_path: Path) -> None:
    """One person's, with time: by file and on standard input, for info, training and a run."""
    table = tmp_path / "two.csv"
    done = command("data", "export", table, "--person", 3)
    assert done.exit_code == 0, done.stderr
    frame = pl.read_csv(table)
    assert frame.columns == [*ACC, *GYRO, "activity", "subject", "recording", "time"]
    own = [r for r in hapt.load() if r.subject == 3]
    assert frame["recording"].unique(maintain_order=True).to_list() == [r.name for r in own]
    read = table_of([table]).dataset.recordings
    for recording, r in zip(read, own, strict=True):
        np.testing.assert_allclose(recording.imu, r.imu, atol=1e-9)
    facts = json.loads(command("data", "info", "--data", table, "--json").stdout)
    assert (facts["people"], facts["recordings"], facts["gyroscope"]) == (1, 2, True)
    assert facts["seconds_per_activity"]["walking"] == (
        sum(int((r.activity == 1).sum()) for r in own) / 50
    )
    assert 20 < facts["windows_per_activity"]["walking"] < 200
    assert "attribution" not in facts
    text = command("data", "info", "--data", table).stdout
    assert "minutes" in text
    assert command("train", "--data", table, "-o", tmp_path / "m.todl").exit_code == 0
    one = tmp_path / "one.csv"
    frame.filter(pl.col("recording") == own[0].name).write_csv(one)
    by_file = command("run", tmp_path / "m.todl", "--data", one, "--json", "--rate", 50)
    live = command("run", tmp_path / "m.todl", "--json", text=one.read_text())
    assert by_file.exit_code == live.exit_code == 0
    assert by_file.stdout == live.stdout
    refused("data", "export", table, "--person", 99, says="nobody is called so; give one of 1")
    refused("data", "info", "--data", tmp_path / "none.csv", says="there is no such file")


def test_run_replays_prints_and_saves(watch: Path, model: Path, tmp_path: Path) -> None:
    after = tmp_path / "after.todl"
    options = (
        "--data",
        watch,
        "--subject",
        3,
        "--training",
        "--policy",
        "all",
        "--questions-per-day",
        400,
    )
    done = command("run", model, *options, "--json", "--output", after)
    assert done.exit_code == 0, done.stderr
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    asked = [line["time"] for line in lines if line["asked"]]
    assert all(after - before >= 18 for before, after in pairwise(asked))  # 100 an hour at most
    assert len(asked) >= 0.7 * lines[-1]["time"] / 18 > 5
    assert all(line["answer"] for line in lines if line["asked"])
    times = [line["time"] for line in lines]
    assert times == sorted(times)
    assert json.loads(command("info", after, "--json").stdout)["capacity"] == 9
    plain = command("run", model, "--data", watch, "--subject", 3)
    assert "predicting" in plain.stdout
    assert "right as they came" in plain.stderr


def test_run_from_standard_input_is_the_same_as_from_a_file(
    watch: Path, model: Path, tmp_path: Path
) -> None:
    """Without names, with the columns of a file in any order, as JSON, in other units."""
    first = pl.read_csv(watch).filter(pl.col("recording") == 0)
    one = tmp_path / "one.csv"
    first.write_csv(one)
    told = ("--acc-unit", "g", "--gyro-unit", "rad/s", "--rate", 50)
    expected = command("run", model, "--data", one, "--json", *told).stdout
    assert expected.count("\n") > 15
    bare = first.select(*ACC, *GYRO, "activity").write_csv(include_header=False)
    turned = first.with_columns(time=pl.int_range(pl.len()) / 50).select(
        "activity", "time", *GYRO, "subject", *reversed(ACC)
    )
    objects = [
        {"acc": [r[c] for c in ACC], "gyro": [r[c] for c in GYRO], "activity": r["activity"]}
        for r in first.iter_rows(named=True)
    ]
    apart = first.with_columns(
        *(pl.lit(float(axis == "z")).alias(f"gravity_{axis}") for axis in "xyz"),
        *((pl.col(f"acc_{a}") - (a == "z")).alias(f"user_acceleration_{a}") for a in "xyz"),
    ).drop(ACC)
    texts = {
        "bare": bare,
        "gravity taken apart": apart.write_csv(),
        "named": turned.write_csv(),
        "semicolons": turned.write_csv(separator=";"),
        "objects": "\n".join(map(json.dumps, objects)),
        "with rubbish": bare.replace("\n", "\nrubbish\n1,2\n\n", 3),
    }
    for name, text in texts.items():
        done = command("run", model, "--json", text=text)
        assert done.exit_code == 0, done.stderr
        assert done.stdout == expected, name
        assert ("6 lines of standard input were no readings" in done.stderr) == (
            name == "with rubbish"
        )
    metric = first.with_columns(pl.col(c) * STANDARD_GRAVITY for c in ACC)
    degrees = metric.with_columns(pl.col(c) * 180 / np.pi for c in GYRO).write_csv()
    whole = command("run", model, "--data", one, *told)
    for more in (("--acc-unit", "m/s2", "--gyro-unit", "deg/s"), ()):  # told, and recognised
        done = command("run", model, *more, text=degrees)
        assert done.stdout == whole.stdout
    assert "Acceleration recognised as m/s2" in done.stderr
    assert "Rotation recognised as deg/s" in done.stderr
    fast = turned.with_columns(time=pl.col("time") / 2).write_csv()
    refused("run", model, text=fast, says="comes at 100 readings a second by its time column")
    still = "\n".join(["time,acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z", *["0,0,0,0.1,0,0,0"] * 200])
    refused("run", model, text=still, says="neither about 1 (g) nor 9.8")


def test_what_was_learnt_is_saved_though_the_readings_end_badly(
    watch: Path, model: Path, tmp_path: Path
) -> None:
    first = pl.read_csv(watch).filter(pl.col("recording") == 0)
    good = first.select(*ACC, *GYRO, "activity").head(2000).write_csv(include_header=False)
    ends = {"whole.todl": good, "bad.todl": good + "rubbish\n" * 500}
    for name, text in ends.items():
        done = command("run", model, "--training", "--output", tmp_path / name, text=text)
        assert done.exit_code == (2 if name == "bad.todl" else 0), done.stderr
    assert "lines are no readings" in done.stderr
    saved = [load(tmp_path / name).learner.P_ for name in ends]
    np.testing.assert_array_equal(*saved)
    assert not np.array_equal(saved[0], load(model).learner.P_)


def test_a_run_that_is_stopped_saves_what_it_learnt(
    watch: Path, model: Path, tmp_path: Path
) -> None:
    first = pl.read_csv(watch).filter(pl.col("recording") == 0)
    good = first.select(*ACC, *GYRO, "activity").head(2000).write_csv(include_header=False)
    for sign in (signal.SIGTERM, signal.SIGINT):
        output = tmp_path / f"{sign}.todl"
        line = [*COMMAND, "run", str(model), "--training", "--output", str(output)]
        with subprocess.Popen(
            line, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        ) as running:
            assert running.stdin is not None
            assert running.stdout is not None
            running.stdin.write(good)
            running.stdin.flush()
            for _ in range(3):
                running.stdout.readline()
            running.send_signal(sign)
            assert running.wait(30) != 0
        assert not np.array_equal(load(output).learner.P_, load(model).learner.P_)


def test_a_new_activity_is_named_by_the_teacher(watch: Path, model: Path, tmp_path: Path) -> None:
    new = tmp_path / "new.csv"
    frame = pl.read_csv(watch).filter(pl.col("recording") < 3)
    frame.with_columns(activity=pl.lit("wave")).write_csv(new)
    after = tmp_path / "after.todl"
    done = command("run", model, "--data", new, "--training", "--policy", "all", "--output", after)
    assert done.exit_code == 0, done.stderr
    assert json.loads(command("info", after, "--json").stdout)["activities"][-1] == "wave"


def test_errors_of_whole_data_sets(watch: Path, model: Path, tmp_path: Path) -> None:
    frame = pl.read_csv(watch).filter(pl.col("subject") <= 4)
    one = tmp_path / "one.csv"
    frame.with_columns(activity=pl.lit("ROW")).write_csv(one)
    refused("evaluate", "--data", one, says="only one activity ('ROW')")
    frame.with_columns(activity=pl.lit("")).write_csv(one)
    refused("train", "--data", one, "--output", tmp_path / "m", says="no activity at all")
    frame.filter(pl.col("subject") == 1).write_csv(one)
    refused("evaluate", "--data", one, says="recordings of 1 person")
    frame.head(400).write_csv(one)
    refused("train", "--data", one, "--output", tmp_path / "m", says="only one activity")
    frame.filter(
        (pl.col("subject") != 4) | (pl.int_range(pl.len()).over("recording") < 100)
    ).write_csv(one)
    refused("evaluate", "--data", one, says="subject '4' has too few windows")
    frame.with_columns(
        activity=pl.when(pl.int_range(pl.len()) < 20).then(pl.lit("blink")).otherwise("activity")
    ).write_csv(one)
    refused("evaluate", "--data", one, says="activity 'blink' has no window of 2.56 s")
    refused(
        "evaluate",
        "--data",
        watch,
        "--features",
        "uci561",
        "--window",
        1,
        says="uci561 needs a gyroscope",
    )
    refused(
        "run",
        model,
        "--data",
        watch,
        "--subject",
        "nobody",
        says="no subject 'nobody' in the recordings",
    )
    refused("evaluate", "--data", tmp_path / "none.csv", says="there is no such file")
    few = ("train", "--data", watch, "--output", tmp_path / "m", "--capacity", 3)
    refused(*few, says="--capacity 3 is less than the 7 activities")
    refused("evaluate", "--data", watch, "--rate", 5, says="too few to tell movements apart")
    refused("run", model, text="0,0,1e300,0,0,0\n", says="standard input has no readings")
    refused("run", model, text="0,0,1,0,0,0\n" * 9, says="no whole window")
    refused("run", model, text="time,what\n1,2\n", says="standard input, row 1: no column acc_x")
    refused("run", model, "--rate", 100, text="0,0,1,0,0,0\n", says="--rate 100: standard input")
    refused("run", model, "--subject", "x", text="0,0,1,0,0,0\n", says="--subject: standard input")
    for window in ("inf", 1e9):
        nothing = ("evaluate", "--data", watch, "--window", window)
        refused(*nothing, says="give 0.32 to 1311 seconds")
    refused("run", model, text="", says="no whole window")
    refused("evaluate", "--data", watch, "--scheduler", "nowhere", says="no Dask scheduler")
    assert not (tmp_path / "m").exists()


def test_models_that_are_none(watch: Path, model: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.todl"
    bad.write_bytes(model.read_bytes()[:-5])
    refused("run", bad, "--data", watch, says="cut short")
    refused("info", watch, says="no tinyodl model")
    refused("info", tmp_path / "none.todl", says="No such file")
    refused("reproduce", "--quick", "--energy", watch, says="not a table of figures")


def test_help_has_an_example_each() -> None:
    for name in ("train", "run", "info", "evaluate", "reproduce"):
        done = command(name, "--help")
        assert done.exit_code == 0
        assert f"Example: tinyodl {name}" in done.stdout


def test_two_people_are_enough_and_one_without_a_test_is_named(watch: Path, tmp_path: Path) -> None:
    two, few = tmp_path / "two.csv", tmp_path / "few.csv"
    frame = pl.read_csv(watch).filter(pl.col("subject") <= 2)
    frame.write_csv(two)
    least = ("--seeds", 1, "--hidden", 8, "--jobs", 1)
    done = command("evaluate", "--data", two, *least, "--json", tmp_path / "out.json")
    assert done.exit_code == 0, done.stderr
    json.loads((tmp_path / "out.json").read_text(), parse_constant=lambda name: pytest.fail(name))
    frame.filter(pl.int_range(pl.len()).over("recording") < 200).write_csv(few)
    refused("evaluate", "--data", few, says="subject '1' has too few windows")


def test_a_reader_who_goes_away_is_no_error(watch: Path, model: Path) -> None:
    line = f"{sys.executable} -m tinyodl run {model} --data {watch} | head -1"
    done = subprocess.run(line, shell=True, capture_output=True, text=True)
    assert "Traceback" not in done.stderr
    assert "Error" not in done.stderr


def test_a_turned_sensor_is_aligned_unless_told_otherwise(turned: tuple[Path, Path]) -> None:
    model, worn = turned
    facts = json.loads(command("info", model, "--json").stdout)
    assert facts["alignment"].startswith("on: ")
    assert facts["bouts"].startswith("on: tau ")
    right, aligned = [], []
    for options in ([], ["--no-align"]):
        done = command("run", model, "--data", worn, "--json", "--questions-per-day", 0, *options)
        lines = [json.loads(line) for line in done.stdout.splitlines()]
        late = [line for line in lines[len(lines) // 2 :] if "true" in line]
        right.append(np.mean([line["predicted"] == line["true"] for line in late]))
        aligned.append(sum("aligned" in line["events"] for line in lines))
    assert right[0] > 0.8
    assert right[1] < 0.4
    assert aligned[0] >= 1
    assert aligned[1] == 0


def test_a_teacher_who_errs_errs_otherwise_each_time_he_is_asked(model: Path, watch: Path) -> None:
    """And alike in each run, from a file and from standard input."""
    first = pl.read_csv(watch).filter(pl.col("subject") == 2)
    text = first.select(*ACC, *GYRO, "activity").write_csv(include_header=False)
    runs = [command("run", model, "--json", "--wrong", 0.5, text=text).stdout for _ in range(2)]
    assert runs[0] == runs[1]
    rows = [json.loads(line) for line in runs[0].splitlines()]
    wrong = [row["answer"] != row["true"] for row in rows if row["answer"] and "true" in row]
    assert 0.2 < np.mean(wrong) < 0.8
