"""Charts of wearers: one of them window by window, all of them, and their activities."""

from typing import Any

from tinyodl.reports import compared
from tinyodl.reports.chart import Chart, Series, Trace, axis, dots, plain, rows_layout
from tinyodl.reports.table import Row, Table

MOST = 40  # people in a chart; the table has all


def timeline(document: dict[str, Any]) -> Chart | None:
    """True and predicted activity, theta and confidence, and what was asked, window by window."""
    t = document["timeline"]
    if t is None:
        return None
    x = list(range(1, len(t["true"]) + 1))
    wrong = [k for k in range(len(x)) if t["true"][k] != t["predicted"][k]]
    still = [k for k in range(len(x)) if t["true"][k] != t["not_learning"][k]]
    asked = [k for k in range(len(x)) if t["asked"][k]]
    classes = [plain(name) for name in t["classes"]]

    def at(values: list[Any], which: list[int]) -> list[Any]:
        return [values[k] for k in which]

    traces: list[Trace] = [
        {
            "name": "true activity",
            "meta": "soft",
            "x": x,
            "y": at(classes, t["true"]),
            "line": {"shape": "hv", "width": 5},
        },
        {
            "name": "wrong without learning",
            "meta": "none",
            "x": at(x, still),
            "y": at(classes, at(t["not_learning"], still)),
            "mode": "markers",
            "marker": {"symbol": "circle", "size": 6},
        },
        {
            "name": "wrong with auto",
            "meta": "wrong",
            "x": at(x, wrong),
            "y": at(classes, at(t["predicted"], wrong)),
            "mode": "markers",
            "marker": {"symbol": "x", "size": 9},
        },
        {
            "name": "asked",
            "meta": "auto",
            "x": at(x, asked),
            "y": at(classes, at(t["true"], asked)),
            "mode": "markers",
            "marker": {"symbol": "circle-open", "size": 13, "line": {"width": 3}},
        },
        {
            "name": "confidence P1P2",
            "meta": "none",
            "x": x,
            "y": t["confidence"],
            "yaxis": "y2",
            "mode": "markers",
            "marker": {"size": 4},
        },
        {
            "name": "theta",
            "meta": "random",
            "x": x,
            "y": t["theta"],
            "yaxis": "y2",
            "line": {"shape": "hv"},
        },
    ]
    layout = {
        "xaxis": axis("window of the stream", anchor="y2"),
        "yaxis": {
            "domain": [0.36, 1],
            "type": "category",
            "categoryarray": classes,
            "automargin": True,
        },
        "yaxis2": axis("P1P2", domain=[0, 0.3]),
        "height": 420,
    }
    names = {p["person"]: p["name"] for p in document["per_person"]}
    note = (
        f"Person {names.get(t['person'], t['person'])}, the worst off without learning, left out "
        f"of the training: {100 * t['accuracy_drifted']:.1f} % before, "
        f"{100 * t['accuracy_after']:.1f} % after, "
        f"{len(asked)} of {len(x)} windows asked; wrong on the way {len(wrong)}, without learning "
        f"{len(still)}. theta is compared with P1P2 discounted by "
        "leverage, so a window far from what was learnt is asked above it."
    )
    rows = [
        Row(
            [
                str(k + 1),
                t["classes"][t["true"][k]],
                t["classes"][t["not_learning"][k]],
                t["classes"][t["predicted"][k]],
                "asked" if t["asked"][k] else "",
                f"{t['confidence'][k]:.2f}",
                f"{t['theta'][k]:.2f}",
            ]
        )
        for k in range(len(x))
    ]
    columns = ["window", "activity", "not learning", "auto", "asked", "P1P2", "theta"]
    return Chart(traces, layout, Table("", columns, rows), note)


def people(document: dict[str, Any]) -> Chart | None:
    """Each person's accuracy before and after, the worst first."""
    rows = [r for r in document["per_person"] if r["method"] == "ODLTiny"]
    if not rows:
        return None
    rows = sorted(rows, key=lambda r: r["accuracy_drifted"])
    shown = rows[:MOST]
    took = any(r["chose_inputs"] for r in rows)
    names = [f"{r['name']}{'' if r['chose_inputs'] or not took else ' *'}" for r in shown]

    def values(key: str) -> list[float | None]:
        return [None if r[key] is None else 100 * r[key] for r in shown]

    series = [
        Series("not learning", "none", values("accuracy_drifted")),
        Series("every label", "all", values("accuracy_after")),
        Series("auto", "auto", values("accuracy_after_auto")),
    ]
    note = "* took no part in the choice of the inputs. " if took else ""
    if len(rows) > len(shown):
        note += f"The worst {len(shown)} of {len(rows)} people; the table has all. "
    note += "A dot to the left of the hollow one lost by learning."
    layout = rows_layout(names, "accuracy, %")
    return Chart(dots(names, series, "%"), layout, compared.people(document), note)


def recall(document: dict[str, Any]) -> Chart | None:
    """Each activity's recall: before, drifted, after."""
    found = compared.shown(document)
    if found is None:
        return None
    names = found["activities"]

    def values(key: str) -> list[float | None]:
        return [None if v is None else 100 * v for v in found["recall"][key]]

    kinds: list[tuple[str, Any, str]] = [
        ("people trained on", "device", "before"),
        ("new wearers, not learning", "none", "drifted"),
        ("every label", "all", "after"),
        ("auto", "auto", "after_auto"),
    ]
    series = [Series(n, role, values(key)) for n, role, key in kinds if key in found["recall"]]
    layout = rows_layout(names, "of its windows recognised, %")
    return Chart(dots(names, series, "%"), layout, compared.recall(document))
