"""Results of all trials to the one document that the tables, the JSON and the report show."""

from tinyodl.experiments.summary.document import summarise

__all__ = ["summarise"]
