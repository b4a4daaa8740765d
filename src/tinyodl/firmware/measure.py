"""What the library takes on each processor: bytes by the linker, stack by measurement, instructions
by counting, beside a multilayer perceptron of the same shape with the same compiler and flags."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray

from tinyodl.firmware import cross, forest, host, program
from tinyodl.firmware.device import DONT_KNOW
from tinyodl.firmware.emulator import Machine
from tinyodl.firmware.targets import Target
from tinyodl.fixed.stream import Ranges
from tinyodl.model import Model

BASELINE = Path(__file__).parent / "baseline"
MLP_NODES = {"tiny": 64}  # of the perceptron beside a preset; else as many as its own
WINDOWS = 60
COUNTED = 8  # readings of half a window, the last: counting is slow, and they differ little


class Row(TypedDict):
    """A preset on a target. ram_bytes: the learner's state, scratch in it, and stack;
    inputs_ram_bytes: the inputs', without stack; learn_instructions: the most in WINDOWS, beyond
    predicting; window_instructions: of its last reading, the most; wear_second_instructions:
    inputs, predicting, and what the windows took that were learnt, on average; bits_wrong: against
    the same on the host."""

    target: str
    preset: str
    level: str
    flash_bytes: int
    ram_bytes: int
    stack_bytes: int
    inputs_ram_bytes: int
    predict_instructions: int
    learn_instructions: int
    window_instructions: int
    reading_instructions: int
    wear_second_instructions: int
    mlp_predict_instructions: int
    mlp_learn_instructions: int
    mlp8_predict_instructions: int
    forest_predict_instructions: int
    forest_flash_bytes: int
    vectors: int
    bits_wrong: int


class Preset(TypedDict):
    """name; model; inputs h (windows, n) of a wearer, their class numbers, DONT_KNOW where nobody
    knows; counts (readings, 6) for models whose inputs are made of them, else None; seen: as h, of
    those that it was trained on; forest: its header, or ""."""

    name: str
    model: Model
    h: NDArray[np.int8]
    labels: Sequence[int]
    counts: NDArray[np.int64] | None
    seen: NDArray[np.int8]
    seen_labels: Sequence[int]
    forest: str


def row(preset: Preset, target: Target, level: str, ranges: Ranges) -> Row:
    """One of them."""
    model, h = preset["model"], preset["h"][:WINDOWS]
    machine, built = program.build(target, model, ranges, level)
    board = program.Board(machine, len(model.names))
    twin = host.Device(model, rules=program.RULES, pending=program.QUEUE)
    predict = board.sample(h[0], 0, marked=True, count=True).call.instructions
    twin.sample(h[0] * twin._step, 0, marked=True)
    learnt, stack = [0], 0
    for k, x in enumerate(h):
        seen = board.sample(x, 1280 * (k + 1), count=True, deep=True)
        learnt.append(seen.call.instructions - predict)
        stack = max(stack, seen.call.stack)
        step = twin.sample(x * twin._step, 1.28 * (k + 1))
        if step.query:
            label = preset["labels"][k]
            answer = board.label(step.sample, label, deep=True)
            stack = max(stack, answer[2].stack)
            twin.label(step.sample, None if label == DONT_KNOW else twin.labels[label], 0.0)
    one, other = board.state(), twin.save()
    wrong = int(np.unpackbits(np.frombuffer(one, np.uint8) ^ np.frombuffer(other, np.uint8)).sum())
    readings, windows = [0], [0]
    for k, counts in enumerate(() if preset["counts"] is None else preset["counts"]):
        counted = k % 64 >= 64 - COUNTED
        call = board.push(counts, count=counted)[1]
        if counted:
            (windows if k % 64 == 63 else readings).append(call.instructions)
    machine.check()
    reading, window = int(np.mean(readings[1:] or [0])), max(windows)
    changed = [more for more in learnt if more > predict / 2]
    beside = _perceptron(preset, target, level)
    trees, bytes_of_trees = _forest(preset, target, level)
    return Row(
        target=target.name,
        preset=preset["name"],
        level=level,
        flash_bytes=built.flash,
        ram_bytes=board.odl_bytes + stack,
        stack_bytes=stack,
        inputs_ram_bytes=board.har_bytes,
        predict_instructions=predict,
        learn_instructions=max(learnt),
        window_instructions=window,
        reading_instructions=reading,
        wear_second_instructions=round(
            (63 * reading + np.mean(windows[1:] or [0]) + predict + np.mean(changed or [0])) / 1.28
        ),
        mlp_predict_instructions=beside["mlp_predict"],
        mlp_learn_instructions=beside["mlp_learn"],
        mlp8_predict_instructions=beside["mlp8_predict"],
        forest_predict_instructions=trees,
        forest_flash_bytes=bytes_of_trees,
        vectors=len(h) + 1,
        bits_wrong=wrong,
    )


def _perceptron(preset: Preset, target: Target, level: str) -> dict[str, int]:
    inputs = preset["h"].shape[1]
    nodes = MLP_NODES.get(preset["name"], preset["model"].learner.n_hidden)
    classes = len(preset["model"].learner.classes_)
    defines = [f"MLP_INPUTS={inputs}", f"MLP_HIDDEN={nodes}", f"MLP_CLASSES={classes}"]
    names = ["mlp_size", "mlp_predict", "mlp_learn", "mlp8_size", "mlp8_predict"]
    with tempfile.TemporaryDirectory() as work:
        sources = [BASELINE / "mlp.c", BASELINE / "mlp8.c"]
        made = cross.build(
            target, sources, names, Path(work) / "mlp.elf", level=level, defines=defines
        )
        machine = Machine(target, made)
    draws = np.random.default_rng(0)
    net, small = (machine.memory(machine.call(f"{n}_size").value) for n in ("mlp", "mlp8"))
    weights = np.asarray(draws.normal(0, 0.1, machine.call("mlp_size").value // 4))
    machine.write(net, weights.astype("<f4").tobytes())
    x, x8 = machine.memory(4 * inputs), machine.memory(inputs)
    machine.write(x, np.asarray(draws.normal(0, 1, inputs)).astype("<f4").tobytes())
    machine.write(x8, draws.integers(-127, 128, inputs, dtype=np.int8).tobytes())
    return {
        "mlp_predict": machine.call("mlp_predict", net, x, count=True).instructions,
        "mlp_learn": machine.call("mlp_learn", net, x, 2, count=True).instructions,
        "mlp8_predict": machine.call("mlp8_predict", small, x8, count=True).instructions,
    }


def _forest(preset: Preset, target: Target, level: str) -> tuple[int, int]:
    """Instructions of a prediction, the mean of the wearer's windows, and bytes of flash; 0 where
    there is none."""
    if not preset["forest"]:
        return 0, 0
    with tempfile.TemporaryDirectory() as work:
        (Path(work) / "forest.h").write_text(preset["forest"])
        (Path(work) / "call.c").write_text(forest.CALL)
        out = Path(work) / "forest.elf"
        made = cross.build(target, [Path(work) / "call.c"], ["forest_run"], out, level=level)
        machine = Machine(target, made)
    n = preset["h"].shape[1]
    x, counts = machine.memory(2 * n), []
    for h in preset["h"][:WINDOWS]:
        machine.write(x, h.astype("<i2").tobytes())
        counts.append(machine.call("forest_run", x, n, count=True).instructions)
    return round(float(np.mean(counts))), made.flash
