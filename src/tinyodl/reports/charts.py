"""The report's charts as plotly.js data: numbers and labels only, colours come from the page's
theme."""

from typing import Any, NamedTuple

Trace = dict[str, Any]


class Chart(NamedTuple):
    """key: element id; title, note: text around it; traces, layout: plotly.js's."""

    key: str
    title: str
    note: str
    traces: list[Trace]
    layout: dict[str, Any]


def build(document: dict[str, Any]) -> list[Chart]:
    """Every chart that the document has figures for."""
    makers = (week, labels_asked, people, timeline, drift, memory, pareto)
    return [chart for chart in (make(document) for make in makers) if chart is not None]


def _axis(title: str, **more: Any) -> dict[str, Any]:
    return {"title": {"text": title, "standoff": 10}, **more}


def _label(row: dict[str, Any]) -> str:
    return f"{row['method']} {row['hidden'] or ''}".strip()


def week(document: dict[str, Any]) -> Chart | None:
    """A week of wear: accuracy by day, and questions."""
    rows = document["week"]
    if not rows:
        return None
    days = [row["day"] for row in rows]
    lines = {
        "window": "accuracy",
        "activity of the bout": "accuracy_activity",
        "not learning": "accuracy_not_learning",
        "worst person": "worst_person_accuracy",
    }
    traces: list[Trace] = [
        {
            "name": name,
            "x": days,
            "y": [100 * row[key] for row in rows],
            "hovertemplate": "day %{x}: %{y:.1f} %<extra>%{fullData.name}</extra>",
        }
        for name, key in lines.items()
    ]
    traces.append(
        {
            "name": "questions",
            "type": "bar",
            "x": days,
            "y": [row["questions"] for row in rows],
            "yaxis": "y2",
            "opacity": 0.4,
            "hovertemplate": "day %{x}: %{y:.1f} questions<extra></extra>",
        }
    )
    layout = {
        "xaxis": _axis("day", dtick=1),
        "yaxis": _axis("right as they came, %"),
        "yaxis2": _axis("questions", overlaying="y", side="right", rangemode="tozero"),
    }
    note = "Upside down on day 3, a quarter turn on day 5, not worn the night before day 4."
    return Chart("week", "A week of wear", note, traces, layout)


def labels_asked(document: dict[str, Any]) -> Chart | None:
    """Accuracy against the share of labels asked, a line for each policy with a setting."""
    if not document["pruning"]:
        return None
    traces = []
    keys = dict.fromkeys(
        (r["method"], r["features"], r["hidden"], r["policy"]) for r in document["pruning"]
    )
    for key in sorted(keys, key=lambda key: key[0] != "ODLTiny"):
        if key[0] != "ODLTiny" and key[3] not in ("all", "published", "auto"):
            continue
        rows = [
            r
            for r in document["pruning"]
            if (r["method"], r["features"], r["hidden"], r["policy"]) == key
        ]
        rows.sort(key=lambda r: r["query_fraction"])
        ours = key[0] == "ODLTiny"
        traces.append(
            {
                "name": f"{_label(rows[0])}{'' if ours else ' ' + key[1]}, {key[3]}",
                "x": [100 * r["query_fraction"] for r in rows],
                "y": [100 * r["accuracy_after"] for r in rows],
                "error_y": {
                    "type": "data",
                    "array": [100 * (r["interval"]["accuracy_after"] or 0) for r in rows],
                },
                "text": ["" if r["theta"] is None else f"theta {r['theta']:g}" for r in rows],
                "hovertemplate": "%{y:.2f} % right, %{x:.1f} % asked %{text}"
                "<extra>%{fullData.name}</extra>",
                "mode": "lines+markers" if len(rows) > 1 else "markers",
                "marker": {"size": 13, "symbol": "star"} if key[3] == "auto" else {"size": 7},
                "visible": True if ours else "legendonly",
            }
        )
    published = document["published"]
    if published:
        traces.append(
            {
                "name": "published (accuracy about)",
                "x": [100 * (1 - published["communication_saved"])],
                "y": [
                    100 * (published["approximate"]["accuracy_after"] - published["accuracy_lost"])
                ],
                "mode": "markers",
                "marker": {"size": 11, "symbol": "x"},
                "hovertemplate": "about %{y:.1f} % right, %{x:.1f} % asked<extra>published</extra>",
            }
        )
    note = (
        "Up and to the left is better. Bars: 95 % over seeds. Click a name in the legend to show "
        "or hide it."
    )
    x = _axis("labels asked, % of the stream", type="log", tickvals=[1, 2, 5, 10, 20, 50, 100])
    return Chart(
        "labels",
        "Accuracy against labels asked",
        note,
        traces,
        {"xaxis": x, "yaxis": _axis("accuracy after, %")},
    )


def people(document: dict[str, Any]) -> Chart | None:
    """Bars for each person: without learning, every label, auto."""
    rows = [r for r in document["per_person"] if r["method"] == "ODLTiny"] or document[
        "per_person"
    ][:30]
    if not rows:
        return None
    rows = sorted(rows, key=lambda r: r["accuracy_drifted"])
    names = [f"{r['name']}{'' if r['chose_inputs'] else ' *'}" for r in rows]
    series = (
        ("not learning", "accuracy_drifted"),
        ("every label", "accuracy_after"),
        ("auto", "accuracy_after_auto"),
    )
    traces = [
        {
            "type": "bar",
            "name": name,
            "x": names,
            "y": [None if r[key] is None else 100 * r[key] for r in rows],
            "hovertemplate": "person %{x}: %{y:.1f} %<extra>%{fullData.name}</extra>",
        }
        for name, key in series
    ]
    lowest = min(100 * r["accuracy_drifted"] for r in rows)
    layout = {
        "barmode": "group",
        "xaxis": _axis("person", type="category"),
        "yaxis": _axis("accuracy, %", range=[max(0, lowest - 5), 100.5]),
    }
    note = f"{rows[0]['method']}. * took no part in the choice of the inputs."
    return Chart("people", "Person by person", note, traces, layout)


def timeline(document: dict[str, Any]) -> Chart | None:
    """True and predicted activity, theta and confidence, and what was asked, window by window."""
    t = document["timeline"]
    if t is None:
        return None
    x = list(range(1, len(t["true"]) + 1))
    wrong = [k for k in range(len(x)) if t["true"][k] != t["predicted"][k]]
    asked = [k for k in range(len(x)) if t["asked"][k]]
    classes = t["classes"]

    def at(values: list[Any], which: list[int]) -> list[Any]:
        return [values[k] for k in which]

    traces: list[Trace] = [
        {
            "name": "true",
            "x": x,
            "y": at(classes, t["true"]),
            "line": {"shape": "hv", "width": 5},
            "opacity": 0.4,
        },
        {
            "name": "predicted wrongly",
            "x": at(x, wrong),
            "y": at(classes, at(t["predicted"], wrong)),
            "mode": "markers",
            "marker": {"symbol": "x", "size": 9},
        },
        {
            "name": "asked",
            "x": at(x, asked),
            "y": at(classes, at(t["true"], asked)),
            "mode": "markers",
            "marker": {"symbol": "circle-open", "size": 11, "line": {"width": 2}},
        },
        {
            "name": "confidence P1P2",
            "x": x,
            "y": t["confidence"],
            "yaxis": "y2",
            "mode": "markers",
            "marker": {"size": 4},
        },
        {"name": "theta", "x": x, "y": t["theta"], "yaxis": "y2", "line": {"shape": "hv"}},
    ]
    layout = {
        "xaxis": _axis("window of the stream", anchor="y2"),
        "yaxis": {
            "domain": [0.42, 1],
            "type": "category",
            "categoryarray": classes,
            "automargin": True,
        },
        "yaxis2": _axis("P1P2", domain=[0, 0.36]),
        "height": 560,
    }
    note = (
        f"Person {t['person']}, left out of the training: {100 * t['accuracy_drifted']:.1f} % "
        f"before, {100 * t['accuracy_after']:.1f} % after, {len(asked)} of {len(x)} windows "
        "asked. theta is compared with P1P2 discounted by leverage, so a window far from what was "
        "learnt is asked above it."
    )
    return Chart("timeline", "One wearer, window by window, under auto", note, traces, layout)


def drift(document: dict[str, Any]) -> Chart | None:
    """Delay against false alarms, a line for each detector."""
    rows = document["drift"]
    if not rows or not rows[0]["people_drifted"]:
        return None
    traces: list[Trace] = []
    for name in dict.fromkeys(r["detector"] for r in rows):
        own = sorted(
            (r for r in rows if r["detector"] == name), key=lambda r: r["false_alarms_per_1000"]
        )
        traces.append(
            {
                "name": name,
                "x": [r["false_alarms_per_1000"] for r in own],
                "y": [r["delay_median"] for r in own],
                "text": [
                    f"{r['parameter']} {'' if r['setting'] is None else format(r['setting'], 'g')}"
                    f": {r['found_in_time']} found in time"
                    for r in own
                ],
                "mode": "lines+markers",
                "marker": {"size": [13 if r["default"] else 7 for r in own]},
                "hovertemplate": "%{text}<br>%{y} windows, %{x:.2f} false alarms"
                "<extra>%{fullData.name}</extra>",
            }
        )
    layout = {
        "xaxis": _axis("false alarms per 1,000 windows", range=[0, 8]),
        "yaxis": _axis("median delay, windows", rangemode="tozero"),
    }
    note = (
        "Down and to the left is better. People under 94 % right; no point where half of them are "
        "never found. Large: defaults."
    )
    return Chart("drift", "Drift found without labels", note, traces, layout)


def memory(document: dict[str, Any]) -> Chart | None:
    """Bytes that each model keeps, beside the weights alone of the MLP of its shape."""
    if not document["rows"]:
        return None
    rows = document["rows"]
    names = [f"{_label(r)}, {r['features']}" for r in rows]
    mlp = {(m["features"], m["hidden"]): m["bytes"] for m in document["mlp_bytes"]}
    published = document["published"]
    reference = [published["approximate"]["state_kilobytes"]] if published else []
    traces: list[Trace] = [
        {
            "type": "bar",
            "orientation": "h",
            "name": "kept to predict and to learn",
            "x": [r["state_bytes"] / 1000 for r in rows] + reference,
            "y": names + ["published (about)"] * len(reference),
            "hovertemplate": "%{y}: %{x:.1f} kB<extra></extra>",
        },
        {
            "name": "weights of the MLP of the same shape, which does not learn",
            "x": [mlp[r["features"], r["hidden"]] / 1000 if r["hidden"] else None for r in rows],
            "y": names,
            "mode": "markers",
            "marker": {"symbol": "diamond", "size": 11},
            "hovertemplate": "MLP: %{x:.1f} kB<extra></extra>",
        },
    ]
    layout = {
        "xaxis": _axis("kB, float32", type="log"),
        "yaxis": {"automargin": True, "autorange": "reversed"},
        "height": 160 + 26 * len(names),
    }
    return Chart("memory", "Memory", "Logarithmic scale.", traces, layout)


def pareto(document: dict[str, Any]) -> Chart | None:
    """Accuracy against bytes of state, over inputs, hidden nodes and direct links; the front and
    the default."""
    points = document["pareto"]
    if not points:
        return None

    def text(p: dict[str, Any]) -> str:
        links = "direct links" if p["direct"] else "hidden layer only"
        return f"{p['inputs']} inputs, {p['hidden']} nodes, {links}"

    front: list[dict[str, Any]] = []
    for p in sorted(points, key=lambda p: (p["state_bytes"], -p["accuracy_after"])):
        if not front or p["accuracy_after"] > front[-1]["accuracy_after"]:
            front.append(p)
    groups = {
        "direct links, no hidden nodes": [p for p in points if not p["hidden"]],
        "direct links and hidden nodes": [p for p in points if p["direct"] and p["hidden"]],
        "hidden nodes only": [p for p in points if not p["direct"]],
        "ODLTiny, the default": [p for p in points if not p["hidden"]][-1:],
    }
    traces: list[Trace] = [
        {
            "name": name,
            "x": [p["state_bytes"] / 1000 for p in group],
            "y": [100 * p["accuracy_after"] for p in group],
            "text": [text(p) for p in group],
            "mode": "markers",
            "marker": {"size": 18, "symbol": "star-open"} if "default" in name else {"size": 8},
            "hovertemplate": "%{text}: %{y:.1f} %, %{x:.1f} kB<extra></extra>",
        }
        for name, group in groups.items()
    ]
    traces.append(
        {
            "name": "Pareto front",
            "x": [p["state_bytes"] / 1000 for p in front],
            "y": [100 * p["accuracy_after"] for p in front],
            "line": {"shape": "hv", "dash": "dot"},
            "hoverinfo": "skip",
        }
    )
    layout = {
        "xaxis": _axis("kB of state, float32", type="log"),
        "yaxis": _axis("accuracy after, every label, %"),
    }
    note = "The compact inputs, most important first. The five drifted people, one model (pooled)."
    return Chart("pareto", "What accuracy costs in memory", note, traces, layout)
