"""Who is asked while a run goes on: the wearer at a real terminal, or a program by lines."""

import json
import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from typer.testing import CliRunner

from tinyodl.cli.app import app
from tinyodl.data.names import ACC, GYRO
from tinyodl.model import load

COMMAND = (sys.executable, "-m", "tinyodl")


@pytest.fixture(scope="module")
def silent(watch: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One person's recordings, without what they did."""
    path = tmp_path_factory.mktemp("silent") / "silent.csv"
    pl.read_csv(watch).filter(pl.col("subject") == 5).drop("activity").write_csv(path)
    return path


class Terminal:
    """A program in a terminal of its own, and the person before it."""

    def __init__(self, line: list[str], readings: Path | None = None) -> None:
        self.seen = ""
        self.pid, self._there = pty.fork()
        if not self.pid:
            if readings:
                os.dup2(os.open(readings, os.O_RDONLY), 0)
            os.execv(line[0], line)

    def until(self, text: str, seconds: float = 60) -> str:
        """What is on the screen once a text has come, from the last call on."""
        begun, end = len(self.seen), time.monotonic() + seconds
        while text not in self.seen[begun:]:
            assert select.select([self._there], [], [], max(end - time.monotonic(), 0))[0], (
                f"{text!r} did not come: {self.seen[begun:]}"
            )
            try:
                self.seen += os.read(self._there, 4096).decode()
            except OSError:  # it has ended
                raise EOFError(self.seen[begun:]) from None
        return self.seen[begun:]

    def press(self, keys: str) -> None:
        os.write(self._there, keys.encode())

    def rest(self) -> str:
        """What it says up to its end."""
        begun = len(self.seen)
        with pytest.raises(EOFError):
            self.until("\0")
        return self.seen[begun:]

    def status(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def tinyodl(*arguments: object) -> list[str]:
    return [*COMMAND, *map(str, arguments)]


def spoken(*arguments: object) -> list[str]:
    """What a run says where nobody is, in this process."""
    done = CliRunner().invoke(app, [*map(str, arguments)])
    assert done.exit_code == 0, done.stderr
    return done.stdout.splitlines()


@contextmanager
def program(*arguments: object) -> Iterator[subprocess.Popen[str]]:
    line = tinyodl(*arguments)
    pipe = subprocess.PIPE
    with subprocess.Popen(line, stdin=pipe, stdout=pipe, stderr=pipe, text=True) as running:
        yield running
        running.kill()


@pytest.mark.parametrize("live", [False, True])
def test_the_wearer_is_asked_at_the_keyboard(
    silent: Path, watch_model: Path, tmp_path: Path, live: bool
) -> None:
    """A key of an activity, what is believed, another name, no idea, nothing at all."""
    after = tmp_path / "after.todl"
    line = ["run", watch_model, "--training", "--seconds", 3, "--output", after]
    readings = None if live else ["--data", silent]
    if live:
        text = pl.read_csv(silent).select(*ACC, *GYRO).write_csv()
        (tmp_path / "live.csv").write_text(text)
    wearer = Terminal(tinyodl(*line, *(readings or [])), tmp_path / "live.csv" if live else None)
    names = load(watch_model).learner.classes_.tolist()
    question = wearer.until("(3 s)")
    assert "What are you doing?" in question
    for key, name in enumerate(names, start=1):
        assert f"{key} {name}" in question
    assert "n another name" in question
    assert "Space: " in question
    assert "Enter: don't know" in question
    wearer.press("2")
    assert f"asked: {names[1]}" in wearer.until("asked: " + names[1])
    believed = wearer.until("(3 s)").split("Space: ")[1].split(" ")[0]
    wearer.press(" ")
    wearer.until("asked: " + believed)
    wearer.until("(3 s)")
    wearer.press("?n")  # what is no answer changes nothing
    wearer.until("Name: ")
    wearer.press("wavx\x7fing\r")
    wearer.until("asked: waving")
    wearer.until("(3 s)")
    wearer.press("\r")
    wearer.until("asked: no answer")
    wearer.until("(3 s)")
    wearer.until("(1 s)")
    wearer.until("no answer")
    wearer.press("\x03")
    assert "The model as it is now" in wearer.rest()
    assert wearer.status() != 0
    assert load(after).learner.classes_[: len(names)].tolist() == names


def test_without_a_terminal_nobody_is_asked(silent: Path, watch_model: Path) -> None:
    arguments = ("run", watch_model, "--data", silent, "--training", "--json")
    rows = [json.loads(row) for row in spoken(*arguments)]
    assert any(row["asked"] for row in rows)
    assert all(row["answer"] is None for row in rows)
    line = tinyodl(*arguments, "--teacher", "keyboard")
    done = subprocess.run(line, capture_output=True, text=True, start_new_session=True)
    assert done.returncode == 2
    assert "needs a terminal" in done.stderr


def rows(running: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    assert running.stdout is not None
    return map(json.loads, running.stdout)


def test_a_program_answers_by_lines_while_a_recording_is_replayed(
    silent: Path, watch: Path, watch_model: Path
) -> None:
    """One that knows the truth: all is as if the recording had it."""
    known = pl.read_csv(watch).filter(pl.col("subject") == 5)
    data = silent.with_name("known.csv")
    known.write_csv(data)
    expected = [json.loads(row) for row in spoken("run", watch_model, "--data", data, "--json")]
    true = {row["sample"]: row["true"] for row in expected}
    arguments = ("run", watch_model, "--data", silent, "--json", "--teacher", "lines")
    found, answers = [], []
    with program(*arguments, "--seconds", 60) as running:
        assert running.stdin is not None
        for row in rows(running):
            (answers if "outcome" in row else found).append(row)
            if row.get("query"):
                assert row["query"]["activities"] == sorted(row["query"]["activities"])
                reply = {"sample": row["sample"], "label": true[row["sample"]]}
                running.stdin.write(json.dumps(reply) + "\n")
                running.stdin.flush()
    keep = ("sample", "time", "predicted", "mode", "asked", "confidence", "bout")
    assert [{k: row[k] for k in keep} for row in found] == [
        {k: row[k] for k in keep} for row in expected
    ]
    assert len(answers) == sum(row["asked"] for row in expected) > 5
    assert {row["outcome"] for row in answers} <= {"learnt", "held", "audited"}


def test_a_program_that_goes_away_holds_nothing_up(silent: Path, watch_model: Path) -> None:
    arguments = ("run", watch_model, "--data", silent, "--json", "--teacher", "lines", "--training")
    with program(*arguments, "--seconds", 600) as running:
        assert running.stdin is not None
        running.stdin.write("rubbish\n[]\n" + json.dumps({"sample": 10**9, "label": "X"}) + "\n")
        running.stdin.close()
        found = list(rows(running))
    assert sum("outcome" in row for row in found) == 1
    assert next(row for row in found if "outcome" in row)["outcome"] == "unknown"
    assert found[-1]["troubles"] == ["nobody answers"]


def test_labels_come_among_live_readings(silent: Path, watch: Path, watch_model: Path) -> None:
    """Late, twice, for nothing, of another type, and not known."""
    text = pl.read_csv(silent).select(*ACC, *GYRO).write_csv().splitlines()
    step = 64
    with program("run", watch_model, "--json", "--training") as running:
        assert running.stdin is not None
        running.stdin.write(text[0] + "\n")
        sent, outcomes, stream = 1, [], rows(running)
        while sent + 2 * step < len(text) and len(outcomes) < 8:
            running.stdin.write("\n".join(text[sent : sent + step]) + "\n")
            running.stdin.flush()
            sent += step
            if sent < 2 * step:
                continue
            row = next(stream)
            if row["asked"]:
                label = [*row["query"]["activities"], None][len(outcomes) % 8]
                for _ in range(2):
                    reply = json.dumps({"sample": row["sample"], "label": label})
                    running.stdin.write(reply + "\n")
                    running.stdin.flush()
                    outcomes.append(next(stream)["outcome"])
    assert outcomes[1::2] == ["unknown"] * len(outcomes[1::2])
    assert set(outcomes[::2]) <= {"learnt", "held", "abstained", "audited"}
