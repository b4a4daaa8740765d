"""Whether a mutant of a module is none: from every state and input the same next state and outputs.

Registers and modules inside are cut open, so that one cycle's logic is compared, by SAT. What a
memory gets is compared where it is enabled, what is written where it is; the state of a machine is
one that it has.
"""

import json
import re
from collections.abc import Mapping
from typing import NamedTuple

from tinyodl.rtl.yosys import yosys

MACHINE = "fsm_state"
MEMORY = re.compile(r"(.*_)(address|write|write_data)$")


class Port(NamedTuple):
    """Of a module that was cut open."""

    name: str
    direction: str
    width: int


def equivalent(rtlil: str, module: str, mutate: str, states: Mapping[str, int]) -> bool:
    """mutate: Yosys's options of `mutate`; states: of the module's machine, empty where it has
    none. False where it is not, or not by one cycle alone."""
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
        Port(name, told["direction"], len(told["bits"]))
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
    """A module that is 1 where both do the same."""
    inputs = [port for port in ports if port.direction == "input"]
    outputs = [port for port in ports if port.direction == "output"]
    names = {port.name for port in ports}
    wires, pins, claims = [], {"gold": "", "gate": ""}, []
    for port in inputs:
        for pin in pins:
            pins[pin] += f", .\\{port.name} (\\{port.name} )"
    for i, port in enumerate(outputs):
        for pin in pins:
            wires.append(f"wire [{port.width - 1}:0] {pin}_{i};")
            pins[pin] += f", .\\{port.name} ({pin}_{i})"
    number = {port.name: i for i, port in enumerate(outputs)}
    for i, port in enumerate(outputs):
        claim = f"gold_{i} == gate_{i}"
        found = MEMORY.match(port.name)
        if found and f"{found[1]}enable" in number:
            claim = f"!gold_{number[f'{found[1]}enable']} || {claim}"
            if found[2] == "write_data":
                claim = f"!(|gold_{number[f'{found[1]}write']}) || {claim}"
        claims.append(f"({claim})")
    given = "1'b1"
    if states and f"{MACHINE}.q" in names:
        most = max(states.values())
        given = f"\\{MACHINE}.q <= {most}"
        claims.append(f"gold_{number[f'{MACHINE}.d']} <= {most}")
    ports_of = ", ".join(f"\\{port.name} " for port in inputs)
    declared = "\n".join(f"input [{port.width - 1}:0] \\{port.name} ;" for port in inputs)
    return f"""module same({ports_of}, same);
{declared}
output same;
{chr(10).join(wires)}
gold gold({pins["gold"][2:]});
gate gate({pins["gate"][2:]});
assign same = !({given}) || ({" && ".join(claims)});
endmodule
"""
