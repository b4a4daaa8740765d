"""Each person, and models that see little of their wearer."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tinyodl.experiments.summary.statistics import Result, by_person


def people_of(
    by_seed: list[list[Result]], names: Mapping[int, str], chose: Callable[[int], bool]
) -> list[dict[str, Any]]:
    drifted = by_person(by_seed, lambda r: r["person_drifted"])
    after = by_person(by_seed, lambda r: r["after"]["person_after"])
    policies = [p["policy"] for p in by_seed[0][0]["pruning"]]
    auto: dict[int, float] = {}
    if "auto" in policies:
        index = policies.index("auto")
        auto = by_person(by_seed, lambda r: r["pruning"][index]["person_after"])
    return [
        {
            "person": p,
            "name": names.get(p, str(p)),
            "chose_inputs": chose(p),
            "accuracy_drifted": drifted[p],
            "accuracy_after": after[p],
            "accuracy_after_auto": auto.get(p),
        }
        for p in after
    ]


def one_sided(by_seed: list[list[Result]]) -> list[dict[str, Any]]:
    if "one_sided" not in by_seed[0][0]:
        return []
    result = []
    for k, first in enumerate(by_seed[0][0]["one_sided"]):
        per_trial = [[row["one_sided"][k]["change"] for row in trials] for trials in by_seed]
        result.append(
            {
                "stream": first["stream"],
                "change_mean": float(np.mean(per_trial)),
                "worst_person": float(np.mean(per_trial, axis=0).min()),
                "worst_run": float(np.min(per_trial)),
                "query_fraction": float(
                    np.mean([row["one_sided"][k]["query_fraction"] for trials in by_seed for row in trials])
                ),
            }
        )
    return result
