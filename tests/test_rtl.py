"""The core's Verilog, simulated: every result of every step is the golden model's, to the bit."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from amaranth.hdl import Const, Module, signed
from amaranth.sim import Simulator
from numpy.typing import NDArray
from typer.testing import CliRunner

from tinyodl import Model, OSELMClassifier
from tinyodl.cli.app import app
from tinyodl.device import Rules
from tinyodl.fixed import core as golden
from tinyodl.fixed.arithmetic import FixedArithmetic
from tinyodl.fixed.drift import Cusum
from tinyodl.fixed.vectors import RULES
from tinyodl.har import RangeScaler
from tinyodl.hardware import measure
from tinyodl.hardware.mutants import bus_script, extreme, modelled
from tinyodl.hardware.simulate import VERILATOR, Played, build, play
from tinyodl.model import load
from tinyodl.rtl import image
from tinyodl.rtl.divider import Divider
from tinyodl.rtl.eventful import fewer
from tinyodl.rtl.export import files, verilog
from tinyodl.rtl.life import Life
from tinyodl.rtl.multiplier import Multiplier
from tinyodl.rtl.script import LEAST_ALPHA, Bus, Lesson, Script
from tinyodl.rtl.shape import HASH, PRESETS, SIGN, Shape
from tinyodl.rtl.shifts import Normaliser, Raiser, Rounder, clipped, saturated

Ints = NDArray[np.int64]
TINY = Path(__file__).parent / "data" / "vectors" / "tiny.todl"
SMALL = Shape(inputs=13, nodes=32, direct=True, alpha=SIGN, classes=5, queue=2)
HASHED = Shape(inputs=21, nodes=18, direct=False, alpha=HASH, classes=3, queue=2)


def made(shape: Shape, classes: int) -> FixedArithmetic:
    """A trained model of a shape, in whole numbers."""
    rng = np.random.default_rng(0)
    y = np.arange(300) % classes
    X = rng.normal(size=(classes, shape.inputs))[y] + rng.normal(0, 0.4, (300, shape.inputs))
    X = np.clip(X, -1.5, 1.5)
    learner = OSELMClassifier(
        shape.nodes, alpha=shape.alpha, activation="hard_sigmoid", direct=shape.direct
    ).fit(X, y)
    usual = float(np.mean([learner.outlook(x).leverage for x in X]))
    names = tuple(map(str, range(shape.inputs)))
    return FixedArithmetic(Model(learner, RangeScaler().fit(X), names, leverage=usual))


def lessons(n: int, classes: int, count: int, seed: int) -> Iterator[Lesson]:
    """Of every kind, in runs: as usual, at the limits, the same again and again, nothing at all,
    held, told a little of the way, and with weights from next to nothing to far too much."""
    rng = np.random.default_rng(seed)
    x = np.zeros(n, np.int64)
    for step in range(count):
        if step % 20 == 0:
            kind = int(rng.integers(5))
        if kind == 0:
            x = np.clip(rng.normal(0, 60, n), -127, 127).astype(np.int64)
        elif kind == 1:
            x = rng.choice([-127, 127], n)
        elif kind == 2:
            x = np.zeros(n, np.int64)
        elif kind == 3 and step % 20 == 0:
            x = rng.integers(-127, 128, n)
        elif kind == 4:
            x = np.roll(x, 1)
        alpha = int(rng.integers(1, 2 ** int(rng.integers(1, 33))))
        alpha = 2**32 - 1 if rng.random() < 0.1 else alpha
        known = alpha > LEAST_ALPHA and rng.random() < 0.85
        label = int(rng.integers(classes)) if known else None
        reach = int(rng.integers(1, 2**14)) if rng.random() < 0.2 else 0
        yield Lesson(x, label, alpha, bool(rng.random() < 0.85), reach)


def simulated(folder: Path, shape: Shape, script: Script) -> Played:
    return play(build(folder, {"odl_core.v": verilog(shape)}), script.text())


@pytest.mark.verilator
@pytest.mark.parametrize(
    ("shape", "classes", "count"),
    [
        pytest.param(SMALL, 4, 600, id="sign"),
        pytest.param(HASHED, 3, 600, id="hash", marks=pytest.mark.long),
    ],
)
def test_a_life_is_the_golden_model_s_to_the_bit(
    shape: Shape, classes: int, count: int, tmp_path: Path
) -> None:
    arithmetic = made(shape, classes)
    script = Script(shape, arithmetic.core, arithmetic._nodes)
    for lesson in lessons(shape.inputs, classes, count, seed=1):
        script.learn([lesson])
    script.whole()
    played = simulated(tmp_path, shape, script)
    assert not played.wrong, played.said
    assert played.compared > 10 * count
    assert script.limited > 10  # numbers were at their limits
    assert script.refused > 10  # and weights were too great


@pytest.mark.verilator
@pytest.mark.parametrize("shape", [Shape(), SMALL], ids=["direct", "nodes"])
def test_only_vectors_take_some_of_a_word_s_bytes_and_distances_have_64_bits(
    shape: Shape, tmp_path: Path
) -> None:
    played = simulated(tmp_path, shape, bus_script(shape, modelled(shape)))
    assert not played.wrong, played.said
    assert played.compared == 4 * 16 + 8 * 2


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A program that plays the core of `tiny`."""
    return build(tmp_path_factory.mktemp("tiny"), {"odl_core.v": verilog(PRESETS["tiny"])})


@pytest.mark.verilator
def test_tiny_is_the_golden_model_s_to_the_bit_and_finds_its_own_mistakes(tiny: Path) -> None:
    arithmetic = FixedArithmetic(load(TINY))
    shape = PRESETS["tiny"]
    script = Script(shape, arithmetic.core)
    for lesson in lessons(shape.inputs, 6, 150, seed=2):
        script.learn([lesson])
    script.whole()
    script.look(np.zeros(60, np.int64))
    script.cycles()
    exported = files("tiny", shape, script)
    assert exported["odl_core.v"] == (tiny.parent.parent / "odl_core.v").read_text()
    played = play(tiny, exported["vectors.hex"])
    assert not played.wrong, played.said
    # each word of b and U once, one cycle more a column; to begin, and from outputs to columns
    assert played.printed == [shape.weights + shape.d + 4]
    broken = Script(shape, arithmetic.core)
    broken.look(np.zeros(60, np.int64))
    broken.lines[-3] ^= 1  # what is compared is compared
    assert play(tiny, broken.text()).wrong == 1


LIVES = ("tiny", "settles", "drifts")


def lived(name: str) -> Life:
    """A kept life, by the golden device: every event, action, late, wrong and missing labels."""
    with gzip.open(TINY.parent / f"{name}.jsonl.gz", "rt") as file:
        first, *steps = map(json.loads, file)
    life = Life(PRESETS["tiny"], load(TINY), RULES, first["seed"])
    for step in steps:
        for given in step["input"]:
            if given in ("pause", "off"):
                life.pause()
            elif given == "rollback":
                life.rollback()
            elif isinstance(given, str):
                life.command(given == "train")
        now = step["milliseconds"]
        life.sample(np.array(step["h"]), now, step["known"], step["marked"])
        for label in step["labels"]:
            number = label["number"]
            life.label(label["sample"], number if number >= 0 else None, now)
    life.whole()
    return life


@pytest.mark.verilator
def test_numbers_at_every_limit_are_the_golden_model_s(tiny: Path) -> None:
    shape, arithmetic = PRESETS["tiny"], FixedArithmetic(load(TINY))
    limited = refused = 0
    for seed in range(16):
        script = extreme(shape, arithmetic, 12, seed)
        played = play(tiny, script.text())
        assert not played.wrong, played.said
        limited, refused = limited + script.limited, refused + script.refused
    assert limited > 1_000
    assert refused > 10


@pytest.mark.verilator
def test_what_a_write_leaves_in_a_memory_s_output_is_not_read(tmp_path: Path) -> None:
    """A macro that is not read-first will do."""
    shape = PRESETS["tiny"]
    own, core = "read_data <= words[address]", verilog(shape)
    memory = files("tiny", shape, Bus())["odl_sram.v"]
    assert own in memory
    other = memory.replace(own, "read_data <= write != 0 ? ~words[address] : words[address]")
    program = build(tmp_path, {"odl_core.v": core, "odl_sram.v": other})
    played = play(program, lived("tiny").text())
    assert not played.wrong, played.said


@pytest.mark.verilator
def test_whole_lives_are_the_golden_device_s_to_the_bit(tiny: Path) -> None:
    """1,160 windows: what is predicted, decided, asked and learnt, in every word that is kept."""
    compared = 0
    for name in LIVES:
        life = lived(name)
        played = play(tiny, life.text())
        assert not played.wrong, played.said
        compared += played.compared
    assert compared > 20_000


@pytest.mark.verilator
@pytest.mark.parametrize(
    "shape",
    [SMALL, pytest.param(HASHED, marks=pytest.mark.long), Shape()],
    ids=["sign", "hash", "direct"],
)
def test_a_linter_finds_nothing_to_say(shape: Shape, tmp_path: Path) -> None:
    names = ["odl_axi.v", "odl_core.v", "odl_sram.v"]
    for name, text in files("small", shape, Bus()).items():
        (tmp_path / name).write_text(text)
    lint = [sys.executable, "-c", VERILATOR, "--lint-only", "-Wall", "--top", "odl_axi"]

    def said() -> str:
        ran = subprocess.run([*lint, *names], cwd=tmp_path, capture_output=True, text=True)
        return ran.stdout + ran.stderr

    assert "%Warning" not in said()
    core = tmp_path / "odl_core.v"
    core.write_text(core.read_text().replace("default: ;", ""))
    assert "%Warning-CASEINCOMPLETE" in said()


@pytest.mark.verilator
def test_a_core_for_a_model_of_one_s_own(tmp_path: Path) -> None:
    out = tmp_path / "own"
    line = ["export", "rtl", str(out), "--model", str(TINY), "--queue", "3", "--windows", "12"]
    done = CliRunner().invoke(app, line)
    assert done.exit_code == 0, done.output
    model = load(TINY)
    shape = Shape(queue=3)
    means = Cusum(model.calibration).mean if model.calibration else []
    words = image.factory(shape, FixedArithmetic(model).core, means)
    assert [int(word, 16) for word in (out / "model.hex").read_text().split()] == [
        word & 0xFFFFFFFF for word in words
    ]
    assert "queue 3" in (out / "README.md").read_text()
    program = build(tmp_path, {"odl_core.v": (out / "odl_core.v").read_text()})
    played = play(program, (out / "vectors.hex").read_text())
    assert not played.wrong, played.said
    assert played.compared > 12 * 20


def test_a_core_has_the_sizes_of_its_model() -> None:
    model = fewer(load(TINY), 4)
    none = np.zeros((0, 60), np.int64)
    life = measure.Life("own", model._replace(capacity=9), none, [], none, [], queue=4)
    assert life.shape == Shape(classes=9, queue=4)
    assert measure.Life("own", model._replace(capacity=None), none, [], none, []).shape.classes == 4


def test_a_core_that_cannot_be_is_said(tmp_path: Path) -> None:
    for more, says in (
        (["--queue", "32"], "less than or equal to 31"),
        (["--model", str(TINY), "--preset", "n128"], "leave --preset out"),
        (["--model", str(tmp_path / "none.todl")], "none.todl"),
    ):
        done = CliRunner().invoke(app, ["export", "rtl", str(tmp_path / "own"), *more])
        assert done.exit_code == 2
        assert says in " ".join(done.output.split())
    assert not (tmp_path / "own").exists()


@pytest.mark.verilator
def test_a_label_that_no_activity_has_changes_nothing(tiny: Path) -> None:
    """One beyond the next new one: its question stays, and is answered after it."""
    shape, model = PRESETS["tiny"], load(TINY)
    life = Life(shape, fewer(model, 3), Rules(spacing=1), seed=0)
    life.command(True)
    bouts = np.random.default_rng(0).integers(-127, 128, (8, shape.inputs))
    asked: list[int] = []
    for i in range(40):
        if life.sample(bouts[i // 5], 1280 * i):
            asked.append(i)
            if len(asked) == 2:
                life.wrong_label(i, 5)
            life.label(i, i // 5 % 3, 1280 * i)
    life.whole()
    assert len(asked) >= 2
    played = play(tiny, life.text())
    assert not played.wrong, played.said


# Blocks -------------------------------------------------------------------------------------------


def run(module: Module, bench: Any, clock: bool = False) -> None:
    simulator = Simulator(module)
    if clock:
        simulator.add_clock(1e-7)
    simulator.add_testbench(bench)
    simulator.run()


def combinational(block: Any, bench: Any) -> None:
    module = Module()
    module.submodules.block = block
    run(module, bench)


def test_the_divider_is_the_reciprocal() -> None:
    block = Divider()

    async def bench(ctx: Any) -> None:
        rng = np.random.default_rng(0)
        for divisor in [2**15, 2**15 + 1, 2**16 - 1, *rng.integers(2**15, 2**16, 100).tolist()]:
            ctx.set(block.divisor, divisor)
            ctx.set(block.start, 1)
            await ctx.tick()
            ctx.set(block.start, 0)
            await ctx.tick().until(~block.busy)
            assert ctx.get(block.inverse) == golden.reciprocal.py_func(divisor << 16)[0]

    module = Module()
    module.submodules.block = block
    run(module, bench, clock=True)


def test_the_multiplier_in_both_shapes() -> None:
    block = Multiplier()

    async def bench(ctx: Any) -> None:
        rng = np.random.default_rng(0)
        for i in range(200):
            a = rng.choice([-(2**15), 2**15 - 1, 0, int(rng.integers(-(2**15), 2**15))], 8)
            b = rng.choice([-128, 127, -1, int(rng.integers(-128, 128))], 8)
            x = rng.choice([-(2**31), 2**31 - 1, int(rng.integers(-(2**31), 2**31))], 2)
            y = rng.choice([-(2**16), 2**16 - 1, int(rng.integers(-(2**16), 2**16))], 2)
            for lane in range(8):
                ctx.set(block.a[lane], int(a[lane]))
                ctx.set(block.b[lane], int(b[lane]))
            for half in range(2):
                ctx.set(block.x[half], int(x[half]))
                ctx.set(block.y[half], int(y[half]))
            ctx.set(block.wide, i % 2)
            if i % 2:
                assert ctx.get(block.products[0]) == int(x[0]) * int(y[0])
                assert ctx.get(block.products[1]) == int(x[1]) * int(y[1])
                assert ctx.get(block.dot) == 0
            else:
                assert ctx.get(block.dot) == int(a @ b)
                assert ctx.get(block.products[0]) == 0

    combinational(block, bench)


def test_the_normaliser_stops_at_the_highest_bit_or_at_the_limit() -> None:
    block = Normaliser()

    async def bench(ctx: Any) -> None:
        rng = np.random.default_rng(0)
        for bits in range(41):
            for limit in (0, 1, bits, 40 - bits, 39, 63):
                value = int(rng.integers(2**bits // 2, 2**bits)) if bits else 0
                ctx.set(block.value, value)
                ctx.set(block.limit, limit)
                shift = min(40 - bits, limit) if bits else limit
                assert ctx.get(block.shift) == shift
                assert ctx.get(block.normal) == value << shift

    combinational(block, bench)


def test_the_rounder_is_what_the_golden_model_rounds_by() -> None:
    block = Rounder()

    async def bench(ctx: Any) -> None:
        rng = np.random.default_rng(0)
        for shift in range(1, 32):
            for draw in (2**31, 0, 2**32 - 1, int(rng.integers(2**32))):
                value = int(rng.integers(-(2**33), 2**33 - 2**31))
                ctx.set(block.value, value)
                ctx.set(block.draw, draw)
                ctx.set(block.shift, shift)
                expected = (value + (draw >> (32 - shift))) >> shift
                assert ctx.get(block.result) == expected
                if draw == 2**31:
                    assert expected == golden.rounded.py_func(value, shift)

    combinational(block, bench)


def test_the_raiser_says_what_it_loses() -> None:
    block = Raiser()

    async def bench(ctx: Any) -> None:
        for value in (0, 1, 3, 0x8000, 0xFFFF_FFFF):
            for shift in range(128):
                ctx.set(block.value, value)
                ctx.set(block.shift, shift)
                lost = value << shift >= 2**32
                assert ctx.get(block.lost) == lost
                if not lost:
                    assert ctx.get(block.result) == value << shift

    combinational(block, bench)


def test_what_does_not_fit_is_the_nearest_that_does() -> None:
    module = Module()

    async def bench(ctx: Any) -> None:
        for v in range(-64, 64):
            wide = Const(v, signed(8))
            assert ctx.get(saturated(wide, 5)) == min(max(v, -16), 15)
            assert ctx.get(clipped(wide, 5)) == min(max(v, -15), 15)

    run(module, bench)
