"""A core's Verilog that can be broken on purpose, and that says what of it was in use.

One program has all its faults: +mutant=N chooses one of those that Yosys makes of its cells,
+word=N +bits=M turns bits of a word of the sequencer's program over. +words=FILE and +points=FILE
write, at the end, which words of the program were executed, and what of `POINTS` came to pass.
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tinyodl.fixed.core import V_MOST
from tinyodl.rtl.core import Core
from tinyodl.rtl.export import TOP
from tinyodl.rtl.named import named
from tinyodl.rtl.programs import program
from tinyodl.rtl.shape import Shape
from tinyodl.rtl.yosys import yosys

LOGIC, LEARNER, SEQUENCER = f"{TOP}.logic", f"{TOP}.logic.learner", f"{TOP}.logic.sequencer"
MODULES = {
    "multiplier": (f"{LEARNER}.multiplier",),
    "shifts": (f"{LEARNER}.normaliser", f"{LEARNER}.rounder", f"{LEARNER}.raiser"),
    "divider": (f"{LEARNER}.divider",),
    "nodes": (f"{LEARNER}.nodes",),
    "learner": (LEARNER,),
    "sequencer": (SEQUENCER,),
    "core": (LOGIC,),
}
BITS = 10  # of the mutants' numbers
STATES = 64  # there is room for, before the points

# What numbers at their limits come to pass, in which states of the learner's.
RAISED, MOST = "(by[8] || by == 0)", f"34'sd{V_MOST}"
KEPT = "change && j != 0"  # D of a column before
COMPUTING, FITTING = ("LOWER", "UPPER"), ("SLOPE", "GAIN-SLOPE")
POINTS = {
    "U or b at its limit": (COMPUTING, "two && (moving || change) && moved != element_next"),
    "u at its limit": (COMPUTING, "two && !moving && onward != u_next"),
    "no slope": (FITTING, "none"),
    "a slope at its limit": (FITTING, "near && !none"),
    "f at its limit": (("COLUMN-END",), "result != {{14{result[19]}}, result[19:0]}"),
    "v at its limit": (("TURN",), f"j != d && ({RAISED} ? lost : down > {MOST} || down < -{MOST})"),
    "a leverage at its limit": (("SPREAD",), "raised[32]"),
    "D at its most": (("TURN",), f"{KEPT} && up[16]"),
    "D at its least": (("TURN",), f"{KEPT} && !up[16] && !up[15]"),
    "D's exponent at its limit": (("TURN",), f"{KEPT} && deeper == 63"),
    "a step refused": (("IDLE",), "refused"),
}


class Mutant(NamedTuple):
    """block: of `MODULES`, or "program"; what: as Yosys says; options: of the test bench's."""

    block: str
    what: str
    options: tuple[str, ...]


class Watched(NamedTuple):
    """states: of the learner's machine, by name; machines: of each module that has one; rtlil: what
    Yosys broke, as it was before."""

    verilog: str
    mutants: list[Mutant]
    states: dict[str, int]
    machines: dict[str, dict[str, int]]
    rtlil: str


def watched(shape: Shape, counts: Mapping[str, int], seed: int) -> Watched:
    """counts: mutants in each module of a block, by its name."""
    design = named(Core(shape, program(shape).words, macros=True), TOP)
    states = design.states["Learner"]
    chosen = [
        (block, module, counts[block])
        for block, modules in MODULES.items()
        for module in modules
        if counts.get(block) and f"module \\{module}\n" in design.rtlil
    ]
    first, lists, blocks = 1, [], []
    for _, module, count in chosen:
        lists.append(
            f"mutate -list {count} -seed {seed} -module {module}"
            f" -ctrl mutant {BITS} {first} -o list{first}"
        )
        blocks.append(f"list{first}")
        first += count
    script = "\n".join(
        [
            f"read_rtlil core.il; hierarchy -top {TOP}; proc; opt_expr; opt_clean",
            *lists,
            "write_rtlil whole.il",
            *(f"script {name}" for name in blocks),
            "write_verilog -noattr -noparallelcase core.v",  # of a broken one several may be so
        ]
    )
    made = yosys(script, {"core.il": design.rtlil}, ["core.v", "whole.il", *blocks])
    mutants = [
        Mutant(block, line.split(f"{BITS} ", 1)[1].strip(), (f"+mutant={number}",))
        for (block, _, _), name in zip(chosen, blocks, strict=True)
        for line in made[name].splitlines()
        for number in [line.split(f"mutant {BITS} ", 1)[1].split()[0]]
    ]
    seen = _seen(_chosen(made["core.v"]), len(program(shape).words), states, shape.d)
    nodes = design.states.get("SignNodes") or design.states.get("HashNodes", {})
    machines = {LEARNER: states, f"{LEARNER}.nodes": nodes}
    return Watched(seen, mutants, states, machines, made["whole.il"])


def _chosen(verilog: str) -> str:
    """The mutant's number is an option, not a port."""
    head, name, rest = verilog.partition(f"module {TOP}(")
    port = f"  input [{BITS - 1}:0] mutant;\n  wire [{BITS - 1}:0] mutant;\n"
    own = (
        f"  reg [{BITS - 1}:0] mutant;\n"
        '  initial if (!$value$plusargs("mutant=%d", mutant)) mutant = 0;\n'
    )
    return head + name + rest.replace(", mutant)", ")", 1).replace(port, own, 1)


def _seen(verilog: str, words: int, states: Mapping[str, int], d: int) -> str:
    """With what counts. A word's three bits: executed; and, of one that jumps, jumped and not."""
    inside = f"""
  reg [2:0] seen [{words - 1}:0];
  reg [{BITS + 2}:0] last;
  integer word, bits;
  reg [1023:0] seen_file;
  initial begin
    for (word = 0; word < {words}; word = word + 1) seen[word] = 0;
    last = 0;
    if ($value$plusargs("word=%d", word) && $value$plusargs("bits=%d", bits))
      #1 \\program [word] = \\program [word] ^ bits;
  end
  always @(posedge clk) begin
    if (busy) begin
      seen[pc][0] = 1;
      if (last[{BITS + 2}] && last[{BITS + 1}:0] != pc)
        if (pc == last[{BITS + 1}:0] + 1) seen[last[{BITS + 1}:0]][2] = 1;
        else seen[last[{BITS + 1}:0]][1] = 1;
    end
    last = {{busy, {{{BITS + 2}'d0 | pc}}}};
  end
  final if ($value$plusargs("words=%s", seen_file)) $writememb(seen_file, seen);
"""
    points = "".join(
        f"    if (({' || '.join(f'fsm_state == {states[s]}' for s in of)}) && ({what}))"
        f" points[{STATES + i}] = 1;\n"
        for i, (of, what) in enumerate(POINTS.values())
    ).replace("!= d ", f"!= {d} ")
    learner = f"""
  reg points [{STATES + len(POINTS) - 1}:0];
  integer point;
  reg [1023:0] points_file;
  initial for (point = 0; point < {STATES + len(POINTS)}; point = point + 1) points[point] = 0;
  always @(posedge clk) begin
    points[fsm_state] = 1;
{points}  end
  final if ($value$plusargs("points=%s", points_file)) $writememb(points_file, points);
"""
    return _inserted(_inserted(verilog, SEQUENCER, inside), LEARNER, learner)


def _inserted(verilog: str, module: str, text: str) -> str:
    """At its end."""
    begin = re.search(rf"^module \\?{re.escape(module)} ?\(", verilog, re.MULTILINE)
    assert begin
    end = verilog.index("endmodule", begin.start())
    return verilog[:end] + text + verilog[end:]


def read(file: Path) -> list[int]:
    """Of `+words` or `+points`."""
    return [int(line, 2) for line in file.read_text().split() if line[0] in "01"]
