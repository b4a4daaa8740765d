"""Memory macros of a process, from a table as CACTI writes it."""

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np


class Macro(NamedTuple):
    """Of one memory: time of an access in ns, energy of one in nJ, leakage in mW, area in mm2."""

    access_ns: float
    read_nj: float
    write_nj: float
    leak_mw: float
    area_mm2: float


Table = dict[tuple[str, int], list[tuple[int, Macro]]]


def read(path: Path) -> Table:
    """Macros by cell and width, the smallest first. ValueError where columns are missing."""
    table: Table = {}
    with path.open() as file:
        for row in csv.DictReader(file):
            try:
                macro = Macro(
                    float(row["access_ns"]),
                    float(row["read_nj"]),
                    float(row["write_nj"]),
                    float(row["leak_mw"]) + float(row["gate_leak_mw"]),
                    float(row["height_mm"]) * float(row["width_mm"]),
                )
                cell = row["cell"].removeprefix("itrs-"), int(row["width_bits"])
                table.setdefault(cell, []).append((int(row["bytes"]), macro))
            except (KeyError, ValueError) as error:
                raise ValueError(
                    f"{path}: {error} in a table of memories: it must have the columns of "
                    "third_party/cacti/sram45.csv"
                ) from None
    return {cell: sorted(macros) for cell, macros in table.items()}


def macro(table: Table, cell: str, width: int, depth: int) -> Macro:
    """One of so many words, between the two nearest sizes in proportion to its bytes; the smallest
    where it is smaller. ValueError where the table has none so large or so wide."""
    known = table.get((cell, width))
    size = depth * width // 8
    if not known or size > known[-1][0]:
        raise ValueError(
            f"no macro of {size} bytes, {width} bits wide and {cell} cells is known: "
            "take another kind, or give a table that has it"
        )
    sizes, macros = zip(*known, strict=True)
    return Macro(*(float(np.interp(size, sizes, each)) for each in zip(*macros, strict=True)))
