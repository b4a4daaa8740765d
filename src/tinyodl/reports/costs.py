"""Charts of what accuracy costs: labels, and memory."""

from typing import Any

from tinyodl.reports import words
from tinyodl.reports.chart import Chart, Series, Trace, axis, dots, rows_layout
from tinyodl.reports.table import Row, Table, between, method, percent, policy_name

KB = [0.5, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000]
SHARES = [1, 2, 5, 10, 20, 50, 100]
POLICIES = {
    "random": ("random", "random, as often as auto"),
    "fixed": ("fixed",),
    "fixed-self": ("fixed-self",),
    "auto": ("auto",),
    "all": ("all",),
}


def labels(document: dict[str, Any]) -> Chart | None:
    """Accuracy against the share of labels asked: a line for each policy with a setting, and not
    learning."""
    if not document["pruning"]:
        return None
    row = words.main(document)
    own = [p for p in document["pruning"] if words.same(p, row)]
    drifted = 100 * row["accuracy_drifted"]
    traces: list[Trace] = [
        {
            "name": "not learning",
            "meta": "none",
            "x": [SHARES[0], SHARES[-1]],
            "y": [drifted, drifted],
            "mode": "lines",
            "line": {"dash": "dash"},
            "hovertemplate": "%{y:.1f} % right<extra>not learning</extra>",
        }
    ]
    for name, policies in POLICIES.items():
        mine = sorted(
            (p for p in own if p["policy"] in policies), key=lambda p: p["query_fraction"]
        )
        if mine:
            traces.append(_line(name, mine))
    if document["published"]:
        traces.append(_published(document["published"]))
    rows = [Row(["not learning", percent(row["accuracy_drifted"]), "0.0", "-"])]
    rows += [
        Row(
            [
                policy_name(p),
                percent(p["accuracy_after"]),
                percent(p["query_fraction"]),
                between(p["people_interval"]),
            ]
        )
        for p in own
    ]
    layout = {
        "xaxis": axis("labels asked, % of the stream", type="log", tickvals=SHARES),
        "yaxis": axis("accuracy after, %"),
    }
    note = f"{method(row)}. Up and to the left is better. Bar: 95 % over people."
    behind = Table("", ["policy", "after, %", "asked, %", "over people"], rows)
    return Chart(traces, layout, behind, note)


def _line(name: str, mine: list[dict[str, Any]]) -> Trace:
    after = [100 * p["accuracy_after"] for p in mine]
    trace: Trace = {
        "name": "every label" if name == "all" else name,
        "meta": name,
        "x": [100 * p["query_fraction"] for p in mine],
        "y": after,
        "text": ["" if p["theta"] is None else f"theta {p['theta']:g}" for p in mine],
        "hovertemplate": "%{y:.1f} % right, %{x:.1f} % asked %{text}"
        "<extra>%{fullData.name}</extra>",
        "mode": "lines+markers" if len(mine) > 1 else "markers",
        "marker": {"size": 7 if len(mine) > 1 else 13},
    }
    if name == "auto":
        low, high = (100 * end for end in mine[0]["people_interval"])
        trace["error_y"] = {
            "type": "data",
            "array": [max(0.0, high - after[0])],
            "arrayminus": [max(0.0, after[0] - low)],
        }
    return trace


def _published(known: dict[str, Any]) -> Trace:
    return {
        "name": "published",
        "meta": "published",
        "x": [100 * (1 - known["communication_saved"])],
        "y": [100 * (known["approximate"]["accuracy_after"] - known["accuracy_lost"])],
        "mode": "markers+text",
        "text": ["published, about"],
        "textposition": "middle left",
        "marker": {"size": 11, "symbol": "x"},
        "showlegend": False,
        "hovertemplate": "about %{y:.1f} % right, %{x:.1f} % asked<extra>published</extra>",
    }


def memory(document: dict[str, Any]) -> Chart | None:
    """Bytes that each model keeps, beside the weights alone of the MLP of its shape."""
    rows = document["rows"]
    if not rows:
        return None
    names = [f"{method(r)}, {r['features']}" for r in rows]
    mlp = {(m["features"], m["hidden"]): m["bytes"] / 1000 for m in document["mlp_bytes"]}
    kept: list[float | None] = [r["state_bytes"] / 1000 for r in rows]
    plainly = [mlp.get((r["features"], r["hidden"])) if r["hidden"] else None for r in rows]
    series = [
        Series("kept to predict and to learn", "auto", kept),
        Series("weights of an MLP of the same shape", "fixed", plainly),
    ]
    if document["published"]:
        names.append("published (about)")
        about = document["published"]["approximate"]["state_kilobytes"]
        nothing: list[float | None] = [None] * len(rows)
        series = [s._replace(values=[*s.values, None]) for s in series]
        series.append(Series("published", "published", [*nothing, about]))
    table = Table(
        "",
        ["model", "kept, kB", "MLP of the same shape, kB"],
        [
            Row([name, *("-" if s.values[k] is None else f"{s.values[k]:.1f}" for s in series[:2])])
            for k, name in enumerate(names[: len(rows)])
        ],
    )
    layout = rows_layout(names, "kB in float32 (logarithmic scale)", type="log", tickvals=KB)
    return Chart(
        dots(names, series, "kB", joined=False),
        layout,
        table,
        "An MLP's weights alone do not learn.",
    )


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
        "hidden nodes only": ("fixed", [p for p in points if not p["direct"]]),
        "direct links and hidden nodes": (
            "random",
            [p for p in points if p["direct"] and p["hidden"]],
        ),
        "direct links, no hidden nodes": ("auto", [p for p in points if not p["hidden"]]),
        "ODLTiny, the default": ("auto", [p for p in points if not p["hidden"]][-1:]),
    }
    traces: list[Trace] = [
        {
            "name": name,
            "meta": role,
            "x": [p["state_bytes"] / 1000 for p in group],
            "y": [100 * p["accuracy_after"] for p in group],
            "text": [text(p) for p in group],
            "mode": "markers",
            "marker": {"size": 18, "symbol": "star-open"} if "default" in name else {"size": 8},
            "hovertemplate": "%{text}: %{y:.1f} %, %{x:.1f} kB<extra></extra>",
        }
        for name, (role, group) in groups.items()
    ]
    traces.append(
        {
            "name": "best for its memory",
            "meta": "soft",
            "x": [p["state_bytes"] / 1000 for p in front],
            "y": [100 * p["accuracy_after"] for p in front],
            "line": {"shape": "hv", "dash": "dot"},
            "hoverinfo": "skip",
        }
    )
    layout = {
        "xaxis": axis("kB of state, float32 (logarithmic scale)", type="log", tickvals=KB),
        "yaxis": axis("accuracy after, every label, %"),
    }
    rows = [
        Row([text(p), f"{p['state_bytes'] / 1000:.1f}", percent(p["accuracy_after"])])
        for p in sorted(points, key=lambda p: p["state_bytes"])
    ]
    behind = Table("", ["model", "kB", "after, %"], rows)
    note = "The compact inputs, most important first. The five drifted people, one model (pooled)."
    return Chart(traces, layout, behind, note)
