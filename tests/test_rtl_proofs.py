"""Statements that hold for every input of the core's blocks; each is refuted for a broken one."""

from collections.abc import Callable
from typing import Any

import pytest
from amaranth.hdl import Module

from tinyodl.rtl.core import Logic
from tinyodl.rtl.divider import Divider
from tinyodl.rtl.instructions import Instruction, Op
from tinyodl.rtl.learner import Learner
from tinyodl.rtl.multiplier import Multiplier
from tinyodl.rtl.named import named
from tinyodl.rtl.program.bouts import NONE
from tinyodl.rtl.program.device import COMMANDS
from tinyodl.rtl.programs import program
from tinyodl.rtl.proofs import addresses, blocks, bus, queue, words
from tinyodl.rtl.proofs.system import TOP, System
from tinyodl.rtl.sequencer import Sequencer
from tinyodl.rtl.shape import PRESETS
from tinyodl.rtl.shifts import Normaliser, Raiser, Rounder
from tinyodl.rtl.state import Layout

Claim = Callable[[System], str | None]
TINY = PRESETS["tiny"]
BLOCKS: dict[str, tuple[Claim, Callable[[], Any]]] = {
    "divider": (blocks.divides, Divider),
    "normaliser": (blocks.normalises, Normaliser),
    "rounder": (blocks.rounds, Rounder),
    "raiser": (blocks.raises, Raiser),
    "34 bits to 16": (blocks.limits, lambda: blocks.Limits(34, 16)),
    "40 bits to 32": (blocks.limits, lambda: blocks.Limits(40, 32)),
    "34 bits to 20": (blocks.limits, lambda: blocks.Limits(34, 20)),
    "multiplier": (blocks.multiplies, Multiplier),
}


def broken(which: str) -> str:
    """Yosys inverts a bit of a cell, one of those that the options choose."""
    return f"mutate -list 1 -mode inv {which} -o mutation; script mutation"


@pytest.mark.parametrize("name", BLOCKS)
def test_a_block_is_its_definition(name: str) -> None:
    claim, make = BLOCKS[name]
    made = named(make(), TOP).rtlil
    assert claim(System(made)) is None
    assert any(claim(System(made, before=broken(f"-seed {seed}"))) for seed in range(3))


def test_the_sequencer_never_stands_still() -> None:
    made = named(Sequencer(program(TINY).words), TOP).rtlil
    assert bus.goes_on(System(made, free=(bus.PROGRAM,))) is None
    slow = System(made, free=(bus.PROGRAM,), before=broken("-wire count"))
    assert bus.goes_on(slow)


class Meddled(Logic):
    """A host's access while the sequencer works leaves a trace."""

    def elaborate(self, platform: object) -> Module:
        m = super().elaborate(platform)
        with m.If(self.enable):
            m.d.sync += self.irq.eq(1)
        return m


@pytest.mark.parametrize(("kind", "holds"), [(Logic, True), (Meddled, False)])
def test_a_host_that_asks_while_the_core_works_changes_nothing(kind: Any, holds: bool) -> None:
    made = named(kind(TINY, program(TINY).words), TOP).rtlil
    found = bus.is_left_alone(System(made, free=(bus.PROGRAM, bus.MULTIPLIER)))
    assert (found is None) == holds


@pytest.mark.parametrize(
    ("preset", "before"),
    [
        ("tiny", ""),
        ("tiny", broken("-wire place")),
        pytest.param("n128-sign", "", marks=pytest.mark.long),
        pytest.param("n256-sign", "", marks=pytest.mark.long),
    ],
)
def test_a_step_stays_inside_its_column_and_a_move_inside_its_row(preset: str, before: str) -> None:
    shape = PRESETS[preset]
    made = named(Learner(shape), TOP)
    system = System(made.rtlil, free=addresses.FREE, before=before)
    found = addresses.stays_inside(system, shape, made.states["Learner"])
    assert bool(found) == bool(before)


@pytest.mark.parametrize("preset", PRESETS)
def test_nothing_is_learnt_but_by_a_label_or_an_own_one_that_is_vouched_for(preset: str) -> None:
    made = words.decoded(program(PRESETS[preset]), COMMANDS)
    assert words.learns_by_label(made) is None
    assert words.trusts_itself(made) is None


@pytest.mark.parametrize(("function", "variable"), [("decide", "answer"), ("said", "label")])
def test_a_device_that_learns_without_a_label_is_found(function: str, variable: str) -> None:
    made = words.decoded(program(TINY), COMMANDS)
    edges = words.where_not(made, function, variable, NONE)
    assert edges
    for jump, then in edges:
        made.code[jump] = Instruction(Op.JUMP, then)  # whatever the variable is
    found = words.learns_by_label(made)
    assert found
    assert "without a label" in found
    assert function in found


def test_own_labels_that_nobody_vouches_for_are_found() -> None:
    made = words.decoded(program(TINY), COMMANDS)
    (jump,) = (at for at in made.of("learn_own") if made.code[at].op == Op.JUMP_NEGATIVE)
    made.code[jump] = Instruction(Op.JUMP_CARRY, made.code[jump].operand)
    assert words.trusts_itself(made)


def test_own_labels_that_are_doubted_are_found() -> None:
    made = words.decoded(program(TINY), COMMANDS)
    ((jump, _),) = made.into("learn_own")
    made.code[jump] = Instruction(Op.JUMP_ZERO, made.code[jump].operand)
    assert "doubted" in str(words.trusts_itself(made))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_question_that_goes_leaves_the_others_their_samples(preset: str) -> None:
    shape = PRESETS[preset]
    made = words.decoded(program(shape), COMMANDS)
    frame = queue.argument(made, "unqueue")
    assert queue.keeps_places(made, Layout(shape), frame) is None
    stores = [at for at in made.of("unqueue") if made.code[at].op == Op.STORE]
    made.code[stores[-2]] = Instruction(Op.LITERAL, 0)  # the place of who went is lost
    assert queue.keeps_places(made, Layout(shape), frame)
