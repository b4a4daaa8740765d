"""A whole core in an FPGA: placed and routed by nextpnr, what it takes and how fast it is."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple, TypedDict

from amaranth.back import rtlil

from tinyodl.rtl.board import Board, Platform
from tinyodl.rtl.programs import program
from tinyodl.rtl.shape import Shape
from tinyodl.rtl.yosys import yosys

TOP = "odl_board"
MHZ = 12  # asked for; what comes out is found
SEQUENCER = f"{TOP}.whole.logic.sequencer"
# A memory that a host fills has no contents to begin with: an FPGA's large ones could not have any.
# pc, which needs no reset, becomes the register inside the block RAM that has its program.
SCRIPT = f"""
read_rtlil board.il
delete {TOP}.whole.lower/t:$meminit*
setattr -unset init {SEQUENCER}/w:pc {SEQUENCER}/w:fetched__addr
hierarchy -top {TOP}
proc
memory_dff {SEQUENCER}
{{synthesis}} -top {TOP} -json board.json
"""
USED = re.compile(r"^Info:\s+(\w+):\s+(\d+)/\s*(\d+)\s+\d+%$", re.MULTILINE)
FASTEST = re.compile(r"Max frequency for clock\s+'[^']+': ([\d.]+) MHz")


class Part(NamedTuple):
    """large: Yosys's name for its largest memories; tool: of nextpnr; names: of nextpnr's resources
    that are shown, as we call them."""

    large: str
    synthesis: str
    tool: str
    options: tuple[str, ...]
    names: dict[str, str]


PARTS = {
    "ecp5-25k": Part(
        "block",
        "synth_ecp5",
        "ecp5",
        ("--25k", "--package", "CABGA256", "--lpf-allow-unconstrained", "--router", "router2"),
        {
            "TRELLIS_COMB": "cells of logic",
            "TRELLIS_FF": "flip-flops",
            "DP16KD": "block RAMs",
            "MULT18X18D": "multipliers",
        },
    ),
    "up5k": Part(
        "huge",
        "synth_ice40 -device u -dsp -spram",
        "ice40",
        ("--up5k", "--package", "sg48"),
        {
            "ICESTORM_LC": "cells of logic",
            "ICESTORM_RAM": "block RAMs",
            "ICESTORM_SPRAM": "large RAMs",
            "ICESTORM_DSP": "multipliers",
        },
    ),
}


class Row(TypedDict):
    """As `tinyodl hardware report --json` writes it. used: by what nextpnr calls it, how many and
    how many there are; fmax_mhz: none where it does not fit."""

    preset: str
    part: str
    fits: bool
    used: dict[str, tuple[int, int]]
    fmax_mhz: float | None


def row(name: str, shape: Shape, part: str) -> Row:
    """RuntimeError where a program fails for another reason than room."""
    made = PARTS[part]
    core = Board(shape, program(shape).words)
    text = rtlil.convert(core, name=TOP, platform=Platform(made.large), emit_src=False)
    script = SCRIPT.format(synthesis=made.synthesis)
    netlist = yosys(script, {"board.il": str(text)}, ["board.json"])["board.json"]
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / "board.json").write_text(netlist)
        ran = _nextpnr(made, Path(folder))
    used, fmax = said(ran.stdout + ran.stderr)
    fits = all(taken <= there for taken, there in used.values())
    if not used or (fits and ran.returncode):
        raise RuntimeError(f"nextpnr failed: {(ran.stdout + ran.stderr)[-500:]}")
    return Row(preset=name, part=part, fits=fits, used=used, fmax_mhz=fmax if fits else None)


def said(log: str) -> tuple[dict[str, tuple[int, int]], float | None]:
    """What nextpnr's words have: resources that are used, and there are; MHz after routing."""
    used = {
        name: (int(taken), int(there)) for name, taken, there in USED.findall(log) if int(taken)
    }
    fastest = FASTEST.findall(log)
    return used, float(fastest[-1]) if fastest else None


def _nextpnr(part: Part, folder: Path) -> "subprocess.CompletedProcess[str]":
    run = f"import sys, yowasp_nextpnr_{part.tool} as pnr; "
    run += f"sys.exit(pnr.run_nextpnr_{part.tool}(sys.argv[1:]))"
    options = [*part.options, "--freq", str(MHZ), "--timing-allow-fail", "--json", "board.json"]
    command = [sys.executable, "-c", run, *options]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
