"""What is said of a result: on a terminal of 80 columns, whatever the result."""

import io
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.console import Console

from tinyodl.cli import tables as terminal
from tinyodl.experiments.running import runs
from tinyodl.experiments.summary import summarise
from tinyodl.reports import page, tables, words
from tinyodl.reports.table import Row, Table
from tinyodl.windows import Source


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """As in test_report.py: the second finds it in the cache."""
    config = runs.Config(features=("compact",), hidden=(32,), seeds=2)
    return summarise(config, runs.run(config, Source.official(), 1))


def printed(show: Any, what: Any, width: int = 80) -> list[str]:
    stream = io.StringIO()
    show(what, Console(file=stream, width=width))
    return stream.getvalue().splitlines()


def fat(document: dict[str, Any]) -> dict[str, Any]:
    """Everything that a summary may have to say, with long names."""
    lost = [{"person": k, "name": "Hildegard" * 2, "before": 0.983, "after": 0.9} for k in range(9)]
    person = {"name": "Hildegard" * 2, "accuracy_drifted": 0.983, "accuracy_after": 0.9}
    device = {
        "accuracy_after": 0.99,
        "worst_person_after": 0.9,
        "questions": 1234.5,
        "people": [person] * 9,
    }
    keys = ("accuracy_drifted", "accuracy_after", "worst_person_drifted", "worst_person_after")
    figures = dict.fromkeys(keys, 0.5) | {"sensor": words.RANDOM, "questions": 4.5}
    turned = [figures | {"align": align} for align in (True, False)]
    advised = [row | {"worse_off": lost} for row in document["advice"]]
    return document | {
        "protocol": "person",
        "data": "your recordings",
        "advice": advised,
        "device": device,
        "turned": turned,
    }


def test_a_summary_has_at_most_twenty_lines_of_eighty_columns(document: dict[str, Any]) -> None:
    for what in (document, fat(document)):
        lines = printed(terminal.summary, what)
        assert len(lines) + 1 <= 20  # and one that says where the rest is
        assert max(map(cell_len, lines)) <= 80
        assert "…" not in "".join(lines)
    auto = next(p for p in document["pruning"] if (p["method"], p["policy"]) == ("ODLTiny", "auto"))
    text = " ".join("\n".join(printed(terminal.summary, document)).split())
    assert f"to {100 * auto['accuracy_after']:.1f} %" in text
    assert f"It asks {auto['questions']:.1f} questions a person" in text


def test_other_protocols_are_summed_up_too() -> None:
    nothing: dict[str, Any] = {"rows": [], "week": [], "evidence": []}
    day = {"accuracy": 0.99, "accuracy_not_learning": 0.96, "questions": 4.0}
    days = [day | {"day": k, "worst_person_change": -0.001 * k} for k in range(1, 31)]
    policies = {"none": 0.6, "auto": 0.8, "device": 0.79}
    evidence = [
        {"data": f"set {k}", "policy": policy, "accuracy_after": after + 0.001 * k}
        | {"questions": 7.0, "people": 5, "people_worse": int(policy == "device")}
        for k in range(30)
        for policy, after in policies.items()
    ]
    for more, says in (
        ({"week": days}, "96.0 % right without learning becomes 99.0 %, for 4.0 questions a day."),
        ({"evidence": evidence}, "Learning wins 20.0 to 20.0 points on 30 sets of recordings."),
        ({}, ""),
    ):
        lines = printed(terminal.summary, nothing | more)
        assert len(lines) <= 19
        assert max(map(cell_len, lines), default=0) <= 80
        assert says in " ".join(lines)
    worst = printed(terminal.summary, nothing | {"week": days})[-1]
    assert worst == "The worst day of anybody: -3.0 points against not learning."


def test_alignment_is_spoken_of_where_there_is_some(document: dict[str, Any]) -> None:
    figures = {"sensor": words.RANDOM, "questions": 4.5, "accuracy_after": 0.9}
    for drifted, aligned in ((0.5, False), (0.8, True)):
        rows = [
            figures | {"align": True, "accuracy_drifted": drifted},
            figures | {"align": False, "accuracy_drifted": 0.5},
        ]
        said = words.turned(document | {"turned": rows})
        assert said is not None
        assert said.startswith("Turned at random, it is right on 50.0 %;")
        assert said.endswith("with auto on 90.0 %, for 4.5 questions.")
        assert ("aligned by itself, without a question, on 80.0 %" in said) == aligned
    assert words.turned(document) is None


def test_who_loses_is_named(document: dict[str, Any]) -> None:
    assert words.safe(document) == "Nobody of 5 is over a point worse off than without learning."
    said = words.safe(fat(document))
    assert "with auto 9 of 5 (HildegardHildegard: 98.3 to 90.0," in said
    assert "with the device 9 of 9" in said


@pytest.mark.parametrize("width", [60, 80, 120, 250])
def test_no_number_is_cut(document: dict[str, Any], width: int) -> None:
    for table in tables.build(document):
        lines = printed(terminal.show, table, width)
        assert max(map(cell_len, lines)) <= width
        text = " ".join(lines)
        for row in table.rows:
            for cell in row.cells[table.keys :]:
                assert f" {cell} " in text, (table.title, cell)


@given(
    st.lists(st.integers(1, 30), min_size=2, max_size=12), st.integers(1, 2), st.integers(60, 200)
)
def test_a_folded_table_has_each_column_once_and_its_keys_always(
    widths: list[int], keys: int, width: int
) -> None:
    drawn = random.Random(0)
    cells = ["".join(drawn.choice("0123456789") for _ in range(w)) for w in widths]
    columns = [f"c{k}" for k in range(len(widths))]
    table = Table("t", columns, [Row(cells)], keys=min(keys, len(widths) - 1))
    parts = terminal.folded(table, width)
    own = list(range(table.keys))
    assert all(part[: table.keys] == own for part in parts)
    assert [k for part in parts for k in part[table.keys :]] == list(
        range(table.keys, len(columns))
    )


def test_what_says_nothing_is_no_column(document: dict[str, Any]) -> None:
    tiny = [r for r in document["rows"] if r["method"] == "ODLTiny"]
    (table,) = [t for t in tables.build(document | {"rows": tiny}) if "Told every" in t.title]
    assert "over seeds" not in table.columns  # a seed changes nothing of ODLTiny
    (table,) = [t for t in tables.build(document) if "Told every" in t.title]
    assert "over seeds" in table.columns


def test_the_events_of_a_device_are_counted_and_the_first_ones_named() -> None:
    from tinyodl.reports.worn import events

    assert events([]) == "none"
    assert events([[3, "drift"], [9, "settled"]]) == "drift 3, settled 9"
    assert events([[k, "drift"] for k in range(20)]) == "20: drift 0, drift 1, drift 2, ..."


def test_every_chart_has_its_table_and_a_short_legend(document: dict[str, Any]) -> None:
    sections = page.build(document)
    charts = [section.chart for section in sections if section.chart]
    assert sections[0].key == "timeline"
    assert len(charts) == 6
    for chart in charts:
        assert chart.behind.rows
        assert sum(t.get("showlegend", True) for t in chart.traces) <= 6


def test_names_are_no_markup_in_a_chart(document: dict[str, Any]) -> None:
    names = ["<b>walk</b>", "[/b] & rest\x1b[31m"]
    confusion = [
        {
            "method": "ODLTiny",
            "hidden": 0,
            "activities": names,
            "recall": {"drifted": [0.5, 0.5], "after": [0.6, 0.6]},
            "matrices": {"drifted": [[1, 1], [1, 1]], "after": [[1, 1], [1, 1]]},
        }
    ]
    hostile = document | {"confusion": confusion}
    (section,) = [s for s in page.build(hostile) if s.key == "recall"]
    assert section.chart is not None
    assert section.chart.traces[1]["y"] == [
        "&lt;b&gt;walk&lt;/b&gt;",
        r"[/b] &amp; rest\x1b[31m",
    ]
    (table,) = [t for t in tables.build(hostile) if "recall of each" in t.title]
    text = "".join(printed(terminal.show, table))
    assert "<b>walk</b>" in text
    assert "[/b] & rest" in text
    assert "\x1b" not in text
