"""The golden vectors that are kept here: the golden model, its C on this machine, and its C on
other processors are all held to the same file."""

import gzip
import json
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from tinyodl import Model
from tinyodl.cli.app import app
from tinyodl.firmware import Device, HarStream, program
from tinyodl.firmware.device import EVENTS, MODES, OUTCOMES, REASONS
from tinyodl.firmware.targets import TARGETS
from tinyodl.fixed import vectors
from tinyodl.fixed.stream import Ranges
from tinyodl.model import load

HERE = Path(__file__).parent / "data" / "vectors"


@pytest.fixture(scope="module")
def model() -> Model:
    return load(HERE / "tiny.todl")


@pytest.fixture(scope="module")
def kept() -> list[dict[str, Any]]:
    with gzip.open(HERE / "tiny.jsonl.gz", "rt") as file:
        return [json.loads(line) for line in file]


def ranges(first: dict[str, Any]) -> Ranges:
    return Ranges(first["acc_range"], first["gyro_range"])


def test_they_tell_of_a_life(kept: list[dict[str, Any]]) -> None:
    """Questions, labels of every outcome that a teacher who knows can cause, an alignment, both
    modes: what is not in them is not checked."""
    steps = kept[1:]
    assert len(steps) == 240
    assert sum(step["turned"] for step in steps) >= 1
    assert {step["mode"] for step in steps} == {"predicting", "training"}
    assert {step["asked"] for step in steps} == {None, "audit", "doubt", "again"}
    outcomes = {step["label"]["outcome"] for step in steps if "label" in step}
    assert outcomes == {"learnt", "audited", "held", "abstained"}
    assert len({step["P_sum"] for step in steps}) > 20


def test_the_golden_model_makes_them(model: Model, kept: list[dict[str, Any]]) -> None:
    first, *steps = kept
    rows, labels = [], []
    for step in steps:
        rows += step["counts"]
        answer = step.get("label", {}).get("number", -1)
        labels += [-1] * (len(step["counts"]) - 1) + [answer]
    made = vectors.lines(model, ranges(first), rows, labels, first["seed"])
    assert [json.loads(line) for line in made] == kept


def test_c_on_this_machine_makes_them(model: Model, kept: list[dict[str, Any]]) -> None:
    first, *steps = kept
    stream = HarStream(model, ranges(first))
    device = Device(model, rules=vectors.RULES, seed=first["seed"])
    names = first["classes"]
    for number, step in enumerate(steps):
        window = [w for w in map(stream.push, step["counts"]) if w][-1]
        assert window.h.tolist() == step["h"]
        flags = (window.known, window.turned, window.marked)
        assert flags == (step["known"], step["turned"], step["marked"])
        x = window.h * device._step
        found = device.sample(x, step["milliseconds"] / 1000, window.known, window.marked)
        assert found.sample == number
        assert names.index(found.predicted) == step["predicted"]
        assert found.confidence * device._unit == step["confidence"]
        assert (found.mode.value, found.bout) == (step["mode"], step["bout"])
        assert (found.query.reason.value if found.query else None) == step["asked"]
        if label := step.get("label"):
            name = names[label["number"]] if label["number"] >= 0 else None
            answer = device.label(found.sample, name, 0.0)
            assert answer.outcome == label["outcome"]
            assert (answer.event.value if answer.event else None) == label["event"]
        parts = [device.part(part).astype(np.int64).sum() for part in ("U", "mantissa", "exponent")]
        assert sum(parts) % 2**32 == step["P_sum"]
        assert zlib.crc32(device.part("b").astype("<i2").tobytes()) == step["b_crc"]


@pytest.mark.parametrize("name", TARGETS)
def test_c_on_other_processors_makes_them(
    name: str, model: Model, kept: list[dict[str, Any]]
) -> None:
    first, *steps = kept
    machine, _ = program.build(TARGETS[name], model, ranges(first), "-O2")
    board = program.Board(machine, first["inputs"], first["seed"])
    for number, step in enumerate(steps):
        window = None
        for row in step["counts"]:
            window, _ = board.push(row)
        assert window is not None
        assert window[:-3].tolist() == step["h"]
        assert window[-3:].tolist() == [step["known"], step["turned"], step["marked"]]
        found = board.sample(window[:-3], step["milliseconds"], step["known"]).fields
        sample, predicted, mode, why, event, _, activity, bout, confidence, leverage, theta = found
        assert (sample, predicted, bout) == (number, step["predicted"], step["bout"])
        assert (confidence, leverage) == (step["confidence"], step["leverage"])
        assert (activity, theta) == (step["activity"], step["theta"])
        assert MODES[mode].value == step["mode"]
        assert (REASONS[why].value if why else None) == step["asked"]  # type: ignore[union-attr]
        assert (EVENTS[event].value if event else None) == step["event"]  # type: ignore[union-attr]
        if label := step.get("label"):
            outcome, caused, _ = board.label(sample, label["number"])
            assert OUTCOMES[outcome] == label["outcome"]
            assert (EVENTS[caused].value if caused else None) == label["event"]  # type: ignore[union-attr]
    machine.check()


def test_the_command_writes_them(tmp_path: Path) -> None:
    done = CliRunner().invoke(
        app, ["vectors", "export", str(tmp_path / "v"), "--windows", "3", "--whole"]
    )
    assert done.exit_code == 0, done.output
    first, *steps = map(json.loads, (tmp_path / "v" / "tiny.jsonl").read_text().splitlines())
    assert first["format"] == "tinyodl vectors"
    assert len(steps) == 3
    assert len(steps[0]["U"]) == 61 * 60 // 2
    assert {f.name for f in (tmp_path / "v").iterdir()} == {
        *("tiny.jsonl", "tiny.todl", "odl_config.h", "odl_factory.h", "odl_har_factory.h"),
    }
