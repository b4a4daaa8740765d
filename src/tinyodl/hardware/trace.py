"""What a core does cycle by cycle: its learner's state and its sequencer's function, from a
simulation of its Verilog."""

import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from amaranth.hdl import Fragment

from tinyodl.device import Rules
from tinyodl.firmware.device import OUTCOMES
from tinyodl.hardware import simulate
from tinyodl.hardware.measure import STEP_MS, Life
from tinyodl.rtl.export import verilog
from tinyodl.rtl.learner import Learner
from tinyodl.rtl.life import Life as Script
from tinyodl.rtl.program.device import COMMANDS
from tinyodl.rtl.programs import program
from tinyodl.rtl.script import RUN
from tinyodl.rtl.shape import Shape

LEARNT = OUTCOMES[0]

# `logic` is a word of SystemVerilog, so that Yosys writes it as it does here.
WATCH = r"""
module odl_watch(input clk, input [15:0] state, input [15:0] pc, input working, input busy);
  integer file, was;
  initial begin
    file = $fopen("trace.txt", "w");
    was = 0;
  end
  always @(posedge clk) begin
    if (busy) $fwrite(file, "%0d %0d %0d\n", state, pc, working);
    else if (was != 0) $fwrite(file, "\n");
    was = {31'b0, busy};
  end
  final $fclose(file);
endmodule
bind odl_core odl_watch watch(
    .clk(clk),
    .state(16'(\logic .learner.fsm_state)),
    .pc(16'(\logic .sequencer.pc)),
    .working(\logic .sequencer.busy),
    .busy(busy)
);
"""


class Command(NamedTuple):
    """name: of the program's commands; states: the learner's, by cycle; functions: whose code the
    sequencer executes, by cycle."""

    name: str
    states: list[str]
    functions: list[str]


class Window(NamedTuple):
    """One that is predicted and decided about, and learnt from its label."""

    predicted: Command
    learnt: Command


def states(shape: Shape) -> dict[int, str]:
    """Of the learner, by number."""
    fsm = Fragment.get(Learner(shape), None).find_generated("fsm")
    return {number: name for name, number in fsm.encoding.items()}


def window(life: Life) -> Window:
    """The first whose label is learnt, of a device that trains from the start. RuntimeError where
    the Verilog is not the golden model's to the bit, or where no label is learnt."""
    shape = life.shape
    script = Script(shape, life.model, Rules(), seed=0)
    script.command(train=True)
    for i, (x, k) in enumerate(zip(life.h, life.labels, strict=True)):
        now = STEP_MS * i
        asked = script.sample(np.asarray(x), now)
        if asked and k >= 0 and script.label(i, int(k), now) == LEARNT:
            break
    else:
        raise RuntimeError("no label was learnt: give it more windows")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sources = {"odl_core.v": verilog(shape), "watch.sv": WATCH}
        played = simulate.play(simulate.build(folder, sources), script.text())
        if played.wrong:
            raise RuntimeError(f"the Verilog is wrong: {played.said}")
        text = (folder / "trace.txt").read_text()
    names = [COMMANDS[line & 0xFF] for line in script.lines if line >> 60 == RUN]
    found = commands(text, names, states(shape), program(shape).origins)
    return Window(found[-2], found[-1])


def commands(
    text: str, names: list[str], states: Mapping[int, str], origins: Sequence[str]
) -> list[Command]:
    """What `WATCH` wrote, a command each. RuntimeError where there are more or fewer."""
    parts = text.rstrip("\n").split("\n\n")
    if len(parts) != len(names):
        raise RuntimeError(f"{len(parts)} commands were seen in the simulation, not {len(names)}")
    made = []
    for name, part in zip(names, parts, strict=True):
        rows = [line.split() for line in part.split("\n")]
        made.append(
            Command(
                name, [states[int(s)] for s, _, _ in rows], [origins[int(pc)] for _, pc, _ in rows]
            )
        )
    return made
