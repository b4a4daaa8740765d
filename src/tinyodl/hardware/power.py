"""Timing and power of a netlist by OpenSTA, with each net's changes counted in simulation."""

import re
import shutil
import subprocess
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from tinyodl.hardware.liberty import expected, leakages
from tinyodl.rtl.export import LOGIC

PERIOD = 100.0  # ns: 10 MHz
LOST = 0.001  # of the cells, at most
PIN = re.compile(r"\.(\w+)\(\s*(\\\S+ (?:\[\d+\])?|[^()\s]+)\s*\)")
CELL = re.compile(r"^  ([A-Z]\w+) (\\\S+ |\w+) \(\n(.*?)\n  \);", re.MULTILINE | re.DOTALL)
DRAWN = re.compile(r"^ *([\d.e+-]+) +([\d.e+-]+) +([\d.e+-]+) +([\d.e+-]+) (\S+)$", re.MULTILINE)
INPUT = re.compile(r"^  input (?:\[(\d+):(\d+)\] )?(\S+) ?;", re.MULTILINE)
NET = re.compile(r"^\s*\((\S+) \(T0 (\d+)\) \(T1 (\d+)\) .*\(TC (\d+)\)\)$", re.MULTILINE)


class Power(NamedTuple):
    """In mW. registers: of flip-flops and the gates of their clocks, clock pins included; gates: of
    all other cells; leakage: of all, in the states that they are in; mean_leakage: if they were in
    every state as often."""

    registers: float
    gates: float
    leakage: float
    mean_leakage: float


def nets(saif: str) -> dict[str, tuple[float, float]]:
    """By net of the logic: changes a clock cycle, and the share of time at 1. What was before
    counting began stands in the file as time at 0, so that time is what the clock, half of it at 1,
    went through."""
    inside = saif[saif.index("(INSTANCE logic") :]
    counted: dict[str, tuple[int, int]] = {}
    for name, _, t1, changes in NET.findall(inside):
        counted.setdefault(name.replace("\\", ""), (int(changes), int(t1)))
    of_clock, high = counted.get("clk", (0, 0))
    cycles, time = max(of_clock // 2, 1), max(2 * high, 1)
    return {net: (changes / cycles, t1 / time) for net, (changes, t1) in counted.items()}


def activity(
    known: Mapping[str, tuple[float, float]], netlist: str
) -> tuple[dict[str, tuple[float, float]], float]:
    """By pin: changes a clock cycle, and the share of time at 1; and the share of
    nets that were found. known: of `nets`."""
    found, missing = {}, 0
    for _, instance, pins in CELL.findall(netlist):
        for pin, net in PIN.findall(pins):
            plain = net.replace("\\", "").replace(" ", "")
            if plain in known:
                found[f"{instance.strip()}/{pin}"] = known[plain]
            else:
                missing += 1
    return found, len(found) / max(len(found) + missing, 1)


def _ports(
    known: Mapping[str, tuple[float, float]], netlist: str
) -> dict[str, tuple[float, float]]:
    """The same of each input of the logic, which OpenSTA takes for busy unless it is told."""
    found = {}
    for high, low, name in INPUT.findall(netlist):
        plain = name.replace("\\", "")
        bits = [f"{plain}[{i}]" for i in range(int(low), int(high) + 1)] if high else [plain]
        found.update({bit: known.get(bit, (0.0, 0.5)) for bit in bits if bit != "clk"})
    return found


def _sta(liberty: str, netlist: str, access_ns: float, more: str) -> str:
    program = shutil.which("sta")
    if program is None:
        raise RuntimeError("OpenSTA is not installed: run `make setup-hardware`")
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "cells.lib").write_text(liberty)
        (folder / "net.v").write_text(netlist.replace(f"\\{LOGIC} ", "odl_logic "))
        (folder / "run.tcl").write_text(
            f"""
read_liberty cells.lib
read_verilog net.v
link_design odl_logic
create_clock -name clk -period {PERIOD} [get_ports clk]
set_input_delay {access_ns} -clock clk [get_ports *read_data*]
{more}
exit
"""
        )
        ran = subprocess.run(
            [program, "-exit", "run.tcl"], cwd=folder, capture_output=True, text=True, check=False
        )
        if ran.returncode or "Error" in ran.stdout + ran.stderr:
            raise RuntimeError(f"OpenSTA failed: {ran.stdout[-500:]}{ran.stderr[-500:]}")
        return ran.stdout


def bare(liberty: str) -> str:
    """The same cells without the library's estimate of wires (its default wire load), which OpenSTA
    takes into times and power."""
    return re.sub(r"default_wire_load\s*:[^;]*;", "", liberty)


def longest(liberty: str, netlist: str, access_ns: float) -> float:
    """ns of the longest path from register or memory to register."""
    said = _sta(liberty, netlist, access_ns, "report_checks -path_delay max -digits 4")
    slack = re.search(r"(-?[\d.]+)\s+slack", said)
    if not slack:
        raise RuntimeError(f"OpenSTA found no path: {said[-500:]}")
    return PERIOD - float(slack[1])


def _drawn(
    liberty: str,
    netlist: str,
    pins: Mapping[str, tuple[float, float]],
    ports: Mapping[str, tuple[float, float]],
    cells: Sequence[str] = ("*",),
) -> dict[str, list[float]]:
    """By cell, in W: internal, switching, leakage, all; none of a cell that OpenSTA has none of."""
    lines = [  # `set_power_activity -pins` of OpenSTA 2.0 fails; this is what it would call
        f"::sta::set_power_pin_activity [get_pins {{{pin}}}] {rate:.6f} {duty:.4f}"
        for pin, (rate, duty) in pins.items()
    ] + [
        f"::sta::set_power_input_port_activity [get_ports {{{port}}}] {rate:.6f} {duty:.4f}"
        for port, (rate, duty) in ports.items()
    ]
    asked = "foreach cell [get_cells {%s}] {catch {report_power -digits 6 -instances $cell}}"
    said = _sta(liberty, netlist, 0.0, "\n".join([*lines, asked % " ".join(cells)]))
    return {row[4]: [float(v) for v in row[:4]] for row in DRAWN.findall(said)}


def power(liberty: str, netlist: str, saif: str) -> Power:
    """At PERIOD, with the activity of a simulation; with wires as the library's default wire load
    has them, without a clock tree.

    Each cell is asked for alone: of a few half adders OpenSTA's power is no number, at which a
    report of all ends. Such a cell counts as the mean of its kind.

    Leakage is the library's of each state of a cell, by how often its pins are 1; OpenSTA takes the
    mean over states, and is asked where the library has none.

    OpenSTA takes a gated clock for one that runs all the time. What a flip-flop would draw if it
    did not change (`still`) is its clock's, and is taken off as far as its gate was shut, with what
    the gate's wire would; what the gate itself draws for it, a tenth of a gate's, is left in."""
    counted = nets(saif)
    pins, share = activity(counted, netlist)
    if share < 0.9:
        raise RuntimeError(
            f"the simulation knows {share:.0%} of the nets: it must be of the netlist"
        )
    ports = _ports(counted, netlist)
    drawn = _drawn(liberty, netlist, pins, ports)
    cells = CELL.findall(netlist)
    lost = 1 - sum(instance.strip() in drawn for _, instance, _ in cells) / max(len(cells), 1)
    if lost > LOST:
        raise RuntimeError(f"OpenSTA has no power for {lost:.1%} of the cells")
    kinds, clocks, drivers = {}, {}, {}
    for kind, instance, body in cells:
        name = instance.strip()
        kinds[name] = kind
        for pin, net in PIN.findall(body):
            if pin == "CK":
                clocks[name] = net.strip()
            elif pin == "GCK":
                drivers[net.strip()] = f"{name}/GCK"
    for kind in {kinds[name] for name in kinds.keys() - drawn.keys()}:
        known = [drawn[name] for name in drawn if kinds[name] == kind]
        mean = [sum(row[i] for row in known) / max(len(known), 1) for i in range(4)]
        drawn |= {name: mean for name in kinds.keys() - drawn.keys() if kinds[name] == kind}
    unchanged, at_rest = (
        {name: (0.0, duty) for name, (_, duty) in each.items()} for each in (pins, ports)
    )
    flops = [name for name, kind in kinds.items() if kind.startswith("DFF")]
    still = {
        name: row[0] for name, row in _drawn(liberty, netlist, unchanged, at_rest, flops).items()
    }
    registers = gates = leakage = mean_leakage = 0.0
    in_states, shares = leakages(liberty), ones(pins)
    for name, (internal, switching, leaks, _) in drawn.items():
        states = in_states.get(kinds[name], [])
        told = bool(states) and all(each.keys() <= shares[name].keys() for each, _ in states)
        leakage += expected(states, shares[name]) / 1e9 if told else leaks
        mean_leakage += leaks
        if clocks.get(name) is None:
            gates += internal + switching
            continue
        if gated := pins.get(f"{name}/GCK"):
            switching *= gated[0] / 2
        registers += internal + switching
        if driver := drivers.get(clocks[name]):
            registers -= still.get(name, 0.0) * (1 - pins.get(driver, (2.0, 0.5))[0] / 2)
    return Power(1e3 * registers, 1e3 * gates, 1e3 * leakage, 1e3 * mean_leakage)


def ones(pins: Mapping[str, tuple[float, float]]) -> defaultdict[str, dict[str, float]]:
    """By cell, how much of the time each of its pins is 1."""
    found: defaultdict[str, dict[str, float]] = defaultdict(dict)
    for pin, (_, duty) in pins.items():
        cell, _, name = pin.rpartition("/")
        found[cell][name] = duty
    for each in found.values():  # a flip-flop's outputs, of which one may be connected to nothing
        if "Q" in each:
            each["QN"] = 1 - each["Q"]
        elif "QN" in each:
            each["Q"] = 1 - each["QN"]
    return found
