"""Charts of how the device is worn, for how long, and what tells it that something changed."""

from typing import Any

from tinyodl.reports import worn
from tinyodl.reports.chart import Chart, Role, Series, Trace, axis, dots, rows_layout


def week(document: dict[str, Any]) -> Chart | None:
    """A week of wear: accuracy by day, and questions."""
    rows = document["week"]
    if not rows:
        return None
    days = [row["day"] for row in rows]
    lines = {
        "the device": ("device", "accuracy"),
        "the device, activity of the bout": ("all", "accuracy_activity"),
        "not learning": ("none", "accuracy_not_learning"),
        "worst person": ("worst", "worst_person_accuracy"),
    }
    traces: list[Trace] = [
        {
            "name": name,
            "meta": role,
            "x": days,
            "y": [100 * row[key] for row in rows],
            "hovertemplate": "day %{x}: %{y:.1f} %<extra>%{fullData.name}</extra>",
        }
        for name, (role, key) in lines.items()
    ]
    traces.append(
        {
            "name": "questions",
            "meta": "auto",
            "x": days,
            "y": [row["questions"] for row in rows],
            "yaxis": "y2",
            "hovertemplate": "day %{x}: %{y:.1f} questions<extra></extra>",
        }
    )
    layout = {
        "xaxis": axis("day", dtick=1, anchor="y2"),
        "yaxis": axis("right as they came, %", domain=[0.36, 1]),
        "yaxis2": axis("questions", domain=[0, 0.3], rangemode="tozero"),
    }
    note = "Upside down on day 3, a quarter turn on day 5, not worn the night before day 4."
    return Chart(traces, layout, worn.week(document), note)


def evidence(document: dict[str, Any]) -> Chart | None:
    """Each set of recordings: what each policy wins."""
    rows = document["evidence"]
    if not rows:
        return None
    names = list(dict.fromkeys(row["data"] for row in rows))
    kinds: dict[str, tuple[str, Role]] = {
        "none": ("not learning", "none"),
        "random": ("random, as often as auto", "random"),
        "fixed": ("plain threshold, as often", "fixed"),
        "all": ("every label", "all"),
        "device": ("the device", "device"),
        "auto": ("auto", "auto"),
    }
    found = {(row["data"], row["policy"]): 100 * row["accuracy_after"] for row in rows}
    series = [
        Series(name, role, [found.get((data, policy)) for data in names])
        for policy, (name, role) in kinds.items()
    ]
    layout = rows_layout(names, "accuracy after the stream, %")
    return Chart(dots(names, series, "%"), layout, worn.evidence(document))


def turned(document: dict[str, Any]) -> Chart | None:
    """Each way of wearing it: without alignment, with it, and with a few labels."""
    rows = document["turned"]
    if not rows:
        return None
    names = list(dict.fromkeys(row["sensor"] for row in rows))
    found = {(row["sensor"], row["align"]): row for row in rows}

    def values(align: bool, key: str) -> list[float | None]:
        have = [found.get((name, align)) for name in names]
        return [None if row is None else 100 * row[key] for row in have]

    series = [
        Series("not aligned", "none", values(False, "accuracy_drifted")),
        Series("aligned, no label", "device", values(True, "accuracy_drifted")),
        Series("aligned, auto", "auto", values(True, "accuracy_after")),
    ]
    layout = rows_layout(names, "accuracy after the stream, %")
    return Chart(dots(names, series, "%"), layout, worn.turned(document))


def drift(document: dict[str, Any]) -> Chart | None:
    """Delay against false alarms, a line for each detector."""
    rows = document["drift"]
    if not rows or not rows[0]["people_drifted"]:
        return None
    roles = ("auto", "all", "random", "fixed", "fixed-self")
    traces: list[Trace] = []
    for role, name in zip(roles, dict.fromkeys(r["detector"] for r in rows), strict=False):
        own = sorted(
            (r for r in rows if r["detector"] == name), key=lambda r: r["false_alarms_per_1000"]
        )
        traces.append(
            {
                "name": name,
                "meta": role,
                "x": [r["false_alarms_per_1000"] for r in own],
                "y": [r["delay_median"] for r in own],
                "text": [
                    f"{r['parameter']} {'' if r['setting'] is None else format(r['setting'], 'g')}"
                    f": {r['found_in_time']} found in time"
                    for r in own
                ],
                "mode": "lines+markers",
                "marker": {"size": [13 if r["default"] else 7 for r in own], "opacity": 1},
                "hovertemplate": "%{text}<br>%{y} windows, %{x:.2f} false alarms"
                "<extra>%{fullData.name}</extra>",
            }
        )
    layout = {
        "xaxis": axis("false alarms per 1,000 windows", range=[0, 8]),
        "yaxis": axis("median delay, windows", rangemode="tozero"),
    }
    note = (
        "Down and to the left is better. People under 94 % right; no point where half of them are "
        "never found. Large: defaults."
    )
    return Chart(traces, layout, worn.drift(document), note)
