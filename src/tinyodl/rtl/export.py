"""A core as Verilog, alone or with all that another flow needs."""

from importlib import resources

from amaranth.back import rtlil

from tinyodl.rtl import registers
from tinyodl.rtl.axi import Axi
from tinyodl.rtl.core import GRAINS, WIDTHS, Core
from tinyodl.rtl.programs import program
from tinyodl.rtl.script import Bus
from tinyodl.rtl.shape import Shape
from tinyodl.rtl.state import Layout
from tinyodl.rtl.yosys import yosys

TOP, LOGIC = "odl_core", "odl_core.logic"
AXI = "odl_axi"


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
    found = yosys("read_rtlil core.il; write_verilog -noattr core.v", files, ["core.v"])["core.v"]
    return WAIVED + _completed(found)


def _completed(verilog: str) -> str:
    """With a default in each case that has none (before it everything has a value), for linters."""
    lines, open_cases = [], []
    for line in verilog.splitlines():
        word = line.strip()
        if word.startswith("case"):
            open_cases.append(False)
        elif word.startswith("default"):
            open_cases[-1] = True
        elif word == "endcase" and not open_cases.pop():
            lines.append(line.replace("endcase", "  default: ;"))
        lines.append(line)
    return "\n".join(lines) + "\n"


def axi(shape: Shape) -> str:
    """Verilog-2001 of what is around a core on AXI; `odl_core` is apart."""
    return translated(str(rtlil.convert(Axi(shape), name=AXI, emit_src=False)))


def files(name: str, shape: Shape, script: Bus) -> dict[str, str]:
    """What a folder for any flow has, by name: Verilog-2001, a test bench with golden vectors, the
    factory's model that these are of, constraints, a FuseSoC core file, and what to do."""
    here = resources.files("tinyodl.rtl") / "verilog"
    beside = {file: (here / file).read_text() for file in ("odl_sram.v", "odl_test.v", "odl.sdc")}
    words = ", ".join(f"{key} {value}" for key, value in vars(shape).items())
    return beside | {
        "odl_axi.v": axi(shape),
        "odl_core.v": verilog(shape),
        "odl_core_map.h": registers.header(shape),
        "vectors.hex": script.text(),
        "model.hex": "".join(f"{word:08x}\n" for word in script.factory()),
        "odl.core": FUSESOC.format(name=name),
        "registers.md": registers.page(name, shape),
        "README.md": README.format(
            name=name, shape=words, words=len(script.factory()), memories=_memories(shape)
        ),
    }


def _memories(shape: Shape) -> str:
    """Which macros it takes."""
    depths = Layout(shape).depths
    each = (
        f"{name}: {depth:,} words of {WIDTHS[name]} bits, {GRAINS[name]} written at least"
        for name, depth in depths.items()
    )
    return "; ".join(each).capitalize()


WAIVED = """\
// What a linter says of the style that Yosys writes Verilog in, where it is as the language has it:
// operands are extended and results cut, signals have bits that nobody reads, registers that need
// no reset have a first value for simulation, and a file has every module.
/* verilator lint_off WIDTHEXPAND */
/* verilator lint_off WIDTHTRUNC */
/* verilator lint_off UNUSEDSIGNAL */
/* verilator lint_off PROCASSINIT */
/* verilator lint_off DECLFILENAME */
"""

FUSESOC = """CAPI=2:
name: tinyodl:core:{name}:0.1.0
description: Tiny on-device learning, the whole device
filesets:
  rtl:
    files: [odl_axi.v, odl_core.v, odl_sram.v]
    file_type: verilogSource
  driver:
    files: [odl_core_map.h : {{is_include_file: true}}]
    file_type: user
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
    filesets: [rtl, driver]
    toplevel: odl_axi
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

Sizes: {shape}. Verilog-2001, one clock, a synchronous reset that is high.

| file | what |
| --- | --- |
| odl_axi.v | for your bus: `odl_axi`, AXI4-Lite, AXI4-Stream, an interrupt, the factory's port |
| odl_core.v | the core in it, `odl_core`, for a bus of another kind |
| registers.md | every word that a host can reach, commands, packets |
| odl_core_map.h | addresses for `firmware/odl_core.c`, which is odl.h on this core |
| odl_sram.v | what its memories do: put your process's macros of one port in their place |
| odl_test.v, vectors.hex | a test bench and golden vectors: what is written, started and expected |
| model.hex | the factory's model of these vectors, for `$readmemh` |
| odl.sdc | constraints for 10 MHz |
| odl.core | for FuseSoC: `fusesoc --cores-root . run --target sim tinyodl:core:{name}` |

Check it without Python, with Icarus Verilog:

```
iverilog -g2005 -o test odl_test.v odl_sram.v odl_core.v
vvp test
```

It takes half a minute and says how many words were compared, and that 0 were wrong. (That
vectors.hex does not fill the bench's memory is as it should be.) What the core does, and why it
is like that, stands in tinyodl's docs/hardware.md. FuseSoC's other targets take a `--tool`.

## In your chip
- One clock, `clk`; `rst` high for one edge of it or more. Registers that are not reset are
  written before they are read. The clock may stop, and the logic's power go, while no command
  runs and the memories are kept: then `rst`, and `wake`.
- Memories: `odl_sram` says what a macro must do; none needs first values. {memories}.
- The factory's model: {words:,} words of 32 bits, model.hex, in a memory of yours, read when a
  device begins, goes back or is mended. `factory_enable` is high for one cycle with an address.
  From the next cycle on `factory_ready` is high when `factory_data` is that word, low until
  then; both stay so until the next `factory_enable`. A memory that always answers in the next
  cycle may have it at 1. `tinyodl export rtl DIR --model MODEL` writes that of a model of your
  own.
- What a host does: write the configuration, start `initialise`; then for each window write
  INPUT, the time and `sensed`, start `sample`, wait for its end (STATUS, or DONE of PENDING)
  and read the results; where a window is asked (QUESTION), write `about` and a label whenever
  there is one, and start `label`. `firmware/odl_core.c` of tinyodl does all of it as odl.h; a
  model's configuration is what `tinyodl export c MODEL DIR` writes.
"""
