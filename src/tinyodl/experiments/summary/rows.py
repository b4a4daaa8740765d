"""A method's row, its policies' rows, and the policies at one share of labels."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from tinyodl.experiments.summary.statistics import Result, bootstrap, by_person, interval, means

_POINT = 0.01
AFTER = ("accuracy_after", "macro_f1", "accuracy_learning", "accuracy_before_after")


def row_of(by_seed: list[list[Result]], names: Mapping[int, str]) -> dict[str, Any]:
    first = by_seed[0][0]
    seeds = {name: means(by_seed, lambda r, n=name: r[n]) for name in ("accuracy_before", "accuracy_drifted")}
    seeds |= {name: means(by_seed, lambda r, n=name: r["after"][n]) for name in AFTER}
    drifted = by_person(by_seed, lambda r: r["person_drifted"])
    after = by_person(by_seed, lambda r: r["after"]["person_after"])
    row = {"inputs": first["inputs"], "state_bytes": first["state_bytes"]}
    row |= {name: float(np.mean(values)) for name, values in seeds.items()}
    row["interval"] = {name: interval(values) for name, values in seeds.items()}
    row["people_interval"] = bootstrap(list(after.values()))
    worst = min(after, key=lambda p: after[p])
    row["worst_person"] = worst
    row["worst_person_name"] = names.get(worst, str(worst))
    row["worst_person_after"] = min(after.values())
    row["people_losing_over_1_point"] = sum(after[p] < drifted[p] - _POINT for p in after)
    row["seeds"] = [{name: values[k] for name, values in seeds.items()} for k in range(len(by_seed))]
    if first.get("rate") is not None:
        row["rates"] = [r["rate"] for trials in by_seed for r in trials]
    return row


def policy_of(by_seed: list[list[Result]], index: int) -> dict[str, Any]:
    first = by_seed[0][0]["pruning"][index]
    names = (*AFTER, "query_fraction", "byte_fraction")
    seeds = {name: means(by_seed, lambda r, n=name: r["pruning"][index][n]) for name in names}
    every = by_person(by_seed, lambda r: r["after"]["person_after"])
    own = by_person(by_seed, lambda r: r["pruning"][index]["person_after"])
    result = {"policy": first["policy"], "theta": first["theta"], "fraction": first["fraction"]}
    result |= {name: float(np.mean(values)) for name, values in seeds.items()}
    result["interval"] = {name: interval(values) for name, values in seeds.items()}
    result["people_interval"] = bootstrap(list(own.values()))
    result["worst_person_after"] = min(own.values())
    result["people_losing_over_1_point"] = sum(own[p] < every[p] - _POINT for p in own)
    result["seeds"] = [{name: values[k] for name, values in seeds.items()} for k in range(len(by_seed))]
    return result


def same_share(policies: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Accuracy of the other policies at the share that `auto` asks, between the thresholds that were run."""
    auto = next((p for p in policies if p["policy"] == "auto"), None)
    if auto is None:
        return []
    share = auto["query_fraction"]
    result = []
    for name in ("fixed", "fixed-self", "random, as often as auto"):
        points = sorted((p["query_fraction"], p["accuracy_after"]) for p in policies if p["policy"] == name)
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
