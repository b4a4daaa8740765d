"""Race to sleep: at which clock a window takes least energy.

A window takes what its cells and memories switch, whatever the clock; what the logic leaks for as
long as it is awake, its cycles / clock, after which it is cut off; and what the memories leak from
one window to the next, since they keep their words. So a faster clock only shortens the time that
the logic leaks, as far as these cells are fast enough. What it takes to wake up is left out.
"""

from typing import TypedDict

from tinyodl.hardware.measure import STEP_S, Row, Split
from tinyodl.hardware.power import PERIOD

CLOCKS = (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0)  # MHz
MODES = ("predict", "learn")  # predicted alone, or learnt too


class Point(TypedDict):
    """A window at a clock; energies in uJ, the last their sum."""

    preset: str
    sram: str
    mode: str
    mhz: float
    awake_ms: float
    switching_uj: float
    logic_leakage_uj: float
    memory_leakage_uj: float
    window_uj: float


def race(row: Row) -> list[Point]:
    """At clocks up to the fastest, for a window that is predicted, and for one that is learnt too.

    awake_ms may be longer than a window: then the clock is too slow."""
    clocks = [clock for clock in CLOCKS if clock < row["fmax_mhz"]] + [row["fmax_mhz"]]
    return [_point(row, mode, clock) for mode in MODES for clock in clocks]


def least(points: list[Point]) -> Point:
    """The one whose logic takes least (memories leak the same at every clock)."""
    return min(points, key=lambda point: point["window_uj"])


def enough(points: list[Point], over: float = 0.1) -> Point:
    """The slowest whose energy, but for memories' leakage, is at most so much over the least."""
    limit = (1 + over) * min(own(point) for point in points)
    return next(point for point in sorted(points, key=_clock) if own(point) <= limit)


def _point(row: Row, mode: str, clock: float) -> Point:
    work = [(row["window_cycles"], row["predict_split"])]
    if mode == "learn":
        work.append((row["learn_cycles"], row["learn_split"]))
    switching = sum(_switching(split) * cycles * PERIOD for cycles, split in work) / 1e6
    leaking = sum(split["logic_leakage"] * cycles / clock for cycles, split in work) / 1e3
    memories = row["predict_split"]["sram_leakage"] * STEP_S * 1e3
    return Point(
        preset=row["preset"],
        sram=row["sram"],
        mode=mode,
        mhz=clock,
        awake_ms=sum(cycles for cycles, _ in work) / clock / 1e3,
        switching_uj=switching,
        logic_leakage_uj=leaking,
        memory_leakage_uj=memories,
        window_uj=switching + leaking + memories,
    )


def _switching(split: Split) -> float:
    """mW at PERIOD."""
    return split["sram_access"] + split["registers"] + split["gates"]


def own(point: Point) -> float:
    """uJ of a window but for what its memories leak."""
    return point["switching_uj"] + point["logic_leakage_uj"]


def _clock(point: Point) -> float:
    return point["mhz"]
