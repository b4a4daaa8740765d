"""The published core's figures, by the flow that ours go through."""

import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np
from amaranth.back import rtlil
from numpy.typing import NDArray

from tinyodl.hardware import measure, simulate, sram, synthesis
from tinyodl.rtl.export import TOP, translated
from tinyodl.rtl.reference import BITS, NARROWER, ONE, Core, Sizes
from tinyodl.rtl.reference_golden import Reference, Script, fixed, weights

NAME = "reference"
LAMBDA = 1.0
COMPARED = 3  # windows that are learnt, to compare every bit
Floats = NDArray[np.float64]


class Windows(NamedTuple):
    """x (k, n) within -1..1, class numbers (k,)."""

    x: Floats
    y: NDArray[np.int64]


def trained(seen: Windows, sizes: Sizes) -> Reference:
    """P = (H^T H + LAMBDA I)^-1 and beta of windows, by the core's own weights."""
    alpha = np.array(weights(sizes)) / ONE
    H = np.clip(seen.x @ alpha.T / 2**NARROWER + 0.5, 0, 1)
    P = np.linalg.inv(H.T @ H + LAMBDA * np.eye(sizes.nodes))
    targets = np.eye(sizes.classes)[seen.y]
    return Reference(sizes, P, (P @ H.T @ targets).T)


def rows(
    seen: Windows,
    own: Windows,
    kinds: Sequence[str],
    cells: synthesis.Cells,
    table: sram.Table,
    done: Callable[[], None],
) -> list[measure.Row]:
    """As `measure.rows`: trained on some windows, simulated with others."""
    sizes = Sizes(seen.x.shape[1], classes=int(seen.y.max()) + 1)
    golden = trained(seen, sizes)
    core = str(rtlil.convert(Core(sizes), name=TOP, emit_src=False))

    def script() -> Script:
        return Script(golden.copy())

    def inputs(i: int) -> list[int]:
        return fixed(own.x[i])

    whole, placing, looks, learning, idle = script(), script(), script(), script(), script()
    for i in range(COMPARED):
        whole.look(inputs(i))
        whole.cycles()
        whole.step(int(own.y[i]))
        whole.cycles()
    whole.whole()
    placing.count()
    placing.look(fixed(seen.x[0]))
    looks.count()
    looks.look(inputs(0))
    learning.look(inputs(0))
    learning.count()
    learning.step(int(own.y[0]))
    idle.count()
    idle.rest(measure.RESTED)
    with tempfile.TemporaryDirectory() as name:
        program = simulate.build(Path(name), {"odl_core.v": translated(core)})
        played = simulate.play(program, whole.text())
        done()
    netted = measure.in_netlist(core, cells, placing, (looks, learning, idle), done)
    every = [played, *(ran for ran, _ in netted.found)]
    made = measure.figures(
        NAME,
        measure.Cycles(played.printed[0], *played.printed[:2]),
        (sum(ran.compared for ran in every), sum(ran.wrong for ran in every)),
        netted._replace(found=[*netted.found, netted.found[0]]),  # a window is its prediction
        {memory: (BITS, depth) for memory, depth in sizes.depths.items()},
        kinds,
        cells,
        table,
    )
    done()
    return made
