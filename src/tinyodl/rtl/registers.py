"""The map of a core: every word that a host can reach, from one description.

`header` is it for C (odl_core_map.h), `page` for people (docs/registers.md), `axi.py` decodes by
it; the objects that it describes are those that the core itself is made of.
"""

import enum
from typing import NamedTuple

from tinyodl.device.pending import LONGEST
from tinyodl.rtl.core import (
    INPUT,
    REGION_BITS,
    REGISTERS,
    SCALARS,
    VECTORS,
    WEIGHTS,
    Register,
)
from tinyodl.rtl.nodes import DROPPED
from tinyodl.rtl.program import asking
from tinyodl.rtl.program.device import COMMANDS
from tinyodl.rtl.shape import HASH, LANES, Shape
from tinyodl.rtl.state import ARGUMENTS, ARRAYS, CONFIGURATION, RESULTS, STATE, VARIABLES, Layout

WRAPPER = 4  # the region of `Wrapper`; inside the core this number is the factory's
ADDRESS_BITS = 2 + REGION_BITS + 3  # of a byte
WRAPPER_ID = 0x4F444C41  # "ODLA"
VERSION = 1 << 16  # major, minor: the minor one counts what was added, nothing else changed


class Wrapper(enum.IntEnum):
    """Registers around the core (`axi.py`), by number."""

    IDENTITY = 0
    VERSION = 1
    INPUTS = 2
    SIZES = 3
    CONTROL = 4
    STATUS = 5
    ENABLE = 6
    PENDING = 7
    MILLISECOND = 8
    TIME_LOW = 9
    TIME_HIGH = 10
    SENSED = 11
    ERRORS = 12


class Control(enum.IntFlag):
    """Of CONTROL."""

    AUTO = 1
    WAIT = 2
    FORGET = 4


class Status(enum.IntFlag):
    """Of STATUS."""

    BUSY = 1
    RECEIVING = 2
    RECEIVED = 4


class Interrupt(enum.IntFlag):
    """Of ENABLE and PENDING."""

    QUESTION = 1
    DONE = 2
    RECEIVED = 4
    ERROR = 8


class Word(NamedTuple):
    """A word of 32 bits, or `words` of them one behind the other. access: of "r" and "w"."""

    name: str
    address: int
    access: str
    what: str
    words: int = 1


OF_WRAPPER = {
    Wrapper.IDENTITY: ("r", f"0x{WRAPPER_ID:X}"),
    Wrapper.VERSION: ("r", "major << 16, minor: a greater minor one has more, nothing else"),
    Wrapper.INPUTS: ("r", "n, N << 16"),
    Wrapper.SIZES: ("r", "classes, queue << 8, direct links << 16, hash instead of signs << 17"),
    Wrapper.CONTROL: (
        "rw",
        "1 AUTO: after a packet the command `sample` starts; 2 WAIT: no packet is taken while DONE "
        "is pending; 4 FORGET, written: the packet under way, or received, is not taken",
    ),
    Wrapper.STATUS: ("r", "1 BUSY: a command runs; 2 RECEIVING a packet; 4 RECEIVED, not begun"),
    Wrapper.ENABLE: ("rw", "of interrupts, bits as in PENDING"),
    Wrapper.PENDING: (
        "rw",
        "1 QUESTION: a window is asked; 2 DONE: a command ended; 4 RECEIVED a packet; 8 ERROR: a "
        "packet was not taken; a bit that is written as 1 is cleared, QUESTION only while no "
        "command runs: else SLVERR, and none is cleared",
    ),
    Wrapper.MILLISECOND: (
        "rw",
        "clock cycles of one, 24 bits; 10,000 after a reset, 0 stops the time",
    ),
    Wrapper.TIME_LOW: ("rw", "ms, the lower 32 bits: read TIME_HIGH, this, TIME_HIGH again"),
    Wrapper.TIME_HIGH: ("rw", "16 bits more"),
    Wrapper.SENSED: ("rw", "how what comes as packets was sensed, as `sensed`; 1 after a reset"),
    Wrapper.ERRORS: ("r", "packets of another length, or forgotten under way; 16 bits"),
}
OF_CORE = {
    Register.IDENTITY: ("r", "of the core"),
    Register.COMMAND: ("w", "starts one; see below"),
    Register.STATUS: ("r", "1: a command runs; on AXI read STATUS around the core"),
    Register.INTERRUPT: ("rw", "1: a question has not been seen"),
    Register.CLASSES: ("w", "of the outputs that are looked at; the core's own"),
    Register.U_BITS: ("w", "Fu; the core's own"),
    Register.PLACE: ("w", "word of vectors of x; the core's own"),
    Register.NODES: ("w", "gain, shift << 16; the core's own"),
    Register.SEED: ("w", "of the nodes' hash; the core's own"),
    Register.ALPHA: ("w", "1 / weight of a step; the core's own"),
    Register.DITHER: ("rw", "of what b's steps are rounded by; the core's own"),
    Register.PREDICTED: ("r", "class of the last look"),
    Register.HIGHEST: ("r", "output of it"),
    Register.SECOND: ("r", "output, the highest but one"),
    Register.LEVERAGE: ("r", "h^T P h, 28 bits of fraction"),
    Register.SUM: ("r", "P's checksum, in which U's diagonal of ones is too"),
    Register.TOTAL: ("r", "1 / weight + leverage of the last step"),
    Register.REFUSED: ("r", "1: the last step was none, 1 / weight and leverage over 32 bits"),
    Register.LIMITED: ("r", "columns with a number at its limit, of the last operation"),
    Register.DISTANCE_LOW: ("r", "from the bout's mean"),
    Register.DISTANCE_HIGH: ("r", ""),
    Register.CYCLES: ("r", "of the last command, 24 bits"),
}
OF_COMMANDS = {
    "initialise": "the factory's model on a device that has seen nothing; the configuration is "
    "there: the scalars, and of the arrays score_inverse, limit_low, limit_high and mean (weights)",
    "wake": "after power was off, and the memories kept or loaded",
    "sample": "a window: INPUT, now, sensed",
    "label": "about, label",
    "ask_drawn": "the last window is asked, to say how right the device is; where open says so, "
    "and before any input of the next is written (with packets set WAIT)",
    "paused": "a recording ends",
    "by_hand": "train",
    "rollback": "to the factory's model",
}


def address(region: int, offset: int) -> int:
    """Of a word's first byte."""
    return (region << REGION_BITS | offset) << 2


def extents(shape: Shape) -> dict[int, int]:
    """Words of each memory's region, and of INPUT by REGISTERS."""
    depths = Layout(shape).depths
    return {
        REGISTERS: 2 * shape.sample,
        SCALARS: depths["scalars"],
        VECTORS: 2 * depths["vectors"],
        WEIGHTS: depths["weights"] * LANES // 2,
    }


def blocks(shape: Shape) -> dict[str, list[Word]]:
    """Everything, by what it is."""
    layout, sizes = Layout(shape), extents(shape)
    variables = {
        "ARGUMENT": ARGUMENTS,
        "CONFIGURATION": CONFIGURATION,
        "RESULT": RESULTS,
        "STATE": dict.fromkeys(STATE, ""),
    }
    return {
        "WRAPPER": [
            Word(number.name, address(WRAPPER, number), *OF_WRAPPER[number]) for number in Wrapper
        ],
        "REGISTER": [
            *(Word(r.name, address(REGISTERS, r), *OF_CORE[r]) for r in Register),
            Word(
                "INPUT",
                address(REGISTERS, INPUT),
                "rw",
                "the next window's inputs, four a word, then 127 where they are elements of h",
                sizes[REGISTERS],
            ),
        ],
        **{
            block: [
                Word(name, address(SCALARS, VARIABLES[name]), "rw", what)
                for name, what in names.items()
            ]
            for block, names in variables.items()
        },
        "ARRAY": [
            Word(name, address(SCALARS, at), "rw", ARRAYS[name], layout.sizes[name])
            for name, at in layout.arrays.items()
        ],
        "MEMORY": [
            Word("SCALARS", address(SCALARS, 0), "rw", "variables and arrays", sizes[SCALARS]),
            Word(
                "VECTORS",
                address(VECTORS, 0),
                "rw",
                "u, h and samples' inputs; two words each",
                sizes[VECTORS],
            ),
            Word(
                "U",
                address(WEIGHTS, 0),
                "rw",
                "columns, each up to its one, from a multiple of four words on; two elements each",
                layout.b * LANES // 2,
            ),
            Word(
                "B",
                address(WEIGHTS, layout.b * LANES // 2),
                "rw",
                f"rows of {shape.row * LANES // 2} words, two elements a word",
                sizes[WEIGHTS] - layout.b * LANES // 2,
            ),
        ],
    }


def constants(shape: Shape) -> dict[str, int]:
    """What else a driver needs, by C's names."""
    found = {
        "INPUTS": shape.inputs,
        "NODES": shape.nodes,
        "DIRECT": int(shape.direct),
        "ALPHA": int(shape.alpha != HASH),
        "CLASSES": shape.classes,
        "QUEUE": shape.queue,
        "SCALARS": Layout(shape).scalars,
        "LANES": LANES,
        "ROW": shape.row,
        "IDENTITY": WRAPPER_ID,
        "VERSION": VERSION,
        "DROPPED": DROPPED,
        "LONGEST": LONGEST,
        "ONES": shape.ones,
        "FLAG_WHY": asking.WHY,
        "FLAG_TRUSTED": asking.TRUSTED,
        "FLAG_IN_BOUT": asking.IN_BOUT,
    }
    for kind in (Control, Status, Interrupt):
        found |= {f"{kind.__name__.upper()}_{bit.name}": bit.value for bit in kind}
    return found | {f"DO_{name.upper()}": i for i, name in enumerate(COMMANDS)}


def header(shape: Shape) -> str:
    """odl_core_map.h: byte addresses from the core's first, sizes, bits, commands."""
    lines = [
        "/* Where a core of these sizes has everything: by `tinyodl export rtl`. */",
        "#ifndef ODL_CORE_MAP_H",
        "#define ODL_CORE_MAP_H",
        "",
    ]
    lines += [f"#define ODL_CORE_{name} {value:#x}u" for name, value in constants(shape).items()]
    for block, words in blocks(shape).items():
        lines += ["", f"/* {block.lower()} */"]
        for word in words:
            kind = block if block in ("WRAPPER", "REGISTER", "ARRAY", "MEMORY") else "V"
            named = f"ODL_CORE_{kind}_{word.name.upper()}"
            said = f" /* {word.what} */" if word.what else ""
            lines.append(f"#define {named} {word.address:#07x}u{said}")
    return "\n".join([*lines, "", "#endif", ""])


TITLES = {
    "WRAPPER": "Around the core",
    "REGISTER": "The core's registers",
    "ARGUMENT": "Arguments of commands",
    "CONFIGURATION": "Configuration, written once",
    "RESULT": "Results",
    "STATE": "State",
    "ARRAY": "Arrays",
    "MEMORY": "Memories",
}
ABOUT = """# Registers

Made by `python tools/registers.py` from `src/tinyodl/rtl/registers.py`, which the RTL, the C header
(`odl_core_map.h`, by `tinyodl export rtl`) and Python have it from too.

Byte addresses on the AXI4-Lite bus, for `NAME`; with other sizes arrays and memories are elsewhere,
all else is where it is here. Words of 32 bits; the two lowest bits of an address do not matter.
r: it is read, w: written.

- What is in no table answers DECERR; what cannot be now, SLVERR; both change nothing.
- While a command runs everything but the registers around the core answers SLVERR.
- Bytes can be written alone (strobes) in the registers around the core, in INPUT and in VECTORS;
  elsewhere a part of a word answers SLVERR.
- A write of what is only read, and a read of what is only written, answers SLVERR.

## Packets
AXI4-Stream: four inputs a beat, the first in the lowest byte; what is beside the last input does
not matter; TLAST with the last beat.

## Counters
Cycles of the last command: CYCLES. Windows: `next`. Questions: `questions`. Prunes, windows that
were not asked: `next` less `questions`. Numbers at their limits: `limited`. Steps left out, P
mended, questions too old: `refused`, `repaired`, `dropped`. Packets that were lost: ERRORS. All but
CYCLES and ERRORS begin anew with `initialise`, ERRORS with a reset.

## Commands
Written to COMMAND; other numbers answer SLVERR, so does any command while a packet comes in, and
any but `sample` while one is received and not begun.

"""


def page(name: str, shape: Shape) -> str:
    """docs/registers.md, which is of `tiny`, for a core of this name."""
    lines = [ABOUT.replace("NAME", name) + "| number | command | it takes |", "| --- | --- | --- |"]
    lines += [f"| {i} | `{name}` | {OF_COMMANDS[name]} |" for i, name in enumerate(COMMANDS)]
    for block, words in blocks(shape).items():
        lines += ["", f"## {TITLES[block]}", "| address | words | | name | what |"]
        lines.append("| --- | --- | --- | --- | --- |")
        for word in words:
            shown = word.name if word.name.isupper() else f"`{word.name}`"
            first = f"| 0x{word.address:06X} | {word.words} | {word.access} "
            lines.append(f"{first}| {shown} | {word.what} |")
    return "\n".join([*lines, ""])
