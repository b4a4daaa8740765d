"""Pages as one HTML file that needs no network."""

from collections.abc import Mapping, Sequence
from importlib import resources
from typing import Any

import jinja2

from tinyodl import __version__
from tinyodl.reports import page as sections
from tinyodl.reports import words
from tinyodl.reports.names import shown


def render(document: dict[str, Any]) -> str:
    """The document of `tinyodl.experiments.summary`: words, charts, tables, scripts and styles."""
    document = shown(document)
    said = words.of(document)
    return _filled(
        "report.html.j2",
        sections.build(document),
        document=document,
        said=said,
        first={q: a for q, a in said.answers.items() if q in words.FIRST_ANSWERS},
        further={q: a for q, a in said.answers.items() if q not in words.FIRST_ANSWERS},
    )


def page(
    template: str, headline: str, answers: Mapping[str, str], found: Sequence[sections.Section]
) -> str:
    """A headline, answers to what is asked first, and sections."""
    return _filled(template, found, headline=headline, answers=answers)


def _filled(template: str, found: Sequence[sections.Section], **more: Any) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_read),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template(template).render(
        version=__version__,
        sections=found,
        drawings=[[s.key, s.chart.traces, s.chart.layout] for s in found if s.chart],
        plotly=_read("plotly.min.js"),
        style=_read("report.css"),
        script=_read("report.js"),
        **more,
    )


def _read(name: str) -> str:
    return resources.files("tinyodl.reports").joinpath(name).read_text(encoding="utf-8")
