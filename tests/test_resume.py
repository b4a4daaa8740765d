"""A run goes on where it ended, in whatever way it ended: killed two hundred times, it learns
nothing twice, and ends as one that was never stopped."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from tinyodl.cli.app import app
from tinyodl.data.names import ACC, GYRO
from tinyodl.device import snapshot


def tinyodl(*arguments: object, text: str | None = None) -> Any:
    """In this process: what a program of its own would import is imported once."""
    return CliRunner().invoke(app, [*map(str, arguments)], input=text)


# A run that is stopped ----------------------------------------------------------------------------


def stable(path: Path) -> dict[str, Any]:
    """A state, but for the clock."""
    settings, arrays = snapshot.unpack(path.read_bytes(), snapshot.KIND)
    del settings["more"]["place"]["object"]["wall"]
    return settings | {name: array.tolist() for name, array in arrays.items()}


OPTIONS = ("--wrong", "0.1", "--questions-per-hour", "60")
CHILD = """
import os, random, signal, sys, time
from pathlib import Path
from tinyodl.cli import own, run, safe
from tinyodl.cli.app import app

model, data, state, out, kills, options = *sys.argv[1:5], int(sys.argv[5]), sys.argv[6:]
safe.EVERY = 0.002
loaded = own.load([Path(data)], own.Told(), labelled=False)
own.load = lambda *_, **__: loaded
read = run.load(model)
run.load = lambda _: read
line = ["run", model, "--data", data, "--json", "--resume", state, *options]
sys.stdout = open(os.devnull, "w")
app(line[:5] + options, standalone_mode=False)  # what is compiled is compiled now, for all of them
sys.stdout = sys.__stdout__
rng, killed, lives, longest = random.Random(1), 0, 0, None  # the first life is left alone
while killed < kills or os.path.exists(state):
    pid, begun = os.fork(), time.monotonic()
    if not pid:
        sys.stdout = open(f"{out}.{lives}", "a")
        sys.stderr = open(os.devnull, "w")
        try:
            app(line, standalone_mode=False)
        except BaseException:
            os._exit(9)
        os._exit(0)
    if killed < kills and longest:
        time.sleep(rng.random() * longest)
        os.kill(pid, signal.SIGKILL)
    _, status = os.waitpid(pid, 0)
    if os.WIFEXITED(status):
        assert os.WEXITSTATUS(status) == 0, status
        longest = longest or time.monotonic() - begun
        os.replace(state, f"{state}.{lives}")
        lives += 1
    else:
        killed += 1
print(lives, killed)
"""


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=pytest.mark.long)])
def test_kills_lose_nothing_and_nothing_is_learnt_twice(
    turned: tuple[Path, Path], tmp_path: Path, kills: int
) -> None:
    """Alignment, bouts, budget and a teacher who errs included."""
    model, data = turned
    whole = tmp_path / "whole"
    options = ("--data", data, "--json", *OPTIONS)
    expected = tinyodl("run", model, *options, "--resume", whole)
    assert expected.exit_code == 0, expected.stderr
    assert "aligned" in expected.stdout
    assert expected.stdout == tinyodl("run", model, *options).stdout
    state, out = tmp_path / "state", tmp_path / "out"
    line = [sys.executable, "-c", CHILD, model, data, state, out, kills, *OPTIONS]
    done = subprocess.run(list(map(str, line)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lives, killed = map(int, done.stdout.split())
    assert killed == kills
    assert lives >= 2
    known = expected.stdout.splitlines()
    for life in range(lives):
        assert stable(Path(f"{state}.{life}")) == stable(whole)
        lines = Path(f"{out}.{life}").read_text().splitlines()
        assert len(set(lines)) == len(lines)
        assert set(lines) <= set(known)
        assert len(lines) > 0.5 * len(known)
    assert [path.name for path in tmp_path.iterdir() if path.name.startswith(".")] == []


def test_what_is_done_is_not_done_again_and_new_recordings_are(
    watch: Path, watch_model: Path, tmp_path: Path
) -> None:
    """Day by day, each with a file more, is the same as all at once."""
    frame = pl.read_csv(watch).filter((pl.col("subject") == 4) & (pl.col("recording") < 60))
    files = []
    for number, (_, one) in enumerate(frame.group_by("recording", maintain_order=True)):
        files.append(tmp_path / f"day{number}.csv")
        one.write_csv(files[-1])
    state, whole = tmp_path / "state", tmp_path / "whole"
    given = [part for file in files for part in ("--data", file)]
    expected = tinyodl("run", watch_model, *given, "--json", "--resume", whole).stdout
    lines = ""
    for count in range(1, len(files) + 1):
        some = [part for file in files[:count] for part in ("--data", file)]
        done = tinyodl("run", watch_model, *some, "--json", "--resume", state)
        assert done.exit_code == 0, done.stderr
        lines += done.stdout
        if count > 1:
            assert f"{count - 1} of {count} recordings were done before" in done.stderr
    assert lines == expected
    assert stable(state) == stable(whole)
    again = tinyodl("run", watch_model, *given, "--json", "--resume", state)
    assert again.stdout == ""
    assert stable(state) == stable(whole)


def test_a_live_run_goes_on_after_a_stop(watch: Path, watch_model: Path, tmp_path: Path) -> None:
    frame = pl.read_csv(watch).filter(pl.col("recording") < 4)
    text = frame.select(*ACC, *GYRO, "activity").write_csv(include_header=False)
    state = tmp_path / "state"
    rows = []
    for _ in range(2):
        done = tinyodl("run", watch_model, "--json", "--resume", state, text=text)
        assert done.exit_code == 0, done.stderr
        rows.append([json.loads(line) for line in done.stdout.splitlines()])
    first, second = rows
    assert second[0]["sample"] == first[-1]["sample"] + 1
    assert second[0]["time"] > first[-1]["time"]
    assert second[0]["bout"] >= first[-1]["bout"]  # it may go on after so short a stop
    assert f"{len(first) + len(second)} windows" in done.stderr
    assert "Going on after" in done.stderr


def test_a_state_that_cannot_be_used_is_said_and_stays(
    turned: tuple[Path, Path], tmp_path: Path
) -> None:
    model, some = turned
    state = tmp_path / "state"
    tinyodl("run", model, "--data", some, "--resume", state)
    before = state.read_bytes()
    for options, says in {
        ("--policy", "published"): "another policy: give the policy",
        ("--detector", "manual"): "another detector",
        ("--no-align",): "another alignment: give the alignment",
    }.items():
        done = tinyodl("run", model, "--data", some, "--resume", state, *options)
        assert done.exit_code == 2
        assert says in done.stderr.replace("\n", " ")
        assert state.read_bytes() == before
    state.write_bytes(model.read_bytes())
    done = tinyodl("run", model, "--data", some, "--resume", state)
    assert done.exit_code == 2
    assert "no state of a device" in done.stderr
    assert state.read_bytes() == model.read_bytes()
