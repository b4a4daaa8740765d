"""The tables of a document, as text: what `tinyodl reproduce --tables` prints and the report
shows."""

from typing import Any

from tinyodl.reports import compared, worn
from tinyodl.reports.table import Table


def build(document: dict[str, Any]) -> list[Table]:
    """All tables that the document has figures for."""
    makers = (
        *(worn.evidence, worn.budget, worn.week, worn.continuous, worn.estimates),
        *(compared.accuracy, compared.pruning, compared.same_share, compared.advice),
        *(compared.one_sided, compared.people, compared.recall),
    )
    tables = [make(document) for make in makers]
    tables += compared.confusion(document)
    tables += [make(document) for make in (worn.drift, worn.device, worn.turned, worn.teachers)]
    if document["rows"]:
        tables.append(worn.energy(document))
    return [table for table in tables if table.rows]
