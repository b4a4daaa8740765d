"""Means and intervals over seeds and people."""

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

import numpy as np
import scipy.stats

from tinyodl.experiments.trials.results import Row

_RESAMPLES = 2000
_NOTHING = 1e-9  # of a fraction: rounding

T = TypeVar("T")  # a trial's row, or a part of it
Seeds = Sequence[Sequence[Row]]  # for each seed, the rows of its trials: one, or one per person


def interval(values: list[float]) -> float | None:
    """Half of the 95 % interval of the mean over seeds (Student's t); None for one seed."""
    if len(values) < 2:
        return None
    spread = np.std(values, ddof=1) / np.sqrt(len(values))
    return float(scipy.stats.t.ppf(0.975, len(values) - 1) * spread)


def bounded(values: list[float]) -> list[float] | None:
    """Ends of the same interval, of fractions; None where the seed changes nothing."""
    half = interval(values)
    if half is None or half < _NOTHING:
        return None
    mean = float(np.mean(values))
    return [max(0.0, mean - half), min(1.0, mean + half)]


def bootstrap(values: list[float]) -> list[float]:
    """95 % interval of the mean over people, by resampling people (percentile bootstrap, fixed
    seed)."""
    draws = np.random.default_rng(0).integers(len(values), size=(_RESAMPLES, len(values)))
    low, high = np.percentile(np.array(values)[draws].mean(axis=1), [2.5, 97.5])
    return [float(low), float(high)]


def means(by_seed: Sequence[Sequence[T]], pick: Callable[[T], float]) -> list[float]:
    """The value of each seed: the mean over that seed's trials (one, or one per person)."""
    return [float(np.mean([pick(trial) for trial in trials])) for trials in by_seed]


def by_person(
    by_seed: Sequence[Sequence[T]], pick: Callable[[T], Mapping[str, float]]
) -> dict[int, float]:
    """Each person's mean over seeds."""
    values: dict[int, list[float]] = defaultdict(list)
    for trials in by_seed:
        for trial in trials:
            for person, value in pick(trial).items():
                values[int(person)].append(value)
    return {p: float(np.mean(v)) for p, v in sorted(values.items())}
