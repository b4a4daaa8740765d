"""What is drawn of the core: pages and pictures from figures, diagrams from the design itself."""

import gzip
import json
import re
import shutil
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from playwright.sync_api import sync_playwright
from typer.testing import CliRunner

from tinyodl.cli.app import app
from tinyodl.cli.drawn import DRAWN
from tinyodl.hardware import blocks, liberty, power, racing, sram, synthesis, trace
from tinyodl.hardware.measure import STEP_S, Life, Row, Split, total
from tinyodl.model import load
from tinyodl.reports.core import accuracy, bars, diagram, page, picture, schedule, unseen, words
from tinyodl.reports.core.figures import FIGURES, PARTS
from tinyodl.rtl.export import LOGIC, intermediate
from tinyodl.rtl.programs import program
from tinyodl.rtl.shape import LANES, PRESETS, Shape
from tinyodl.rtl.state import Layout
from tinyodl.rtl.structure import OWN, Block, structure
from tinyodl.rtl.yosys import yosys

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
MEMORIES = ROOT / "third_party" / "cacti" / "sram45.csv"
CELLS = ROOT / "third_party" / "nangate45" / "nangate45_typ.lib.gz"
VECTORS = Path(__file__).parent / "data" / "vectors"
SVG = "{http://www.w3.org/2000/svg}"
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
AGAIN = "the design has changed: run `make hardware-figures`"


def row(preset: str = "tiny", kind: str = "lop", times: float = 1.0) -> Row:
    """Made up, its sums in order; a window is six predictions long."""
    leaks = 0.2 if kind == "lop" else 0.001
    predict = Split(
        sram_leakage=leaks, sram_access=0.02, logic_leakage=0.5 * times, registers=0.05, gates=0.13
    )
    learn, idle = Split(**predict), Split(**predict)
    learn["gates"], idle["gates"] = 0.2, 0.01
    of_predict, of_learn = total(predict), total(learn)
    return Row(
        preset=preset,
        sram=kind,
        predict_cycles=400,
        learn_cycles=3000,
        memory_bytes=7000,
        predict_mw=of_predict,
        learn_mw=of_learn,
        idle_mw=total(idle),
        sleep_mw=leaks,
        predict_uj=0.85 * 0.04,
        learn_uj=of_learn * 0.3,
        wear_mw=leaks + (of_predict * 0.24 + of_learn * 0.3) / STEP_S / 1e3,
        area_mm2=0.02 + 0.03 * times,
        logic_um2=30_000 * times,
        fmax_mhz=40.0,
        vectors=1000,
        bits_wrong=0,
        predict_split=predict,
        learn_split=learn,
        idle_split=idle,
        bare_mw=0.15,
        mean_leakage_mw=predict["logic_leakage"],
        window_cycles=2400,
        window_uj=of_predict * 0.24,
        look_mw=0.85,
        bare_fmax_mhz=50.0,
    )


def document() -> dict[str, Any]:
    rows = [row(), row(kind="lstp"), row("n128-sign", times=2.0)]
    logic = [
        {"preset": "tiny", "block": name, "cells": 100, "flip_flops": 7}
        | {"area_um2": size, "leakage_mw": size / 60_000}
        for name, size in (("learner", 20_000.0), ("multiplier", 11_500.0))
    ]
    shape, table = PRESETS["tiny"], sram.read(MEMORIES)
    return {
        "presets": rows,
        "blocks": logic,
        "memories": blocks.memories("tiny", shape, table, ["lop", "lstp"]),
        "race": [point for each in rows for point in racing.race(each)],
        "fpga": [
            {"preset": "tiny", "part": part, "fits": part != "up5k", "fmax_mhz": fastest}
            | {"used": {"CELLS": [used, 5_280]}}
            for part, used, fastest in (("up5k", 8_014, None), ("ecp5-25k", 5_000, 12.345))
        ],
    }


FIGURED = {
    "protocol": "pooled",
    "split": "blocked",
    "rows": [
        {"method": "ODLTiny", "hidden": 0, "features": "compact", "accuracy_after": 0.9712},
        {"method": "ODLSign", "hidden": 64, "features": "uci561", "accuracy_after": 0.5},
    ],
    "published": {"approximate": {"accuracy_after": 0.91}},
}


# The page -----------------------------------------------------------------------------------------


def test_the_page_has_every_figure_that_was_measured() -> None:
    text = page.render(document(), FIGURED).split("<script>")[0]
    for name, _ in FIGURES.values():
        assert name in text
    for section in ("power", "figures", "bars", "accuracy", "energy", "area", "race", "unseen"):
        assert f'id="{section}"' in text
    for fpga in ("8,014", "it does not fit", "12.3"):
        assert fpga in text
    (whole, learnt, both) = page.energy([dict(row())]).rows[0].cells[1:4]
    assert (whole, learnt, both) == ("0.2160", "0.2910", "0.5070")
    assert "0 of 2,000 words wrong" in text  # of two presets, whatever their memories
    assert "tiny: +5.0% area" in text  # the blocks' sum against the flat netlist
    assert "97.1" in text
    assert "reproduce" not in page.render(document()).split("<script>")[0]


def test_sections_without_figures_are_left_out() -> None:
    alone = {"presets": [row("reference")], "blocks": [], "memories": [], "race": []}
    text = page.render(alone)
    assert 'id="power"' in text
    assert not any(f'id="{section}"' in text for section in ("area", "race", "fpga"))


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_opens_without_a_complaint(tmp_path: Path, scheme: Any) -> None:
    chromium = shutil.which("chromium")
    assert chromium, "this test needs a browser: run 'make browser', or install Debian's chromium"
    file = tmp_path / "core.html"
    file.write_text(page.render(document(), FIGURED), encoding="utf-8")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        opened = browser.new_page(color_scheme=scheme)
        said: list[str] = []
        opened.on("console", lambda message: said.append(message.text))
        opened.on("pageerror", lambda error: said.append(str(error)))
        opened.goto(file.as_uri())
        opened.wait_for_selector("#chart-power .main-svg")
        opened.click("text=Open all")
        for key in ("accuracy", "area", "race"):
            opened.wait_for_selector(f"#chart-{key} .main-svg")
        fills = opened.eval_on_selector_all(
            "#chart-power .bars .point path", "paths => paths.map(p => p.style.fill)"
        )
        assert len(set(fills)) == len(PARTS)  # every part has a colour of its own
        assert not said
        browser.close()


def test_a_figure_beyond_its_bar_is_said_to_be() -> None:
    held = {(h.preset, h.sram, h.figure): h for h in bars.held(document()["presets"])}
    assert held["tiny", "lop", "predict_cycles"].within
    assert not held["tiny", "lop", "predict_mw"].within  # 0.9 of 0.8
    assert ("tiny", "lstp", "predict_mw") not in held
    lines = {(r.cells[0], r.cells[1]): r for r in page.aims(document()["presets"]).rows}
    beyond = lines["tiny, lop", FIGURES["predict_mw"][0]]
    assert (beyond.cells[2:6], beyond.kind) == (["0.900", "0.8", "no", "3.39"], "bold")


def test_a_method_that_was_not_run_has_no_accuracy() -> None:
    assert accuracy.known("tiny", FIGURED) == 0.9712
    assert accuracy.known("n128-sign", FIGURED) is None
    assert accuracy.chart([dict(row("n128-sign"))], FIGURED) is None


def test_wires_are_those_of_the_library_and_then_half_of_all() -> None:
    within, more = unseen.wires_mw(dict(row()))
    assert within == pytest.approx(0.18 - 0.15)
    assert 0.18 + more == pytest.approx(2 * 0.15)


def test_a_library_without_its_wires_is_faster_to_no_cell_s_loss() -> None:
    liberty = synthesis.read(CELLS).liberty
    bare = power.bare(liberty)
    assert "default_wire_load :" in liberty
    assert "default_wire_load :" not in bare
    assert len(liberty) - len(bare) < 60


# Race to sleep ------------------------------------------------------------------------------------


@given(leaks=st.floats(0.0, 1.0), cycles=st.integers(1, 10**6), fastest=st.floats(0.5, 400.0))
def test_a_faster_clock_only_leaks_for_less_long(leaks: float, cycles: int, fastest: float) -> None:
    each = row()
    each["predict_split"]["logic_leakage"] = leaks
    each["window_cycles"], each["fmax_mhz"] = cycles, fastest
    points = [p for p in racing.race(each) if p["mode"] == "predict"]
    assert len({p["switching_uj"] for p in points}) == 1
    assert len({p["memory_leakage_uj"] for p in points}) == 1
    clocks = [p["mhz"] for p in points]
    assert clocks == sorted(set(clocks))
    assert clocks[-1] == fastest
    energies = [p["window_uj"] for p in points]
    assert energies == sorted(energies, reverse=True)
    least, enough = racing.least(points), racing.enough(points)
    assert racing.own(enough) <= 1.1 * racing.own(points[-1]) * (1 + 1e-12)
    assert enough["mhz"] <= fastest
    assert least["window_uj"] == energies[-1]


def test_at_the_clock_that_was_measured_a_window_takes_what_was_measured() -> None:
    each = row()
    for mode, energy, cycles in (
        ("predict", each["window_uj"], 2400),
        ("learn", each["window_uj"] + each["learn_uj"], 5400),
    ):
        (point,) = (p for p in racing.race(each) if (p["mode"], p["mhz"]) == (mode, 10.0))
        awake = cycles * 1e-4
        assert point["awake_ms"] == pytest.approx(awake)
        assert racing.own(point) == pytest.approx(energy - 0.2 * awake)
        assert point["memory_leakage_uj"] == pytest.approx(0.2 * 1280)
        assert point["window_uj"] == pytest.approx(racing.own(point) + 0.2 * 1280)


# The README's figure ------------------------------------------------------------------------------


def texts(drawn: str) -> list[str]:
    return [element.text or "" for element in ElementTree.fromstring(drawn).iter(f"{SVG}text")]


def test_the_figure_s_bars_are_as_long_as_what_was_measured() -> None:
    rows = [dict(row()), dict(row("n128-sign", times=2.0)), dict(row(kind="lstp"))]
    drawn = picture.draw(rows)
    assert {"0.90", "1.40", "3.39", "0.050"} <= set(texts(drawn))
    bars_ = [
        (float(r.attrib["x"]), float(r.attrib["width"]), r.attrib["fill"])
        for r in ElementTree.fromstring(drawn).iter(f"{SVG}rect")
        if r.attrib.get("height") == str(picture.BAR)
    ]
    leaks = [w for x, w, fill in bars_ if "logic-leakage" in fill and x < picture.LEFT + 250]
    assert leaks[1] / leaks[0] == pytest.approx(2.0, rel=0.01)
    published = next(w for _, w, fill in bars_ if "published" in fill)
    assert leaks[0] / published == pytest.approx(0.5 / 3.39, rel=0.01)


def test_figures_of_an_earlier_run_are_drawn_without_measuring(tmp_path: Path) -> None:
    rows, figures = tmp_path / "core.json", tmp_path / "figures.json"
    rows.write_text(json.dumps(document()))
    figures.write_text(json.dumps(FIGURED))
    wanted = [tmp_path / "core.html", tmp_path / "core.svg"]
    command = ["hardware", "report", "--measured", str(rows), "--accuracy", str(figures)]
    command += ["--report", str(wanted[0]), "--picture", str(wanted[1])]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    assert "Accuracy against power" in wanted[0].read_text()
    assert wanted[1].read_text() == picture.draw(document()["presets"])
    rows.write_text('{"presets": [], "blocks": [], "memories": [], "race": []}')
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 2
    assert "has not all of" in done.output


# Blocks -------------------------------------------------------------------------------------------


def test_the_program_is_a_block_of_its_own_and_the_recipe_flattens() -> None:
    cells = synthesis.read(CELLS)
    assert blocks.FLAT in synthesis.script(cells)
    files = synthesis.inputs(intermediate(PRESETS["tiny"]), cells)
    script = f"read_rtlil core.il\nhierarchy -top {LOGIC}\nproc{blocks.APART}tee -o modules ls"
    found = yosys(script, files, ["modules"])["modules"]
    names = {blocks.named(name.strip()) for name in found.splitlines() if LOGIC in name}
    assert {"bus and registers", "learner", "sequencer", "program", "multiplier"} <= names


def test_a_cell_s_area_and_leakage_are_the_library_s() -> None:
    found = liberty.figures(synthesis.read(CELLS).liberty)
    assert found["AND2_X1"] == (1.064, 25.066064)
    assert found["DFF_X1"][0] == 4.522
    assert {"HA_X1", "FA_X1", "MUX2_X1", "LOGIC0_X1", "LOGIC1_X1", "CLKGATE_X1"} <= set(found)
    with pytest.raises(ValueError, match="convert its figures"):
        liberty.figures("library (other) { leakage_power_unit : 1pW; }")


def test_memories_are_those_of_the_layout() -> None:
    found = blocks.memories("tiny", PRESETS["tiny"], sram.read(MEMORIES), ["lop"])
    depths = Layout(PRESETS["tiny"]).depths
    assert {m["memory"]: m["words"] for m in found} == depths
    assert all(m["bytes"] == m["words"] * m["bits"] // 8 for m in found)


@pytest.mark.long
def test_blocks_add_up_to_about_the_flat_netlist() -> None:
    shape, cells = PRESETS["tiny"], synthesis.read(CELLS)
    found = blocks.logic("tiny", shape, cells)
    flat = synthesis.synthesise(intermediate(shape), cells)
    names = [block["block"] for block in found]
    assert len(set(names)) == len(names)
    known = liberty.figures(cells.liberty)
    counted = sum(n * known[kind][0] for kind, n in flat.cells.items())
    assert counted == pytest.approx(flat.area, rel=1e-4)
    assert sum(block["area_um2"] for block in found) == pytest.approx(flat.area, rel=0.15)
    learner = next(block for block in found if block["block"] == "learner")
    assert learner["flip_flops"] > 300


# The diagram --------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def core() -> Block:
    return structure(PRESETS["tiny"])


def every(block: Block) -> Iterator[Block]:
    yield block
    for inner in block.inside:
        yield from every(inner)


def test_the_diagram_is_that_of_the_design(core: Block) -> None:
    assert diagram.draw(core, "tiny") == (DOCS / "core.svg").read_text(), AGAIN


def test_the_design_s_blocks_are_found(core: Block) -> None:
    found = {block.name: block for block in every(core)}
    assert {"logic", "learner", "sequencer", "multiplier", "divider"} <= set(found)
    depths = Layout(PRESETS["tiny"]).depths
    assert {name: found[name].memories[0].words for name in depths} == depths
    (table,) = found["sequencer"].memories
    assert table.words == len(program(PRESETS["tiny"]).words)
    assert found["learner"].states[0] == "IDLE"
    assert core.links["scalars", "logic"] == 32  # what is read of one
    assert {"start", "busy", "weights", "leverage"} <= {p.name for p in found["learner"].ports}
    (lanes,) = (port for port in found["multiplier"].ports if port.name == "a")
    assert (lanes.many, lanes.bits, lanes.out) == (LANES, 16, False)
    assert (OWN, "multiplier") in found["learner"].links


def test_a_change_of_the_design_changes_the_diagram(core: Block) -> None:
    larger = structure(Shape(inputs=61))
    assert diagram.draw(larger, "tiny") != diagram.draw(core, "tiny")
    drawn = texts(diagram.draw(core, "tiny"))
    for block in every(core):
        assert block.name in drawn
        assert set(block.states) <= set(drawn)


def test_nodes_are_in_the_diagram_where_there_are_any() -> None:
    found = structure(PRESETS["n128-sign"])
    assert "nodes" in {block.name for block in every(found)}
    ElementTree.fromstring(diagram.draw(found, "n128-sign"))


# The words ----------------------------------------------------------------------------------------


def test_the_words_are_those_of_the_layout() -> None:
    assert words.tables("tiny", PRESETS["tiny"]) == (DOCS / "core-words.md").read_text(), AGAIN


@pytest.mark.parametrize("name", PRESETS)
def test_every_word_of_every_memory_has_one_line(name: str) -> None:
    shape = PRESETS[name]
    page_ = words.tables(name, shape)
    for memory, depth in Layout(shape).depths.items():
        (part,) = re.findall(rf"## `{memory}`\n\n(.*?)\n\n", page_, flags=re.DOTALL)
        taken: list[int] = []
        for first, last in re.findall(r"^\| (\d+)(?: to (\d+))? \|", part, re.MULTILINE):
            taken += range(int(first), int(last or first) + 1)
        assert taken == list(range(depth))


# The schedule -------------------------------------------------------------------------------------


def test_a_trace_is_read_as_commands() -> None:
    text = "0 0 1\n0 20 1\n1 21 1\n2 21 1\n0 1 1\n\n0 2 1\n0 30 1\n"
    states = {0: "IDLE", 1: "OUTPUTS", 2: "COLUMN"}
    origins = ["wake", "sample", "label", *["drifts"] * 17, *["look"] * 10, "said"]
    sample, label = trace.commands(text, ["sample", "label"], states, origins)
    assert sample.states == ["IDLE", "IDLE", "OUTPUTS", "COLUMN", "IDLE"]
    assert sample.functions == ["wake", "look", "look", "look", "sample"]
    assert label.functions == ["label", "said"]
    with pytest.raises(RuntimeError, match="2 commands were seen"):
        trace.commands(text, ["sample"], states, origins)


def test_the_chart_has_the_cycles_of_each() -> None:
    cycles = 3_000
    states = ["IDLE"] * 1_000 + ["LOWER", "UPPER"] * 1_000
    command = trace.Command("label", states, ["said"] * 600 + ["narrow"] * 2_400)
    drawn = schedule.draw(command, "A label")
    found = texts(drawn)
    for name, count in (
        ("LOWER", "1,000"),
        ("UPPER", "1,000"),
        ("said", "600"),
        ("narrow", "2,400"),
    ):
        assert found[found.index(name) + 1] == count
    assert f"A label: {cycles:,} cycles" in found
    assert "IDLE" not in found
    shades = [
        (path.attrib["class"], float(path.attrib["opacity"]), path.attrib["d"])
        for path in ElementTree.fromstring(drawn).iter(f"{SVG}path")
        if "opacity" in path.attrib
    ]
    each = -(-cycles // schedule.COLUMNS)
    long = schedule.WIDE * (cycles // each - -(-600 // each))
    assert {kind for kind, _, _ in shades} == {"busy", "code", "waits"}
    waits = sum(int(n) for k, _, d in shades if k == "waits" for n in re.findall(r"h(\d+)", d))
    code = sum(int(n) for k, _, d in shades if k == "code" for n in re.findall(r"h(\d+)", d))
    assert waits + code >= long
    assert {o for k, o, _ in shades if k == "busy"} != {1.0}  # each half of the time


@pytest.mark.parametrize("file", ["core-predict.svg", "core-learn.svg"])
def test_the_charts_name_states_and_functions_of_the_design(file: str) -> None:
    shape = PRESETS["tiny"]
    known = {*trace.states(shape).values(), *program(shape).origins}
    drawn = texts((DOCS / file).read_text())
    named = {text for text, after in pairwise(drawn) if after[:1].isdigit()}
    rows = {text for text in named if re.fullmatch(r"[A-Za-z_-]+", text)}
    assert len(rows) > 15
    assert rows <= known, AGAIN


def life() -> Life:
    """Kept windows, with the labels that came for some of them."""
    with gzip.open(VECTORS / "tiny.jsonl.gz", "rt") as file:
        next(file)
        steps = [json.loads(next(file)) for _ in range(60)]
    told = {label["sample"]: label["number"] for step in steps for label in step["labels"]}
    labels = [told.get(i, -1) for i in range(len(steps))]
    h = np.array([step["h"] for step in steps])
    return Life("tiny", load(VECTORS / "tiny.todl"), h, labels, h, labels)


@pytest.mark.long
@pytest.mark.verilator
def test_a_window_s_cycles_are_seen_in_the_verilog() -> None:
    found = life()
    look, label = window = trace.window(found)
    assert (look.name, label.name) == ("sample", "label")
    assert {"OUTPUTS", "COLUMN", "SPREAD"} <= set(look.states)
    assert look.states.count("COLUMN-END") == PRESETS["tiny"].d  # a column each
    assert label.states.count("GAIN-SLOPE") == len(found.model.learner.classes_)
    assert {"sample", "look"} <= set(look.functions)
    assert {"label", "learn", "narrow"} <= set(label.functions)
    for command in window:
        assert len(command.states) == len(command.functions)
        assert command.states[0] == command.states[-1] == "IDLE"
        text = schedule.draw(command, "It")
        assert f"{len(command.states):,} cycles" in text


def test_what_cannot_be_drawn_is_refused(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["hardware", "draw", str(tmp_path), "--preset", "small"])
    assert done.exit_code == 2
    assert "no preset is called" in done.output
    file = tmp_path / "file"
    file.touch()
    done = CliRunner().invoke(app, ["hardware", "draw", str(file)])
    assert done.exit_code == 2
    assert "is no folder" in done.output


@pytest.mark.verilator
@pytest.mark.long
def test_what_the_command_draws_is_in_the_documents(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["hardware", "draw", str(tmp_path)])
    assert done.exit_code == 0, done.output
    for name in DRAWN:
        assert (tmp_path / name).read_text() == (DOCS / name).read_text(), AGAIN
