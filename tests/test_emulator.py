"""The device on five instruction sets: the same bits as on this machine, in the memory it was
given; and that the emulator counts and catches what it says."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tinyodl import Model, har
from tinyodl.data.recordings import Recording
from tinyodl.device import Rules
from tinyodl.firmware import Device, HarStream, cross, program
from tinyodl.firmware.device import EVENTS, MODES, OUTCOMES, REASONS
from tinyodl.firmware.emulator import AccessError, Long, Machine
from tinyodl.firmware.targets import TARGETS, Target
from tinyodl.fixed.stream import Ranges

RANGES = Ranges(acc=4, gyro=500)
ALL = pytest.mark.parametrize("target", TARGETS.values(), ids=TARGETS)


@pytest.fixture(scope="module")
def model(of_eight: Model) -> Model:
    return of_eight


def stream(recordings: list[Recording]) -> list[tuple[Any, int]]:
    """Four minutes of a wearer whose sensor sits otherwise, every activity in it, as counts."""
    turn = np.array([[0.0, -1, 0], [-1, 0, 0], [0, 0, -1]])
    r = next(r for r in recordings if r.subject == 5)
    counts = RANGES.counts(har.turn(r.imu, turn))
    return list(zip(counts[600:12_600], r.activity[600:12_600].tolist(), strict=True))


@ALL
def test_the_same_bits_as_on_this_machine(
    target: Target, model: Model, recordings: list[Recording]
) -> None:
    """From raw counts to P, learning, with labels late and wrong, compiled for size."""
    machine, _ = program.build(target, model, RANGES)
    board = program.Board(machine, len(model.names), seed=3)
    inputs, device = (
        HarStream(model, RANGES),
        Device(model, rules=Rules(estimate=True), seed=3, pending=program.QUEUE),
    )
    rng = np.random.default_rng(0)
    labels = model.learner.classes_.tolist()
    late: list[tuple[int, int]] = []
    windows = asked = 0
    for row, activity in stream(recordings):
        window, _ = board.push(row)
        expected = inputs.push(row)
        assert (window is None) == (expected is None)
        if window is None or expected is None:
            continue
        assert (window[:-3] == expected.h).all()
        assert [*map(bool, window[-3:])] == [*expected[1:]]
        h, now = window[:-3], 1280 * windows
        step = device.sample(expected.h * device._step, now / 1000, expected.known)
        found = board.sample(h, now, expected.known).fields
        sample, predicted, mode, why, event, _, now_active, bout, confidence, _, theta = found
        assert sample == step.sample == windows
        assert (labels[predicted], MODES[mode], EVENTS[event]) == (
            *(step.predicted, step.mode, step.event),
        )
        assert labels[now_active] == step.activity
        assert REASONS[why] == (step.query.reason if step.query else None)
        assert (bout, confidence, theta) == (
            *(step.bout, step.confidence * device._unit, step.theta * 2**16),
        )
        if step.query:
            asked += 1
            late.append((sample, int(activity) if rng.random() < 0.9 else int(rng.integers(6))))
        if len(late) > 1 or (late and rng.random() < 0.3):
            who, k = late.pop(0)
            k = max(min(k, 5), 0)
            outcome, caused, _ = board.label(who, k)
            answer = device.label(who, labels[k], now / 1000)
            assert (OUTCOMES[outcome], EVENTS[caused]) == tuple(answer)
        windows += 1
    assert windows == 186
    assert asked >= 5
    assert board.state() == device.save()
    machine.check()


def test_with_and_without_two_numbers_at_a_time(model: Model, recordings: list[Recording]) -> None:
    images = []
    for defines in ((), ("ODL_PORTABLE",)):
        machine, _ = program.build(TARGETS["cortex-m4"], model, RANGES, "-O3", defines)
        board = program.Board(machine, len(model.names))
        rng = np.random.default_rng(1)
        for k in range(150):
            h = rng.choice([-127, 127, *rng.integers(-127, 128, 4)], len(model.names))
            fields = board.sample(h.astype(np.int8), 1280 * k).fields
            if fields[3]:
                board.label(fields[0], int(rng.integers(6)))
        images.append(board.state())
    assert images[0] == images[1]


# The emulator -------------------------------------------------------------------------------------

LOOP = """
#include <stdint.h>
uint32_t loop(uint32_t n);
uint32_t sum(const uint8_t *at, int32_t first, int32_t last);
uint64_t wide(uint32_t a, uint64_t b, uint32_t c, uint32_t d, uint64_t e, uint32_t f);
uint32_t deep(uint32_t n);
uint32_t loop(uint32_t n) {
    __asm__ volatile(LOOP_CODE : "+r"(n) : : "cc");
    return n;
}
uint32_t sum(const uint8_t *at, int32_t first, int32_t last) {
    uint32_t total = 0;
    for (int32_t i = first; i < last; i++) {
        total += ((volatile const uint8_t *)at)[i];
    }
    return total;
}
uint64_t wide(uint32_t a, uint64_t b, uint32_t c, uint32_t d, uint64_t e, uint32_t f) {
    return a + 3 * b + 5u * c + 7u * d + 11 * e + 13u * f;
}
uint32_t deep(uint32_t n) {
    volatile uint32_t room[64];
    for (int i = 0; i < 64; i++) {
        room[i] = n;
    }
    return n ? deep(n - 1) + room[n % 64] : 0;
}
"""


def small(target: Target, folder: Path) -> Machine:
    code = (
        "1: subs %0, #1\\n bne 1b" if target.family == "arm" else "1: addi %0,%0,-1\\n bnez %0,1b"
    )
    (folder / "loop.c").write_text(f'#define LOOP_CODE "{code}"\n{LOOP}')
    made = cross.build(
        target, [folder / "loop.c"], ["loop", "sum", "wide", "deep"], folder / "loop.elf"
    )
    return Machine(target, made)


@ALL
def test_instructions_and_stack_are_counted(target: Target, tmp_path: Path) -> None:
    machine = small(target, tmp_path)
    counts = [machine.call("loop", n, count=True).instructions for n in (1, 11, 1001)]
    assert [counts[1] - counts[0], counts[2] - counts[0]] == [20, 2000]  # two an iteration
    assert machine.call("loop", 5).instructions == 0
    depth = [machine.call("deep", n, deep=True).stack for n in (0, 1, 4)]
    assert depth[1] - depth[0] >= 256
    assert depth[2] - depth[0] == 4 * (depth[1] - depth[0])


@ALL
def test_arguments_are_where_the_abi_has_them(target: Target, tmp_path: Path) -> None:
    machine = small(target, tmp_path)
    found = machine.call("wide", 1, Long(2**33 + 2), 3, 4, Long(5), 6).value
    assert found == (1 + 3 * (2**33 + 2) + 15 + 28 + 55 + 78) % 2**32


@ALL
def test_memory_that_is_nobodys_is_not_touched(target: Target, tmp_path: Path) -> None:
    machine = small(target, tmp_path)
    block = machine.memory(16)
    machine.write(block, bytes(range(16)))
    assert machine.call("sum", block, 0, 16).value == sum(range(16))
    with pytest.raises(AccessError, match=r"was read, which is nobody's, at sum"):
        machine.call("sum", block, 0, 17)
    machine.check()
    machine.write(block - 1, b"\0")
    with pytest.raises(AccessError, match="before the block"):
        machine.check()


def test_what_does_not_compile_is_said(tmp_path: Path) -> None:
    (tmp_path / "bad.c").write_text("int f(void) { return nothing; }")
    with pytest.raises(RuntimeError, match=r"compiling for cortex-m3 failed[\s\S]*nothing"):
        cross.build(TARGETS["cortex-m3"], [tmp_path / "bad.c"], ["f"], tmp_path / "bad.elf")
