"""Generated lives on the core, and its mutants, which they notice."""

import shutil
from pathlib import Path

import pytest

from tinyodl.fixed.arithmetic import FixedArithmetic
from tinyodl.hardware.mutants import EACH, caught, lesson_script, lives, part, parts
from tinyodl.hardware.watched import watched
from tinyodl.model import load
from tinyodl.rtl.shape import PRESETS

TINY = Path(__file__).parent / "data" / "vectors" / "tiny.todl"
compiler = pytest.mark.skipif(
    not (shutil.which("c++") and shutil.which("perl")), reason="needs a C++ compiler and perl"
)


@pytest.mark.long
@compiler
def test_lives_of_all_rules_are_right_and_notice_a_core_that_is_not(tmp_path: Path) -> None:
    shape, model = PRESETS["tiny"], load(TINY)
    few = watched(shape, dict.fromkeys(("multiplier", "divider"), 1), seed=1)
    played = [("lessons", lesson_script(shape, FixedArithmetic(model), 10).text())]
    played += lives(shape, model, 40)
    made = part(tmp_path, few, played)  # which plays them as they are
    for mutant in few.mutants:
        assert caught(made, mutant).by, mutant


@pytest.mark.long
@compiler
def test_every_mutant_of_the_core_is_noticed(tmp_path: Path) -> None:
    found = [
        caught(each, mutant)
        for each in parts(tmp_path, PRESETS["tiny"], load(TINY), seed=1, count=150)
        for mutant in each.watched.mutants
    ]
    assert len(found) > sum(EACH.values()) > 30
    assert [one.mutant for one in found if not one.by] == []
