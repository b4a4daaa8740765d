"""What each part of a core takes: its memories, and the blocks of its logic.

The netlist that is measured is flat, and what a cell of it belongs to cannot be told: gates are
shared across blocks. For the blocks alone the logic is mapped once more with every module on its
own, the sequencer's program too, by the same recipe. Its sum is not the flat netlist's: who shows
the blocks says by how much it differs.
"""

import json
from typing import TypedDict

from tinyodl.hardware import liberty, sram, synthesis
from tinyodl.rtl.core import WIDTHS
from tinyodl.rtl.export import LOGIC, intermediate
from tinyodl.rtl.shape import Shape
from tinyodl.rtl.state import Layout
from tinyodl.rtl.yosys import yosys

PROGRAM = "program"  # the sequencer's table, a module of its own here
FLAT = "\nflatten\n"
APART = f"""
memory_collect
setattr -set submod "{PROGRAM}" {LOGIC}.sequencer/t:$mem_v2
submod
"""


class Block(TypedDict):
    """A module of the logic without those in it. leakage_mw: the library's mean over states."""

    preset: str
    block: str
    cells: int
    flip_flops: int
    area_um2: float
    leakage_mw: float


class Memory(TypedDict):
    """One memory of a core, of a kind of cells."""

    preset: str
    sram: str
    memory: str
    words: int
    bits: int
    bytes: int
    area_mm2: float
    leakage_mw: float
    read_pj: float
    write_pj: float
    access_ns: float


def logic(preset: str, shape: Shape, cells: synthesis.Cells) -> list[Block]:
    """Every block, the largest first. RuntimeError where Yosys cannot."""
    script = synthesis.script(cells)
    if FLAT not in script:
        raise RuntimeError("the recipe of synthesis does not flatten any more: change blocks.py")
    script = script.replace(FLAT, APART) + "tee -o blocks stat -json -liberty cells.lib\n"
    found = yosys(script, synthesis.inputs(intermediate(shape), cells), ["blocks"])
    said = found["blocks"]
    modules = json.loads(said[said.index("{") :])["modules"]
    known = liberty.figures(cells.liberty)
    made = []
    for module, counted in modules.items():
        unknown = (
            counted["num_cells_by_type"].keys() - known.keys() - {m.lstrip("\\") for m in modules}
        )
        if unknown:
            raise RuntimeError(f"{module} has cells that the library does not: {sorted(unknown)}")
        kinds = {k: int(n) for k, n in counted["num_cells_by_type"].items() if k in known}
        if kinds:
            made.append(
                Block(
                    preset=preset,
                    block=named(module.removeprefix("\\")),
                    cells=sum(kinds.values()),
                    flip_flops=sum(n for k, n in kinds.items() if k.startswith("DFF")),
                    area_um2=sum(n * known[k][0] for k, n in kinds.items()),
                    leakage_mw=sum(n * known[k][1] for k, n in kinds.items()) / 1e6,
                )
            )
    return sorted(made, key=lambda block: -block["area_um2"])


def named(module: str) -> str:
    """A module as a block: its own name, what is around all others being the bus.

    >>> named("odl_core.logic"), named("odl_core.logic.learner.divider")
    ('bus and registers', 'divider')
    >>> named("odl_core.logic.sequencer_program")
    'program'
    """
    if module == LOGIC:
        return "bus and registers"
    last = module.rpartition(".")[2]
    return PROGRAM if last.endswith(f"_{PROGRAM}") else last


def memories(preset: str, shape: Shape, table: sram.Table, kinds: list[str]) -> list[Memory]:
    """Every memory of every kind. ValueError where the table has none of its size."""
    made = []
    for kind in kinds:
        for name, depth in Layout(shape).depths.items():
            macro = sram.macro(table, kind, WIDTHS[name], depth)
            made.append(
                Memory(
                    preset=preset,
                    sram=kind,
                    memory=name,
                    words=depth,
                    bits=WIDTHS[name],
                    bytes=depth * WIDTHS[name] // 8,
                    area_mm2=macro.area_mm2,
                    leakage_mw=macro.leak_mw,
                    read_pj=1e3 * macro.read_nj,
                    write_pj=1e3 * macro.write_nj,
                    access_ns=macro.access_ns,
                )
            )
    return made
