"""Accuracy against power: the published core, and those that were measured."""

from typing import Any

from tinyodl.reports.chart import Chart, Trace, axis, plain
from tinyodl.reports.core import bars
from tinyodl.reports.core.figures import chosen
from tinyodl.reports.table import Row, Table, percent

METHODS = {  # of `tinyodl reproduce`, by preset: method, hidden nodes, inputs
    "tiny": ("ODLTiny", 0, "compact"),
    "n128-sign": ("ODLSign", 128, "uci561"),
    "n128": ("ODLHash", 128, "uci561"),
    "n256-sign": ("ODLSign", 256, "uci561"),
    "reference": ("ODLHash", 128, "uci561"),
}


def known(preset: str, figures: dict[str, Any]) -> float | None:
    """A fraction: right after every label, of the preset's method; None where it was not run."""
    method = METHODS.get(preset)
    for row in figures["rows"]:
        if (row["method"], row["hidden"] or 0, row["features"]) == method:
            return float(row["accuracy_after"])
    return None


def chart(rows: list[dict[str, Any]], figures: dict[str, Any]) -> Chart | None:
    """A dot a core, with lop memories; None where the run has none of their methods."""
    found = [
        (row["preset"], row["predict_mw"], after, "auto")
        for row in chosen(rows, "lop")
        if (after := known(row["preset"], figures)) is not None
    ]
    if not found:
        return None
    if theirs := figures.get("published"):
        after = theirs["approximate"]["accuracy_after"]
        found.append(("published", bars.published()["predict_mw"], after, "published"))
    traces: list[Trace] = [
        {
            "name": plain(name),
            "meta": role,
            "x": [power],
            "y": [100 * after],
            "text": [plain(name)],
            "mode": "markers+text",
            "textposition": "top center",
            "marker": {"size": 13},
            "showlegend": False,
            "hovertemplate": "%{x:.2f} mW, %{y:.1f} % right<extra>%{text}</extra>",
        }
        for name, power, after, role in found
    ]
    lines = [
        Row([name, f"{power:.2f}", percent(after)], "italic" if role == "published" else "")
        for name, power, after, role in found
    ]
    split = f"{figures.get('protocol', '')}, {figures.get('split', '')} split"
    return Chart(
        traces,
        {
            "xaxis": axis("mW, window after window, 10 MHz", rangemode="tozero"),
            "yaxis": axis("right after learning from every label, %"),
        },
        Table("Accuracy and power", ["core", "mW", "right, %"], lines),
        f"Accuracy: tinyodl reproduce ({split}); the published one is approximate, and its "
        "split not known.",
    )
