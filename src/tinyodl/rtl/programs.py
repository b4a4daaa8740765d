"""The program of a core of some sizes."""

from functools import cache

from tinyodl.fixed.core import H
from tinyodl.rtl import compiler
from tinyodl.rtl.core import FACTORY, VECTORS, WEIGHTS, Register
from tinyodl.rtl.linker import Program
from tinyodl.rtl.program import (
    asking,
    bouts,
    budget,
    detector,
    device,
    learning,
    numbers,
    policy,
)
from tinyodl.rtl.shape import LANES, Shape
from tinyodl.rtl.state import NAMES, PAGE, VARIABLES, Layout

MODULES = (numbers, policy, detector, bouts, budget, learning, asking, device)


@cache
def program(shape: Shape) -> Program:
    """ValueError where its local names do not fit the page of variables."""
    layout = Layout(shape)
    words = LANES // 2  # of U and b, of 32 bits, in one of `weights`
    constants = {
        "CLASSES": shape.classes,
        "ELEMENTS": shape.d,
        "U_WORDS": shape.triangle * words,
        "WEIGHT_WORDS": shape.weights * words,
        "DIRECT": int(shape.direct),
        "NODES": shape.nodes,
        "QUEUE": shape.queue,
        "SAMPLES": layout.samples,
        "SLOT": layout.slot,
        "CONSTANT_WORD": shape.inputs // 4,
        "CONSTANT": H << 8 * (shape.inputs % 4),
    }
    places = compiler.Places(
        variables=VARIABLES,
        registers={register.name.lower(): register.value for register in Register},
        arrays=layout.arrays,
        regions={
            "vectors": VECTORS,
            "weights": WEIGHTS,
            "factory": FACTORY,
        },
        free=len(NAMES),
        constants=constants,
    )
    made = compiler.compiled(MODULES, device.COMMANDS, places)
    if made.used > PAGE:
        raise ValueError(f"{made.used} words of variables: the page has {PAGE}")
    return made
