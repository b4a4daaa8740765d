"""The device runs of all people to the document's "drift", "device" and "teachers"."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tinyodl.drift import centroid, cusum
from tinyodl.experiments.trials.device_run import SWEEPS

DRIFTED_BELOW = 0.94
IN_TIME = 150  # windows
IN_USE = {"cusum": cusum.THRESHOLD, "centroid": centroid.THRESHOLD, "adwin": 2e-3, "page-hinkley": 5, "kswin": 1e-5}

Result = Mapping[str, Any]


def drift(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Each detector at each sensitivity: false alarms on unseen windows of people trained on, and the delay on
    people whose accuracy is below 94 %."""
    if not results:
        return []
    low = [r for r in results if r["accuracy"] < DRIFTED_BELOW]
    unseen = max(1, sum(r["unseen"] for r in results))
    rows = []
    for k, first in enumerate(results[0]["drift"]):
        delays = [r["drift"][k]["delay"] for r in low]
        found = [d for d in delays if d is not None]
        everyone = [r["drift"][k]["delay"] is not None for r in results]
        rows.append(
            {
                "detector": first["detector"],
                "setting": first["setting"],
                "parameter": SWEEPS[first["detector"]][0],
                "default": first["setting"] == IN_USE[first["detector"]],
                "false_alarms_per_1000": 1000 * sum(r["drift"][k]["false_alarms"] for r in results) / unseen,
                "people_drifted": len(low),
                "found": len(found),
                "found_in_time": sum(d <= IN_TIME for d in found),
                "delay_median": float(np.median([np.inf if d is None else d for d in delays])) if found else None,
                "delays": {str(r["person"]): r["drift"][k]["delay"] for r in low},
                "people_alarmed": sum(everyone),
                "people": len(results),
            }
        )
        if rows[-1]["delay_median"] == np.inf:
            rows[-1]["delay_median"] = None
    return rows


def device(results: Sequence[Result], names: Mapping[int, str]) -> dict[str, Any] | None:
    """Means over people, what started and ended training, and each person."""
    if not results:
        return None
    runs = [r["device"] for r in results]
    keys = ("accuracy_drifted", "accuracy_every_label", "accuracy_after", "query_fraction", "training_fraction")
    people = [{"person": r["person"], "name": names.get(r["person"], str(r["person"])), **r["device"]} for r in results]
    windows = sum(run["windows"] for run in runs)
    return {
        **{key: float(np.mean([run[key] for run in runs])) for key in keys},
        "query_fraction_of_all": sum(run["query_fraction"] * run["windows"] for run in runs) / windows,
        "worst_person_after": min(run["accuracy_after"] for run in runs),
        "events": dict(Counter(event for run in runs for _, event in run["events"])),
        "state_bytes": runs[0]["state_bytes"],
        "queue_bytes": runs[0]["queue_bytes"],
        "people": people,
    }


def teachers(results: Sequence[Result]) -> list[dict[str, Any]]:
    """Each teacher over all people, `auto` from the first window on."""
    rows = []
    for k, first in enumerate(results[0]["teachers"] if results else []):
        mine = [r["teachers"][k] for r in results]
        own = [m["teacher_accuracy"] for m in mine if m["teacher_accuracy"] is not None]
        right = np.mean([r["teachers"][0]["accuracy_after"] for r in results])
        after = float(np.mean([m["accuracy_after"] for m in mine]))
        rows.append(
            {
                "teacher": first["teacher"],
                "accuracy_after": after,
                "points_lost": float(100 * (right - after)),
                "worst_person_after": min(m["accuracy_after"] for m in mine),
                "query_fraction": float(np.mean([m["query_fraction"] for m in mine])),
                "queries": float(np.mean([m["queries"] for m in mine])),
                "teacher_accuracy": float(np.mean(own)) if own else None,
                "people_troubled": sum(m["troubled"] for m in mine),
            }
        )
    return rows
