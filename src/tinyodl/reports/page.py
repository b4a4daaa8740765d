"""The report's sections in their order: a sentence each, with a chart, the table behind it, or
both."""

from collections.abc import Callable
from typing import Any, NamedTuple

from tinyodl.reports import compared, costs, wearers, wearing, worn
from tinyodl.reports.chart import Chart
from tinyodl.reports.table import Table


class Section(NamedTuple):
    """key: its element's id; title: a sentence; chart: None where there is only a table; tables:
    what the chart's own table does not say."""

    key: str
    title: str
    chart: Chart | None
    tables: list[Table]


Make = Callable[[dict[str, Any]], Chart | None]

CHARTS: tuple[tuple[str, str, Make], ...] = (
    (
        "timeline",
        "One wearer, window by window: what was asked, and what was wrong",
        wearers.timeline,
    ),
    ("week", "A week of wear, day by day, beside not learning", wearing.week),
    ("evidence", "On each set of recordings, this is what each policy wins", wearing.evidence),
    ("people", "Person by person, the worst first: before and after", wearers.people),
    ("labels", "What each policy wins for the labels that it asks", costs.labels),
    ("recall", "Some activities are recognised less than others", wearers.recall),
    ("turned", "Worn otherwise, this is what alignment and a few labels win back", wearing.turned),
    ("drift", "Drift is found without labels, sooner or with fewer false alarms", wearing.drift),
    ("memory", "This is what each model keeps in memory", costs.memory),
    ("pareto", "More memory buys accuracy, up to a point", costs.pareto),
)


def build(document: dict[str, Any]) -> list[Section]:
    """Sections with a chart, then those with tables alone."""
    sections = [
        Section(key, title, chart, []) for key, title, make in CHARTS if (chart := make(document))
    ]
    energy = [worn.energy(document)] if document["rows"] else []
    tables = (
        ("policy", "Whether auto suits these people shows person by person", _policy(document)),
        (
            "confusion",
            "What is taken as what, before and after",
            compared.confusion(document),
        ),
        ("continuous", "Worn continuously, transitions and all", [worn.continuous(document)]),
        ("estimate", "The device says how right it is", [worn.estimates(document)]),
        ("device", "The whole device starts and ends its training", [worn.device(document)]),
        ("teachers", "Teachers err, abstain, tire or are late", [worn.teachers(document)]),
        ("one-sided", "Some streams show little of the wearer", [compared.one_sided(document)]),
        ("budget", "So many answers a person and no more", [worn.budget(document)]),
        ("methods", "Every method, told every label", [compared.accuracy(document)]),
        ("policies", "Every policy of every method", [compared.pruning(document)]),
        ("energy", "Asking, learning and predicting cost energy", energy),
    )
    for key, title, group in tables:
        if found := [table for table in group if table.rows]:
            sections.append(Section(key, title, None, found))
    return sections


def _policy(document: dict[str, Any]) -> list[Table]:
    return [compared.advice(document), compared.same_share(document)]
