"""A run goes on where it ended, in whatever way it ended: killed two hundred times, it learns
nothing twice, and ends as one that was never stopped."""

import json
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest

from tinyodl import drift, prune, teachers
from tinyodl.data.names import ACC, GYRO
from tinyodl.device import OnDeviceLearner, Rules, live, snapshot, tree
from tinyodl.device.snapshot import StateError
from tinyodl.experiments.trials import wearer
from tinyodl.windows import Windows

COMMAND = (sys.executable, "-m", "tinyodl")


def tinyodl(*arguments: object, text: str | None = None) -> subprocess.CompletedProcess[str]:
    line = [*COMMAND, *map(str, arguments)]
    return subprocess.run(line, capture_output=True, text=True, input=text)


# A device's state ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def someone(compact_windows: Windows) -> tuple[Any, Any, Any]:
    who = wearer.prepare(compact_windows, 12)
    order = np.r_[who.stream, who.test, who.stream]
    return who.model, who.Z[order], compact_windows.y[order]


def steps(device: OnDeviceLearner, Z: Any, y: Any, begin: int, end: int) -> list[Any]:
    """What becomes of some windows; every third answer comes five windows late."""
    found: list[Any] = []
    late: list[tuple[int, int, int]] = []
    for number in range(begin, end):
        now = number * 1.28
        step = device.sample(Z[number], now)
        found.append((*step._replace(query=None), step.query and step.query.values.tolist()))
        if step.query and number % 3:
            found.append(device.label(step.sample, int(y[number]), now))
        elif step.query:
            late.append((number + 5, step.sample, int(y[number])))
        while late and late[0][0] <= number:
            _, sample, label = late.pop(0)
            found.append(device.label(sample, label, now))
    return found


DETECTORS: dict[str, Callable[[Any], drift.Detector]] = {
    "cusum": drift.Cusum,
    "centroid": lambda calibration: drift.make("centroid", calibration),
    "manual": lambda calibration: drift.Manual(),
}


@pytest.mark.parametrize("detector", DETECTORS)
@pytest.mark.parametrize("policy", ["auto", "published", "random", "fixed", "all"])
def test_a_device_goes_on_from_its_state_as_if_nothing_had_been(
    someone: tuple[Any, Any, Any], policy: str, detector: str
) -> None:
    model, Z, y = someone
    rules = Rules(estimate=True, questions_per_day=400)

    def fresh() -> OnDeviceLearner:
        found = DETECTORS[detector](model.calibration)
        return OnDeviceLearner(model, prune.make(policy), detector=found, rules=rules)

    rng = np.random.default_rng(0)
    whole, parts = fresh(), fresh()
    if policy != "auto":
        whole.command(train=True)
        parts.command(train=True)
    cuts = sorted({0, *rng.integers(len(Z), size=12).tolist(), len(Z)})
    for begin, end in pairwise(cuts):
        # Late answers are within one part: what is under way at its end never comes.
        expected = steps(whole, Z, y, begin, end)
        assert repr(steps(parts, Z, y, begin, end)) == repr(expected)  # with nan in it
        data = snapshot.dumps(parts)
        parts = fresh()
        assert snapshot.restore(parts, data) == {}
        assert snapshot.dumps(parts) == snapshot.dumps(whole) == data
    np.testing.assert_array_equal(whole.learner.P_, parts.learner.P_)
    np.testing.assert_array_equal(whole.learner.beta_, parts.learner.beta_)
    assert whole.counts["asked"] >= 3


def test_a_new_activity_is_kept(someone: tuple[Any, Any, Any]) -> None:
    model, Z, _ = someone
    model = model._replace(capacity=9)
    believes = Rules(confirm=False)
    device, other = (OnDeviceLearner(model, rules=believes) for _ in range(2))
    device.command(train=True)
    query = next(step for x in Z if (step := device.sample(x, 0.0)).query)
    device.label(query.sample, 77, 0.0)
    device.sample(Z[0], 1.0)
    kept = snapshot.restore(other, snapshot.dumps(device, {"where": ("x", 3)}), {"where": ()})
    assert kept == {"where": ("x", 3)}
    assert other.arithmetic.labels == device.arithmetic.labels
    assert 77 in other.arithmetic.labels
    assert other.sample(Z[5], 2.0)._replace(query=None) == device.sample(Z[5], 2.0)._replace(
        query=None
    )


def test_a_state_of_another_device_is_refused_and_changes_nothing(
    someone: tuple[Any, Any, Any],
) -> None:
    model, Z, y = someone
    device = OnDeviceLearner(model)
    live(device, Z[:100], teachers.TrueLabels(y.tolist()))
    data = snapshot.dumps(device)
    others = {
        "another policy": OnDeviceLearner(model, prune.make("published")),
        "another detector": OnDeviceLearner(model, detector=drift.Manual()),
        "another model": OnDeviceLearner(model._replace(window=64)),
    }
    for says, other in others.items():
        before = snapshot.dumps(other)
        with pytest.raises(StateError, match=says):
            snapshot.restore(other, data)
        assert snapshot.dumps(other) == before
    for bad in (b"", data[:-1], data[:50] + b"x" + data[51:], Path(__file__).read_bytes()):
        with pytest.raises(StateError, match="no state of a device"):
            snapshot.restore(device, bad)
    assert snapshot.dumps(device) == data


def test_a_state_that_does_not_fit_this_version_is_refused(someone: tuple[Any, Any, Any]) -> None:
    model, _, _ = someone
    device = OnDeviceLearner(model)
    settings, arrays = snapshot.unpack(snapshot.dumps(device), snapshot.KIND)
    changes: list[Callable[[dict[str, Any]], object]] = [
        lambda s: s["device"]["state"]["object"].pop("wait"),
        lambda s: s["device"]["state"]["object"].update(more=1),
        lambda s: s["device"].pop("bout"),
        lambda s: s["device"]["state"]["object"].update(mode={"enum": ["Mode", "NONE"]}),
        lambda s: s["device"].update(bout=3),
        lambda s: s["device"]["bout"]["object"].update(votes={"array": ["<f8", [7], [1.0]]}),
        lambda s: s["device"]["bout"]["object"].update(votes={"array": ["O", [1], [1.0]]}),
        lambda s: s.update(labels=[1]),
    ]
    before = snapshot.dumps(device)
    for change in changes:
        wrong = json.loads(json.dumps(settings))
        change(wrong)
        with pytest.raises(StateError, match="does not fit this version"):
            snapshot.restore(device, snapshot.pack(snapshot.KIND, wrong, arrays))
        assert snapshot.dumps(device) == before


def test_what_is_no_data_is_not_kept(someone: tuple[Any, Any, Any]) -> None:
    model, _, _ = someone

    class Odd(prune.Auto):
        def start(self, usual: float = 1.0) -> None:
            super().start(usual)
            self.rule = lambda: 3

    with pytest.raises(StateError, match="take another policy"):
        snapshot.dumps(OnDeviceLearner(model, Odd()))


@pytest.mark.parametrize(
    "value",
    [
        None,
        (1, 2.5, "x"),
        [float("inf"), True],
        {"a": {1, 2}},
        np.arange(6, dtype=np.int8).reshape(2, 3),
        np.float64(0.1),
    ],
)
def test_a_value_comes_back_as_it_was(value: Any) -> None:
    found = tree.put(json.loads(json.dumps(tree.take(value))), value)
    np.testing.assert_equal(found, value)
    assert type(found) is type(value) or isinstance(value, np.generic)


# A run that is stopped ----------------------------------------------------------------------------


def stable(path: Path) -> dict[str, Any]:
    """A state, but for the clock."""
    settings, arrays = snapshot.unpack(path.read_bytes(), snapshot.KIND)
    del settings["more"]["place"]["object"]["wall"]
    return settings | {name: array.tolist() for name, array in arrays.items()}


KILLS = 200
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


def test_two_hundred_kills_lose_nothing_and_nothing_is_learnt_twice(
    turned: tuple[Path, Path], tmp_path: Path
) -> None:
    """Alignment, bouts, budget and a teacher who errs included."""
    model, data = turned
    whole = tmp_path / "whole"
    options = ("--data", data, "--json", *OPTIONS)
    expected = tinyodl("run", model, *options, "--resume", whole)
    assert expected.returncode == 0, expected.stderr
    assert "aligned" in expected.stdout
    assert expected.stdout == tinyodl("run", model, *options).stdout
    state, out = tmp_path / "state", tmp_path / "out"
    line = [sys.executable, "-c", CHILD, model, data, state, out, KILLS, *OPTIONS]
    done = subprocess.run(list(map(str, line)), capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    lives, killed = map(int, done.stdout.split())
    assert killed == KILLS
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
        assert done.returncode == 0, done.stderr
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
        assert done.returncode == 0, done.stderr
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
        assert done.returncode == 2
        assert says in done.stderr.replace("\n", " ")
        assert state.read_bytes() == before
    state.write_bytes(model.read_bytes())
    done = tinyodl("run", model, "--data", some, "--resume", state)
    assert done.returncode == 2
    assert "no state of a device" in done.stderr
    assert state.read_bytes() == model.read_bytes()
