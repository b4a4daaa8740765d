"""The driver of a core (firmware/odl_core.c) against the library: a program does not see which of
the two runs. One program, bench/player.c, is built with either; the core is its Verilog, on AXI."""

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tinyodl.device import PLAIN, Rules
from tinyodl.firmware import config, source
from tinyodl.firmware.device import settings
from tinyodl.firmware.library import compiler
from tinyodl.firmware.sources import DEVICE, folder
from tinyodl.fixed.arithmetic import FixedArithmetic
from tinyodl.fixed.drift import Cusum
from tinyodl.fixed.vectors import RULES
from tinyodl.model import load
from tinyodl.rtl import image, registers
from tinyodl.rtl.export import axi, verilog
from tinyodl.rtl.shape import PRESETS

BENCH = Path(__file__).parent / "bench"
VECTORS = Path(__file__).parent / "data" / "vectors"
SHAPE = PRESETS["tiny"]
MODEL = load(VECTORS / "tiny.todl")
SRAM = Path(registers.__file__).parent / "verilog" / "odl_sram.v"
MACROS = """
#include <stdint.h>
uint32_t core_read(uint32_t at);
void core_write(uint32_t at, uint32_t value);
#define ODL_CORE 1
#define ODL_CORE_READ(at) core_read(at)
#define ODL_CORE_WRITE(at, value) core_write(at, value)
"""
STRICT = ("-std=c99", "-Wall", "-Wextra", "-Wconversion", "-Werror", "-O2")
LIMITED = Rules(estimate=True, questions_per_hour=40, questions_per_day=60)
pytestmark = pytest.mark.verilator


def begin(rules: Rules, seed: int) -> str:
    told = settings(rules, 2.0 ** FixedArithmetic(MODEL).core.o_bits)
    fields = ("audits", "confirm", "bouts", "estimate", "settle_after", "spacing", "whole")
    values = [int(getattr(told, f)) for f in (*fields, "margin", "per_hour", "per_day")]
    return " ".join(map(str, ["i", *values, seed]))


def life(name: str, rules: Rules, windows: int) -> Iterator[str]:
    """The calls of a kept life, as player.c reads them; on the way the state goes out and in."""
    with gzip.open(VECTORS / f"{name}.jsonl.gz", "rt") as file:
        first, *steps = map(json.loads, file)
    yield begin(rules, first["seed"])
    yield "s 0"
    for t, step in enumerate(steps[:windows]):
        for given in step["input"]:
            known = {"pause": "p", "off": "p", "rollback": "r", "train": "t 1"}
            yield known.get(given, "t 0") if isinstance(given, str) else ""
        now, sensed = step["milliseconds"], 2 if step["marked"] else int(step["known"])
        yield f"w {now} {sensed} {' '.join(map(str, step['h']))}"
        for label in step["labels"]:
            yield f"l {label['sample']} {label['number']}"
        if t % 97 == 60:
            yield f"s {t}"
        if t % 97 == 70:
            yield f"g {t - 10}"
    yield "l 12345678 0"
    yield f"s {windows}"


def damages() -> Iterator[str]:
    """Images that are refused: checksum; numbers that cannot be, with a right checksum."""
    yield "d 4000 1 0"  # the checksum
    yield "d 4000 1 1"  # as it was
    for at in (
        0,
        4,
        8,
        12 + 3,
    ):  # what the image is, its version, whose; U, so that P's sum is wrong
        yield f"d {at} 64 1"
        yield f"d {at} 64 1"
    yield "s 9999"


@pytest.fixture(scope="module")
def players(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Programs: on the library, on a core."""
    work = tmp_path_factory.mktemp("driver")
    found = {}
    for kind, more in (("library", ""), ("core", MACROS)):
        made = work / kind
        made.mkdir()
        text = config(MODEL, SHAPE.queue)
        (made / "odl_config.h").write_text(text.replace("#endif", f"{more}#endif"))
        (made / "odl_factory.h").write_text(source(MODEL))
        (made / "odl_core_map.h").write_text(registers.header(SHAPE))
        for name in (*DEVICE, "odl_core", "player"):
            file = (BENCH if name == "player" else folder()) / f"{name}.c"
            command = [*compiler(), *STRICT, f"-I{made}", f"-I{folder()}", "-c", str(file)]
            subprocess.run([*command, "-o", str(made / f"{name}.o")], check=True)
        found[kind] = made / "play"
    objects = sorted(map(str, (work / "library").glob("*.o")))
    subprocess.run([*compiler(), *objects, "-o", str(found["library"])], check=True)
    made = work / "core"
    arithmetic = FixedArithmetic(MODEL)
    means = Cusum(MODEL.calibration).mean if MODEL.calibration else []
    words = image.factory(SHAPE, arithmetic.core, means)
    (made / "factory.hex").write_text("\n".join(f"{word:08x}" for word in words))
    sources = {
        "odl_axi.v": axi(SHAPE),
        "odl_core.v": verilog(SHAPE),
        "odl_sram.v": SRAM.read_text(),
    }
    for name, text in sources.items():
        (made / name).write_text(text)
    command = [sys.executable, "-m", "verilator", "--cc", "--exe", "--build", "-O3", "-Wno-fatal"]
    command += ["--top", "axi_bench", "-MAKEFLAGS", "VK_PCH_I_FAST= VK_PCH_I_SLOW=", "-j", "2"]
    command += ["-o", str(found["core"]), str(BENCH / "axi_bench.v"), *sources]
    command += [str(BENCH / "core.cpp"), *(str(p) for p in sorted(made.glob("*.o")))]
    done = subprocess.run(command, cwd=made, capture_output=True, text=True)
    assert found["core"].exists(), done.stderr[-3000:]
    return found


def play(program: Path, calls: Path, out: Path, images: Path) -> list[str]:
    out.mkdir(exist_ok=True)
    command: list[Any] = [program, calls, out, images]
    done = subprocess.run(command, cwd=program.parent, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-500:]
    return done.stdout.splitlines()


CASES = {
    "as run": ("tiny", RULES, 250),
    "settles": ("settles", RULES, 120),
    "drifts": ("drifts", RULES, 120),
    "a budget": ("tiny", LIMITED, 150),
    "no bouts": ("tiny", Rules(bouts=False, estimate=True), 100),
    "plain": ("settles", PLAIN, 160),
}


@pytest.mark.long
@pytest.mark.parametrize("case", CASES)
def test_a_program_does_not_see_which_runs(
    case: str, players: dict[str, Path], tmp_path: Path
) -> None:
    """Steps, answers, how right it is, troubles, and every byte of the state; each goes on from the
    other's images."""
    calls = tmp_path / "calls"
    lines = list(life(*CASES[case]))
    calls.write_text("\n".join([*lines, *damages()]) + "\n")
    of = {name: tmp_path / name for name in ("library", "core", "again")}
    library = play(players["library"], calls, of["library"], of["library"])
    assert len(library) > 100
    core = play(players["core"], calls, of["core"], of["library"])
    for i, (one, other) in enumerate(zip(library, core, strict=True)):
        assert one == other, f"line {i}"
    assert play(players["library"], calls, of["again"], of["core"]) == library
    asked = [line.split()[4] for line in library if line.startswith("window")]
    assert set(asked) > {"0"}
    codes = [line.split()[1] for line in library if line.startswith("damaged")]
    assert {"0", "-5"} <= set(codes)
