"""Generated lives on the core, and its mutants, which they notice."""

from pathlib import Path

import pytest

from tinyodl.fixed.arithmetic import FixedArithmetic
from tinyodl.hardware.coverage import of_tiny
from tinyodl.hardware.mutants import (
    CLAIMS,
    EACH,
    SAME,
    caught,
    extreme,
    judged,
    lesson_script,
    lives,
    part,
    parts,
    refuted,
)
from tinyodl.hardware.watched import LEARNER, watched
from tinyodl.model import load
from tinyodl.rtl.proofs.system import System
from tinyodl.rtl.shape import PRESETS

TINY = Path(__file__).parent / "data" / "vectors" / "tiny.todl"


@pytest.mark.long
@pytest.mark.verilator
def test_lives_of_all_rules_are_right_and_notice_a_core_that_is_not(tmp_path: Path) -> None:
    shape, model = PRESETS["tiny"], load(TINY)
    arithmetic = FixedArithmetic(model)
    few = watched(shape, dict.fromkeys(("multiplier", "divider"), 1), seed=1)
    played = [("lessons", lesson_script(shape, arithmetic, 10).text())]
    played += [("extremes", extreme(shape, arithmetic, 4, seed).text()) for seed in range(6)]
    played += [(name, life.text()) for name, life in lives(shape, model, 40).items()]
    made = part(tmp_path, few, played)  # which plays them as they are
    for mutant in few.mutants:
        assert caught(made, mutant).by, mutant
        assert mutant.block not in CLAIMS or refuted(made, mutant).by, mutant
    for block, claim in CLAIMS.items():  # of what is not broken they hold
        module = f"{LEARNER}.{block}"
        assert claim(System(few.rtlil, module)) is None


@pytest.mark.long
@pytest.mark.verilator
def test_vectors_reach_every_state_limit_and_answer(tmp_path: Path) -> None:
    found = of_tiny(tmp_path, load(TINY), 400)
    assert found.of == 61
    assert found.things == []


@pytest.mark.long
@pytest.mark.verilator
def test_every_mutant_of_the_core_is_noticed(tmp_path: Path) -> None:
    found = [
        judged(each, mutant)
        for each in parts(tmp_path, PRESETS["tiny"], load(TINY), seed=1, count=300)
        for mutant in each.watched.mutants
    ]
    assert sum(one.by != SAME for one in found) > sum(EACH.values()) > 30
    assert [one.mutant for one in found if not one.by] == []
