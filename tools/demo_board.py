"""A new wearer on an emulated board: QEMU's MPS2 with a Cortex-M4 runs the whole device, one of the
embedded people's raw readings go to its UART at 50 a second, the sensor worn turned, and
`tinyodl demo --port` shows what it makes of them and answers what it asks.

    python tools/demo_board.py --person 16 --turn x180 --speed 20
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

from tinyodl.cli import walk
from tinyodl.data import hapt
from tinyodl.firmware.boards import BOARDS, build, emulated
from tinyodl.fixed.stream import Ranges
from tinyodl.model import save
from tinyodl.recipe.train import train

RANGES = Ranges(8, 1000)


def main() -> int:
    """The demo's exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--board", choices=BOARDS, default="mps2-an386")
    parser.add_argument("--person", type=int, default=16)
    parser.add_argument("--turn", default="x180")
    parser.add_argument("--speed", type=float, default=1.0, help="times as fast as life")
    told = parser.parse_args()
    board = BOARDS[told.board]
    with tempfile.TemporaryDirectory() as work:
        model, program = Path(work) / "model.todl", Path(work) / "board.elf"
        print(f"Training on everybody but person {told.person}; building for {board.name}.")
        trained = train(hapt.dataset(walk.of_person(told.person)[1]))
        save(trained, model)
        try:
            build(board, trained, RANGES, program)
        except FileNotFoundError as error:
            print(error, file=sys.stderr)
            return 2
        with emulated(board, program) as url:
            given = {"model": model, "port": url, "person": told.person, "turn": told.turn}
            given |= {"speed": told.speed, "acc-range": RANGES.acc, "gyro-range": RANGES.gyro}
            options = [part for key, value in given.items() for part in (f"--{key}", str(value))]
            print(f"{board.name} ({board.core}) runs at {url}; SPEED=20 is faster.")
            return subprocess.run([sys.executable, "-m", "tinyodl", "demo", *options]).returncode


if __name__ == "__main__":
    sys.exit(main())
