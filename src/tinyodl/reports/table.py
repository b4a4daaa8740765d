"""What a table is, and how figures are written in it."""

from typing import Any, NamedTuple

from tinyodl.experiments.trials.comparison import LIKE_AUTO


class Row(NamedTuple):
    """cells of text; kind: "" or "bold" (ours) or "italic" (published)."""

    cells: list[str]
    kind: str = ""


class Table(NamedTuple):
    """title (a sentence) and caption around columns and rows; keys: how many of the first columns
    say what a row is, and stand again where a table is folded."""

    title: str
    columns: list[str]
    rows: list[Row]
    caption: str = ""
    keys: int = 1


NOTHING = "-"

POLICIES = {
    "none": "not learning",
    "all": "every label",
    "auto": "auto",
    "device": "the device",
    "random": LIKE_AUTO,
    "fixed": "plain threshold, as often as auto",
}


def percent(value: float | None) -> str:
    """A fraction as percent with one decimal."""
    return NOTHING if value is None else f"{100 * value:.1f}"


def points(value: float) -> str:
    """A difference of fractions in points."""
    return f"{100 * value:+.1f}"


def between(ends: list[float] | None) -> str:
    """An interval of fractions, in percent."""
    return NOTHING if ends is None else " to ".join(map(percent, ends))


def policy_name(row: dict[str, Any]) -> str:
    """The policy with its setting."""
    if row["theta"] is not None:
        return f"{row['policy']} {row['theta']:g}"
    if row["fraction"] is not None:
        return f"{row['policy']} {100 * row['fraction']:g} %"
    return str(row["policy"])


def method(row: dict[str, Any]) -> str:
    """The method with its hidden nodes."""
    return f"{row['method']} {row['hidden'] or ''}".strip()


def filled(table: Table) -> Table:
    """The same without columns that say nothing."""
    keep = [
        k
        for k in range(len(table.columns))
        if k < table.keys or any(row.cells[k] != NOTHING for row in table.rows)
    ]
    return table._replace(
        columns=[table.columns[k] for k in keep],
        rows=[row._replace(cells=[row.cells[k] for k in keep]) for row in table.rows],
    )
