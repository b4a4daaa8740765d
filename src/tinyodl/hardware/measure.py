"""A core's figures: cycles, bits, area, time and power, from its Verilog and its netlist."""

import tempfile
from collections.abc import Callable, Mapping, Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from tinyodl.device import Rules
from tinyodl.fixed.arithmetic import FixedArithmetic
from tinyodl.hardware import pins, power, simulate, sram, synthesis
from tinyodl.model import Model
from tinyodl.rtl import life as lives
from tinyodl.rtl.core import SCALARS, VECTORS, WEIGHTS, WIDTHS
from tinyodl.rtl.export import intermediate, translated
from tinyodl.rtl.program.device import COMMANDS
from tinyodl.rtl.script import Bus, Lesson, Script
from tinyodl.rtl.shape import HASH, SIGN, Shape
from tinyodl.rtl.state import Layout

WEIGHT = 1 << 23  # 1 / 32 of a label, 28 bits of fraction: kappa as training begins
COMPARED = 240  # windows of a life, again where it ends, to compare every bit and to count cycles
LOOKS = 4  # windows in a row that power is measured over
# A net that is 1 when counting begins counts as changed once, so that counts are over many cycles.
ALONE = 24  # windows that are looked at without deciding
RESTED = 20_000  # cycles
PLACED = 24  # windows by which pins are chosen, of people that the model was trained on
STEP_MS = 1280  # from one window to the next
STEP_S = STEP_MS / 1e3
RULES = Rules()
EAGER = Rules(margin=1e3)  # no prediction has a label by so much: all are learnt

Ints = NDArray[np.int64]


class Life(NamedTuple):
    """A model, and windows of a person that it was not trained on: h (k, n), class numbers, below 0
    where it has none; seen: of those that it was trained on; queue: samples that may wait for a
    label."""

    name: str
    model: Model
    h: Ints
    labels: Sequence[int]
    seen: Ints
    seen_labels: Sequence[int]
    queue: int = Shape.queue

    @property
    def shape(self) -> Shape:
        """What the model needs."""
        learner = self.model.learner
        alpha = HASH if learner.alpha == "hash" else SIGN
        classes = max(self.model.capacity or 0, len(learner.classes_))
        inputs = len(self.model.names)
        return Shape(inputs, learner.n_hidden, learner.direct, alpha, classes, self.queue)


class Split(TypedDict):
    """Power in mW, where it goes."""

    sram_leakage: float
    sram_access: float
    logic_leakage: float
    registers: float
    gates: float


def total(split: Split) -> float:
    """In mW."""
    leaks = split["sram_leakage"] + split["logic_leakage"]
    return leaks + split["sram_access"] + split["registers"] + split["gates"]


class Row(TypedDict):
    """As `tinyodl hardware report --json` writes it."""

    preset: str
    sram: str
    predict_cycles: int
    learn_cycles: int
    memory_bytes: int
    predict_mw: float
    learn_mw: float  # of the learner's step alone
    idle_mw: float
    sleep_mw: float
    predict_uj: float
    learn_uj: float
    wear_mw: float
    area_mm2: float
    logic_um2: float
    fmax_mhz: float
    vectors: int
    bits_wrong: int
    predict_split: Split
    learn_split: Split
    window_cycles: int
    window_uj: float
    look_mw: float
    idle_split: Split
    mean_leakage_mw: float  # of the logic, if its cells were in each of their states as often
    bare_mw: float  # registers and gates in whole windows, without the library's estimate of wires
    bare_fmax_mhz: float


def rows(
    life: Life,
    kinds: Sequence[str],
    cells: synthesis.Cells,
    table: sram.Table,
    done: Callable[[], None],
) -> list[Row]:
    """One for each kind of memory cell. RuntimeError where a program fails; done: after each of
    four stages."""
    shape = life.shape
    arithmetic = FixedArithmetic(life.model)
    told = _told(life)

    def script() -> Script:
        return Script(shape, arithmetic.core, arithmetic._nodes)

    whole = vectors(life, COMPARED)
    taught = vectors(life, COMPARED // 4, EAGER)
    x, k = told[0]
    looks, learning, idle = script(), script(), script()
    quiet = _quiet(life, whole.windows)
    looks.look(x)
    looks.count()
    for each, _ in told[1 : 1 + ALONE]:
        looks.look(each)
    looks.cycles()
    learning.look(x)
    learning.count()
    learning.step(Lesson(x, k, WEIGHT))
    idle.count()
    idle.rest(RESTED)
    core = intermediate(shape)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = simulate.build(folder, {"odl_core.v": translated(core)})
        played = simulate.play(program, whole.text())
        played_taught = simulate.play(program, taught.text())
        words = simulate.play(program, quiet.before.text()).printed
    windows = _awake(quiet, words)
    done()
    seen, placing = life._replace(h=life.seen, labels=life.seen_labels), Bus()
    placing.count()
    placing.lines += vectors(seen, PLACED).lines
    netted = in_netlist(core, cells, placing, (windows, learning, idle, looks), done)
    found = netted.found
    wrong = played.wrong + played_taught.wrong + sum(ran.wrong for ran, _ in found)
    compared = played.compared + played_taught.compared + sum(ran.compared for ran, _ in found)
    window = _cycles(played, whole, lives.LOOKED)
    learnt = _cycles(played_taught, taught, lives.LEARNT)
    made = figures(
        life.name,
        Cycles(found[3][0].printed[0], window, learnt - window),
        (compared, wrong),
        netted,
        {memory: (WIDTHS[memory], depth) for memory, depth in Layout(shape).depths.items()},
        kinds,
        cells,
        table,
    )
    done()
    return made


Ran = tuple[simulate.Played, power.Power]


class Netted(NamedTuple):
    """A core's logic in cells, what it did and drew in each part, and what it would draw in the
    first without wires."""

    netlist: synthesis.Netlist
    found: list[Ran]
    bare: power.Power


def in_netlist(
    core: str,
    cells: synthesis.Cells,
    placing: Bus,
    parts: Sequence[Bus],
    done: Callable[[], None],
) -> Netted:
    """core: RTLIL; placing: what pins are chosen by; parts: what is played to its netlist, each
    counted; done: after each of two stages. RuntimeError where a program fails."""
    netlist = synthesis.synthesise(core, cells)
    models = synthesis.models(cells)
    files = {"around.v": synthesis.around(core), "cells.v": models}

    def ran(verilog: str, scripts: Sequence[Bus]) -> tuple[list[simulate.Played], list[str]]:
        played, counts = [], []
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            program = simulate.build(folder, files | {"net.v": verilog}, saif=True)
            for script in scripts:
                played.append(simulate.play(program, script.text(), "out.saif"))
                counts.append((folder / "out.saif").read_text())
        return played, counts

    _, (placed,) = ran(netlist.verilog, [placing])
    done()
    verilog = pins.swapped(netlist.verilog, cells.liberty, models, placed)
    netlist = netlist._replace(verilog=verilog)
    played, counts = ran(verilog, parts)
    done()
    drawn = [power.power(cells.liberty, netlist.verilog, saif) for saif in counts]
    bare = power.power(power.bare(cells.liberty), netlist.verilog, counts[0])
    return Netted(netlist, list(zip(played, drawn, strict=True)), bare)


class Cycles(NamedTuple):
    """Until a prediction is there; of a whole window; what it takes more where it is learnt."""

    predict: int
    window: int
    learn: int


def figures(
    name: str,
    cycles: Cycles,
    checked: tuple[int, int],
    netted: Netted,
    memories: Mapping[str, tuple[int, int]],
    kinds: Sequence[str],
    cells: synthesis.Cells,
    table: sram.Table,
) -> list[Row]:
    """A row for each kind of memory cell. checked: words that were compared, and wrong; netted:
    windows, learning, idling and predictions alone; memories: width and depth."""
    compared, wrong = checked
    netlist, found, bare = netted
    made = []
    for kind in kinds:
        macros = {
            memory: sram.macro(table, kind, width, depth)
            for memory, (width, depth) in memories.items()
        }
        access = max(macro.access_ns for macro in macros.values())
        path = power.longest(cells.liberty, netlist.verilog, access)
        bare_path = power.longest(power.bare(cells.liberty), netlist.verilog, access)
        splits = [_split(ran, used, macros) for ran, used in found]
        predict, learn, resting, look = map(total, splits)
        sleep = splits[0]["sram_leakage"]
        cycle_us = power.PERIOD / 1e3
        predict_uj = look * cycles.predict * cycle_us / 1e3
        window_uj = predict * cycles.window * cycle_us / 1e3
        learn_uj = learn * cycles.learn * cycle_us / 1e3
        size = sum(width * depth // 8 for width, depth in memories.values())
        made.append(
            Row(
                preset=name,
                sram=kind,
                predict_cycles=cycles.predict,
                learn_cycles=cycles.learn,
                memory_bytes=size,
                predict_mw=predict,
                learn_mw=learn,
                idle_mw=resting,
                sleep_mw=sleep,
                predict_uj=predict_uj,
                learn_uj=learn_uj,
                wear_mw=sleep + (window_uj + learn_uj) / STEP_S / 1e3,
                area_mm2=netlist.area / 1e6 + sum(m.area_mm2 for m in macros.values()),
                logic_um2=netlist.area,
                fmax_mhz=1e3 / path,
                vectors=compared,
                bits_wrong=wrong,
                predict_split=splits[0],
                learn_split=splits[1],
                window_cycles=cycles.window,
                window_uj=window_uj,
                look_mw=look,
                idle_split=splits[2],
                mean_leakage_mw=found[0][1].mean_leakage,
                bare_mw=bare.registers + bare.gates,
                bare_fmax_mhz=1e3 / bare_path,
            )
        )
    return made


def vectors(life: Life, windows: int, rules: Rules = RULES) -> lives.Life:
    """So many windows of a device's life, every question answered at once, and all of U, D and b.
    It prints the cycles of each window."""
    found = lives.Life(life.shape, life.model, rules, seed=0)
    for x, k in islice(cycle(_told(life)), windows):
        asked = found.sample(x, STEP_MS * len(found.windows))
        found.cycles()
        if asked:
            found.label(len(found.windows) - 1, k, STEP_MS * len(found.windows))
    found.whole()
    return found


class Quiet(NamedTuple):
    """LOOKS windows in a row that are looked at alone. before: a life up to them, at whose end
    every word of the memories (places) is printed; lines: of theirs."""

    before: Bus
    places: list[tuple[int, int]]
    lines: list[int]


def _quiet(life: Life, windows: Sequence[str]) -> Quiet:
    alone = [kind == lives.LOOKED for kind in windows]
    runs = (i for i in range(len(alone) - LOOKS + 1) if all(alone[i : i + LOOKS]))
    first = next(runs, None)
    if first is None:
        raise RuntimeError(
            f"of {len(alone)} windows no {LOOKS} in a row were looked at alone: take a person whom "
            "the model knows better"
        )
    shape = life.shape
    found, before = lives.Life(shape, life.model, RULES, seed=0), Bus()
    for i, (x, k) in enumerate(islice(cycle(_told(life)), first + LOOKS)):
        if i == first:
            before.lines = found.lines
            found.lines = []
        found.compared = i == first + LOOKS - 1  # the last one tells whether it woke as it was
        if found.sample(x, STEP_MS * i):
            found.label(i, k, STEP_MS * (i + 1))
    depths = Layout(shape).depths
    regions = {SCALARS: "scalars", VECTORS: "vectors", WEIGHTS: "weights"}
    places = [
        (region, word)
        for region, name in regions.items()
        for word in range(depths[name] * WIDTHS[name] // 32)
    ]
    for region, word in places:
        before.show(region, word)
    return Quiet(before, places, found.lines)


def _awake(quiet: Quiet, words: Sequence[int]) -> Bus:
    """A core that was without power, whose memories have these words, and those windows."""
    found = Bus()
    for (region, word), value in zip(quiet.places, words, strict=True):
        found.write(region, word, value)
    found.run(COMMANDS.index("wake"))
    found.count()
    found.lines += quiet.lines
    return found


def _cycles(played: simulate.Played, life: lives.Life, kind: str) -> int:
    """Of a window of that kind, in the mean."""
    each = zip(played.printed, life.windows, strict=True)
    found = [cycles for cycles, of in each if of == kind]
    if not found:
        raise RuntimeError(f"of {len(life.windows)} windows none was {kind}: take another person")
    return round(np.mean(found))


def _told(life: Life) -> list[tuple[Ints, int]]:
    return [(x, k) for x, k in zip(life.h, life.labels, strict=True) if k >= 0]


def _split(ran: simulate.Played, used: power.Power, macros: dict[str, sram.Macro]) -> Split:
    time = ran.counted * power.PERIOD
    energy = sum(
        reads * macros[name].read_nj + writes * macros[name].write_nj
        for name, (reads, writes) in ran.accesses.items()
    )
    return Split(
        sram_leakage=sum(macro.leak_mw for macro in macros.values()),
        sram_access=1e3 * energy / time,
        logic_leakage=used.leakage,
        registers=used.registers,
        gates=used.gates,
    )
