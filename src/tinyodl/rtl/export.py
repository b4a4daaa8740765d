"""A core as Verilog."""

from amaranth.back import rtlil

from tinyodl.rtl.core import Core
from tinyodl.rtl.shape import Shape
from tinyodl.rtl.yosys import yosys

TOP, LOGIC = "odl_core", "odl_core.logic"


def intermediate(shape: Shape) -> str:
    """RTLIL, which Yosys reads; memories are instances of `odl_sram`."""
    return str(rtlil.convert(Core(shape, macros=True), name=TOP, emit_src=False))


def verilog(shape: Shape) -> str:
    """Verilog-2001 of the core; `odl_sram` is apart."""
    files = {"core.il": intermediate(shape)}
    return yosys("read_rtlil core.il; write_verilog -noattr core.v", files, ["core.v"])["core.v"]
