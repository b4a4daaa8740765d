"""From a core's logic to the cells of a process, by Yosys.

What differs from Yosys's own `synth`: sums become chains of full adders (`adders.v`), enables
become gated clocks, and gates are chosen by what they leak instead of by their area: leakage is
most of the power at 10 MHz.
"""

import gzip
import re
from importlib import resources
from pathlib import Path
from typing import NamedTuple

from tinyodl.hardware.liberty import by_leakage
from tinyodl.rtl.export import LOGIC, TOP
from tinyodl.rtl.yosys import yosys

SCRIPT = r"""
read_rtlil core.il
hierarchy -top {logic}
proc
flatten
opt_expr
opt_clean
opt -nosdff
fsm
opt
wreduce
peepopt
opt_clean
alumacc
share
opt
memory
opt
opt -fast -full
maccmap
opt
techmap -map adders.v
opt_expr
opt_clean
techmap -map adder_cells.v -D FULL={full} -D HALF={half}
opt_expr
opt_clean
techmap
opt -fast
simplemap
opt_dff -simple-dffe
opt -fast
clockgate -liberty cells.lib -min_net_size 4
dfflegalize -cell $_DFF_P_ 01 -mince 99999
dfflibmap -liberty cells.lib
opt
abc -liberty leakage.lib -script mapping.abc
setundef -zero
hilomap -hicell {high} -locell {low}
opt_clean -purge
tee -o stat stat -liberty cells.lib
splitnets
opt_clean -purge
write_verilog -noattr -noexpr -simple-lhs net.v
"""


class Netlist(NamedTuple):
    """verilog: of the logic; area: um2; cells: how many of each kind."""

    verilog: str
    area: float
    cells: dict[str, int]


class Cells(NamedTuple):
    """A process's library, and what its adders and constants are called."""

    liberty: str
    full: str = "FA_X1"
    half: str = "HA_X1"
    high: str = "LOGIC1_X1 Z"
    low: str = "LOGIC0_X1 Z"


def read(path: Path) -> Cells:
    """A Liberty file, packed or not."""
    data = path.read_bytes()
    return Cells((gzip.decompress(data) if path.suffix == ".gz" else data).decode())


def synthesise(core: str, cells: Cells) -> Netlist:
    """The logic of a core's RTLIL. RuntimeError where Yosys cannot."""
    found = yosys(script(cells), inputs(core, cells), ["net.v", "stat"])
    rows = re.findall(r"^\s+(\d+)\s+[\d.E+]+\s+([A-Z]\w+)$", found["stat"], re.MULTILINE)
    area = re.search(r"Chip area for (?:top )?module .*: ([\d.]+)", found["stat"])
    if not area:
        raise RuntimeError(f"Yosys found no area: {found['stat'][-500:]}")
    return Netlist(found["net.v"], float(area[1]), {name: int(n) for n, name in rows})


def script(cells: Cells) -> str:
    """The recipe with the library's names."""
    return SCRIPT.format(
        logic=LOGIC, **{k: v for k, v in cells._asdict().items() if k != "liberty"}
    )


def inputs(core: str, cells: Cells) -> dict[str, str]:
    """What the recipe reads, by name, of a core's RTLIL."""
    here = resources.files("tinyodl.hardware")
    return {
        "core.il": core,
        "cells.lib": cells.liberty,
        "leakage.lib": by_leakage(cells.liberty),
        **{
            name: (here / name).read_text() for name in ("adders.v", "adder_cells.v", "mapping.abc")
        },
    }


def around(core: str) -> str:
    """A core's RTLIL as Verilog, without its logic, whose place the netlist takes."""
    script = f"""
read_rtlil core.il
hierarchy -top {TOP}
select -set inner {LOGIC} {LOGIC}.*
delete @inner
write_verilog -noattr around.v
"""
    return yosys(script, {"core.il": core}, ["around.v"])["around.v"]


def models(cells: Cells) -> str:
    """What the library's cells do, in Verilog, and a model for each gate of clocks."""
    script = "read_liberty -ignore_miss_func cells.lib\nwrite_verilog -noattr cells.v"
    found = yosys(script, {"cells.lib": cells.liberty}, ["cells.v"])["cells.v"]
    gates = re.findall(r"cell\s*\(\s*(\w+)\s*\)[^}]*?\{[^{}]*statetable \(\"CK E\"", cells.liberty)
    return found + "".join(GATE.format(name=name) for name in gates)


GATE = """
module {name}(input CK, input E, output GCK);
  reg open;
  always @* if (!CK) open = E;
  assign GCK = CK & open;
endmodule
"""
