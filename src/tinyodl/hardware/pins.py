"""Which input of a cell takes which net, where its function does not care: as leaks least.

Two inputs of a gate are the same to logic, not to its transistors: a NAND of 0 and 1 leaks 4 nW one
way round and 25 the other. So of all ways to connect a cell that leave its function, the one is
taken that leaks least by how often its nets are 1.
"""

import re
from collections.abc import Mapping
from functools import cache
from itertools import permutations

from tinyodl.hardware.liberty import expected, leakages
from tinyodl.hardware.power import CELL, PIN, activity, nets, ones

MODULE = re.compile(r"^module (\w+)\(.*?^endmodule", re.MULTILINE | re.DOTALL)
PORT = re.compile(r"^  (input|output) (\w+);", re.MULTILINE)
ASSIGNED = re.compile(r"^  assign (\w+) = ([\w ~&|^]+);", re.MULTILINE)
NAME = re.compile(r"\w+")
Swap = dict[str, str]  # by input, the one whose net it takes


def equal(models: str) -> dict[str, list[Swap]]:
    """By kind of cell, all ways to connect its inputs that leave what it does, but for the one as
    it is. models: of `synthesis.models`; cells that keep a state have none."""
    found = {}
    for module in MODULE.finditer(models):
        ports = PORT.findall(module[0])
        inputs = [name for direction, name in ports if direction == "input"]
        outputs = [name for direction, name in ports if direction == "output"]
        assigned = dict(ASSIGNED.findall(module[0]))
        said = {name for text in assigned.values() for name in NAME.findall(text)}
        if not inputs or not assigned.keys() | set(inputs) >= {*outputs, *said}:
            continue
        rows = range(1 << len(inputs))
        columns = [sum((row >> i & 1) << row for row in rows) for i in range(len(inputs))]
        as_it_is = _values(assigned, dict(zip(inputs, columns, strict=True)), outputs)
        found[module[1]] = [
            dict(zip(inputs, order, strict=True))
            for order in permutations(inputs)
            if order != tuple(inputs)
            and _values(assigned, dict(zip(order, columns, strict=True)), outputs) == as_it_is
        ]
    return {kind: swaps for kind, swaps in found.items() if swaps}


def _values(
    assigned: Mapping[str, str], columns: Mapping[str, int], outputs: list[str]
) -> list[int]:
    """A bit for each row of the inputs' columns."""
    every = (1 << (1 << len(columns))) - 1

    @cache
    def value(name: str) -> int:
        if name in columns:
            return columns[name]
        terms = {each: value(each) for each in NAME.findall(assigned[name])}
        return every & int(eval(assigned[name], {"__builtins__": {}}, terms))

    return [value(name) for name in outputs]


def swapped(netlist: str, liberty: str, models: str, saif: str) -> str:
    """The same netlist, cell by cell connected as leaks least in what was simulated."""
    ways, states = equal(models), leakages(liberty)
    shares = ones(activity(nets(saif), netlist)[0])

    def connected(cell: re.Match[str]) -> str:
        kind, instance, _ = cell.groups()
        share, in_states = shares[instance.strip()], states.get(kind, [])
        if kind not in ways or not in_states:
            return cell[0]
        if not all(pins.keys() <= share.keys() for pins, _ in in_states):
            return cell[0]

        def leaks(swap: Swap) -> float:
            return expected(in_states, {pin: share[swap.get(pin, pin)] for pin in share})

        best = min([{}, *ways[kind]], key=leaks)
        taken = dict(PIN.findall(cell[0]))
        return PIN.sub(lambda pin: f".{pin[1]}({taken[best.get(pin[1], pin[1])]})", cell[0])

    return CELL.sub(connected, netlist)
