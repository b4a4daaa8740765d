"""What is taken for what: confusion matrices, and the share of each activity that is recognised."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from tinyodl.experiments.summary.statistics import Seeds
from tinyodl.experiments.trials.results import Row

WHEN = ("before", "drifted", "after", "after_auto")


def of(by_seed: Seeds, activities: Sequence[str]) -> dict[str, Any] | None:
    """Windows over all trials, and recall by activity (None where there is no window of it), in the
    order of the activities: before (people trained on), drifted, after every label, and after
    `auto` where it was run; None where nothing was counted."""
    found = {}
    for when in WHEN:
        counted = [_one(row, when) for trials in by_seed for row in trials]
        if matrices := [matrix for matrix in counted if matrix is not None]:
            found[when] = np.sum(matrices, axis=0)
    if not found:
        return None
    return {
        "activities": list(activities),
        "matrices": {when: matrix.tolist() for when, matrix in found.items()},
        "recall": {when: _recall(matrix) for when, matrix in found.items()},
    }


def _one(row: Row, when: str) -> list[list[int]] | None:
    if when == "before":
        return row.get("confusion_before")
    if when == "drifted":
        return row.get("confusion_drifted")
    if when == "after":
        return row["after"].get("confusion")
    return next((p.get("confusion") for p in row["pruning"] if p["policy"] == "auto"), None)


def _recall(matrix: np.ndarray[Any, Any]) -> list[float | None]:
    """Of each activity's windows, the share that is recognised."""
    return [
        float(counts[k] / counts.sum()) if counts.sum() else None for k, counts in enumerate(matrix)
    ]
