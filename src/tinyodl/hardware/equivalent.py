"""Whether a mutant of a module is none: from every state that a cycle leads to, and every input,
the same next state and outputs.

Registers and modules inside are cut open, so that two cycles' logic is compared, by SAT: the first
from any state there is, which leaves out what no cycle can lead to, a reset included. What a memory
gets is compared where it is enabled, what is written where it is; the state of a machine is one
that it has.
"""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from tinyodl.rtl.yosys import yosys

MACHINE = "fsm_state"
WAITS, PLACE = (
    "second",
    "pc",
)  # of the sequencer: in an instruction's second cycle, which it stays at
MEMORY = re.compile(r"(.*_)(address|write|write_data)$")


class Port(NamedTuple):
    """Of a module that was cut open."""

    name: str
    direction: str
    bits: tuple[object, ...]  # numbers of nets, or constants

    @property
    def width(self) -> int:
        return len(self.bits)


def equivalent(rtlil: str, module: str, mutate: str, states: Mapping[str, int]) -> bool:
    """mutate: Yosys's options of `mutate`; states: of the module's machine, empty where it has
    none. False where it is not, or not by two cycles alone."""
    cut = f"""
read_rtlil design.il
hierarchy -top {module}
copy {module} gold
copy {module} gate
mutate {mutate.replace(f"-module {module} ", "-module gate ")}
select -none
expose -evert -evert-dff -shared gold gate
write_json ports.json
select gold gate
write_rtlil -selected both.il
"""
    opened = yosys(cut, {"design.il": rtlil}, ["ports.json", "both.il"])
    ports = [
        Port(name, told["direction"], tuple(told["bits"]))
        for name, told in json.loads(opened["ports.json"])["modules"]["gold"]["ports"].items()
    ]
    prove = """
read_rtlil both.il
read_verilog same.v
hierarchy -top same
proc
flatten
memory
opt -full
sat -verify -set-def-inputs -prove same 1
"""
    try:
        yosys(prove, {"both.il": opened["both.il"], "same.v": _compared(ports, states)}, [])
    except RuntimeError as error:
        if "proof did fail" not in str(error):
            raise
        return False
    return True


def _compared(ports: list[Port], states: Mapping[str, int]) -> str:
    """A module that is 1 where both do the same, from what any cycle before left in registers."""
    inputs = [port for port in ports if port.direction == "input"]
    outputs = [port for port in ports if port.direction == "output"]
    number = {port.name: i for i, port in enumerate(outputs)}
    given, free, pins, wires, claims = ["1'b1"], [], {}, [], []
    names: dict[tuple[str, str], str] = {}  # of inputs
    first: dict[tuple[object, ...], int] = {}
    for copy in ("before", "gold", "gate"):
        found = []
        for i, port in enumerate(outputs):
            wires.append(f"wire [{port.width - 1}:0] {copy}_{i};")
            found.append(f".\\{port.name} ({copy}_{i})")
        for i, port in enumerate(inputs):
            register = port.name.removesuffix(".q")
            then = number.get(f"{register}.d") if register != port.name else None
            time = "was" if copy == "before" else "is"
            if time == "is" and then is not None:
                name = f"before_{then}"
            else:  # one for a register that has two names
                same = i if then is None else first.setdefault(outputs[then].bits, i)
                name = f"{time}_{same}"
                free.append((name, port.width))
            found.append(f".\\{port.name} ({name})")
            names[copy, port.name] = name
            if states and port.name == f"{MACHINE}.q" and copy == "before":
                given.append(f"{name} <= {max(states.values())}")
        pins[copy] = ", ".join(found)
    for i, port in enumerate(outputs):
        claim = f"gold_{i} == gate_{i}"
        memory = MEMORY.match(port.name)
        if memory and f"{memory[1]}enable" in number:
            claim = f"!gold_{number[f'{memory[1]}enable']} || {claim}"
            if memory[2] == "write_data":
                claim = f"!(|gold_{number[f'{memory[1]}write']}) || {claim}"
        claims.append(f"({claim})")
        if states and port.name == f"{MACHINE}.d":
            claims.append(f"(before_{i} <= {max(states.values())})")
    if f"{WAITS}.d" in number and f"{PLACE}.d" in number:
        for copy, where in (("before", given), ("gold", claims)):
            waits, stays = (f"{copy}_{number[f'{each}.d']}" for each in (WAITS, PLACE))
            where.append(f"(!{waits} || {stays} == {names[copy, f'{PLACE}.q']})")
    free = list(dict.fromkeys(free))
    lines = [
        f"module same({', '.join(name for name, _ in free)}, same);",
        *(f"input [{width - 1}:0] {name};" for name, width in free),
        "output same;",
        *wires,
        f"gold before({pins['before']});",
        f"gold gold({pins['gold']});",
        f"gate gate({pins['gate']});",
        f"assign same = !({' && '.join(given)}) || ({' && '.join(claims)});",
        "endmodule",
    ]
    return "\n".join(lines) + "\n"
