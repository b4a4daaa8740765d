"""What a process's Liberty file says of each cell's area and leakage."""

import re
from collections.abc import Mapping
from math import prod

CELL = re.compile(r"^\s*cell\s*\(\s*\"?(\w+)\"?\s*\)", re.MULTILINE)
AREA = re.compile(r"\barea\s*:\s*([\d.]+)")
STATE = re.compile(
    r"\bleakage_power\s*\(\s*\)\s*\{\s*when\s*:\s*\"([^\"]*)\"\s*;\s*value\s*:\s*([\d.]+)"
)
LITERAL = re.compile(r"(!?)\s*(\w+)")
LEAKS = re.compile(r"\bcell_leakage_power\s*:\s*([\d.]+)")


def figures(liberty: str) -> dict[str, tuple[float, float]]:
    """um2 and nW (the mean over its states, 0 where it has none) by kind of cell. ValueError where
    the library has another unit."""
    if not re.search(r"leakage_power_unit\s*:\s*\"1nW\"", liberty):
        raise ValueError("the library's unit of leakage is not 1nW: convert its figures")
    found = {}
    _, *parts = CELL.split(liberty)
    for kind, said in zip(parts[::2], parts[1::2], strict=True):
        area, leaks = AREA.search(said), LEAKS.search(said)
        if area:
            found[kind] = float(area[1]), float(leaks[1]) if leaks else 0.0
    return found


def leakages(liberty: str) -> dict[str, list[tuple[dict[str, bool], float]]]:
    """By kind of cell: states, each as pins and whether they are 1, and nW in them; none of a cell
    that the library has no states of."""
    figures(liberty)  # its unit
    _, *parts = CELL.split(liberty)
    found = {}
    for kind, said in zip(parts[::2], parts[1::2], strict=True):
        found[kind] = [
            ({pin: not no for no, pin in LITERAL.findall(when)}, float(value))
            for when, value in STATE.findall(said)
        ]
    return found


def expected(states: list[tuple[dict[str, bool], float]], ones: Mapping[str, float]) -> float:
    """nW, of `leakages` by how much of the time each pin is 1, as if they did not know of each
    other. ValueError where a pin has no such share."""
    total = together = 0.0
    for pins, leaks in states:
        if missing := pins.keys() - ones.keys():
            raise ValueError(f"no share of time at 1 of {', '.join(sorted(missing))}")
        share = prod(ones[pin] if one else 1 - ones[pin] for pin, one in pins.items())
        total += share * leaks
        together += share
    return total / together if together else 0.0


def by_leakage(liberty: str) -> str:
    """The library with what each cell leaks in the place of its area, for a mapper that takes the
    cells of the least area. Cells without a figure leak as much as others of their area."""
    known = figures(liberty)
    area = sum(area for area, leaks in known.values() if leaks)
    mean = sum(leaks for _, leaks in known.values()) / area if area else 1.0
    head, *parts = CELL.split(liberty)
    headers = CELL.finditer(liberty)
    found = [head]
    for header, kind, said in zip(headers, parts[::2], parts[1::2], strict=True):
        size, leaks = known.get(kind, (0.0, 0.0))
        cost = f"area : {(leaks or size * mean) / mean:.5f}"  # of about the size that it was
        found += [header[0], AREA.sub(cost, said, count=1)]
    return "".join(found)
