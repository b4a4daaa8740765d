"""The figures of `tinyodl hardware report` as one HTML file that needs no network."""

from typing import Any

from tinyodl.hardware import racing
from tinyodl.reports import html
from tinyodl.reports.chart import Chart, Trace, axis, plain
from tinyodl.reports.core import accuracy, bars, unseen
from tinyodl.reports.core.figures import FIGURES, MODES, PARTS, chosen, day_mj, of, split
from tinyodl.reports.page import Section
from tinyodl.reports.table import NOTHING, Row, Table

Document = dict[str, Any]
MEMORY, LOGIC = "sram_leakage", "logic_leakage"  # colours, of memories and of logic
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross")  # presets


def render(document: Document, figures: Document | None = None) -> str:
    """document: as `--json` writes it; figures: as `tinyodl reproduce --json` does, for
    accuracies."""
    return html.page(
        "core.html.j2", headline(document), answers(document), build(document, figures)
    )


def headline(document: Document) -> str:
    """The first preset's figures in a sentence."""
    row = chosen(document["presets"], "lop")[0]
    return (
        f"The core, {of(row)}: {row['predict_cycles']:,} cycles until the class is there, "
        f"{row['window_cycles']:,} a whole window, at {row['predict_mw']:.2f} mW; "
        f"{row['area_mm2']:.3f} mm2"
    )


def answers(document: Document) -> dict[str, str]:
    """What is asked first."""
    rows = document["presets"]
    row = chosen(rows, "lop")[0]
    quiet = min((r for r in rows if r["preset"] == row["preset"]), key=lambda r: r["wear_mw"])
    known = bars.published()
    once = {each["preset"]: each for each in rows}.values()  # whatever the memories
    wrong = sum(each["bits_wrong"] for each in once)
    return {
        "Against the published core": (
            f"{row['look_mw']:.2f} mW of {known['predict_mw']} while it predicts, "
            f"{row['predict_cycles']:,} cycles of about {known['predict_cycles']:,.0f}"
        ),
        "A day of wear": (
            f"{day_mj(quiet):,.1f} mJ with {quiet['sram']} memories: a window each 1.28 s, learnt, "
            "asleep in between"
        ),
        "To the bit": f"{wrong} of {sum(each['vectors'] for each in once):,} words wrong",
    }


def build(document: Document, figures: Document | None) -> list[Section]:
    """Its sections; those without figures are left out."""
    rows = document["presets"]
    sections = [
        Section("power", "Where the power goes, mode by mode", power(rows), []),
        Section("figures", "Every figure", None, [table(rows)]),
        Section("bars", "Held against what was aimed at", None, [aims(rows)]),
        Section("energy", "What a window, a step and a day take", None, [energy(rows)]),
        Section("area", "Where the area is, block by block", area(document), parts(document)),
        Section("race", "Race to sleep: a faster clock leaks for less long", race(document), []),
        Section("unseen", "What is left out, and an estimate of it", None, [unseen.table(rows)]),
    ]
    if figures and (chart := accuracy.chart(rows, figures)):
        sections.insert(
            3, Section("accuracy", "Accuracy against power, window after window", chart, [])
        )
    if fpga := document.get("fpga"):
        sections.append(Section("fpga", "The same core on FPGAs", None, [fpgas(fpga)]))
    return [
        s for s in sections if (s.chart and s.chart.behind.rows) or any(t.rows for t in s.tables)
    ]


def table(rows: list[dict[str, Any]]) -> Table:
    """Every figure: a column a preset and kind of memory, and the published core's."""
    known = bars.published()
    lines = []
    for figure, (name, form) in FIGURES.items():
        ours = [form.format(row[figure]) for row in rows]
        theirs = bars.shown(figure, known[figure]) if figure in known else NOTHING
        lines.append(Row([name, *ours, theirs]))
    return Table(
        "Every figure at 10 MHz",
        ["figure", *map(of, rows), "published"],
        lines,
        f"At 10 MHz. Published: {bars.source()}; those with about are from memory of its body.",
    )


def aims(rows: list[dict[str, Any]]) -> Table:
    """The bars of the presets that were measured."""
    lines = []
    for held in bars.held(rows):
        name, form = FIGURES[held.figure]
        times = f"{held.published / held.value:,.1f}" if held.published and held.value else NOTHING
        theirs = NOTHING
        if held.published is not None:
            theirs = bars.shown(held.figure, held.published)
        cells = [f"{held.preset}, {held.sram}", name, form.format(held.value), f"{held.most:,}"]
        cells += ["yes" if held.within else "no", theirs, times]
        lines.append(Row(cells, "" if held.within else "bold"))
    return Table(
        "Bars",
        ["core", "figure", "measured", "at most", "within", "published", "published / measured"],
        lines,
        "Bold: beyond its bar.",
        keys=2,
    )


def power(rows: list[dict[str, Any]]) -> Chart:
    """Bars of mW by part, a row a core and mode."""
    names = [f"{of(row)}: {mode}" for row in rows for mode in MODES]
    splits = [split(row, mode) for row in rows for mode in MODES]
    lines = [
        Row([of(row), mode, *(f"{split(row, mode)[part]:.4f}" for part in PARTS)])
        for row in rows
        for mode in MODES
    ]
    for line, each in zip(lines, splits, strict=True):
        line.cells.append(f"{sum(each.values()):.4f}")
    traces = [_bars(part, name, names, [s[part] for s in splits]) for part, name in PARTS.items()]
    return Chart(
        traces,
        _stacked("mW at 10 MHz", names),
        Table("mW", ["core", "mode", *PARTS.values(), "all"], lines, keys=2),
        "Predict: whole windows back to back, with all decisions. Learn: steps of the learner "
        "alone. Idle: the clock runs and nothing is done. Sleep: the logic is cut off.",
    )


def energy(rows: list[dict[str, Any]]) -> Table:
    """Of a window, a step, both, a day."""
    lines = [
        Row(
            [
                of(row),
                f"{row['window_uj']:.4f}",
                f"{row['learn_uj']:.4f}",
                f"{row['window_uj'] + row['learn_uj']:.4f}",
                f"{day_mj(row):,.1f}",
            ]
        )
        for row in rows
    ]
    return Table(
        "Energy",
        ["core", "a whole window, uJ", "learning it, more, uJ", "both, uJ", "a day of wear, mJ"],
        lines,
        "A day: 67,500 windows, one each 1.28 s, every one learnt; what memories leak all day is "
        "in it. At 10 MHz.",
    )


def area(document: Document) -> Chart:
    """um2 of memories and blocks, of every preset."""
    kinds = chosen(document["memories"], "lop")
    found = [(m["preset"], f"memory {m['memory']}", 1e6 * m["area_mm2"], MEMORY) for m in kinds]
    found += [(b["preset"], b["block"], b["area_um2"], LOGIC) for b in document["blocks"]]
    names = [f"{preset}: {name}" for preset, name, _, _ in found]
    traces = []
    for role, called in ((MEMORY, "memories"), (LOGIC, "logic")):
        values = [size if kind == role else None for _, _, size, kind in found]
        traces.append(_bars(role, called, names, values))
    behind = Table(
        "um2",
        ["part", "um2"],
        [Row([n, f"{f[2]:,.0f}"]) for n, f in zip(names, found, strict=True)],
    )
    return Chart(traces, _stacked("um2", names), behind)


def parts(document: Document) -> list[Table]:
    """Blocks of logic, and memories."""
    lines, said = [], []
    rows = {row["preset"]: row for row in document["presets"]}
    for preset in dict.fromkeys(block["preset"] for block in document["blocks"]):
        mine = [block for block in document["blocks"] if block["preset"] == preset]
        whole = sum(block["area_um2"] for block in mine)
        leaks = sum(block["leakage_mw"] for block in mine)
        for block in mine:
            cells = [preset, block["block"], f"{block['area_um2']:,.0f}"]
            cells += [f"{100 * block['area_um2'] / whole:.1f}", f"{1e3 * block['leakage_mw']:.1f}"]
            cells += [f"{block['cells']:,}", f"{block['flip_flops']:,}"]
            lines.append(Row(cells))
        cells = [preset, "all of them", f"{whole:,.0f}", "100.0", f"{1e3 * leaks:.1f}"]
        cells += [f"{sum(b[k] for b in mine):,}" for k in ("cells", "flip_flops")]
        lines.append(Row(cells, "bold"))
        if row := rows.get(preset):
            over = whole / row["logic_um2"] - 1
            leaking = leaks / row["mean_leakage_mw"] - 1
            said.append(f"{preset}: {over:+.1%} area, {leaking:+.1%} leakage")
    logic = Table(
        "Blocks of the logic",
        ["core", "block", "um2", "%", "leaks, uW", "cells", "flip-flops"],
        lines,
        "Each block mapped on its own, without the blocks in it, by the recipe of the netlist that "
        "is measured, which is flat; leakage is the library's mean over states. Their sum against "
        f"the flat netlist's: {'; '.join(said)}.",
        keys=2,
    )
    memories = Table(
        "Memories",
        ["core", "memory", "words", "bits", "um2", "leaks, uW", "read, pJ", "write, pJ", "ns"],
        [
            Row(
                [
                    of(m),
                    m["memory"],
                    f"{m['words']:,}",
                    str(m["bits"]),
                    f"{1e6 * m['area_mm2']:,.0f}",
                    f"{1e3 * m['leakage_mw']:.3f}",
                    f"{m['read_pj']:.2f}",
                    f"{m['write_pj']:.2f}",
                    f"{m['access_ns']:.2f}",
                ]
            )
            for m in document["memories"]
        ],
        "One port each, from the table of memories; ns: an access.",
        keys=2,
    )
    return [logic, memories]


def race(document: Document) -> Chart:
    """Energy of a window but for its memories' leakage, by clock."""
    points = document["race"]
    presets = list(dict.fromkeys(p["preset"] for p in points))
    traces: list[Trace] = []
    lines = []
    for key in dict.fromkeys((p["preset"], p["sram"], p["mode"]) for p in points):
        mine = [p for p in points if (p["preset"], p["sram"], p["mode"]) == key]
        name = f"{key[0]}, {key[1]}: {key[2]}"
        least, enough = racing.least(mine), racing.enough(mine)
        traces.append(
            {
                "name": plain(name),
                "meta": "auto" if key[2] == "predict" else "all",
                "x": [p["mhz"] for p in mine],
                "y": [p["switching_uj"] + p["logic_leakage_uj"] for p in mine],
                "mode": "lines+markers",
                "line": {"dash": "solid" if key[1] == "lop" else "dot"},
                "marker": {"symbol": SYMBOLS[presets.index(key[0]) % len(SYMBOLS)], "size": 9},
                "hovertemplate": "%{x:.3g} MHz: %{y:.4f} uJ<extra>%{fullData.name}</extra>",
            }
        )
        for p in mine:
            kind = "bold" if p is least else ""
            cells = [name, f"{p['mhz']:.3g}", f"{p['awake_ms']:.3f}", f"{p['switching_uj']:.4f}"]
            cells += [f"{p['logic_leakage_uj']:.4f}", f"{p['memory_leakage_uj']:.4f}"]
            cells += [f"{p['window_uj']:.4f}", "yes" if p["mhz"] >= enough["mhz"] else ""]
            lines.append(Row(cells, kind))
    columns = ["core", "MHz", "awake, ms", "switching, uJ", "logic leaks, uJ"]
    columns += ["memories leak, uJ", "a window, uJ", "within 10 %"]
    layout = {
        "xaxis": axis("clock, MHz", type="log"),
        "yaxis": axis("uJ a window, without memories' leakage", type="log"),
    }
    return Chart(
        traces,
        layout,
        Table("Race to sleep", columns, lines, keys=1),
        "What is switched does not depend on the clock; logic leaks while it is awake, and is cut "
        "off after; memories leak from window to window whatever the clock is. Bold: the least, at "
        "the fastest clock of these cells. Within 10 %: of the least, memories' leakage aside. "
        "Waking up is not counted.",
    )


def fpgas(rows: list[dict[str, Any]]) -> Table:
    """What is used of each part, and what there is."""
    lines = [
        Row([row["preset"], row["part"], what, f"{used:,}", f"{there:,}", _fastest(row)])
        for row in rows
        for what, (used, there) in row["used"].items()
    ]
    columns = ["core", "part", "what", "used", "of", "MHz at most"]
    return Table("FPGAs", columns, lines, keys=3)


def _fastest(row: dict[str, Any]) -> str:
    return f"{row['fmax_mhz']:.1f}" if row["fits"] else "it does not fit"


def _bars(role: str, name: str, names: list[str], values: list[Any]) -> Trace:
    return {
        "name": name,
        "meta": role.replace("_", "-"),
        "type": "bar",
        "orientation": "h",
        "x": values,
        "y": [plain(n) for n in names],
        "hovertemplate": "%{y}: %{x:.4g}<extra>%{fullData.name}</extra>",
    }


def _stacked(title: str, names: list[str]) -> dict[str, Any]:
    return {
        "barmode": "stack",
        "xaxis": axis(title),
        "yaxis": {
            "type": "category",
            "categoryorder": "array",
            "categoryarray": [plain(n) for n in names][::-1],
            "automargin": True,
        },
        "height": 150 + 22 * len(names),
    }
