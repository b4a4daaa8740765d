"""The document of `tinyodl.experiments.summary` as one HTML file that needs no network."""

from importlib import resources
from typing import Any

import jinja2

from tinyodl import __version__
from tinyodl.reports import charts, tables


def render(document: dict[str, Any]) -> str:
    """The whole page: tables, charts, scripts and styles in it."""
    folder = resources.files("tinyodl.reports")
    environment = jinja2.Environment(autoescape=True, undefined=jinja2.StrictUndefined)
    template = environment.from_string(
        folder.joinpath("report.html.j2").read_text(encoding="utf-8")
    )
    return template.render(
        document=document,
        version=__version__,
        tables=tables.build(document),
        charts=charts.build(document),
        plotly=folder.joinpath("plotly.min.js").read_text(encoding="utf-8"),
        style=folder.joinpath("report.css").read_text(encoding="utf-8"),
        script=folder.joinpath("report.js").read_text(encoding="utf-8"),
    )
