"""The device runs of all people to the document's "drift", "device" and "teachers"."""

from collections import Counter
from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any

import numpy as np

from tinyodl.experiments.trials import sensitivity
from tinyodl.experiments.trials.device_run import TRUE_LABELS
from tinyodl.experiments.trials.results import Alarms, DeviceRun, TeacherOutcome

DRIFTED_BELOW = 0.94
IN_TIME = 150  # windows
WORSE = 0.02  # below not learning, mean over seeds


def drift(results: Sequence[DeviceRun]) -> list[dict[str, Any]]:
    """Each detector at each sensitivity: false alarms on unseen windows of people trained on, and
    the delay on people whose accuracy is below 94 %."""
    if not results:
        return []
    low = [r for r in results if r["accuracy"] < DRIFTED_BELOW]
    unseen = max(1, sum(r["unseen"] for r in results))
    rows = []
    for first in results[0]["drift"]:
        alarms = {r["person"]: _alarms(r, first["detector"], first["setting"]) for r in results}
        delays = {r["person"]: alarms[r["person"]]["delay"] for r in low}
        sweep = sensitivity.of(first["detector"])
        found = [d for d in delays.values() if d is not None]
        rows.append(
            {
                "detector": first["detector"],
                "setting": first["setting"],
                "parameter": sweep.parameter,
                "default": first["setting"] == sweep.in_use,
                "false_alarms_per_1000": 1000
                * sum(a["false_alarms"] for a in alarms.values())
                / unseen,
                "people_drifted": len(low),
                "found": len(found),
                "found_in_time": sum(d <= IN_TIME for d in found),
                "delay_median": _median(list(delays.values())),
                "delays": {str(person): delay for person, delay in delays.items()},
                "people_alarmed": sum(a["delay"] is not None for a in alarms.values()),
                "people": len(results),
            }
        )
    return rows


def _median(delays: Sequence[int | None]) -> float | None:
    """Of delays, where those never found count as longest; None where that is the median."""
    median = np.median([np.inf if d is None else d for d in delays]) if delays else np.inf
    return float(median) if np.isfinite(median) else None


def _alarms(result: DeviceRun, detector: str, setting: float | None) -> Alarms:
    return next(a for a in result["drift"] if (a["detector"], a["setting"]) == (detector, setting))


def device(results: Sequence[DeviceRun], names: Mapping[int, str]) -> dict[str, Any] | None:
    """Means over people, what started and ended training, and each person."""
    if not results:
        return None
    runs = [r["device"] for r in results]
    keys = (
        "accuracy_drifted",
        "accuracy_every_label",
        "accuracy_after",
        "query_fraction",
        "questions",
        "training_fraction",
    )
    people = [
        {"person": r["person"], "name": names.get(r["person"], str(r["person"])), **r["device"]}
        for r in results
    ]
    windows = sum(run["windows"] for run in runs)
    return {
        **{key: float(np.mean(list(map(itemgetter(key), runs)))) for key in keys},
        "query_fraction_of_all": sum(run["query_fraction"] * run["windows"] for run in runs)
        / windows,
        "worst_person_after": min(run["accuracy_after"] for run in runs),
        "people_worse": sum(
            run["accuracy_after"] < run["accuracy_drifted"] - WORSE for run in runs
        ),
        "rollbacks": sum(run["rollbacks"] for run in runs),
        "events": dict(Counter(event for run in runs for _, event in run["events"])),
        "state_bytes": runs[0]["state_bytes"],
        "queue_bytes": runs[0]["queue_bytes"],
        "people": people,
    }


def teachers(results: Sequence[DeviceRun]) -> list[dict[str, Any]]:
    """Each teacher over all people, `auto` from the first window on."""
    rows = []
    right = [_under(r, TRUE_LABELS)["accuracy_after"] for r in results]
    for name in (t["teacher"] for t in (results[0]["teachers"] if results else [])):
        mine = [_under(r, name) for r in results]
        own = [m["teacher_accuracy"] for m in mine if m["teacher_accuracy"] is not None]
        after = float(np.mean([m["accuracy_after"] for m in mine]))
        rows.append(
            {
                "teacher": name,
                "accuracy_after": after,
                "points_lost": float(100 * (np.mean(right) - after)),
                "worst_person_after": min(m["accuracy_after"] for m in mine),
                "query_fraction": float(np.mean([m["query_fraction"] for m in mine])),
                "queries": float(np.mean([m["queries"] for m in mine])),
                "teacher_accuracy": float(np.mean(own)) if own else None,
                "people_troubled": sum(m["troubled"] for m in mine),
            }
        )
    return rows


def _under(result: DeviceRun, teacher: str) -> TeacherOutcome:
    return next(t for t in result["teachers"] if t["teacher"] == teacher)
