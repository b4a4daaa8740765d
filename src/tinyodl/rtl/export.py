"""A core as Verilog, alone or with all that another flow needs."""

from importlib import resources

from amaranth.back import rtlil

from tinyodl.rtl.core import Core
from tinyodl.rtl.programs import program
from tinyodl.rtl.shape import Shape
from tinyodl.rtl.yosys import yosys

TOP, LOGIC = "odl_core", "odl_core.logic"


def intermediate(shape: Shape) -> str:
    """RTLIL, which Yosys reads; memories are instances of `odl_sram`."""
    core = Core(shape, program(shape).words, macros=True)
    return str(rtlil.convert(core, name=TOP, emit_src=False))


def verilog(shape: Shape) -> str:
    """Verilog-2001 of the core; `odl_sram` is apart."""
    return translated(intermediate(shape))


def translated(core: str) -> str:
    """RTLIL as Verilog-2001."""
    files = {"core.il": core}
    return yosys("read_rtlil core.il; write_verilog -noattr core.v", files, ["core.v"])["core.v"]


def files(name: str, shape: Shape, script: str) -> dict[str, str]:
    """What a folder for any flow has, by name: Verilog-2001, a test bench with golden vectors,
    constraints, a FuseSoC core file, and what to do. script: of `Script.text`."""
    here = resources.files("tinyodl.rtl") / "verilog"
    beside = {file: (here / file).read_text() for file in ("odl_sram.v", "odl_test.v", "odl.sdc")}
    words = ", ".join(f"{key} {value}" for key, value in vars(shape).items())
    return beside | {
        "odl_core.v": verilog(shape),
        "vectors.hex": script,
        "odl.core": FUSESOC.format(name=name),
        "README.md": README.format(name=name, shape=words),
    }


FUSESOC = """CAPI=2:
name: tinyodl:core:{name}:0.1.0
description: Tiny on-device learning, the learner
filesets:
  rtl:
    files: [odl_core.v, odl_sram.v]
    file_type: verilogSource
  constraints:
    files: [odl.sdc]
    file_type: SDC
  test:
    files: [odl_test.v]
    file_type: verilogSource
  vectors:
    files: [vectors.hex : {{copyto: vectors.hex}}]
    file_type: user
targets:
  default: &default
    filesets: [rtl]
    toplevel: odl_core
  synth:
    <<: *default
    filesets: [rtl, constraints]
  sim:
    <<: *default
    filesets: [rtl, test, vectors]
    default_tool: icarus
    tools:
      icarus:
        iverilog_options: [-g2005]
    toplevel: odl_test
"""

README = """# tinyodl's core, {name}

Sizes: {shape}.

| file | what |
| --- | --- |
| odl_core.v | the core, Verilog-2001: `odl_core`, one clock, a synchronous reset |
| odl_sram.v | what its memories do: put your process's macros of one port in their place |
| odl_test.v, vectors.hex | a test bench and golden vectors: what is written, started and expected |
| odl.sdc | constraints for 10 MHz |
| odl.core | for FuseSoC: `fusesoc --cores-root . run --target sim tinyodl:core:{name}` |

Check it without Python, with Icarus Verilog:

```
iverilog -g2005 -o test odl_test.v odl_sram.v odl_core.v
vvp test
```

It says how many words were compared, and that 0 were wrong. Addresses of the bus, and what the core
does, stand in tinyodl's docs/hardware.md and src/tinyodl/rtl/core.py.
"""
