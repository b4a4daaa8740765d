"""What figures are held against: `bars.toml`."""

import tomllib
from functools import cache
from importlib import resources
from typing import Any, NamedTuple


class Held(NamedTuple):
    """A figure beside the most that it may be, and the published core's, None where it has none."""

    preset: str
    sram: str
    figure: str
    value: float
    most: float
    published: float | None

    @property
    def within(self) -> bool:
        """Whether it is."""
        return self.value <= self.most


@cache
def _table() -> dict[str, Any]:
    file = resources.files("tinyodl.reports.core") / "bars.toml"
    return tomllib.loads(file.read_text(encoding="utf-8"))


def published() -> dict[str, float]:
    """Figures by their names in a row."""
    return {k: v for k, v in _table()["published"].items() if k not in ("source", "exact")}


def source() -> str:
    """Of the published figures."""
    return str(_table()["published"]["source"])


def shown(figure: str, value: float) -> str:
    """A published figure, with "about" where it is approximate.

    >>> shown("predict_mw", 3.39), shown("idle_mw", 3.06)
    ('3.39', 'about 3.06')
    >>> shown("learn_cycles", 1_713_000)
    'about 1,713,000'
    """
    exact = figure in _table()["published"]["exact"]
    return f"{'' if exact else 'about '}{value:,}"


def held(rows: list[dict[str, Any]]) -> list[Held]:
    """Every bar that a measured row has."""
    known = published()
    return [
        Held(row["preset"], row["sram"], figure, row[figure], most, known.get(figure))
        for bar in _table()["bars"]
        for row in rows
        if (row["preset"], row["sram"]) == (bar["preset"], bar["sram"])
        for figure, most in bar["most"].items()
    ]
