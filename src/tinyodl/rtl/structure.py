"""A core's blocks as the design has them: modules in modules, their ports, memories and states, and
what connects them, in bits.

Names, ports and states are of the Amaranth modules; memories, flip-flops and connections of what
Yosys reads of them.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from math import prod
from typing import Any, NamedTuple

from amaranth.hdl import Fragment
from amaranth.hdl import Shape as Bits
from amaranth.lib.wiring import Out

from tinyodl.rtl.core import Core
from tinyodl.rtl.export import TOP, intermediate
from tinyodl.rtl.programs import program
from tinyodl.rtl.shape import Shape
from tinyodl.rtl.yosys import yosys

OWN = ""  # a module's own logic, beside the modules in it
MACRO = "odl_sram"
UNSHOWN = ("clk", "rst")
SCRIPT = "read_rtlil core.il; proc; opt_clean; write_json core.json"


class Port(NamedTuple):
    """many: elements of an array, 1 where it is none."""

    name: str
    bits: int
    many: int
    out: bool


class Memory(NamedTuple):
    """macro: one of a process's, else a table in gates."""

    name: str
    words: int
    bits: int
    macro: bool


class Block(NamedTuple):
    """links: bits that go from one of those inside, or `OWN`, straight to another; states: of its
    state machine, in their order; file: of `rtl`, where it is written."""

    name: str
    file: str
    ports: list[Port]
    flip_flops: int
    memories: list[Memory]
    states: list[str]
    inside: list["Block"]
    links: dict[tuple[str, str], int]


def structure(shape: Shape) -> Block:
    """The core."""
    found = yosys(SCRIPT, {"core.il": intermediate(shape)}, ["core.json"])
    modules = json.loads(found["core.json"])["modules"]
    core = Core(shape, program(shape).words, macros=True)
    return _block("core", TOP, Fragment.get(core, None), modules)


def _block(name: str, module: str, fragment: Fragment, modules: Mapping[str, Any]) -> Block:
    said, component = modules[module], fragment.origins[0]
    below = {cell: each["type"] for cell, each in said["cells"].items() if each["type"] in modules}
    fsm = fragment.generated.get("fsm")
    return Block(
        name=name,
        file=f"{type(component).__module__.rpartition('.')[2]}.py",
        ports=list(_ports(component)),
        flip_flops=sum(
            len(cell["connections"]["Q"])
            for cell in said["cells"].values()
            if "dff" in cell["type"]
        ),
        memories=list(_memories(said)),
        states=sorted(fsm.encoding, key=fsm.encoding.get) if fsm else [],
        inside=[
            _block(cell, inner, fragment.find_subfragment(cell), modules)
            for cell, inner in below.items()
        ],
        links=_links(said, below, modules),
    )


def _ports(component: Any) -> Iterator[Port]:
    for name, member in component.signature.members.items():
        if member.is_signature:
            bits = sum(Bits.cast(inner.shape).width for inner in member.signature.members.values())
            yield Port(name, bits, 1, member.flow is Out)
        else:
            many = prod(member.dimensions)
            yield Port(name, Bits.cast(member.shape).width, many, member.flow is Out)


def _memories(said: Mapping[str, Any]) -> Iterator[Memory]:
    for name, each in said.get("memories", {}).items():
        yield Memory(name, each["size"], each["width"], False)
    for name, cell in said["cells"].items():
        if cell["type"] == MACRO:
            sizes = {key: int(value, 2) for key, value in cell["parameters"].items()}
            yield Memory(name, sizes["DEPTH"], sizes["WIDTH"], True)


def _links(
    said: Mapping[str, Any], below: Mapping[str, str], modules: Mapping[str, Any]
) -> dict[tuple[str, str], int]:
    """Bits by what drives them and what takes them. What comes from, or goes to, a module's ports
    is its own logic's here."""
    drivers: dict[int, str] = {}
    takers: dict[int, set[str]] = defaultdict(set)
    for name, cell in said["cells"].items():
        who = name if name in below else OWN
        if who:
            ways = {port: each["direction"] for port, each in modules[below[name]]["ports"].items()}
        else:
            ways = cell.get("port_directions", {})
        for port, bits in cell["connections"].items():
            if port in UNSHOWN:
                continue
            out = ways.get(port) == "output"
            for bit in bits:
                if isinstance(bit, int):
                    if out:
                        drivers[bit] = who
                    else:
                        takers[bit].add(who)
    for port, each in said["ports"].items():
        for bit in each["bits"]:
            if port not in UNSHOWN and each["direction"] == "output":
                takers[bit].add(OWN)
    found: Counter[tuple[str, str]] = Counter()
    for bit, whose in takers.items():
        source = drivers.get(bit, OWN)
        for taker in whose - {source}:
            found[source, taker] += 1
    return dict(sorted(found.items()))
