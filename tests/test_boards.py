"""The whole device on five emulated boards, behind their UARTs: the same bits as on this machine,
from raw counts to P; and a run that has its device there."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from typer.testing import CliRunner

from tinyodl import Model
from tinyodl.cli.app import app
from tinyodl.data import hapt
from tinyodl.firmware import Device, HarStream, port
from tinyodl.firmware.boards import BOARDS, Board, build, emulated, missing
from tinyodl.firmware.cross import sizes
from tinyodl.firmware.header import QUEUE
from tinyodl.fixed import vectors
from tinyodl.fixed.stream import Ranges
from tinyodl.model import load, save

RANGES = Ranges(8, 1000)
FEW = ("microbit",)  # an Arm; RISC-V is below; the others with the long tests
ALL = pytest.mark.parametrize(
    "board",
    [
        pytest.param(board, id=name, marks=[] if name in FEW else [pytest.mark.long])
        for name, board in BOARDS.items()
    ],
)
STEPS = 40


def needed(*boards: Board) -> None:
    if lacks := missing(boards):
        pytest.skip(f"{', '.join(lacks)} missing: make setup-firmware")


@pytest.fixture(scope="module")
def model(of_eight: Model) -> Model:
    return of_eight


def compare(board: Board, model: Model, life: Any, program: Path, windows: int) -> int:
    """Whether the board says what this machine does, window by window, and ends in the same state;
    how often it asked."""
    rules, seed, names = vectors.RULES, 11, model.learner.classes_.tolist()
    inputs = HarStream(model, RANGES)
    mine = Device(model, rules=rules, seed=seed, pending=QUEUE)
    asked = seen = readings = 0
    with emulated(board, build(board, model, RANGES, program)) as url:
        line = port.Port(url)
        theirs = port.Device(line, model, RANGES, rules=rules, seed=seed)
        stream = port.Stream(line, theirs)
        for counts, label in life(len(names), RANGES, windows + 20):
            window, expected = stream.push(counts), inputs.push(counts)
            readings += 1
            assert (window is None) == (expected is None)
            if window is None or expected is None:
                continue
            assert window.h.tolist() == expected.h.tolist()
            assert window[1:] == expected[1:]
            how = readings * 0.02, window.known, window.marked
            step, found = (d.sample(window.h * mine._step, *how) for d in (mine, theirs))
            assert repr(found) == repr(step)
            if step.query:
                asked += 1
                name = names[label] if label >= 0 else None
                assert theirs.label(step.sample, name, 0) == mine.label(step.sample, name, 0)
            seen += 1
            if seen % 250 == 0:
                for device in (mine, theirs):
                    device.pause()
                for one in (stream, inputs):
                    one.pause(off=seen % 500 == 0)
                assert theirs.command(seen % 500 == 0) == mine.command(seen % 500 == 0)
            if seen == windows:
                break
        assert seen == windows
        assert theirs.save() == mine.save()
        assert theirs.accuracy() == mine.accuracy()
        line.close()
    return asked


@ALL
def test_the_same_bits_as_on_this_machine(
    board: Board, model: Model, life: Any, tmp_path: Path
) -> None:
    needed(board)
    assert compare(board, model, life, tmp_path / "board.elf", STEPS) > 0


@pytest.mark.long
@ALL
def test_the_same_bits_for_two_thousand_steps(
    board: Board, model: Model, life: Any, tmp_path: Path
) -> None:
    needed(board)
    assert compare(board, model, life, tmp_path / "board.elf", 2000) > 30


def test_the_whole_program_is_small(model: Model, tmp_path: Path) -> None:
    """On the board with the least: the linker keeps 1,536 bytes for the stack."""
    board = BOARDS["microbit"]
    needed(board)
    flash, ram = sizes(build(board, model, RANGES, tmp_path / "board.elf", "-Os"))
    assert 30_000 < flash <= 48_000
    assert 8_000 < ram <= 12_000 - 1536


def test_a_run_on_a_board_says_the_same_lines(model: Model, tmp_path: Path) -> None:
    board = BOARDS["virt"]
    needed(board)
    save(model, tmp_path / "mine.todl")
    own = next(r for r in hapt.load() if r.subject == 5)
    rows = np.column_stack([own.imu, own.activity])[1000:5000]
    text = "\n".join(",".join(map(str, row)) for row in rows.tolist())
    (tmp_path / "own.csv").write_text(f"acc_x,acc_y,acc_z,gyro_x,gyro_y,gyro_z,activity\n{text}\n")

    def run(*how: str) -> str:
        told = ["--data", str(tmp_path / "own.csv"), "--rate", "50", *how]
        done = CliRunner().invoke(app, ["run", str(tmp_path / "mine.todl"), "--json", *told])
        assert done.exit_code == 0, done.stderr
        return done.stdout

    with emulated(board, build(board, model, RANGES, tmp_path / "board.elf")) as url:
        there = run("--port", url)
    assert len(there.splitlines()) > 50
    assert there == run("--engine", "c")


def test_what_a_board_is_not_is_said(model: Model, tmp_path: Path) -> None:
    board = BOARDS["mps2-an386"]
    needed(board)
    elf = build(board, model, RANGES, tmp_path / "board.elf")
    other = load(Path(__file__).parent / "data" / "vectors" / "tiny.todl")
    with emulated(board, elf) as url:
        line = port.Port(url)
        with pytest.raises(port.PortError, match="was built for a sensor of another full scale"):
            port.Device(line, model, Ranges(4, 1000))
        with pytest.raises(port.PortError, match="has another model: export this one"):
            port.Device(line, other, RANGES)
        port.Device(line, model, RANGES)
        line.close()
    with pytest.raises(port.PortError, match="cannot be opened"):
        port.Port(url)
    with pytest.raises(port.PortError, match="cannot be opened"):
        port.Port("nonsense://1")


def test_what_is_missing_is_named(model: Model, tmp_path: Path) -> None:
    board = BOARDS["virt"]._replace(compiler=("no-such-compiler", "-O2"))
    assert missing([board])[0] == "no-such-compiler"
    with pytest.raises(FileNotFoundError, match=r"takes no-such-compiler.*make setup-firmware"):
        build(board, model, RANGES, tmp_path / "board.elf")
