"""STEP stays inside its column of U, and MOVE inside its row of b, whatever the numbers are."""

from collections.abc import Mapping

import z3

from tinyodl.rtl.learner import Operation
from tinyodl.rtl.proofs.blocks import first
from tinyodl.rtl.proofs.system import TOP, State, System, Term, counterexample, wide
from tinyodl.rtl.shape import Shape
from tinyodl.rtl.state import Layout

FREE = (f"{TOP}/multiplier", f"{TOP}/divider")  # whatever they say, and however long it takes
BEFORE = ("DIVIDE", "FACTOR", "SLOPE", "DIVIDE-NEXT", "ALONE", "KEEP")
AFTER = ("TURN",)  # at the next column already
PAIRS = ("LOWER", "UPPER", "LAST")
GAINS = ("GAIN", "GAIN-HIGH", "GAIN-LOW", "GAIN-SLOPE")
BITS = 16


def stays_inside(learner: System, shape: Shape, states: Mapping[str, int]) -> str | None:
    """By induction over cycles. In STEP: `first` is the first word of column j, of j // 8 + 1
    words; the pair that is read or written is at word pair // 4 of it, and is one of U's above the
    diagonal. In MOVE: the same of row k of b, and of its d elements. What `write` allows to change
    is there and nowhere else: no word behind U's or b's is reached."""
    now, then = learner.at(0), learner.at(1)
    layout, d, row = Layout(shape), shape.d, shape.row

    def reg(state: State, name: str) -> Term:
        return wide(state.register(name), BITS)

    def column(j: Term) -> Term:
        whole = z3.LShR(j, 3)
        return (whole + 1) * (4 * whole + (j & 7))

    def at(state: State, *names: str) -> Term:
        return z3.Or(z3.BoolVal(False), *(state.register("fsm_state") == states[n] for n in names))

    def so(state: State) -> Term:
        j, k, begin, pair, place = (reg(state, n) for n in ("j", "k", "first", "pair", "place"))
        pair_before, place_before = reg(state, "pair_before"), reg(state, "place_before")
        moving = state.register("moving") == 1
        length = z3.If(moving, d, j)
        inside = z3.And(
            z3.If(
                moving,
                z3.And(begin == layout.b + k * row, z3.ULT(k, shape.classes)),
                z3.And(begin == column(j), z3.ULT(j, d), j != 0),
            ),
            z3.ULE(pair, z3.LShR(length - 1, 1)),
        )
        earlier = z3.And(
            place_before == begin + z3.LShR(pair_before, 2), z3.ULT(2 * pair_before, length)
        )
        return z3.And(
            z3.Implies(
                at(state, *BEFORE),
                z3.And(z3.Not(moving), begin == column(j), z3.ULT(j, d)),
            ),
            z3.Implies(
                at(state, *AFTER),
                z3.And(z3.Not(moving), begin == column(j), z3.ULE(j, d)),
            ),
            z3.Implies(
                at(state, *GAINS),
                z3.And(moving, begin == layout.b + k * row, z3.ULE(k, shape.classes)),
            ),
            z3.Implies(
                at(state, *GAINS[1:]), z3.And(z3.ULT(k, shape.classes), pair == 0, place == begin)
            ),
            z3.Implies(at(state, *PAIRS), inside),
            z3.Implies(at(state, "LOWER", "UPPER"), place == begin + z3.LShR(pair, 2)),
            z3.Implies(z3.And(at(state, "LOWER"), pair != 0), earlier),
            z3.Implies(
                at(state, "LAST"),
                z3.And(
                    earlier,
                    place == place_before,
                    pair == pair_before,
                    pair == z3.LShR(length - 1, 1),
                ),
            ),
        )

    stepping = at(now, *BEFORE, *AFTER, *PAIRS, *GAINS)
    moving = now.register("moving") == 1
    address = wide(now["weights__address"], BITS)
    j, k = reg(now, "j"), reg(now, "k")
    lowest = z3.If(moving, layout.b + k * row, column(j))
    words = z3.If(moving, row, z3.LShR(j, 3) + 1)
    inside = z3.And(z3.UGE(address, lowest), z3.ULT(address, lowest + words))
    memory = z3.If(
        moving,
        z3.And(z3.UGE(address, layout.b), z3.ULT(address, shape.weights)),
        z3.ULT(address, shape.triangle),
    )
    uses = z3.And(stepping, now["weights__enable"] == 1)
    lanes = now["weights__write"]
    pair_before = z3.Extract(1, 0, reg(now, "pair_before"))
    its_own = z3.And(
        address == reg(now, "place_before"),
        lanes == z3.BitVecVal(1, lanes.size()) << z3.ZeroExt(lanes.size() - 2, pair_before),
    )
    writes = z3.And(uses, lanes != 0)
    given = (
        learner.follows(now, then),
        now["rst"] == 0,
        so(now),
        now["classes"] == z3.BitVecVal(shape.classes, now["classes"].size()),
        z3.Or(*(now["operation"] == each for each in Operation)),
    )
    return first(
        counterexample(claim, *given)
        for claim in (
            so(then),
            z3.Implies(uses, inside),
            z3.Implies(uses, memory),
            z3.Implies(writes, its_own),
        )
    )
