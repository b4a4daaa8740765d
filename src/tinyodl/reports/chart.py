"""What a chart is: numbers and labels as plotly.js takes them; colours come from the page's theme,
by role, so that one thing has one colour everywhere."""

import html
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from tinyodl.reports import names
from tinyodl.reports.table import Table

Trace = dict[str, Any]
Role = Literal[
    "none", "auto", "all", "device", "random", "fixed", "fixed-self", "published", "worst"
]


class Chart(NamedTuple):
    """traces, layout: plotly.js's; behind: the table of what is drawn; note: what to look for."""

    traces: list[Trace]
    layout: dict[str, Any]
    behind: Table
    note: str = ""


class Series(NamedTuple):
    """Dots of one kind: a value a row, None where there is none."""

    name: str
    role: Role
    values: Sequence[float | None]


SIZES = {"none": 15}  # a ring that shows around another dot
SYMBOLS = {"none": "circle-open", "all": "diamond", "random": "triangle-up", "fixed": "square"}


def plain(text: object) -> str:
    """A name as plotly.js is to show it: it takes < and & for markup."""
    return html.escape(names.plain(str(text)), quote=False)


def axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis with a title."""
    return {"title": {"text": title, "standoff": 10}, **more}


def dots(
    names: Sequence[str], series: Sequence[Series], unit: str, joined: bool = True
) -> list[Trace]:
    """A row for each name, the first on top: the dots, and a line from the first to the last."""
    shown = [plain(name) for name in names]
    x: list[float | None] = []
    y: list[str | None] = []
    for k, name in enumerate(shown):
        found = [s.values[k] for s in series if s.values[k] is not None]
        if joined and len(found) > 1:
            x += [min(v for v in found if v is not None), max(v for v in found if v is not None)]
            x.append(None)
            y += [name, name, None]
    lines: Trace = {
        "x": x,
        "y": y,
        "mode": "lines",
        "meta": "soft",
        "line": {"width": 2},
        "showlegend": False,
        "hoverinfo": "skip",
    }
    return [lines] + [
        {
            "name": s.name,
            "meta": s.role,
            "x": list(s.values),
            "y": shown,
            "mode": "markers",
            "marker": {
                "size": SIZES.get(s.role, 10),
                "symbol": SYMBOLS.get(s.role, "circle"),
                "line": {"width": 2},
            },
            "hovertemplate": f"%{{y}}: %{{x:.1f}} {unit}<extra>%{{fullData.name}}</extra>",
        }
        for s in series
    ]


def rows_layout(names: Sequence[str], title: str, **more: Any) -> dict[str, Any]:
    """The layout of dots."""
    order = [plain(name) for name in names]
    return {
        "xaxis": axis(title, **more),
        "yaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": order[::-1],
            "range": [-0.7, len(names) - 0.3],
            "automargin": True,
            "ticklabelstandoff": 4,
        },
        "height": 150 + 24 * len(names),
    }
