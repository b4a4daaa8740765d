"""The figures of a core, their names and how they are written."""

from collections.abc import Sequence
from typing import Any

FIGURES = {  # of a row: what it is called, and its form
    "predict_cycles": ("predict, until the class is there, cycles", "{:,}"),
    "window_cycles": ("a whole window, cycles", "{:,}"),
    "learn_cycles": ("learning it, more, cycles", "{:,}"),
    "memory_bytes": ("memory, bytes", "{:,}"),
    "look_mw": ("predictions alone, mW", "{:.3f}"),
    "predict_mw": ("whole windows back to back, mW", "{:.3f}"),
    "learn_mw": ("steps of the learner, mW", "{:.3f}"),
    "idle_mw": ("idle with the clock running, mW", "{:.3f}"),
    "sleep_mw": ("asleep, memories kept, mW", "{:.5f}"),
    "wear_mw": ("worn: a window each 1.28 s, learnt, mW", "{:.5f}"),
    "predict_uj": ("predict, until the class is there, uJ", "{:.4f}"),
    "window_uj": ("a whole window, uJ", "{:.4f}"),
    "learn_uj": ("learning it, more, uJ", "{:.4f}"),
    "area_mm2": ("area with memories, mm2", "{:.4f}"),
    "logic_um2": ("area of logic, um2", "{:,.0f}"),
    "fmax_mhz": ("clock at most, MHz", "{:.1f}"),
    "vectors": ("words compared with the golden model", "{:,}"),
    "bits_wrong": ("words wrong", "{:,}"),
}
PARTS = {  # of a split: what it is called
    "sram_leakage": "memories leak",
    "sram_access": "memory accesses",
    "logic_leakage": "logic leaks",
    "registers": "registers, their clocks",
    "gates": "gates",
}
MODES = ("predict", "learn", "idle", "sleep")
DAY_S = 86_400


def of(row: dict[str, Any]) -> str:
    """A row's name.

    >>> of({"preset": "tiny", "sram": "lop"})
    'tiny, lop'
    """
    return f"{row['preset']}, {row['sram']}"


def split(row: dict[str, Any], mode: str) -> dict[str, float]:
    """mW of a mode by part; asleep the logic is off, and memories leak."""
    if mode == "sleep":
        return dict.fromkeys(PARTS, 0.0) | {"sram_leakage": row["sleep_mw"]}
    found: dict[str, float] = row[f"{mode}_split"]
    return found


def day_mj(row: dict[str, Any]) -> float:
    """mJ of a day of wear: a window each 1.28 s, learnt, asleep in between."""
    return float(row["wear_mw"]) * DAY_S


def chosen(rows: Sequence[dict[str, Any]], sram: str) -> list[dict[str, Any]]:
    """Rows of a kind of memories, or those that there are."""
    return [row for row in rows if row["sram"] == sram] or list(rows)
