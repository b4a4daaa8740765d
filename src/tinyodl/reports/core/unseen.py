"""What the figures leave out, with an estimate of it."""

from typing import Any

from tinyodl.reports.core.figures import of
from tinyodl.reports.table import Row, Table

# Interconnect, clocks' too, took over half of the dynamic power of a microprocessor after layout:
# Magen, Kolodny, Weiser, Shamir, "Interconnect-power dissipation in a microprocessor", SLIP 2004.
INTERCONNECT = 0.5
SOURCE = 'Magen et al., "Interconnect-power dissipation in a microprocessor", SLIP 2004'


def wires_mw(row: dict[str, Any]) -> tuple[float, float]:
    """Of whole windows: what the library's wire load adds, which is in the figures; and what would
    come on top were interconnect INTERCONNECT of the logic's dynamic power."""
    dynamic = row["predict_split"]["registers"] + row["predict_split"]["gates"]
    after = row["bare_mw"] / (1 - INTERCONNECT)
    return dynamic - row["bare_mw"], max(after - dynamic, 0.0)


def table(rows: list[dict[str, Any]]) -> Table:
    """A row a core."""
    lines = []
    for row in rows:
        within, more = wires_mw(row)
        cells = [of(row), f"{row['predict_mw']:.3f}", f"{within:.3f}", f"{more:.3f}"]
        cells += [f"{row['predict_mw'] + more:.3f}"]
        cells += [f"{row['fmax_mhz']:.1f}", f"{row['bare_fmax_mhz']:.1f}"]
        lines.append(Row(cells))
    return Table(
        "Left out",
        [
            "core",
            "whole windows, mW",
            "of it wires, as the library guesses",
            "wires and clock tree, more",
            "with them, mW",
            "MHz",
            "MHz without any wires",
        ],
        lines,
        "Nothing is placed. Wires are in the figures as the library's default wire load has them, "
        "by the pins that they reach; a clock tree's buffers are not. More: were interconnect, "
        "clocks' too, half of the dynamic power of the logic, as it was over half in a "
        f"microprocessor after layout ({SOURCE}); its wires are longer than this core's, so take "
        "it for the upper end. Not estimated: glitches (the simulation has no delays), wires in "
        "the area, switches that cut the logic off, and waking up.",
    )
