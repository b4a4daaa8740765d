"""The document of `tinyodl.experiments.summary` as one HTML file that needs no network."""

from importlib import resources
from typing import Any

import jinja2

from tinyodl import __version__
from tinyodl.reports import charts, tables
from tinyodl.reports.names import shown, unmarked


def render(document: dict[str, Any]) -> str:
    """The whole page: tables, charts, scripts and styles in it."""
    folder = resources.files("tinyodl.reports")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(
        folder.joinpath("report.html.j2").read_text(encoding="utf-8")
    )
    document = shown(document)
    return template.render(
        document=document,
        version=__version__,
        tables=tables.build(document),
        charts=_charts(document),
        plotly=folder.joinpath("plotly.min.js").read_text(encoding="utf-8"),
        style=folder.joinpath("report.css").read_text(encoding="utf-8"),
        script=folder.joinpath("report.js").read_text(encoding="utf-8"),
    )


def _charts(document: dict[str, Any]) -> list[charts.Chart]:
    """Every chart; what plotly.js draws has no markup in its names, the text around it has its
    own."""
    drawn = charts.build(unmarked(document))
    return [
        around._replace(traces=within.traces, layout=within.layout)
        for around, within in zip(charts.build(document), drawn, strict=True)
    ]
