"""A host that asks at the wrong time changes nothing, and the sequencer never stands still."""

import z3

from tinyodl.rtl.instructions import FIELD, OPERAND_BITS, Kind, Op
from tinyodl.rtl.proofs.blocks import first
from tinyodl.rtl.proofs.system import TOP, System, Term, counterexample
from tinyodl.rtl.sequencer import MEMORY_OPS

HOST = ("enable", "write", "address", "write_data")
PROGRAM = "t:$mem*"  # the cells of the program's memory
MULTIPLIER = f"{TOP}.learner/multiplier"
FREE = (  # what the two of them bring
    "sequencer.fetched__data",
    "learner.dot",
    "learner.products__0",
    "learner.products__1",
)
OF_MEMORIES = tuple(
    f"{memory}__{port}"
    for memory in ("scalars", "vectors", "weights")
    for port in ("enable", "write", "address", "write_data")
)
OUTPUTS = ("busy", "irq", "factory_enable", "factory_address", *OF_MEMORIES)


def is_left_alone(logic: System) -> str | None:
    """While the sequencer has the bus: two cores in the same state, whose hosts do what they like,
    are in the same state a cycle later, and do the same to memories and the factory's; but for
    `blocked`, which remembers that there was an access.

    Their programs and multipliers say the same, whatever it is, and their inputs are the same but
    the host's."""
    here, there = (tuple(logic.at(step, run) for step in (0, 1)) for run in ("host", "other"))
    same = [here[0][name] == there[0][name] for name in logic.registers]
    inputs = [here[0][name] == there[0][name] for name in logic.inputs if name not in HOST]
    after = [here[1][name] == there[1][name] for name in logic.registers if name != "blocked"]
    claim = z3.And(*after, *(here[0][name] == there[0][name] for name in OUTPUTS))
    return counterexample(
        claim,
        logic.follows(*here),
        logic.follows(*there),
        *same,
        *inputs,
        *(here[0][name] == there[0][name] for name in FREE),
        here[0]["sequencer.busy"] == 1,
    )


def goes_on(sequencer: System) -> str | None:
    """Each cycle of a command ends it, or leads to a word that follows, or brings that nearer: the
    second cycle of an access comes, a SHIFT has one bit less to go. Else it waits: for the
    factory's memory, or for the learner."""
    now, then = sequencer.at(0), sequencer.at(1)
    word = now["fetched__data"]
    op = z3.Extract(word.size() - 1, OPERAND_BITS, word)
    kind = z3.Extract(OPERAND_BITS - 1, FIELD, word)
    pc, target = now["pc"], z3.Extract(now["pc"].size() - 1, 0, word)
    size = pc.size() - 1

    def among(ops: tuple[Op, ...]) -> Term:
        return z3.Or(*(op == each for each in ops))

    jumps = among(tuple(o for o in Op if Op.JUMP <= o <= Op.CALL))
    follows = z3.Or(
        z3.And(then["pc"] == pc + 1, z3.Not(among((Op.JUMP, Op.RETURN, Op.RESUME, Op.ANSWER)))),
        z3.And(then["pc"] == target, jumps),
        z3.And(then["pc"] == now["link"], among((Op.RETURN, Op.ANSWER))),
        z3.And(then["pc"] == z3.Extract(size, 0, now["read_data"]), op == Op.RESUME),
        z3.And(then["pc"] == target + z3.Extract(size, 0, now["a"]), op == Op.LOOK_UP),
    )
    second = z3.And(now["second"] == 0, then["second"] == 1)
    memory = z3.And(among(MEMORY_OPS), kind != Kind.NUMBER)
    two = z3.Or(memory, among((Op.RESUME, Op.RUN, Op.SHIFT)))  # `nearer` alone leaves `second` set
    nearer = z3.And(
        then["pc"] == pc,
        z3.Or(
            z3.And(second, two),
            z3.And(
                z3.And(op == Op.SHIFT, now["second"] == 1, then["second"] == 1),
                z3.And(then["count"] == now["count"] - 1, now["count"] != 0),
            ),
            z3.And(memory, now["second"] == 1, then["second"] == 1, now["ready"] == 0),
            z3.And(op == Op.RUN, now["second"] == 1, then["second"] == 1, now["running"] == 1),
        ),
    )
    given = (
        sequencer.follows(now, then),
        now["rst"] == 0,
        now["busy"] == 1,
        z3.Implies(now["second"] == 1, two),
    )
    done = z3.And(then["second"] == 0, follows)
    claims = (
        z3.Or(then["busy"] == 0, done, nearer),
        z3.Implies(then["busy"] == 0, z3.UGE(op, Op.STOP)),
        z3.Implies(z3.UGE(op, Op.STOP), then["busy"] == 0),
    )
    return first(counterexample(claim, *given) for claim in claims)
