"""A core's figures: cycles, bits, area, time and power, from its Verilog and its netlist."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple, TypedDict

import numpy as np
from numpy.typing import NDArray

from tinyodl.fixed.arithmetic import KNOWN, FixedArithmetic
from tinyodl.hardware import power, simulate, sram, synthesis
from tinyodl.model import Model
from tinyodl.rtl.core import WIDTHS
from tinyodl.rtl.export import verilog
from tinyodl.rtl.script import Lesson, Script
from tinyodl.rtl.shape import HASH, SIGN, Shape
from tinyodl.rtl.state import Layout

WEIGHT = 1 << 23  # 1 / 32 of a label, 28 bits of fraction: kappa as training begins
COMPARED = 40  # windows that are learnt, to compare every bit
LOOKS = 4  # windows that power is measured over
STEP_S = 1.28  # from one window to the next

Ints = NDArray[np.int64]


class Life(NamedTuple):
    """A model, and windows of a person that it was not trained on: h (k, n), class numbers, below 0
    where it has none."""

    name: str
    model: Model
    h: Ints
    labels: Sequence[int]


class Split(TypedDict):
    """Power in mW, where it goes."""

    sram_leakage: float
    sram_access: float
    logic_leakage: float
    registers: float
    gates: float


class Row(TypedDict):
    """As `tinyodl hardware report --json` writes it."""

    preset: str
    sram: str
    predict_cycles: int
    learn_cycles: int
    memory_bytes: int
    predict_mw: float
    learn_mw: float
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
    idle_split: Split
    bare_mw: float  # registers and gates while it predicts, without the library's estimate of wires
    bare_fmax_mhz: float


def shape_of(model: Model, queue: int) -> Shape:
    """That a model needs."""
    learner = model.learner
    alpha = HASH if learner.alpha == "hash" else SIGN
    classes = max(model.capacity or 0, len(learner.classes_))
    return Shape(len(model.names), learner.n_hidden, learner.direct, alpha, classes, queue)


def rows(
    life: Life,
    kinds: Sequence[str],
    cells: synthesis.Cells,
    table: sram.Table,
    done: Callable[[], None],
    queue: int = 10,
) -> list[Row]:
    """One for each kind of memory cell. RuntimeError where a program fails; done: after each of
    four stages."""
    shape = shape_of(life.model, queue)
    arithmetic = FixedArithmetic(life.model)
    told = _told(life)

    def script() -> Script:
        return Script(shape, arithmetic.core, arithmetic._nodes)

    whole = vectors(life, COMPARED, queue)
    x, k = told[0]
    looks, learning, idle = script(), script(), script()
    looks.look(x)
    looks.count()
    for each, _ in told[1 : 1 + LOOKS]:
        looks.look(each)
    learning.look(x)
    learning.count()
    learning.step(Lesson(x, k, WEIGHT), timed=True)
    idle.count()
    idle.rest(400)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        played = simulate.play(simulate.build(folder, {"odl_core.v": verilog(shape)}), whole.text())
        done()
    netlist = synthesis.synthesise(shape, cells)
    done()
    files = {
        "around.v": synthesis.around(shape),
        "net.v": netlist.verilog,
        "cells.v": synthesis.models(cells),
    }
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        program = simulate.build(folder, files, saif=True)
        done()
        found = []
        for part in (looks, learning, idle):
            ran = simulate.play(program, part.text(), "out.saif")
            used = power.power(cells.liberty, netlist.verilog, (folder / "out.saif").read_text())
            found.append((ran, used))
            if part is looks:
                saif = (folder / "out.saif").read_text()
                bare = power.power(power.bare(cells.liberty), netlist.verilog, saif)
    wrong = played.wrong + sum(ran.wrong for ran, _ in found)
    compared = played.compared + sum(ran.compared for ran, _ in found)
    predict_cycles = max(played.printed)
    learn_cycles = sum(found[1][0].printed)
    made = []
    for kind in kinds:
        macros = {
            memory: sram.macro(table, kind, WIDTHS[memory], depth)
            for memory, depth in Layout(shape).depths.items()
        }
        access = max(macro.access_ns for macro in macros.values())
        path = power.longest(cells.liberty, netlist.verilog, access)
        bare_path = power.longest(power.bare(cells.liberty), netlist.verilog, access)
        splits = [_split(ran, used, macros) for ran, used in found]
        predict, learn, resting = (sum(split.values()) for split in splits)  # type: ignore[arg-type]
        sleep = splits[0]["sram_leakage"]
        cycle_us = power.PERIOD / 1e3
        predict_uj = predict * predict_cycles * cycle_us / 1e3
        learn_uj = learn * learn_cycles * cycle_us / 1e3
        size = sum(depth * WIDTHS[memory] // 8 for memory, depth in Layout(shape).depths.items())
        made.append(
            Row(
                preset=life.name,
                sram=kind,
                predict_cycles=predict_cycles,
                learn_cycles=learn_cycles,
                memory_bytes=size,
                predict_mw=predict,
                learn_mw=learn,
                idle_mw=resting,
                sleep_mw=sleep,
                predict_uj=predict_uj,
                learn_uj=learn_uj,
                wear_mw=sleep + (predict_uj + learn_uj) / STEP_S / 1e3,
                area_mm2=netlist.area / 1e6 + sum(m.area_mm2 for m in macros.values()),
                logic_um2=netlist.area,
                fmax_mhz=1e3 / path,
                vectors=compared,
                bits_wrong=wrong,
                predict_split=splits[0],
                learn_split=splits[1],
                idle_split=splits[2],
                bare_mw=bare.registers + bare.gates,
                bare_fmax_mhz=1e3 / bare_path,
            )
        )
    done()
    return made


def vectors(life: Life, windows: int, queue: int = 10) -> Script:
    """So many windows looked at and learnt, as a device learns them, and all of U, D and b."""
    arithmetic = FixedArithmetic(life.model)
    script = Script(shape_of(life.model, queue), arithmetic.core, arithmetic._nodes)
    for x, k in _told(life)[:windows]:
        script.look(x)
        script.cycles()
        change = script.leverage > arithmetic.core.usual >> KNOWN
        script.step(Lesson(x, k, WEIGHT, change))
    script.whole()
    return script


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
