"""Each person, and models that see little of their wearer."""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np

from tinyodl.experiments.summary.statistics import Seeds, by_person
from tinyodl.experiments.trials.results import OneSided, Row


def people_of(
    by_seed: Seeds, names: Mapping[int, str], chose: Callable[[int], bool]
) -> list[dict[str, Any]]:
    """Each person's accuracy: without learning, with every label, under `auto`."""
    drifted = by_person(by_seed, lambda r: r["person_drifted"])
    after = by_person(by_seed, lambda r: r["after"]["person_after"])
    auto = by_person(by_seed, _after_auto)
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


def _after_auto(row: Row) -> Mapping[str, float]:
    return next((p["person_after"] for p in row["pruning"] if p["policy"] == "auto"), {})


def one_sided(by_seed: Seeds) -> list[dict[str, Any]]:
    """What `auto` does to models that see little of their wearer, a stream each."""
    result = []
    for stream in (s["stream"] for s in by_seed[0][0].get("one_sided", [])):
        per_trial = [[_on(row, stream)["change"] for row in trials] for trials in by_seed]
        asked = [_on(row, stream)["query_fraction"] for trials in by_seed for row in trials]
        result.append(
            {
                "stream": stream,
                "change_mean": float(np.mean(per_trial)),
                "worst_person": float(np.mean(per_trial, axis=0).min()),
                "worst_run": float(np.min(per_trial)),
                "query_fraction": float(np.mean(asked)),
            }
        )
    return result


def _on(row: Row, stream: str) -> OneSided:
    return next(s for s in row["one_sided"] if s["stream"] == stream)
