"""`tinyodl demo`: on a terminal, stopped there, and elsewhere."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from tinyodl.cli import demo, walk
from tinyodl.cli.app import app
from tinyodl.cli.walk import Moment
from tinyodl.data.errors import DataError

COMMAND = [sys.executable, "-m", "tinyodl", "demo"]


def moment(k: int, device: str, activity: str = "walking", **more: object) -> Moment:
    first = Moment(1.28 * k, activity, "sitting", device, "predicting", True, False, False, "", "")
    return first._replace(**more)  # type: ignore[arg-type]


def test_elsewhere_it_prints_a_few_lines() -> None:
    done = CliRunner().invoke(app, ["demo", "--turn", "z90"])
    assert done.exit_code == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) <= 10
    assert max(map(len, lines)) <= 80
    assert "finds out by itself how it is worn" in done.stdout.replace("\n", " ")
    assert "\x1b" not in done.stdout


def terminal(*options: str) -> tuple[subprocess.Popen[bytes], int]:
    ours, theirs = pty.openpty()
    environment = os.environ | {"TERM": "xterm", "COLUMNS": "80", "LINES": "30"}
    running = subprocess.Popen(
        [*COMMAND, *options], stdin=theirs, stdout=theirs, stderr=theirs, env=environment
    )
    os.close(theirs)
    return running, ours


def read(ours: int) -> Iterator[str]:
    try:
        while data := os.read(ours, 4096):
            yield data.decode(errors="replace")
    except OSError:  # the other end has gone
        return


def test_on_a_terminal_it_is_live_and_ends_by_itself() -> None:
    running, ours = terminal("--speed", "100000")
    shown = "".join(read(ours))
    assert running.wait(60) == 0
    assert "what the wearer does" in shown
    assert "the model as trained" in shown
    assert shown.count("\x1b[?25h") >= 1  # the cursor is back


def test_stopped_it_ends_cleanly() -> None:
    running, ours = terminal("--speed", "1")
    shown = ""
    for part in read(ours):
        shown += part
        if "what the wearer does" in shown and running.poll() is None:
            running.send_signal(signal.SIGINT)
            break
    shown += "".join(read(ours))
    assert running.wait(60) == 0
    assert "Stopped." in shown
    assert "Traceback" not in shown
    assert shown.rfind("\x1b[?25h") > shown.rfind("\x1b[?25l")


def test_what_is_refused_says_what_to_do() -> None:
    with pytest.raises(DataError, match="take 1 to 30"):
        walk.of_person(31)
    for turn in ("q90", "z", "z9.5", "90", ""):
        with pytest.raises(DataError, match="such as z90"):
            walk.rotation(turn)


def test_a_turn_is_about_its_axis() -> None:
    np.testing.assert_array_equal(walk.rotation("none"), np.eye(3))
    np.testing.assert_allclose(walk.rotation("z90") @ [1, 0, 0], [0, 1, 0], atol=1e-12)
    np.testing.assert_allclose(walk.rotation("x-90") @ [0, 1, 0], [0, 0, -1], atol=1e-12)


def test_a_person_is_not_among_those_who_train() -> None:
    own, others = walk.of_person(16)
    assert {r.subject for r in own} == {16}
    assert 16 not in {r.subject for r in others}
    assert len(own) + len(others) == 61


def test_the_running_accuracy_is_of_the_last_minute_and_of_known_windows() -> None:
    story = demo.Story()
    for k in range(100):
        story.add(moment(k, "walking" if k >= 60 else "sitting"))
        story.add(moment(k, "nonsense", activity=""))
    assert len(story.course) == 100
    recent = int(60 / 1.28)
    assert story.now == (0.0, pytest.approx(40 / recent))
    assert story.whole == (0.0, pytest.approx(0.4))
    assert demo.summary(demo.Story()) == []


@given(st.lists(st.floats(0, 1), max_size=200), st.integers(1, 60))
def test_a_sparkline_fits(values: list[float], width: int) -> None:
    line = demo.sparkline(values, width)
    assert len(line) == min(len(values), width)
    assert set(line) <= set(demo.BARS)


def test_it_keeps_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Fifty times as fast: so many seconds of sleep as the recording has fiftieths."""
    slept: list[float] = []
    clock = [0.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: clock[0])
    console = demo.Console(force_terminal=True, file=open(os.devnull, "w"))  # noqa: SIM115, PTH123
    demo._live(console, demo.Story(), iter([moment(k, "sitting") for k in range(1, 101)]), 50, 128)
    assert sum(slept) == pytest.approx(99 * 1.28 / 50)
