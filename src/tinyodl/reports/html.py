"""The document of `tinyodl.experiments.summary` as one HTML file that needs no network."""

from importlib import resources
from typing import Any

import jinja2

from tinyodl import __version__
from tinyodl.reports import page, words
from tinyodl.reports.names import shown


def render(document: dict[str, Any]) -> str:
    """The whole page: words, charts, tables, scripts and styles in it."""
    folder = resources.files("tinyodl.reports")
    environment = jinja2.Environment(
        autoescape=True, undefined=jinja2.StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(
        folder.joinpath("report.html.j2").read_text(encoding="utf-8")
    )
    document = shown(document)
    sections = page.build(document)
    said = words.of(document)
    return template.render(
        document=document,
        version=__version__,
        said=said,
        first={q: a for q, a in said.answers.items() if q in words.FIRST_ANSWERS},
        further={q: a for q, a in said.answers.items() if q not in words.FIRST_ANSWERS},
        sections=sections,
        drawings=[[s.key, s.chart.traces, s.chart.layout] for s in sections if s.chart],
        plotly=folder.joinpath("plotly.min.js").read_text(encoding="utf-8"),
        style=folder.joinpath("report.css").read_text(encoding="utf-8"),
        script=folder.joinpath("report.js").read_text(encoding="utf-8"),
    )
