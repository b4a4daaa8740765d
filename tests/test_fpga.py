"""A core in an FPGA: its memories and its pins, and what nextpnr says of it."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from amaranth.back import rtlil
from amaranth.hdl import Fragment, Module
from amaranth.sim import Simulator
from tests.test_rtl import lived
from typer.testing import CliRunner

from tinyodl.cli.app import app
from tinyodl.hardware import fpga, simulate
from tinyodl.rtl.board import ACCESS, Board, Platform, Whole
from tinyodl.rtl.core import REGION_BITS, SCALARS, WEIGHTS, Register
from tinyodl.rtl.export import translated
from tinyodl.rtl.multiplier import Multiplier
from tinyodl.rtl.program.device import COMMANDS
from tinyodl.rtl.programs import program
from tinyodl.rtl.script import FACTORY as FACTORY_WORD
from tinyodl.rtl.script import WRITE
from tinyodl.rtl.shape import PRESETS, Shape

SMALL = Shape(inputs=5, classes=2, queue=1)
LOG = """
Info: Device utilisation:
Info: \t          TRELLIS_IO:       8/    197     4%
Info: \t              DP16KD:      14/     56    25%
Info: \t              ALU54B:       0/     14     0%
Info: \t         TRELLIS_COMB:   26000/  24288   107%
Info: Max frequency for clock '$glbnet$clk': 8.15 MHz (FAIL at 12.00 MHz)
Info: Max frequency for clock '$glbnet$clk': 17.55 MHz (PASS at 12.00 MHz)
"""
# What the bench of other cores looks for, around a core with its own memories. Its factory's model
# is written over the bus, to a region that is told from the others by a bit more.
AROUND = """
module odl_core (
    input clk, input rst, input enable, input [3:0] write, input [17:0] address,
    input [31:0] write_data, output [31:0] read_data, output factory_enable,
    output [15:0] factory_address, input [31:0] factory_data, input factory_ready);
  reg to_factory = 0;
  always @(posedge clk)
    if (enable && write != 0 && address == 18'h0FFFF) to_factory <= write_data[0];
  odl_whole whole (.clk(clk), .rst(rst), .enable(enable), .write(write),
    .address({to_factory, address}), .write_data(write_data), .read_data(read_data));
  counted scalars ();
  counted vectors ();
  counted weights ();
endmodule
module counted;
  none macro ();
endmodule
module none;
  wire enable = 0, write = 0;
endmodule
"""
SWITCH = (1 << REGION_BITS) - 1  # a register that no core has


def test_what_nextpnr_says() -> None:
    used, fmax = fpga.said(LOG)
    assert used == {"TRELLIS_IO": (8, 197), "DP16KD": (14, 56), "TRELLIS_COMB": (26000, 24288)}
    assert fmax == 17.55  # after routing, not as it was guessed before
    assert fpga.said("Info: nothing") == ({}, None)


def test_an_fpga_that_is_not_known_is_refused() -> None:
    done = CliRunner().invoke(app, ["hardware", "report", "--fpga", "spartan"])
    assert done.exit_code
    assert "no FPGA is called 'spartan': take ecp5-25k, up5k" in done.output


def test_products_as_an_fpga_has_them() -> None:
    rng = np.random.default_rng(0)
    module = Module()
    module.submodules.block = block = Multiplier()

    async def bench(ctx: Any) -> None:
        for _ in range(200):
            x, y = int(rng.integers(-(2**31), 2**31)), int(rng.integers(-(2**16), 2**16))
            a, b = rng.integers(-(2**15), 2**15, 8), rng.integers(-128, 128, 8)
            for lane in range(8):
                ctx.set(block.a[lane], int(a[lane]))
                ctx.set(block.b[lane], int(b[lane]))
            ctx.set(block.wide, 0)
            assert ctx.get(block.dot) == int(a @ b)
            for half in range(2):
                ctx.set(block.x[half], x)
                ctx.set(block.y[half], y)
            ctx.set(block.wide, 1)
            assert ctx.get(block.products[0]) == ctx.get(block.products[1]) == x * y

    simulator = Simulator(Fragment.get(module, Platform("block")))
    simulator.add_testbench(bench)
    simulator.run()


@pytest.mark.long
@pytest.mark.verilator
def test_a_life_with_an_fpga_s_memories_is_the_golden_device_s_to_the_bit(tmp_path: Path) -> None:
    shape = PRESETS["tiny"]
    core = Whole(shape, program(shape).words)
    text = rtlil.convert(core, name="odl_whole", platform=Platform("block"), emit_src=False)
    life = lived("tiny")
    model = [line for line in life.lines if line >> 60 == FACTORY_WORD]
    others = [line for line in life.lines if line >> 60 != FACTORY_WORD]
    switch = WRITE << 60 | SWITCH << 32
    life.lines = [
        switch | 1,
        *(WRITE << 60 | (line & (1 << 60) - 1) for line in model),
        switch | 0,
        *others,
    ]
    files = {"odl_core.v": AROUND, "whole.v": translated(str(text))}
    played = simulate.play(simulate.build(tmp_path, files), life.text())
    assert not played.wrong, played.said
    assert played.compared > 5_000


def test_a_word_goes_in_and_out_of_its_pins() -> None:
    board = Board(SMALL, program(SMALL).words)

    async def access(ctx: Any, data: int, address: int, write: bool) -> int:
        bits = data | address << 32 | write << ACCESS - 1
        ctx.set(board.shift, 1)
        for i in range(ACCESS):
            ctx.set(board.bit_in, bits >> i & 1)
            await ctx.tick()
        ctx.set(board.shift, 0)
        await ctx.tick()
        ctx.set(board.go, 1)
        await ctx.tick()
        ctx.set(board.go, 0)
        await ctx.tick().repeat(3)
        found = 0
        ctx.set(board.shift, 1)
        for i in range(32):
            found |= ctx.get(board.bit_out) << i
            await ctx.tick()
            if i == 0:
                await ctx.tick()
        ctx.set(board.shift, 0)
        await ctx.tick()
        return found

    async def bench(ctx: Any) -> None:
        places = [region << REGION_BITS | 3 + i for i, region in enumerate((SCALARS, WEIGHTS))]
        for i, place in enumerate(places):
            await access(ctx, 0xC0FFEE11 + i, place, True)
        for i, place in enumerate(places):
            assert await access(ctx, 0, place, False) == 0xC0FFEE11 + i
        assert not ctx.get(board.busy)
        await access(ctx, COMMANDS.index("initialise"), Register.COMMAND, True)
        assert ctx.get(board.busy)

    simulator = Simulator(board)
    simulator.add_clock(1e-7)
    simulator.add_testbench(bench)
    simulator.run()


@pytest.mark.long
def test_tiny_whole_in_an_ecp5() -> None:
    row = fpga.row("tiny", PRESETS["tiny"], "ecp5-25k")
    assert row["fits"]
    assert row["fmax_mhz"]
    assert row["used"]["DP16KD"][0] > 0
