"""Means and intervals over seeds and people."""

from collections import defaultdict
from collections.abc import Mapping
from typing import Any

import numpy as np
import scipy.stats

_RESAMPLES = 2000

Result = Mapping[str, Any]


def interval(values: list[float]) -> float | None:
    """Half of the 95 % interval of the mean over seeds (Student's t); None for one seed."""
    if len(values) < 2:
        return None
    spread = np.std(values, ddof=1) / np.sqrt(len(values))
    return float(scipy.stats.t.ppf(0.975, len(values) - 1) * spread)


def bootstrap(values: list[float]) -> list[float]:
    """95 % interval of the mean over people, by resampling people (percentile bootstrap, fixed seed)."""
    draws = np.random.default_rng(0).integers(len(values), size=(_RESAMPLES, len(values)))
    low, high = np.percentile(np.array(values)[draws].mean(axis=1), [2.5, 97.5])
    return [float(low), float(high)]


def means(by_seed: list[list[Result]], pick: Any) -> list[float]:
    """The value of each seed: the mean over that seed's trials (one, or one per person)."""
    return [float(np.mean([pick(row) for row in trials])) for trials in by_seed]


def by_person(by_seed: list[list[Result]], pick: Any) -> dict[int, float]:
    """Each person's mean over seeds."""
    values: dict[int, list[float]] = defaultdict(list)
    for trials in by_seed:
        for row in trials:
            for person, value in pick(row).items():
                values[int(person)].append(value)
    return {p: float(np.mean(v)) for p, v in sorted(values.items())}
