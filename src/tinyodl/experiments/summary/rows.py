"""A method's row, its policies' rows, and the policies at one share of labels."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, NamedTuple

import numpy as np

from tinyodl.experiments.summary.statistics import (
    Seeds,
    bootstrap,
    bounded,
    by_person,
    interval,
    means,
)
from tinyodl.experiments.trials.comparison import LIKE_AUTO
from tinyodl.experiments.trials.results import PolicyOutcome, Row

_POINT = 0.01
AFTER = ("accuracy_after", "macro_f1", "accuracy_learning", "accuracy_before_after")
_BEFORE = ("accuracy_before", "accuracy_drifted")


class Setting(NamedTuple):
    """A policy with its setting: theta of fixed ones, fraction of random ones."""

    policy: str
    theta: float | None
    fraction: float | None


def row_of(by_seed: Seeds, names: Mapping[int, str]) -> dict[str, Any]:
    """A method's row, asked for every label."""
    first = by_seed[0][0]
    asked = [[row["after"] for row in trials] for trials in by_seed]
    seeds = {name: means(by_seed, itemgetter(name)) for name in _BEFORE}
    seeds |= {name: means(asked, itemgetter(name)) for name in AFTER}
    drifted = by_person(by_seed, lambda r: r["person_drifted"])
    after = by_person(by_seed, lambda r: r["after"]["person_after"])
    row: dict[str, Any] = {"inputs": first["inputs"], "state_bytes": first["state_bytes"]}
    row |= {name: float(np.mean(values)) for name, values in seeds.items()}
    row["interval"] = {name: interval(values) for name, values in seeds.items()}
    row["seeds_interval"] = {name: bounded(values) for name, values in seeds.items()}
    row["people_interval"] = bootstrap(list(after.values()))
    worst = min(after, key=lambda p: after[p])
    row["worst_person"] = worst
    row["worst_person_name"] = names.get(worst, str(worst))
    row["worst_person_after"] = min(after.values())
    row["people_losing_over_1_point"] = sum(after[p] < drifted[p] - _POINT for p in after)
    row["seeds"] = [
        {name: values[k] for name, values in seeds.items()} for k in range(len(by_seed))
    ]
    if first.get("rate") is not None:
        row["rates"] = [r["rate"] for trials in by_seed for r in trials]
    return row


def settings(row: Row) -> list[Setting]:
    """The policies of a row, in the order they were run."""
    return [_setting(p) for p in row["pruning"]]


def under(row: Row, setting: Setting) -> PolicyOutcome:
    """What became of a row's model under one of its policies."""
    return next(p for p in row["pruning"] if _setting(p) == setting)


def _setting(outcome: PolicyOutcome) -> Setting:
    return Setting(outcome["policy"], outcome["theta"], outcome["fraction"])


def policy_of(by_seed: Seeds, setting: Setting) -> dict[str, Any]:
    """A policy's row: means over seeds and people, and what it costs beside asking for every
    label."""
    outcomes = [[under(row, setting) for row in trials] for trials in by_seed]
    seeds = {
        name: means(outcomes, itemgetter(name))
        for name in (*AFTER, "query_fraction", "questions", "byte_fraction")
    }
    every = by_person(by_seed, lambda r: r["after"]["person_after"])
    own = by_person(outcomes, itemgetter("person_after"))
    result: dict[str, Any] = setting._asdict()
    result |= {name: float(np.mean(values)) for name, values in seeds.items()}
    result["interval"] = {name: interval(values) for name, values in seeds.items()}
    result["seeds_interval"] = {
        name: bounded(values) for name, values in seeds.items() if name != "questions"
    }
    result["people_interval"] = bootstrap(list(own.values()))
    result["worst_person_after"] = min(own.values())
    result["people_losing_over_1_point"] = sum(own[p] < every[p] - _POINT for p in own)
    result["seeds"] = [
        {name: values[k] for name, values in seeds.items()} for k in range(len(by_seed))
    ]
    return result


def same_share(policies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Accuracy of the other policies at the share that `auto` asks, between the thresholds that
    were run."""
    auto = next((p for p in policies if p["policy"] == "auto"), None)
    if auto is None:
        return []
    share = auto["query_fraction"]
    result = []
    for name in ("fixed", "fixed-self", LIKE_AUTO):
        points = sorted(
            (p["query_fraction"], p["accuracy_after"]) for p in policies if p["policy"] == name
        )
        if points:
            at, accuracy = zip(*points, strict=True)
            value = float(np.interp(share, at, accuracy))
            result.append(
                {
                    "policy": name,
                    "query_fraction": share,
                    "accuracy_after": value,
                    "auto_accuracy_after": auto["accuracy_after"],
                    "auto_ahead": auto["accuracy_after"] - value,
                }
            )
    return result
