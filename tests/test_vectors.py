"""The golden vectors that are kept here: the golden model, its C on this machine, and its C on
other processors are all held to the same file."""

import gzip
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from tinyodl import Model, fixed
from tinyodl.cli.app import app
from tinyodl.firmware import Device, HarStream, image, program
from tinyodl.firmware.device import EVENTS, MODES, OUTCOMES, REASONS
from tinyodl.firmware.targets import TARGETS
from tinyodl.fixed import vectors
from tinyodl.fixed.stream import Ranges, Stream
from tinyodl.model import load

HERE = Path(__file__).parent / "data" / "vectors"


@pytest.fixture(scope="module")
def model() -> Model:
    return load(HERE / "tiny.todl")


FILES = ("tiny", "settles", "drifts")


def read(name: str) -> list[dict[str, Any]]:
    with gzip.open(HERE / f"{name}.jsonl.gz", "rt") as file:
        return [json.loads(line) for line in file]


@pytest.fixture(scope="module", params=FILES)
def kept(request: pytest.FixtureRequest) -> list[dict[str, Any]]:
    return read(request.param)


def ranges(first: dict[str, Any]) -> Ranges:
    return Ranges(first["acc_range"], first["gyro_range"])


def test_they_tell_of_a_life() -> None:
    """Questions, labels of every outcome, an alignment, both modes, every action and what it
    causes: what is not in them is not checked."""
    steps = [step for name in FILES for step in read(name)[1:]]
    assert len(steps) == 240 + 610 + 310
    assert sum(step["turned"] for step in steps) >= 2
    assert {step["mode"] for step in steps} == {"predicting", "training"}
    assert {step["asked"] for step in steps} == {None, "audit", "doubt", "again"}
    labels = [label for step in steps for label in step["labels"]]
    outcomes = {label["outcome"] for label in labels}
    assert outcomes == {"learnt", "audited", "held", "abstained", "unknown"}
    events = {one["event"] for one in (*steps, *labels)}
    assert events >= {None, "drift", "disagreement", "settled"}
    given = [one for step in steps for one in step["input"]]
    assert {one for one in given if isinstance(one, str)} == set(vectors.ACTIONS)
    assert None in given
    assert any(step["marked"] for step in steps)
    assert any(label["sample"] < step["sample"] for step in steps for label in step["labels"])
    assert any(step["troubles"] for step in steps)
    assert len({step["P_sum"] for step in steps}) > 60


def test_the_golden_model_makes_them(model: Model, kept: list[dict[str, Any]]) -> None:
    """From their inputs and labels alone, every number at every step."""
    first, *steps = kept
    device: Any = fixed.device(
        model, rules=vectors.RULES, seed=first["seed"], pending=first["queue"]
    )
    arithmetic, unit = device.arithmetic, 2 ** first["o_bits"]

    def seen(step: dict[str, Any]) -> None:
        assert (arithmetic.outputs * unit).tolist() == step["o"]
        assert arithmetic.leverage == step["leverage"]

    def learnt(step: dict[str, Any]) -> None:
        core = arithmetic.core
        parts = {name: getattr(core, name) for name in ("U", "mantissa", "exponent")}
        same_state(parts | {"b": np.ascontiguousarray(core.b.T)}, step)
        assert arithmetic.total == step["total"]

    live(device, Stream.of(model, ranges(first)), kept, seen, learnt)
    assert len(steps) > 200


def test_c_on_this_machine_makes_them(model: Model, kept: list[dict[str, Any]]) -> None:
    first = kept[0]
    device = Device(model, rules=vectors.RULES, seed=first["seed"], pending=first["queue"])

    def learnt(step: dict[str, Any]) -> None:
        same_state({name: device.part(name) for name in ("U", "mantissa", "exponent", "b")}, step)

    live(device, HarStream(model, ranges(first)), kept, lambda _: None, learnt)


def same_state(parts: dict[str, Any], step: dict[str, Any]) -> None:
    U, m, e = (parts[name].astype(np.uint32) for name in ("U", "mantissa", "exponent"))
    parity = np.bitwise_xor.reduce(np.concatenate([U & 0xFFFF, m, e << 16]))
    assert parity == step["P_sum"]
    assert zlib.crc32(parts["b"].astype("<i2").tobytes()) == step["b_crc"]


Check = Callable[[dict[str, Any]], None]


def live(device: Any, stream: Any, kept: list[dict[str, Any]], seen: Check, learnt: Check) -> None:
    """What the vectors say happens, and that what they say comes of it does; seen: once a window
    is predicted, learnt: after its labels."""
    first, *steps = kept
    names, per = first["classes"], device.model.scaler.clip / 127
    for step in steps:
        window = None
        for given in step["input"]:
            if isinstance(given, str):
                act(device, stream, given)
            else:
                window = stream.push(given)
        assert window is not None
        assert window.h.tolist() == step["h"]
        flags = (window.known, window.turned, window.marked)
        assert flags == (step["known"], step["turned"], step["marked"])
        now = step["milliseconds"] / 1000
        found = device.sample(window.h * per, now, window.known, window.marked)
        seen(step)
        assert found.sample == step["sample"]
        assert found.confidence * 2 ** first["o_bits"] == step["confidence"]
        assert names.index(found.predicted) == step["predicted"]
        assert names.index(found.activity) == step["activity"]
        assert (found.mode.value, found.bout) == (step["mode"], step["bout"])
        assert (found.query.reason.value if found.query else None) == step["asked"]
        assert (found.event.value if found.event else None) == step["event"]
        assert [trouble.value for trouble in found.troubles] == step["troubles"]
        assert found.theta * 2**16 == step["theta"]
        for label in step["labels"]:
            name = names[label["number"]] if label["number"] >= 0 else None
            answer = device.label(label["sample"], name, now)
            assert answer.outcome == label["outcome"]
            assert (answer.event.value if answer.event else None) == label["event"]
        assert [round(2**16 * share) for share in device.accuracy()] == step["accuracy"]
        learnt(step)


def act(device: Any, stream: Any, what: str) -> None:
    if what in vectors.PAUSES:
        device.pause()
        stream.pause(off=vectors.PAUSES[what])
    elif what == "rollback":
        device.rollback()
    else:
        device.command(train=what == "train")


@pytest.mark.parametrize(
    ("name", "file"),
    [
        *(pytest.param(name, "tiny", marks=pytest.mark.long) for name in TARGETS),
        ("cortex-m0", "tiny"),
        ("cortex-m4", "settles"),
        ("rv32imc", "drifts"),
    ],
)
def test_c_on_other_processors_makes_them(name: str, file: str, model: Model) -> None:
    first, *steps = read(file)
    machine, _ = program.build(TARGETS[name], model, ranges(first), "-O2")
    board = program.Board(machine, first["inputs"], first["seed"])
    for step in steps:
        window = None
        for given in step["input"]:
            if isinstance(given, str):
                board.act(given)
            else:
                window, _ = board.push(given)
        assert window is not None
        assert window[:-3].tolist() == step["h"]
        assert window[-3:].tolist() == [step["known"], step["turned"], step["marked"]]
        how = step["known"], step["marked"]
        found = board.sample(window[:-3], step["milliseconds"], *how).fields
        assert (found.sample, found.predicted) == (step["sample"], step["predicted"])
        assert (found.bout, found.activity) == (step["bout"], step["activity"])
        assert (found.confidence, found.leverage) == (step["confidence"], step["leverage"])
        assert (MODES[found.mode].value, found.theta) == (step["mode"], step["theta"])
        why, event = REASONS[found.asked], EVENTS[found.event]
        assert (why.value if why else None) == step["asked"]
        assert (event.value if event else None) == step["event"]
        for label in step["labels"]:
            outcome, caused, _ = board.label(label["sample"], label["number"])
            assert OUTCOMES[outcome] == label["outcome"]
            event = EVENTS[caused]
            assert (event.value if event else None) == label["event"]
    parts = image.parts(model, board.state())
    same_state(parts | {"b": parts["b"][: len(first["classes"])]}, steps[-1])
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
