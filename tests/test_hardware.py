"""The core's figures: tables of memories, counts of changes, the netlist's bits."""

import shutil
from collections import Counter
from itertools import cycle
from pathlib import Path

import pytest

from tinyodl.hardware import liberty, pins, power, simulate, sram, synthesis
from tinyodl.hardware.equivalent import equivalent
from tinyodl.model import load
from tinyodl.rtl.eventful import ALL_RULES, eventful
from tinyodl.rtl.export import intermediate, verilog
from tinyodl.rtl.life import HELD, LEARNT
from tinyodl.rtl.shape import PRESETS

ROOT = Path(__file__).parents[1]
MEMORIES = ROOT / "third_party" / "cacti" / "sram45.csv"
CELLS = ROOT / "third_party" / "nangate45" / "nangate45_typ.lib.gz"
STA = pytest.mark.skipif(shutil.which("sta") is None, reason="OpenSTA is of make setup-hardware")
TINY = Path(__file__).parent / "data" / "vectors" / "tiny.todl"


def test_a_memory_is_between_the_two_that_are_known() -> None:
    table = sram.read(MEMORIES)
    low, high = sram.macro(table, "lop", 128, 256), sram.macro(table, "lop", 128, 512)
    assert low.leak_mw == pytest.approx(0.0234565 + 0.10229)  # 4,096 bytes, as the table has it
    between = sram.macro(table, "lop", 128, 384)
    assert between.leak_mw == pytest.approx((low.leak_mw + high.leak_mw) / 2)
    assert between.read_nj == pytest.approx((low.read_nj + high.read_nj) / 2)
    assert sram.macro(table, "lop", 128, 1) == sram.macro(table, "lop", 128, 64)
    assert sram.macro(table, "lstp", 128, 256).leak_mw < low.leak_mw / 100


@pytest.mark.parametrize(
    ("cell", "width", "depth"), [("lop", 128, 10**6), ("lop", 13, 64), ("hp", 128, 64)]
)
def test_a_memory_that_is_not_known_is_refused(cell: str, width: int, depth: int) -> None:
    with pytest.raises(ValueError, match="no macro of"):
        sram.macro(sram.read(MEMORIES), cell, width, depth)


def test_a_table_of_other_columns_is_refused(tmp_path: Path) -> None:
    (tmp_path / "own.csv").write_text("cell,bytes,width_bits\nlop,1024,32\n")
    with pytest.raises(ValueError, match="must have the columns"):
        sram.read(tmp_path / "own.csv")


def test_changes_are_those_of_a_pin_s_net_by_clock_cycle() -> None:
    # counted from 400 on, which stands as time at 0
    saif = """
(INSTANCE core
  (NET
   (clk (T0 5) (T1 5) (TZ 0) (TX 0) (TB 0) (TC 999))
  )
  (INSTANCE logic
   (NET
    (clk (T0 900) (T1 500) (TZ 0) (TX 0) (TB 0) (TC 20))
    (sum\\[3\\] (T0 1150) (T1 250) (TZ 0) (TX 0) (TB 0) (TC 5))
   )
  )
)
"""
    netlist = """
module top (clk);
  INV_X1 _1_ (
    .A(\\sum [3]),
    .ZN(_lost_)
  );
  DFF_X1 _2_ (
    .CK(clk),
    .D(_lost_),
    .Q(\\sum [3])
  );
endmodule
"""
    pins, share = power.activity(power.nets(saif), netlist)
    assert pins == {"_1_/A": (0.5, 0.25), "_2_/CK": (2.0, 0.5), "_2_/Q": (0.5, 0.25)}
    assert share == 3 / 5


def test_a_cell_leaks_as_its_states_say() -> None:
    cells = synthesis.read(CELLS)
    states = liberty.leakages(cells.liberty)
    nand = states["NAND2_X1"]
    assert liberty.expected(nand, {"A1": 1, "A2": 0}) == pytest.approx(4.085038)
    assert liberty.expected(nand, {"A1": 1, "A2": 0.5}) == pytest.approx((4.085038 + 37.206389) / 2)
    known = liberty.figures(cells.liberty)
    for kind in ("NAND2_X1", "FA_X1", "OAI211_X1", "MUX2_X1"):
        half = dict.fromkeys({pin for pins, _ in states[kind] for pin in pins}, 0.5)
        assert liberty.expected(states[kind], half) == pytest.approx(known[kind][1], rel=1e-5)
    with pytest.raises(ValueError, match="A2"):
        liberty.expected(nand, {"A1": 1})


def test_inputs_that_are_the_same_to_a_cell_are_found() -> None:
    ways = pins.equal(synthesis.models(synthesis.read(CELLS)))
    assert ways["NAND2_X1"] == [{"A1": "A2", "A2": "A1"}]
    assert ways["OAI21_X1"] == [{"A": "A", "B1": "B2", "B2": "B1"}]
    numbers = {"FA_X1": 5, "NOR4_X1": 23, "AOI22_X1": 7, "AOI211_X1": 3, "OAI222_X1": 47}
    assert {kind: len(ways[kind]) for kind in numbers} == numbers
    assert not ways.keys() & {"MUX2_X1", "INV_X1", "DFF_X1", "CLKGATE_X1"}


def test_a_cell_is_connected_as_it_leaks_least() -> None:
    saif = """
  (INSTANCE logic
   (NET
    (clk (T0 500) (T1 500) (TZ 0) (TX 0) (TB 0) (TC 20))
    (rare (T0 900) (T1 100) (TZ 0) (TX 0) (TB 0) (TC 4))
    (often (T0 200) (T1 800) (TZ 0) (TX 0) (TB 0) (TC 4))
    (found\\[0\\] (T0 300) (T1 700) (TZ 0) (TX 0) (TB 0) (TC 4))
   )
  )
"""
    netlist = """
module top (rare);
  NAND2_X1 _1_ (
    .A1(rare),
    .A2(often),
    .ZN(\\found [0])
  );
  NAND2_X1 _2_ (
    .A1(often),
    .A2(rare),
    .ZN(_unknown_)
  );
  OAI21_X1 _3_ (
    .A(\\found [0]),
    .B1(_unknown_),
    .B2(often),
    .ZN(_lost_)
  );
endmodule
"""
    cells = synthesis.read(CELLS)
    found = pins.swapped(netlist, cells.liberty, synthesis.models(cells), saif)
    assert found == netlist.replace(".A1(rare),\n    .A2(often)", ".A1(often),\n    .A2(rare)")
    leaks = liberty.leakages(cells.liberty)["NAND2_X1"]
    assert liberty.expected(leaks, {"A1": 0.8, "A2": 0.1}) < liberty.expected(
        leaks, {"A1": 0.1, "A2": 0.8}
    )


@STA
def test_a_flip_flop_whose_clock_is_shut_draws_nothing_but_what_it_leaks() -> None:
    """Whatever it holds; and all of it where the gate is open."""
    cells = synthesis.read(CELLS)
    gate = "  CLKGATE_X1 _1_ (\n    .CK(clk),\n    .E(open),\n    .GCK(gated)\n  );\n"
    flops = "".join(
        f"  DFF_X1 _{i}_ (\n    .CK(gated),\n    .D({net}),\n    .Q({net}),\n    .QN(n{i})\n  );\n"
        for i, net in ((2, "low"), (3, "high"))
    )

    def drawn(cells_of: str, opened: int) -> float:
        held = "".join(
            f"    ({net} (T0 {1000 - t1}) (T1 {t1}) (TZ 0) (TX 0) (TB 0) (TC {changes}))\n"
            for net, t1, changes in (
                ("clk", 500, 20),
                ("open", 1000 * opened, 0),
                ("gated", 500 * opened, 20 * opened),
                ("low", 0, 0),
                ("high", 1000, 0),
                ("n2", 1000, 0),
                ("n3", 0, 0),
            )
        )
        nets = "clk, open, gated, low, high, n2, n3"
        netlist = f"module odl_logic (clk, open);\n  input clk, open;\n  wire {nets};\n{cells_of}"
        saif = f"(INSTANCE logic\n   (NET\n{held}   )\n"
        return power.power(cells.liberty, netlist + "endmodule\n", saif).registers

    shut, alone = drawn(gate + flops, 0), drawn(gate, 0)
    assert alone <= shut < 1.15 * alone
    assert drawn(gate + flops, 1) > 1.5 * drawn(gate, 1)


@STA
def test_what_stands_still_behind_an_input_draws_nothing() -> None:
    cells = synthesis.read(CELLS)
    netlist = """
module odl_logic (clk, read_data);
  input clk;
  input [1:0] read_data;
  wire [1:0] read_data;
  wire b, c;
  INV_X1 _1_ (
    .A(read_data[0]),
    .ZN(b)
  );
  DFF_X1 _2_ (
    .CK(clk),
    .D(b),
    .Q(c)
  );
endmodule
"""

    def drawn(changes: int) -> float:
        nets = "".join(
            f"    ({net} (T0 500) (T1 500) (TZ 0) (TX 0) (TB 0) (TC {count}))\n"
            for net, count in (
                ("clk", 20),
                *dict.fromkeys(("read_data[0]", "read_data[1]", "b", "c"), changes).items(),
            )
        )
        saif = f"(INSTANCE logic\n   (NET\n{nets}   )\n"
        return power.power(cells.liberty, netlist, saif).gates

    assert drawn(0) == 0
    assert drawn(2) > 0
    assert drawn(10) == pytest.approx(5 * drawn(2), rel=0.01)


def test_what_leaks_less_is_taken_for_smaller() -> None:
    cells = synthesis.read(CELLS)
    was, now = liberty.figures(cells.liberty), liberty.figures(liberty.by_leakage(cells.liberty))
    assert was.keys() == now.keys()
    leaking = [kind for kind, (_, leaks) in was.items() if leaks]
    assert len(leaking) > 100
    for kind in leaking:
        scale = now[kind][0] / was[kind][1]
        assert scale == pytest.approx(now["INV_X1"][0] / was["INV_X1"][1], rel=1e-3)
    assert now["LOGIC0_X1"][0] == pytest.approx(was["LOGIC0_X1"][0], rel=1e-3)


GATED = """
attribute \\top 1
module \\m
  wire input 1 \\clk
  wire input 2 \\a
  wire input 3 \\b
  wire output 4 \\p_enable
  wire output 5 \\p_address
  wire $1
  connect \\p_enable \\a
  cell $and $2
    parameter \\A_SIGNED 0
    parameter \\B_SIGNED 0
    parameter \\A_WIDTH 1
    parameter \\B_WIDTH 1
    parameter \\Y_WIDTH 1
    connect \\A \\a
    connect \\B \\b
    connect \\Y \\p_address
  end
end
"""


@pytest.mark.parametrize(
    ("fault", "same"),
    [
        ("-mode const1 -module m -cell $2 -port A -portbit 0", True),  # a is 1 where it matters
        ("-mode const0 -module m -cell $2 -port A -portbit 0", False),
        ("-mode inv -module m -cell $2 -port Y -portbit 0", False),
    ],
)
def test_a_fault_that_no_memory_sees_is_none(fault: str, same: bool) -> None:
    assert equivalent(GATED, "m", fault, {}) is same


@pytest.mark.long
@pytest.mark.verilator
def test_more_than_twenty_thousand_windows_in_verilog(tmp_path: Path) -> None:
    """Of whole devices' lives, each rule three times."""
    shape, model = PRESETS["tiny"], load(TINY)
    program = simulate.build(tmp_path, {"odl_core.v": verilog(shape)})
    windows: Counter[str] = Counter()
    for seed, rules in zip(range(27), cycle(ALL_RULES.values()), strict=False):
        life = eventful(shape, model, rules, seed, 1_000)
        played = simulate.play(program, life.text())
        assert not played.wrong, played.said
        assert played.compared > 20_000
        windows += Counter(life.windows)
    assert windows.total() == 27_000
    assert windows[HELD] + windows[LEARNT] > 5_000


@pytest.mark.long
@pytest.mark.verilator
def test_the_netlist_is_the_golden_model_s_to_the_bit(tmp_path: Path) -> None:
    shape, cells = PRESETS["tiny"], synthesis.read(CELLS)
    core = intermediate(shape)
    netlist = synthesis.synthesise(core, cells)
    assert netlist.cells["CLKGATE_X1"] > 20
    around, models = synthesis.around(core), synthesis.models(cells)
    files = {"around.v": around, "net.v": netlist.verilog, "cells.v": models}
    life = eventful(shape, load(TINY), ALL_RULES["plain"], 1, 60)
    played = simulate.play(simulate.build(tmp_path, files), life.text())
    assert not played.wrong, played.said
    assert life.windows.count(LEARNT) >= 5
