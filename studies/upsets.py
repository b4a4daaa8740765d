"""Bits that flip in a core, as radiation flips them: which are found, and which matter.

A device's core lives through windows; halfway one bit turns over. U and D: is it repaired at the
next window? b and the variables that decide: how many of the windows after it are predicted as
they would have been, and does the core still end its commands?

python studies/upsets.py [--flips 40] [--windows 60] [--seed 0]
"""

import argparse
import tempfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from tinyodl.device import Rules
from tinyodl.hardware.simulate import build, play
from tinyodl.model import load
from tinyodl.rtl.core import REGION_BITS, SCALARS, WEIGHTS
from tinyodl.rtl.eventful import STEP, windows
from tinyodl.rtl.export import verilog
from tinyodl.rtl.life import Life
from tinyodl.rtl.program.device import COMMANDS
from tinyodl.rtl.script import END, FLIP, PRINT, READ, RUN
from tinyodl.rtl.shape import LANES, PRESETS, Shape
from tinyodl.rtl.state import CONFIGURATION, STATE, VARIABLES, Layout

MODEL = Path(__file__).resolve().parents[1] / "tests" / "data" / "vectors" / "tiny.todl"


class Place(NamedTuple):
    """A word, and its bits that mean something."""

    region: int
    offset: int
    bits: int


class Upset(NamedTuple):
    """repaired: at the next window; same: share of the windows after it that are predicted as
    without it; ends: whether every command does."""

    repaired: bool
    same: float
    ends: bool


def places(shape: Shape) -> dict[str, list[Place]]:
    """By what is flipped."""
    at = Layout(shape)
    of_b = range(at.b * LANES // 2, shape.weights * LANES // 2)
    return {
        "U": [Place(WEIGHTS, i, 32) for i in range(shape.triangle * LANES // 2)],
        "D": [Place(SCALARS, at.arrays["D"] + i, 22) for i in range(shape.d)],
        "b": [Place(WEIGHTS, i, 32) for i in of_b],
        "state": [Place(SCALARS, VARIABLES[name], 32) for name in STATE],
        "configuration": [Place(SCALARS, VARIABLES[name], 32) for name in CONFIGURATION],
    }


def lived(shape: Shape, count: int, seed: int) -> Life:
    """Windows around what the model knows, and a teacher who is right."""
    rng = np.random.default_rng(seed)
    life = Life(shape, load(MODEL), Rules(spacing=2), seed)
    life.command(True)
    for window, (k, h) in enumerate(windows(load(MODEL), shape.classes, count, rng)):
        now = STEP * window
        if life.sample(h, now):
            life.label(life.golden._next - 1, min(k, len(life.golden.labels)), now)
    return life


def flipped(life: Life, after: int, place: Place | None, bit: int) -> str:
    """The life's script, nothing compared: printed are each window's class and how often P was
    repaired; the bit flips before window `after`."""
    asked = [SCALARS << REGION_BITS | VARIABLES[name] for name in ("predicted", "repaired")]
    lines: list[int] = []
    window = 0
    for line in life.lines:
        kind = line >> 60
        if kind == READ:
            continue
        sample = kind == RUN and line & 0xFFFFFFFF == COMMANDS.index("sample")
        if sample and window == after and place is not None:
            lines.append(FLIP << 60 | (place.region << REGION_BITS | place.offset) << 32 | 1 << bit)
        lines.append(line)
        if sample:
            window += 1
            lines += [PRINT << 60 | address << 32 for address in asked]
    return "\n".join(f"{line:016x}" for line in [*lines, END << 60]) + "\n"


def upset(program: Path, life: Life, after: int, place: Place, bit: int) -> Upset:
    """One flip, against the same life without."""
    whole = play(program, flipped(life, after, None, 0))
    played = play(program, flipped(life, after, place, bit), options=(f"+most={2 * whole.cycles}",))
    classes, repaired = played.printed[::2], played.printed[1::2]
    same = np.equal(classes[after:], whole.printed[::2][after : len(classes)])
    found = len(repaired) > after and repaired[after] > whole.printed[1::2][after]
    return Upset(found, float(np.mean(same)) if len(same) else 0.0, not played.wrong)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=40, help="of each kind")
    parser.add_argument("--windows", type=int, default=60)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    shape = PRESETS["tiny"]
    rng = np.random.default_rng(given.seed)
    life = lived(shape, given.windows, given.seed)
    print(
        "| flipped | bits | repaired at once | another prediction later | a command without end |"
    )
    print("| --- | --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory() as folder:
        program = build(Path(folder), {"odl_core.v": verilog(shape)})
        for name, each in places(shape).items():
            found = []
            for _ in range(given.flips):
                place = each[int(rng.integers(len(each)))]
                bit = int(rng.integers(place.bits))
                found.append(upset(program, life, given.windows // 2, place, bit))
            repaired = sum(one.repaired for one in found)
            other, stuck = sum(one.same < 1 for one in found), sum(not one.ends for one in found)
            print(f"| {name} | {len(found)} | {repaired} | {other} | {stuck} |", flush=True)


if __name__ == "__main__":
    main()
